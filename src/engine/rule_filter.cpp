// SPDX-License-Identifier: Apache-2.0
#include "engine/rule_filter.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"

namespace bartizan {
namespace {

// One of these stands, folded, in every value for which the leaf holds. An empty one: it can hold without.
std::vector<std::string> literals_of(const sigma::Leaf& leaf) {
  using Op = sigma::LeafOp;
  switch (leaf.op) {
    case Op::kExact:
    case Op::kStartsWith:
    case Op::kEndsWith:
    case Op::kContains:
    case Op::kNumber: return {folded(leaf.text)};
    case Op::kGlob: {
      std::string longest;
      for (const sigma::Token& token : leaf.pattern)
        if (token.kind == sigma::Token::Kind::kLiteral && token.text.size() > longest.size())
          longest = token.text;
      return {folded(longest)};
    }
    case Op::kRegex: return leaf.regex_needs.empty() ? std::vector<std::string>{""} : leaf.regex_needs;
    default: return {""};
  }
}

// Of a literal in a text joined from several values, the longest piece that stands in one of them.
std::string piece_of(const std::string& literal, const std::string& separator) {
  if (separator.size() != 1) return {};
  std::string best;
  for (std::size_t at = 0; at <= literal.size();) {
    const std::size_t end = std::min(literal.find(separator, at), literal.size());
    if (end - at > best.size()) best = literal.substr(at, end - at);
    at = end + 1;
  }
  return best;
}

// The same where the value is made by a mapping: texts that stand in what it is made of.
std::vector<std::string> unmapped(std::vector<std::string> literals, const FieldMapping& mapping) {
  if (!mapping.each && mapping.from.size() > 1)
    for (std::string& literal : literals) literal = piece_of(literal, folded(mapping.with));
  for (const auto& [from, to] : mapping.values) {
    const std::string made = folded(to);
    if (std::any_of(literals.begin(), literals.end(),
                    [&](const std::string& literal) { return made.find(literal) != made.npos; }))
      literals.push_back(folded(from));
  }
  // A literal may begin in the prefix and end behind it.
  for (const auto& [from, to] : mapping.prefixes) literals.push_back(folded(from));
  if (mapping.decimal) literals.emplace_back("0x");
  return literals;
}

}  // namespace

std::unique_ptr<RuleFilter> RuleFilter::make(std::span<const Test> tests) {
  std::vector<std::string> all;
  for (const Test& test : tests) {
    std::vector<std::string> literals = literals_of(*test.leaf);
    if (test.mapping) literals = unmapped(std::move(literals), *test.mapping);
    for (std::string& literal : literals) {
      if (literal.empty()) return nullptr;
      all.push_back(std::move(literal));
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::vector<sigma::IndexedLiteral> indexed;
  for (std::string& literal : all) indexed.push_back({sigma::Anchor::kAnywhere, std::move(literal), 0});
  auto filter = std::make_unique<RuleFilter>();
  filter->index_ = sigma::FieldIndex(indexed);
  return filter;
}

bool RuleFilter::may_match(std::string_view text) const {
  thread_local std::string letters;  // kept for its memory
  fold_case(text, letters);
  bool found = false;
  index_.find(letters, [&](std::uint32_t) { found = true; });
  return found;
}

}  // namespace bartizan
