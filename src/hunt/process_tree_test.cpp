// SPDX-License-Identifier: Apache-2.0
#include "hunt/process_tree.h"

#include <gtest/gtest.h>

namespace bartizan::hunt {
namespace {

// time, image, process, parent; the id is the image.
TextRows rows_of(std::initializer_list<std::vector<std::string>> processes) {
  TextRows rows;
  for (const auto& one : processes) rows.push_back({one[0], one[1], "", "", one[1], one[2], one[3]});
  return rows;
}
std::string shown(TextRows started) {
  std::string out;
  for (const auto& row : process_tree(std::move(started))) out += row[1] + "\n";
  return out;
}

TEST(ProcessTreeTest, ChildrenStandBelowTheirParents) {
  EXPECT_EQ(
      shown(rows_of({{"1", "a", "1", ""}, {"2", "b", "2", "9"}, {"3", "c", "3", "1"}, {"4", "d", "4", "3"}})),
      "a\n  c\n    d\nb\n");
}

TEST(ProcessTreeTest, OfOneNumberTheLastThatBeganBefore) {
  EXPECT_EQ(shown(rows_of({{"1", "old", "7", ""},
                           {"2", "child", "8", "7"},
                           {"3", "new", "7", ""},
                           {"4", "other", "9", "7"},
                           {"5", "newest", "7", ""}})),
            "old\n  child\nnew\n  other\nnewest\n");
}

TEST(ProcessTreeTest, NoRowIsLost) {
  EXPECT_EQ(shown(rows_of({{"1", "itself", "1", "1"}})), "itself\n");
  EXPECT_EQ(shown(rows_of({{"1", "a", "1", "2"}, {"1", "b", "2", "1"}})), "a\n  b\n");
  TextRows chain;
  for (int i = 0; i < 100'000; ++i)
    chain.push_back({"1", "x", "", "", "", std::to_string(i), std::to_string(i - 1)});
  const TextRows tree = process_tree(std::move(chain));
  EXPECT_EQ(tree.size(), 100'000u);
  EXPECT_EQ(tree.back()[1].size(), 129u);  // the indentation ends somewhere
}

TEST(ProcessTreeTest, ColumnsAreThoseShown) {
  const TextRows tree = process_tree({{"1", "i", "c", "a", "7", "p", "q"}});
  EXPECT_EQ(tree, (TextRows{{"1", "i", "c", "a", "7"}}));
}

}  // namespace
}  // namespace bartizan::hunt
