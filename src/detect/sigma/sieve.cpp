// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/sieve.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace bartizan::sigma {

std::optional<std::vector<std::string>> literals_of(const Leaf& leaf) {
  switch (leaf.op) {
    case LeafOp::kExact:
    case LeafOp::kStartsWith:
    case LeafOp::kEndsWith:
    case LeafOp::kContains: return {{folded(leaf.text)}};
    case LeafOp::kGlob: {
      std::string longest;
      for (const Token& token : leaf.pattern)
        if (token.kind == Token::Kind::kLiteral && token.text.size() > longest.size()) longest = token.text;
      if (longest.empty()) return {};
      return {{folded(longest)}};
    }
    case LeafOp::kNumber:
      // Other numbers are written in many ways.
      if (leaf.part != TimePart::kNone || !leaf.number.is_integer || leaf.number.integer < 0) return {};
      return {{leaf.text}};
    case LeafOp::kRegex:
      if (leaf.regex_needs.empty()) return {};
      return leaf.regex_needs;
    default: return {};
  }
}

struct Sieve::Scratch {
  std::vector<std::uint8_t> found, groups;
  std::vector<std::uint32_t> touched, touched_groups, woken;
};

std::unique_ptr<Sieve> Sieve::make(const Program& program, const LiteralsOf& literals_of) {
  if (!program.unwoken_.empty() || !program.always_true_.empty()) return nullptr;
  std::unique_ptr<Sieve> sieve(new Sieve(program));
  std::vector<IndexedLiteral> indexed;
  sieve->is_unknown_.resize(program.predicates_.size());
  for (std::uint32_t i = 0; i < program.predicates_.size(); ++i) {
    const Program::Predicate& predicate = program.predicates_[i];
    const auto literals = literals_of(*predicate.leaf, predicate.slot);
    if (!literals) {
      sieve->is_unknown_[i] = 1;
      if (!program.woken_by_.of(i).empty()) return nullptr;
      continue;
    }
    for (const std::string& literal : *literals)
      if (literal.empty()) sieve->of_empty_.push_back(i);
      else indexed.push_back({Anchor::kAnywhere, literal, i});
  }
  // Groups are of tests whose literals are known.
  for (std::uint32_t i = 0; i < program.predicates_.size(); ++i)
    if (sieve->is_unknown_[i] && !program.groups_of_.of(i).empty()) return nullptr;
  sieve->index_ = FieldIndex(indexed);
  return sieve;
}

bool Sieve::may_hold(std::string_view folded, bool has_empty) const {
  thread_local Scratch scratch;  // kept for its memory; all zero between calls
  if (scratch.found.size() < program_.predicates_.size()) scratch.found.resize(program_.predicates_.size());
  if (scratch.groups.size() < program_.group_slots_.size()) scratch.groups.resize(program_.group_slots_.size());
  const auto note = [&](std::uint32_t predicate) {
    if (scratch.found[predicate]) return;
    scratch.found[predicate] = 1;
    scratch.touched.push_back(predicate);
    for (std::uint32_t group : program_.groups_of_.of(predicate))
      if (!std::exchange(scratch.groups[group], std::uint8_t{1})) scratch.touched_groups.push_back(group);
    const auto woken = program_.woken_by_.of(predicate);
    scratch.woken.insert(scratch.woken.end(), woken.begin(), woken.end());
  };
  index_.find(folded, note);
  if (has_empty)
    for (std::uint32_t predicate : of_empty_) note(predicate);
  const bool any = std::any_of(scratch.woken.begin(), scratch.woken.end(), [&](std::uint32_t rule) {
    return holds(program_.rules_[rule].condition, scratch);
  });
  for (std::uint32_t predicate : scratch.touched) scratch.found[predicate] = 0;
  for (std::uint32_t group : scratch.touched_groups) scratch.groups[group] = 0;
  scratch.touched.clear(), scratch.touched_groups.clear(), scratch.woken.clear();
  return any;
}

// As deep as conditions nest, which is bounded by limits::kSigmaConditionDepthMax.
bool Sieve::holds(std::uint32_t at, const Scratch& scratch) const {
  const Program::Node& node = program_.nodes_[at];
  using Kind = Program::Node::Kind;
  switch (node.kind) {
    case Kind::kPredicate: return is_unknown_[node.index] || scratch.found[node.index];
    case Kind::kGroup: return scratch.groups[node.index] != 0;
    case Kind::kNot: return true;
    case Kind::kAnd:
      for (std::uint32_t child = at + 1; child < node.end; child = program_.nodes_[child].end)
        if (!holds(child, scratch)) return false;
      return true;
    case Kind::kOr:
      for (std::uint32_t child = at + 1; child < node.end; child = program_.nodes_[child].end)
        if (holds(child, scratch)) return true;
      return false;
  }
  return true;
}

}  // namespace bartizan::sigma
