// SPDX-License-Identifier: Apache-2.0
#include "base/seen_texts.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace bartizan {
namespace {

// Whatever it remembers is what it was told, over many more texts than it has room for.
TEST(SeenTexts, RemembersOnlyWhatItWasTold) {
  SeenTexts seen;
  std::mt19937 random(1);
  std::map<std::pair<std::string, std::uint32_t>, std::vector<std::uint32_t>> told;
  std::size_t hits = 0;
  for (int round = 0; round < 100'000; ++round) {
    const std::string text(random() % 300, static_cast<char>('a' + random() % 26));
    const SeenTexts::Search search{1 + random() % 2, static_cast<std::uint32_t>(random() % 3)};
    const auto key = std::pair(text + (search.owner == 1 ? "1" : "2"), search.part);
    if (const auto known = seen.find(search, text)) {
      ++hits;
      ASSERT_EQ(std::vector<std::uint32_t>(known->begin(), known->end()), told.at(key));
      continue;
    }
    std::vector<std::uint32_t> found;
    for (std::size_t i = random() % 80; i-- > 0;) found.push_back(static_cast<std::uint32_t>(random()));
    if (const auto before = told.find(key); before != told.end()) found = before->second;
    told[key] = found;
    seen.put(search, text, found);
  }
  EXPECT_GT(hits, 1'000u);
}

TEST(SeenTexts, EmptyTextAndNothingFoundAreRemembered) {
  SeenTexts seen;
  EXPECT_FALSE(seen.find({1, 0}, ""));
  seen.put({1, 0}, "", {});
  ASSERT_TRUE(seen.find({1, 0}, ""));
  EXPECT_TRUE(seen.find({1, 0}, "")->empty());
  EXPECT_FALSE(seen.find({2, 0}, ""));
}

}  // namespace
}  // namespace bartizan
