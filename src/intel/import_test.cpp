// SPDX-License-Identifier: Apache-2.0
#include "intel/import.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.h"
#include "intel/intel_store.h"

namespace bartizan::intel {
namespace {

class Collect final : public ImportReceiver {
 public:
  void take(const Statement& one) override {
    values.push_back(std::string(kind_name(one.indicator.kind)) + " " +
                     indicator_text(one.indicator.kind, one.indicator.key));
  }
  void take_techniques(std::string_view reference, const std::vector<std::string>& attack) override {
    techniques += std::string(reference) + "=" + attack[0] + " ";
  }
  void take_sighting(std::string_view, Instant, Instant, std::uint64_t count) override { sightings += count; }
  void take_revocation(std::string_view reference) override { revoked = reference; }
  void take_harmless(std::string_view list, const Harmless& harmless) override {
    values.push_back(std::string(list) + ": " + indicator_text(harmless.kind, harmless.key));
  }
  std::vector<std::string> values;
  std::string techniques, revoked;
  std::uint64_t sightings = 0;
};

// In parts of `step` bytes.
ReadBytes bytes_of(std::string_view text, std::size_t step = 1u << 20) {
  return [text, step, at = std::size_t{0}](std::span<std::uint8_t> buffer) mutable -> Result<std::size_t> {
    const std::size_t size = std::min({step, buffer.size(), text.size() - at});
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), size, buffer.begin());
    at += size;
    return size;
  };
}

struct Imported {
  Collect collect;
  ImportReport report;
};
Imported import(std::string_view text, ImportOptions options = {}, std::size_t step = 1u << 20) {
  Imported out;
  options.file = "f";
  import_intel(bytes_of(text, step), options, out.collect, out.report);
  return out;
}

constexpr std::string_view kBundle = R"({"type":"bundle","objects":[
 {"type":"indicator","id":"indicator--1","name":"é\u00e9","confidence":80,"valid_from":"2023-02-01T00:00:00Z","pattern":"[domain-name:value = 'a.example']"},
 {"type":"sighting","sighting_of_ref":"indicator--1","count":4},
 {"type":"attack-pattern","id":"attack-pattern--1","external_references":[{"source_name":"mitre-attack","external_id":"T1071.001"}]},
 {"type":"relationship","source_ref":"indicator--1","target_ref":"attack-pattern--1"}]})";

constexpr std::string_view kMisp = R"({"response":[{"Event":{"info":"i","date":"2023-02-01","Attribute":[
 {"type":"domain","value":"a.example","to_ids":true},{"type":"ip-dst","value":"nonsense","to_ids":true}],
 "Object":[{"Attribute":[{"type":"filename|md5","value":"x|d41d8cd98f00b204e9800998ecf8427e","to_ids":true}]}]}}]})";

TEST(Import, StixObjectsBecomeStatements) {
  const Imported one = import(kBundle, {}, 7);
  EXPECT_EQ(one.report.mistakes_total, 0u);
  EXPECT_EQ(one.report.format, "STIX");
  EXPECT_EQ(one.collect.values, (std::vector<std::string>{"domain a.example"}));
  EXPECT_EQ(one.collect.techniques, "indicator--1=T1071.001 ");
  EXPECT_EQ(one.collect.sightings, 4u);
}

TEST(Import, MispMistakesHaveAPath) {
  const Imported one = import(kMisp);
  EXPECT_EQ(one.collect.values,
            (std::vector<std::string>{"domain a.example", "md5 d41d8cd98f00b204e9800998ecf8427e"}));
  ASSERT_EQ(one.report.mistakes.size(), 1u);
  EXPECT_EQ(one.report.mistakes[0].text(),
            "f:2:54: misp.value: response[0].Event.Attribute[1].value: 'nonsense' is no IP address");
}

TEST(Import, WarningListsAndManifestsAreKnown) {
  EXPECT_EQ(import(R"({"name":"L","type":"cidr","list":["10.0.0.0/8","192.0.2.1"]})").collect.values,
            (std::vector<std::string>{"L: 10.0.0.0/8", "L: 192.0.2.1"}));
  const Imported manifest = import(R"({"5a0b1f5e-1f0c-4c65-9a41-00000000e001":{"info":"x"}})");
  EXPECT_EQ(manifest.report.listed_events.size(), 1u);
  EXPECT_EQ(manifest.report.mistakes_total, 0u);
  EXPECT_TRUE(import(R"({"more":true,"next":"2","objects":[]})").report.has_more);
  EXPECT_EQ(import(R"({"hello":1})").report.mistakes[0].code, "intel.unknown");
  EXPECT_EQ(
      import("{\"kind\":\"domain\",\"value\":\"a.example\"}\n{\"kind\":\"domain\",\"value\":\"b.example\"}\n")
          .collect.values.size(),
      2u);
}

