// SPDX-License-Identifier: Apache-2.0
// What holds for every format in the list.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "decode/decoder.h"

namespace bartizan {
namespace {

TEST(Formats, HaveNamesOfTheirOwnAndAreSorted) {
  std::set<std::string_view> names;
  std::string_view before;
  for (const Format* format : all_formats()) {
    EXPECT_TRUE(names.insert(format->name).second) << format->name;
    EXPECT_LT(before, format->name);
    before = format->name;
    EXPECT_FALSE(format->title.empty());
    ASSERT_NE(format->recognise, nullptr);
    EXPECT_EQ(format->recognise({}), 0) << format->name << " takes an empty file for its own";
  }
}

TEST(Formats, CutEveryInputToItsEnd) {
  const std::string_view inputs[] = {"x", "\n\n\n", "{\"a\":1}\n{\"a\":", "key=value other=1\n",
                                     std::string_view("\0\0\0\0", 4)};
  for (const Format* format : all_formats())
    for (std::string_view text : inputs) {
      const auto cutter = format->make_cutter();
      const auto decoder = format->make_decoder({});
      EventBatch batch;
      OddityList oddities;
      Bytes rest = as_bytes(text);
      for (std::uint64_t offset = 0; !rest.empty();) {
        std::size_t size = cutter->cut(rest, false);
        if (size == 0) size = cutter->cut(rest, true);
        ASSERT_GT(size, 0u) << format->name;
        ASSERT_LE(size, rest.size()) << format->name;
        decoder->decode({rest.first(size), offset, cutter->context(), {}}, batch, oddities);
        rest = rest.subspan(size), offset += size;
      }
    }
}

// What `bartizan formats` shows is true: the example is taken for this format and read without complaint.
TEST(Formats, ReadTheirExamples) {
  const std::set<std::string_view> binary = {"evt", "evtx", "lastlog", "raw", "registry_policy", "utmp"};
  for (const Format* format : all_formats()) {
    EXPECT_EQ(format->example.empty(), binary.contains(format->name)) << format->name;
    if (format->example.empty()) continue;
    EXPECT_EQ(recognise_format(as_bytes(format->example)), format) << format->name;
    const auto decoder = format->make_decoder({});
    EventBatch batch;
    OddityList oddities;
    const auto cutter = format->make_cutter();
    const std::size_t size = cutter->cut(as_bytes(format->example), true);
    decoder->decode({as_bytes(format->example).first(size), 0, cutter->context(), {}}, batch, oddities);
    EXPECT_FALSE(batch.empty()) << format->name;
    EXPECT_TRUE(oddities.kept.empty()) << format->name << ": " << oddities.kept.front().what;
  }
}

TEST(Formats, ScoresAreThoseThatRecogniseUses) {
  for (const Format* format : all_formats()) {
    if (format->example.empty()) continue;
    const std::vector<FormatScore> scores = score_formats(as_bytes(format->example));
    ASSERT_FALSE(scores.empty()) << format->name;
    EXPECT_EQ(scores.front().format, recognise_format(as_bytes(format->example)));
    EXPECT_TRUE(std::ranges::is_sorted(scores, std::ranges::greater{}, &FormatScore::score));
  }
}

}  // namespace
}  // namespace bartizan
