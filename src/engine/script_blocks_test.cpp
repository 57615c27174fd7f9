// SPDX-License-Identifier: Apache-2.0
#include "engine/script_blocks.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.h"

namespace bartizan {
namespace {

ScriptPart part(std::uint32_t number, std::uint32_t total, std::string text, std::string process = "h\n1",
                std::string block = "b") {
  ScriptPart made;
  made.record.fields.push_back({"ScriptBlockText", std::move(text), false});
  made.process = std::move(process);
  made.block = std::move(block);
  made.number = number;
  made.total = total;
  made.rules = {number};
  made.sequence = number;
  return made;
}

TEST(ScriptBlocks, AnyOrderGivesTheSameText) {
  std::vector<std::uint32_t> order{1, 2, 3, 4};
  do {
    ScriptBlocks blocks;
    std::vector<ScriptBlock> out;
    for (const std::uint32_t number : order) {
      EXPECT_TRUE(out.empty());
      blocks.add(part(number, 4, std::string(1, static_cast<char>('a' + number - 1))), out);
      if (out.empty()) blocks.add(part(number, 4, "twice"), out);
    }
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].record.fields[0].value, "abcd");
    EXPECT_FALSE(out[0].is_partial);
    EXPECT_EQ(out[0].sequence, 1u);
    EXPECT_EQ(out[0].rules.size(), 4u);
    blocks.add(part(1, 4, "a"), out);  // a copy of the log
    blocks.finish(out);
    EXPECT_EQ(out.size(), 1u);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(ScriptBlocks, GapsAreMarked) {
  ScriptBlocks blocks;
  std::vector<ScriptBlock> out;
  blocks.add(part(2, 6, "b"), out);
  blocks.add(part(5, 6, "e"), out);
  blocks.finish(out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_TRUE(out[0].is_partial);
  EXPECT_EQ(out[0].record.fields[0].value,
            "\n<# parts 1 to 1 of 6 are missing #>\nb\n<# parts 3 to 4 of 6 are missing #>\ne\n<# parts 6 to "
            "6 of 6 are missing #>\n");
}

TEST(ScriptBlocks, ProcessesAndBlocksStayApart) {
  ScriptBlocks blocks;
  std::vector<ScriptBlock> out;
  blocks.add(part(1, 2, "a"), out);
  blocks.add(part(2, 2, "b", "h\n2"), out);
  blocks.add(part(2, 2, "b", "h\n1", "other"), out);
  EXPECT_TRUE(out.empty());
  blocks.finish(out);
  EXPECT_EQ(out.size(), 3u);
}

TEST(ScriptBlocks, WaitingIsBounded) {
  ScriptBlocks blocks;
  std::vector<ScriptBlock> out;
  for (std::size_t i = 0; i < limits::kScriptBlocksMax + 10; ++i)
    blocks.add(part(1, 2, "a", "h\n1", std::to_string(i)), out);
  EXPECT_EQ(out.size(), 10u);
  out.clear();
  for (int i = 0; i < 70; ++i)
    blocks.add(part(1, 2, std::string(1 << 20, 'x'), "h\n2", std::to_string(i)), out);
  EXPECT_GT(out.size(), limits::kScriptBlocksMax - 100);
}

TEST(ScriptBlocks, NumbersThatDisagreeAreLeftOut) {
  ScriptBlocks blocks;
  std::vector<ScriptBlock> out;
  blocks.add(part(1, 2, "a"), out);
  blocks.add(part(7, 9, "z"), out);
  blocks.add(part(2, 2, "b"), out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].record.fields[0].value, "ab");
}

}  // namespace
}  // namespace bartizan