TEST(Import, ListsHostsFilesAndTables) {
  EXPECT_EQ(
      import("# c\n\nevil.example\n198.51.100.1  # note\nhxxp://a[.]example/x\n").collect.values,
      (std::vector<std::string>{"domain evil.example", "address 198.51.100.1", "url http://a.example/x"}));
  EXPECT_EQ(import("127.0.0.1 localhost\n0.0.0.0 ads.example\n").collect.values,
            (std::vector<std::string>{"domain ads.example"}));
  EXPECT_EQ(import("type;value;x\ndomain;\"a.example\";1\nsomething;b;2\n").collect.values,
            (std::vector<std::string>{"domain a.example"}));
  EXPECT_EQ(import("md5,domain\nd41d8cd98f00b204e9800998ecf8427e,a.example\n").collect.values.size(), 2u);
  ImportOptions options;
  options.columns = {{"value", "thing"}};
  EXPECT_EQ(import("n,thing\n1,a.example\n", options).collect.values,
            (std::vector<std::string>{"domain a.example"}));
  const Imported wrong = import("evil.example\nnonsense\n");
  ASSERT_EQ(wrong.report.mistakes.size(), 1u);
  EXPECT_EQ(wrong.report.mistakes[0].line, 2);
}

TEST(Import, EveryCutEnds) {
  for (const std::string_view whole : {kBundle, kMisp, std::string_view("a,value\n\"x\"\"y\",evil.example\n"),
                                       std::string_view("\xEF\xBB\xBF[{\"type\":\"indicator\"}]")})
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      const Imported cut = import(whole.substr(0, size), {}, 3);
      const bool is_broken = whole.front() == '{' && size > 0 && size < whole.size();
      EXPECT_TRUE(!is_broken || cut.report.mistakes_total > 0) << size;
    }
}

