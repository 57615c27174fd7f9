// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/field_index.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace bartizan::sigma {
namespace {

bool holds(const IndexedLiteral& literal, std::string_view value) {
  switch (literal.anchor) {
    case Anchor::kWhole: return value == literal.text;
    case Anchor::kStart: return value.starts_with(literal.text);
    case Anchor::kEnd: return value.ends_with(literal.text);
    case Anchor::kAnywhere: return value.find(literal.text) != value.npos;
  }
  return false;
}

std::set<std::uint32_t> found_in(const FieldIndex& index, std::string_view value) {
  // A copy of exact size, so that a read past its end is caught.
  const std::vector<char> copy(value.begin(), value.end());
  std::set<std::uint32_t> found;
  index.find({copy.data(), copy.size()}, [&](std::uint32_t id) { found.insert(id); });
  return found;
}

TEST(FieldIndex, FindsWhatAPlainSearchFinds) {
  std::mt19937 random(1);
  auto text = [&](std::size_t size_max) {
    std::string out(std::uniform_int_distribution<std::size_t>(0, size_max)(random), ' ');
    for (char& c : out) c = "ab\\.\xc3\xa9"[random() % 6];  // few letters, so that much is found
    return out;
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<IndexedLiteral> literals;
    for (std::uint32_t id = 0; id < 40; ++id) {
      IndexedLiteral literal{static_cast<Anchor>(random() % 4), text(14), id};
      if (literal.text.empty()) literal.anchor = Anchor::kWhole;
      literals.push_back(literal);
    }
    const FieldIndex index(literals);
    for (int i = 0; i < 40; ++i) {
      const std::string value = i % 4 == 0 ? literals[random() % literals.size()].text : text(40);
      std::set<std::uint32_t> expected;
      for (const IndexedLiteral& literal : literals)
        if (holds(literal, value)) expected.insert(literal.id);
      ASSERT_EQ(found_in(index, value), expected) << "round " << round << ", value " << value;
    }
  }
}

TEST(FieldIndex, NothingIsFoundWithoutLiterals) {
  EXPECT_TRUE(found_in(FieldIndex(std::vector<IndexedLiteral>{}), "value").empty());
}

}  // namespace
}  // namespace bartizan::sigma
