// SPDX-License-Identifier: Apache-2.0
// What decode prints is read back as it was.
#include "decode/json_decoded.h"

#include <gtest/gtest.h>

#include "decode/json.h"
#include "model/draft_event.h"
#include "model/jsonl.h"

namespace bartizan {
namespace {

TEST(JsonDecoded, ReadsBackWhatDecodePrints) {
  DraftEvent windows, other;
  windows.channel = "Security", windows.provider = "P", windows.event_id = 4688, windows.record_id = "7",
  windows.host = "h";
  windows.time = *parse_instant("2026-01-02T03:04:05.1234567Z");
  windows.product = "windows";
  windows.fields = {{"Channel", "Security"},
                    {"EventID", "4688", true},
                    {"Provider_Name", "P"},
                    {"Data", "a\"b\\"},
                    {"Data", "2", true}};
  other.product = "linux", other.service = "sshd", other.category = "c";
  other.fields = {{"message", "x\ny"}, {"empty", ""}};
  EventBatch before, after;
  windows.add_to(before);
  other.add_to(before);
  std::string lines;
  for (const Event& event : before) append_event_json(event, "f", lines), lines += '\n';
  JsonDecoder decoder;
  OddityList oddities;
  std::size_t at = 0;
  for (std::size_t end; (end = lines.find('\n', at)) != lines.npos; at = end + 1)
    decoder.decode(as_bytes(std::string_view(lines).substr(at, end - at)), end - at, at, after, oddities);
  ASSERT_EQ(after.size(), 2u);
  std::string again;
  for (const Event& event : after) append_event_json(event, "f", again), again += '\n';
  EXPECT_EQ(again, lines);
  EXPECT_TRUE(after[0].header_is_plain);
  EXPECT_EQ(after[1].service, "sshd");
  EXPECT_EQ(oddities.total, 0u);
}

}  // namespace
}  // namespace bartizan
