// SPDX-License-Identifier: Apache-2.0
// The JSON format as the engine uses it: pieces, shapes, projection. The records are those of the golden
// case.
#include "decode/json_shapes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"

namespace bartizan {

const Format& json_format();

namespace {

namespace fs = std::filesystem;

const fs::path kTree = fs::path(__FILE__).parent_path() / "../..";

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
std::string shapes() { return read_file(kTree / "tests/golden/decode/json-shapes/shapes.json"); }

fs::path shared() {
  const char* set = std::getenv("BARTIZAN_SHARED");
  return set ? fs::path(set) : kTree / "../shared";
}

// Every second name that occurs is wanted, or what is named.
class SomeFields final : public Projection {
 public:
  SomeFields(std::vector<std::string> names, bool all) {
    std::sort(names.begin(), names.end());
    columns_.names = std::move(names);
    columns_.all = all;
  }
  const Columns* columns_of(const EventKind&) override { return &columns_; }
  const Columns& columns() const { return columns_; }

 private:
  Columns columns_;
};

std::string text_of(const Field& field) {
  return std::string(field.name) + "=" + (field.is_null ? "null" : std::string(field.value)) +
         (field.is_number ? "#;" : ";");
}
std::string text_of(const Event& event) {
  std::string all;
  for (const Field& field : event.fields) all += text_of(field);
  return all;
}
std::string header_of(const Event& event) {
  return std::string(event.channel) + "|" + std::string(event.provider) + "|" +
         std::to_string(event.event_id) + "|" + std::to_string(event.time.ticks) + "|" +
         std::to_string(event.offset) + "|" + std::string(event.product) + "|" + std::string(event.category) +
         "|" + std::string(event.service) + "|" + (event.header_is_plain ? "plain" : "");
}

std::string logsource_of(const Event& event) {
  return std::string(event.product) + "/" + std::string(event.category) + "/" + std::string(event.service);
}

// The fields that a projection must give are those of the whole event with a wanted name, in their order.
void expect_projection_of_whole(std::string_view text, bool all) {
  const Format& format = json_format();
  EventBatch whole, some, again;
  OddityList oddities;
  const Piece piece{as_bytes(text), 1000, {}, {}};
  const auto plain_decoder = format.make_decoder({});
  plain_decoder->decode(piece, whole, oddities);
  std::set<std::string> seen;
  for (const Event& event : whole)
    for (const Field& field : event.fields) seen.insert(std::string(field.name));
  std::vector<std::string> names{"NotThere"};
  for (std::size_t i = 0; const std::string& name : seen)
    if (++i % 2 == 0) names.push_back(name);
  SomeFields wanted(names, all);
  DecodeOptions options;
  options.projection = &wanted;
  const auto decoder = format.make_decoder(options);
  decoder->decode(piece, some, oddities);
  ASSERT_EQ(whole.size(), some.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    ASSERT_EQ(header_of(whole[i]), header_of(some[i]));
    if (!some[i].columns) {
      EXPECT_EQ(text_of(whole[i]), text_of(some[i]));
      continue;
    }
    std::string expected, given;
    for (const Field& field : whole[i].fields)
      if (all || std::binary_search(wanted.columns().names.begin(), wanted.columns().names.end(), field.name))
        expected += text_of(field);
    for (const Field& field : some[i].fields) {
      given += text_of(field);
      if (field.column == Field::kNoColumn) EXPECT_TRUE(all);
      else EXPECT_EQ(wanted.columns().names[field.column], field.name);
    }
    ASSERT_EQ(expected, given);
    again.clear();
    ASSERT_TRUE(decoder->decode_record(piece, some[i].offset, again));
    ASSERT_EQ(again.size(), 1u);
    ASSERT_EQ(text_of(again[0]), text_of(whole[i]));
    ASSERT_EQ(header_of(again[0]), header_of(whole[i]));
    EXPECT_EQ(again[0].host, whole[i].host);
    EXPECT_EQ(again[0].record_id, whole[i].record_id);
  }
}

// As an engine reads: buffers that grow until the cutter finds a piece. One line an event.
std::string decoded_in_steps(std::string_view text, std::size_t step) {
  static const auto decoder = json_format().make_decoder({});
  const auto cutter = json_format().make_cutter();
  EventBatch out;
  OddityList oddities;
  std::string all;
  std::size_t offset = 0;
  for (std::size_t size = step; offset < text.size();) {
    const Bytes buffer = as_bytes(text.substr(offset, size));
    const bool at_end = offset + buffer.size() == text.size();
    const std::size_t cut = cutter->cut(buffer, at_end);
    if (cut == 0) {
      EXPECT_FALSE(at_end);
      size += step;
      continue;
    }
    EXPECT_LE(cut, buffer.size());
    // A copy of exact size, so that a read past the piece is caught.
    const std::vector<std::uint8_t> piece(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(cut));
    decoder->decode({piece, offset, {}, {}}, out, oddities);
    for (const Event& event : out) all += header_of(event) + "|" + text_of(event) + "\n";
    out.clear();
    offset += cut;
    size = std::max(step, buffer.size() - cut);
  }
  return all;
}

TEST(JsonShapes, DeclareWhatRulesAskFor) {
  const char* const expected[] = {"aws//cloudtrail",
                                  "aws//cloudtrail",
                                  "aws//cloudtrail",
                                  "aws//cloudtrail",
                                  "aws//cloudtrail_digest",
                                  "aws//vpcflow",
                                  "m365//audit",
                                  "m365//audit",
                                  "azure/diagnostic/signinlogs",
                                  "azure/diagnostic/auditlogs",
                                  "azure/diagnostic/activitylogs",
                                  "azure/diagnostic/riskdetection",
                                  "azure/graph/signinlogs",
                                  "azure/graph/auditlogs",
                                  "azure/graph/riskdetection",
                                  "azure/graph/pim",
                                  "azure/analytics/signinlogs",
                                  "azure/analytics/auditlogs",
                                  "azure/analytics/activitylogs",
                                  "azure/analytics/riskdetection",
                                  "azure/graph/activitylogs",
                                  "gcp//gcp.audit",
                                  "gcp/pubsub/gcp.audit",
                                  "gcp/reports/google_workspace.admin",
                                  "gcp/reports/google_workspace.login",
                                  "okta//okta",
                                  "onelogin//onelogin.events",
                                  "cisco//duo",
                                  "github//audit",
                                  "gitlab//audit",
                                  "bitbucket//audit",
                                  "kubernetes/application/audit",
                                  "kubernetes/application/audit",
                                  "linux//sshd",
                                  "docker//json-file",
                                  "linux//sshd",
                                  "linux//auditd",
                                  "linux//auditd",
                                  "linux//auditd",
                                  "linux/process_creation/",
                                  "linux/process/ecs",
                                  "windows/process/ecs",
                                  "osquery//processes",
                                  "suricata//alert",
                                  "suricata//dns",
                                  "zeek//conn",
                                  "zeek//dns",
                                  "zeek//http",
                                  "zeek//smb_files",
                                  "nfdump//netflow",
                                  "opencanary/application/",
                                  "samba//Authentication",
                                  "nginx//nginx",
                                  "nginx/request/nginx",
                                  "traefik//access",
                                  "//",
                                  "//",
                                  "//",
                                  "//",
                                  "//",
                                  "aws//guardduty",
                                  "aws/dns/route53resolver",
                                  "gcp//vpcflow",
                                  "goflow2//netflow",
                                  "yaf//netflow",
                                  "caddy//access",
                                  "velociraptor/process_list/",
                                  "defender_xdr/process/",
                                  "defender_xdr//ConnectionSuccess",
                                  "aws//waf"};
  const auto decoder = json_format().make_decoder({});
  EventBatch out;
  OddityList oddities;
  const std::string text = shapes();
  ASSERT_FALSE(text.empty());
  decoder->decode({as_bytes(text), 0, {}, {}}, out, oddities);
  EXPECT_EQ(oddities.total, 0u);
  ASSERT_EQ(out.size(), std::size(expected));
  for (std::size_t i = 0; i < out.size(); ++i) {
    EXPECT_EQ(logsource_of(out[i]), expected[i]) << text_of(out[i]);
    EXPECT_NE(out[i].time.ticks, 0) << text_of(out[i]);
  }
}

TEST(JsonShapes, EachHasARecordInTheGoldenCase) {
  // The exceptions are variants that differ in one member from a shape that has one; dmesg has a golden case of its own.
  const std::set<std::string_view> without{"dmesg",
                                           "Winlogbeat",
                                           "Winlogbeat 6",
                                           "Azure diagnostics",
                                           "Workspace",
                                           "Elastic process end",
                                           "Elastic file event",
                                           "Elastic network event",
                                           "Zeek dce_rpc",
                                           "Zeek kerberos",
                                           "Zeek rdp",
                                           "Zeek smb_mapping",
                                           "Zeek ssl",
                                           "Zeek ssh",
                                           "Zeek x509",
                                           "Zeek notice",
                                           "Zeek weird",
                                           "Zeek conn",
                                           "Zeek files"};
  EXPECT_EQ(json_shapes().size() - without.size(), 57u)
      << "a new shape wants a record in tests/golden/decode/json-shapes";
}

TEST(JsonFormat, ProjectionGivesTheWantedPartOfTheWhole) {
  for (bool all : {false, true}) {
    expect_projection_of_whole(shapes(), all);
    expect_projection_of_whole(
        "{\"a\":\"\\ud83d\\ude00\\n\"}\n{\"b\":\n[1,{\"c\":2}]}\n[{\"a\":1},{\"a\":2}]{\"a\":NaN}", all);
  }
}

TEST(JsonFormat, ProjectionOfRealRecords) {
  std::size_t files = 0;
  const fs::path root = shared() / "corpus/sigma/regression_data";
  if (!fs::exists(root)) GTEST_SKIP() << "no regression data: set BARTIZAN_SHARED";
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.path().extension() == ".json")
      expect_projection_of_whole(read_file(entry.path()), false), ++files;
  EXPECT_GT(files, 100u);
}

TEST(JsonFormat, RecordedDatasetsHaveTimes) {
  const char* set = std::getenv("BARTIZAN_DATASETS");
  if (!set) GTEST_SKIP() << "unpack the Security-Datasets archives and name the folder in BARTIZAN_DATASETS";
  for (const auto& entry : fs::recursive_directory_iterator(set)) {
    if (entry.path().extension() != ".json" || fs::file_size(entry.path()) > 20'000'000) continue;
    const auto decoder = json_format().make_decoder({});
    const std::string text = read_file(entry.path());
    if (json_format().recognise(as_bytes(text).first(std::min(text.size(), kHeadBytes))) == 0) continue;
    EventBatch out;
    OddityList oddities;
    decoder->decode({as_bytes(text), 0, {}, {}}, out, oddities);
    EXPECT_EQ(oddities.total, 0u) << entry.path();
    for (const Event& event : out) ASSERT_NE(event.time.ticks, 0) << entry.path() << text_of(event);
  }
}

TEST(JsonFormat, PiecesGiveWhatTheWholeGives) {
  std::string lines, list = "[", pretty;
  for (int i = 0; i < 12; ++i) {
    const std::string object =
        "{\"n\":" + std::to_string(i) + ",\"t\":\"}\\n{\",\"o\":[{\"a\":1},\n{\"b\":\"x\"}\n]}";
    std::string line = object;
    std::erase(line, '\n');
    lines += line + (i % 3 == 0 ? "\r\n" : "\n");
    list += (i ? ",\n" : "\n") + object;
    pretty += object + "\n";
  }
  list += "]\n";
  for (const std::string& text :
       {lines, list, pretty, lines + "{\"cut\":\n" + lines, shapes().substr(0, 6000)}) {
    const std::string whole = decoded_in_steps(text, SIZE_MAX);
    EXPECT_GT(std::count(whole.begin(), whole.end(), '\n'), 5);
    for (std::size_t step : {1u, 2u, 7u, 64u, 200u, 1000u})
      ASSERT_EQ(decoded_in_steps(text, step), whole) << step;
  }
}

TEST(JsonFormat, EveryCutIsRead) {
  const std::string text = shapes();
  for (std::size_t size = 0; size <= text.size(); size += size < 600 ? 1 : 41) {
    const std::size_t lines = static_cast<std::size_t>(
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size), '\n'));
    const std::string decoded = decoded_in_steps(std::string_view(text).substr(0, size), SIZE_MAX);
    EXPECT_GE(static_cast<std::size_t>(std::count(decoded.begin(), decoded.end(), '\n')), lines);
  }
}

TEST(JsonFormat, LongLinesOfObjectsAreReadInLinearTime) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "{\"a\":1}";
  EXPECT_EQ(std::count_if(text.begin(), text.end(), [](char c) { return c == '{'; }), 100'000);
  const std::string decoded = decoded_in_steps(text, SIZE_MAX);
  EXPECT_EQ(std::count(decoded.begin(), decoded.end(), '\n'), 100'000);
}

}  // namespace
}  // namespace bartizan
