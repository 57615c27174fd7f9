// SPDX-License-Identifier: Apache-2.0
// What holds for every format in the list.
#include <gtest/gtest.h>

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
  const std::string_view inputs[] = {"x", "\n\n\n", "{\"a\":1}\n{\"a\":", "key=value other=1\n", std::string_view("\0\0\0\0", 4)};
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

}  // namespace
}  // namespace bartizan