TEST(Import, HostileJsonIsBounded) {
  EXPECT_GT(import("{\"objects\":" + std::string(100'000, '[')).report.mistakes_total, 0u);
  EXPECT_GT(import("{\"a\":" + std::string(1'000'000, '9') + "}").report.mistakes_total, 0u);
  EXPECT_GT(import("{\"objects\":[\"\\ud800\"]}").report.mistakes_total, 0u);
  std::string many = "{\"objects\":[";
  for (int i = 0; i < 20'000; ++i) many += "17,";
  const Imported one = import(many + "17]}");
  EXPECT_EQ(one.report.mistakes_total, 20'001u);
  EXPECT_EQ(one.report.mistakes.size(), limits::kIntelMistakesKept);
  std::string members = "{";
  for (int i = 0; i < 50'000; ++i) members += "\"m" + std::to_string(i) + "\":1,";
  EXPECT_GT(import(members + "\"z\":1}").report.mistakes_total, 0u);
}

IntelStore memory() { return std::move(*IntelStore::open(IntelStore::kMemory)); }
bool import_into(IntelStore& store, std::string_view text, const Source& source) {
  ImportReport report;
  EXPECT_TRUE(store.begin(source, {}).has_value());
  store.import(bytes_of(text), {}, report);
  auto kept = store.end(report);
  EXPECT_TRUE(kept.has_value());
  return kept.has_value() && *kept;
}
std::size_t count(const IntelStore& store) {
  std::size_t found = 0;
  EXPECT_TRUE(store.for_each([&](const Known& known) { return found += !known.statements.empty(), true; })
                  .has_value());
  return found;
}

TEST(IntelStore, AnImportCountsAsAWholeOrNotAtAll) {
  IntelStore store = memory();
  EXPECT_FALSE(import_into(store, "evil.example\nnonsense\n", {"a"}));
  EXPECT_EQ(count(store), 0u);
  EXPECT_TRUE(import_into(store, "evil.example\nnonsense\n", {"a", 50, true}));
  EXPECT_EQ(count(store), 1u);
}

TEST(IntelStore, DuplicatesMergeAndSourcesAgree) {
  IntelStore store = memory();
  ASSERT_TRUE(import_into(store, "evil.example\nEVIL[.]example.\n", {"a", 60}));
  ASSERT_TRUE(import_into(store, "evil.example\n", {"b", 40}));
  EXPECT_EQ(count(store), 1u);
  auto known = store.find(Indicator{Kind::kDomain, "evil.example"});
  ASSERT_TRUE(known.has_value() && *known);
  EXPECT_EQ((*known)->statements.size(), 2u);
  const Assessment assessment = assess(**known, HarmlessList());
  EXPECT_TRUE(assessment.is_kept);
  EXPECT_EQ(assessment.worth.confidence, 65);
}

TEST(IntelStore, RemovedStaysRemovedAndReplacedGoes) {
  IntelStore store = memory();
  ASSERT_TRUE(import_into(store, "evil.example\nworse.example\n", {"a"}));
  EXPECT_TRUE(*store.remove({Kind::kDomain, "evil.example"}, "ours"));
  EXPECT_FALSE(*store.remove({Kind::kDomain, "other.example"}, ""));
  ASSERT_TRUE(import_into(store, "evil.example\n", {"a", 50, false, true}));
  EXPECT_EQ(assess(**store.find(Indicator{Kind::kDomain, "evil.example"}), HarmlessList()).reason,
            "removed by hand: ours");
  EXPECT_EQ(assess(**store.find(Indicator{Kind::kDomain, "worse.example"}), HarmlessList()).reason,
            "no source names it any more");
  EXPECT_EQ(*store.remove_source("a"), 1u);
}

TEST(IntelStore, SightingsTechniquesAndRevocations) {
  IntelStore store = memory();
  ASSERT_TRUE(import_into(store, kBundle, {"a"}));
  auto known = store.find(Indicator{Kind::kDomain, "a.example"});
  ASSERT_TRUE(known.has_value() && *known);
  EXPECT_EQ((*known)->sightings, 4u);
  EXPECT_EQ((*known)->statements[0].attack, (std::vector<std::string>{"T1071.001"}));
  EXPECT_EQ((*known)->statements[0].confidence, 80);
  ASSERT_TRUE(import_into(
      store, R"({"type":"bundle","objects":[{"type":"indicator","id":"indicator--1","revoked":true}]})",
      {"a"}));
  EXPECT_TRUE((*store.find(Indicator{Kind::kDomain, "a.example"}))->statements.empty());
}

TEST(Curate, ConfidenceFallsWithDistance) {
  const Instant day = *parse_instant("2023-02-01");
  const auto at = [&](int days) { return Instant{day.ticks + days * 86'400 * kTicksPerSecond}; };
  const Worth worth{80, day, day, {}};
  EXPECT_EQ(confidence_at(Kind::kAddress, worth, day), 80);
  EXPECT_EQ(confidence_at(Kind::kAddress, worth, at(90)), 40);
  EXPECT_EQ(confidence_at(Kind::kAddress, worth, at(-90)), 40);
  EXPECT_EQ(confidence_at(Kind::kAddress, worth, at(180)), 0);
  EXPECT_EQ(confidence_at(Kind::kAddress, worth, at(-100'000)), 0);
  EXPECT_EQ(confidence_at(Kind::kAddress, worth, {}), 80);
  EXPECT_EQ(confidence_at(Kind::kAddress, worth, {INT64_MIN}), 0);
  EXPECT_EQ(confidence_at(Kind::kAddress, worth, {INT64_MAX}), 0);
  EXPECT_EQ(confidence_at(Kind::kSha256, worth, at(3000)), 80);
  EXPECT_EQ(confidence_at(Kind::kSha256, {80, day, day, at(10)}, at(10)), 0);
  EXPECT_EQ(confidence_at(Kind::kSha256, {80, day, day, at(10)}, at(9)), 80);
  EXPECT_EQ(confidence_at(Kind::kAddress, {80, {}, {}, {}}, at(3000)), 80);
}

TEST(Harmless, ListsCoverWhatLiesBelow) {
  HarmlessList list;
  std::vector<Diagnostic> diagnostics;
  list.load(
      "# c\ndomain google.com\nbelow update.example  # x\nnetwork 10.0.0.0/8\nnonsense x\naddress "
      "300.1.1.1\n",
      "f", diagnostics);
  ASSERT_EQ(diagnostics.size(), 2u);
  EXPECT_EQ(diagnostics[1].line, 6);
  const auto is_harmless = [&](std::string_view text) {
    return list.find(*guess_indicator(text)).has_value();
  };
  for (const char* text : {"google.com", "a.update.example", "update.example", "10.1.2.3", "10.4.0.0/16",
                           "http://google.com/", "https://10.1.1.1"})
    EXPECT_TRUE(is_harmless(text)) << text;
  for (const char* text :
       {"sites.google.com", "notgoogle.com", "11.1.1.1", "8.0.0.0/8", "http://google.com/x", "evil.example"})
    EXPECT_FALSE(is_harmless(text)) << text;
  EXPECT_TRUE(list.add("L", {Harmless::Match::kRegex, Kind::kDomain, "/^cdn[0-9]+\\./i"}));
  EXPECT_FALSE(list.add("L", {Harmless::Match::kRegex, Kind::kDomain, "("}));
  EXPECT_TRUE(is_harmless("cdn7.evil.example"));
}

}  // namespace
}  // namespace bartizan::intel
