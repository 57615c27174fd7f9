// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/leaf_numbers.h"

#include <string>
#include <unordered_map>

#include "detect/sigma/rarity.h"

namespace bartizan::sigma {
namespace {

// All that a leaf asks, but not of which field.
void append_test(const Leaf& leaf, std::string& out) {
  for (const int part : {static_cast<int>(leaf.op), static_cast<int>(leaf.part)})
    out += static_cast<char>('0' + part);
  for (const bool flag : {leaf.cased, leaf.starts_open, leaf.ends_open}) out += flag ? '1' : '0';
  if (leaf.op == LeafOp::kGlob) {
    for (const Token& token : leaf.pattern)
      out += static_cast<char>('0' + static_cast<int>(token.kind)), out += token.text, out += '\x1e';
  } else if (leaf.op == LeafOp::kRegex) {
    const RegexKey regex = regex_key(leaf);
    out += regex.ignores_case ? 'i' : '-', out += regex.dot_matches_newline ? 's' : '-', out += regex.pattern;
  } else {
    out += leaf.op == LeafOp::kNetwork ? leaf.source : leaf.text;
  }
}

class Numbers {
 public:
  explicit Numbers(std::size_t expected) { numbers_.reserve(expected); }
  std::uint32_t of(const std::string& text) {
    return numbers_.try_emplace(text, static_cast<std::uint32_t>(numbers_.size() + 1)).first->second;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

}  // namespace

void number_leaves(std::span<Rule> rules) {
  std::size_t leaves = 0;
  for (const Rule& rule : rules) leaves += rule.leaves.size();
  Numbers tests(leaves), fields(rules.size());
  std::string test;
  for (Rule& rule : rules)
    for (Leaf& leaf : rule.leaves) {
      test.clear();
      append_test(leaf, test);
      leaf.test_number = tests.of(test);
      leaf.field_number = fields.of(leaf.field);
      leaf.reference_number = leaf.op == LeafOp::kFieldRef ? fields.of(leaf.text) : 0;
    }
}

}  // namespace bartizan::sigma
