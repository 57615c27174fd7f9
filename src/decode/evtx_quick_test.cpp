// SPDX-License-Identifier: Apache-2.0
// The quick decoder gives what the interpreter gives, with every field and with some of them, on good and damaged files.
#include "decode/evtx_quick.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include "decode/evtx.h"
#include "decode/evtx_test_writer.h"

namespace bartizan {
namespace {

namespace fs = std::filesystem;

fs::path shared_folder() {
  if (const char* given = std::getenv("BARTIZAN_SHARED")) return given;
  return fs::path(__FILE__).parent_path().parent_path().parent_path().parent_path() / "shared";
}

class SomeFields final : public Projection {
 public:
  SomeFields() {
    columns_.names = {"Channel", "CommandLine",    "Data",          "EventID",
                      "Image",   "SubjectUserSid", "TargetUserName"};
  }
  const Columns* columns_of(const EventKind&) override { return &columns_; }

 private:
  Columns columns_;
};

std::string text_of(const Event& event) {
  std::string out = std::to_string(event.event_id) + "|" + std::to_string(event.time.ticks) + "|" +
                    std::to_string(event.offset);
  for (std::string_view part : {event.channel, event.provider, event.host, event.record_id, event.product})
    out.append("|").append(part);
  out += event.header_is_plain ? "|plain" : "|";
  for (const Field& field : event.fields)
    out.append("\n").append(field.name).append("=").append(field.value).append(field.is_number ? "#" : "");
  return out;
}

std::string wanted_fields_of(const Event& event, const Columns& columns) {
  std::string out = std::to_string(event.time.ticks) + "|" + std::to_string(event.offset);
  for (const Field& field : event.fields)
    if (std::binary_search(columns.names.begin(), columns.names.end(), field.name))
      out.append("\n").append(field.name).append("=").append(field.value).append(field.is_number ? "#" : "");
  return out;
}

struct Counts {
  std::size_t events = 0, projected = 0;
};

void compare(Bytes file, evtx::EvtxQuickDecoder& whole, evtx::EvtxQuickDecoder& some, SomeFields& wanted,
             Counts& counts) {
  EventBatch plain, quick, projected;
  OddityList oddities;
  whole.begin_piece();
  some.begin_piece();
  for (std::size_t at = kEvtxHeaderBytes; at < file.size(); at += kEvtxChunkBytes) {
    const Bytes chunk = slice(file, at, kEvtxChunkBytes);
    decode_evtx_chunk(chunk, at, false, plain, oddities);
    decode_evtx_chunk(chunk, at, false, quick, oddities, &whole);
    decode_evtx_chunk(chunk, at, false, projected, oddities, &some);
  }
  ASSERT_EQ(plain.size(), quick.size());
  ASSERT_EQ(plain.size(), projected.size());
  const Columns& columns = *wanted.columns_of({});
  for (std::size_t i = 0; i < plain.size(); ++i) {
    ASSERT_EQ(text_of(plain[i]), text_of(quick[i]));
    ASSERT_EQ(wanted_fields_of(plain[i], columns), wanted_fields_of(projected[i], columns));
    counts.projected += projected[i].columns != nullptr;
  }
  counts.events += plain.size();
}

TEST(EvtxQuick, AgreesWithTheInterpreterOnRealAndDamagedFiles) {
  const fs::path root = shared_folder() / "corpus";
  if (!fs::exists(root)) GTEST_SKIP() << "needs the corpus in BARTIZAN_SHARED";
  SomeFields wanted;
  evtx::EvtxQuickDecoder whole(nullptr), some(&wanted);
  Counts real, damaged;
  std::mt19937 random(3);
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".evtx" || entry.file_size() > 8'000'000) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    Buffer file(std::istreambuf_iterator<char>(in), {});
    compare(file, whole, some, wanted, real);
    if (HasFatalFailure()) FAIL() << entry.path();
    if (file.size() > 200'000) continue;
    for (int i = 0; i < 40; ++i) file[random() % file.size()] = static_cast<std::uint8_t>(random());
    compare(file, whole, some, wanted, damaged);
    if (HasFatalFailure()) FAIL() << entry.path() << " damaged";
  }
  RecordProperty("events", static_cast<int>(real.events));
  std::cout << real.events << " events, " << real.projected
            << " of them quick; damaged files: " << damaged.events << ", " << damaged.projected << '\n';
  EXPECT_GT(real.projected, real.events * 99 / 100);
}

// Some writers use a template for System alone and write the data out.
TEST(EvtxQuick, ReadsDataWrittenOutWithinARecord) {
  ChunkWriter writer;
  writer.begin_record(1);
  const std::size_t at = writer.begin_template();
  writer.fragment_header(), writer.open("Event"), writer.open("System");
  writer.open("Provider", true), writer.attribute("Name", "Example"), writer.close_empty();
  writer.leaf("EventID", "7"), writer.leaf("Channel", "Application"), writer.close();
  writer.substitution(0, false), writer.close(), writer.end_template(at);
  writer.values({writer.embedded(1, [](ChunkWriter& inner) {
    inner.fragment_header(), inner.open("EventData");
    inner.named("Data", "CommandLine", "x.exe -y"), inner.named("Data", "Other", "z"),
        inner.leaf("Data", "unnamed");
    inner.close();
  })});
  writer.end_record();
  Buffer file(kEvtxHeaderBytes);
  const Buffer chunk = writer.finish();
  file.insert(file.end(), chunk.begin(), chunk.end());
  SomeFields wanted;
  evtx::EvtxQuickDecoder whole(nullptr), some(&wanted);
  Counts counts;
  compare(file, whole, some, wanted, counts);
  EXPECT_EQ(counts.events, 1u);
  EXPECT_EQ(counts.projected, 1u);

  EventBatch projected;
  OddityList oddities;
  decode_evtx_chunk(chunk, 0, false, projected, oddities, &some);
  ASSERT_EQ(projected.size(), 1u);
  ASSERT_TRUE(projected[0].find("CommandLine"));
  EXPECT_EQ(*projected[0].find("CommandLine"), "x.exe -y");
  EXPECT_FALSE(projected[0].find("Other"));
}

}  // namespace
}  // namespace bartizan
