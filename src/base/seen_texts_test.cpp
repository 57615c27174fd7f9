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
    const std::size_t size = random() % 8 ? random() % 300 : random() % 20'000;
    const std::string text(size, static_cast<char>('a' + random() % 26));
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

TEST(SeenTexts, LongTextsAreRememberedUpToABound) {
  SeenTexts seen;
  const std::string script(10'000, 's'), other = script.substr(0, 5'000) + 't' + script.substr(5'001),
                                         bomb(limits::kSeenTextBytesMax + 1, 'b');
  const std::uint32_t found[] = {3, 5};
  for (const std::string& text : {script, bomb}) {
    EXPECT_FALSE(seen.find({1, 0}, text));
    seen.put({1, 0}, text, found);
  }
  ASSERT_TRUE(seen.find({1, 0}, script));
  EXPECT_EQ((*seen.find({1, 0}, script))[1], 5u);
  EXPECT_FALSE(seen.find({1, 0}, other));
  EXPECT_FALSE(seen.find({1, 1}, script));
  EXPECT_FALSE(seen.find({1, 0}, bomb));
}

TEST(SeenTexts, WhatWasFoundCanBeReplaced) {
  SeenTexts seen;
  const std::uint32_t found[] = {3, 5, 3};
  for (const std::string& text : {std::string("brief"), std::string(1'000, 'l'), std::string(235, 'm')}) {
    (void)seen.find({1, 0}, text);
    seen.put({1, 0}, text, found);
    seen.replace({1, 0}, text, 3, 4);
    seen.replace({2, 0}, text, 5, 6);
    ASSERT_TRUE(seen.find({1, 0}, text)) << text.size();
    const auto known = *seen.find({1, 0}, text);
    EXPECT_EQ(std::vector<std::uint32_t>(known.begin(), known.end()), (std::vector<std::uint32_t>{4, 5, 4}));
  }
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
