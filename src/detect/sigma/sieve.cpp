// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/sieve.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/text.h"
#include "detect/sigma/rarity.h"

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

// So many texts of the other sort are needed to change the mind.
constexpr int kLuckMax = 64;

struct Sieve::Scratch {
  std::vector<std::uint8_t> found, groups;
  std::vector<std::uint32_t> touched, touched_groups, woken;
};

class Sieve::Builder {
 public:
  Builder(Sieve& sieve, const LiteralsOf& literals_of) : sieve_(sieve), program_(sieve.program_) {
    sieve.is_unknown_.resize(program_.predicates_.size());
    sieve.woken_by_.resize(program_.predicates_.size());
    members_.resize(program_.group_slots_.size());
    sieve.is_unknown_group_.resize(program_.group_slots_.size());
    for (std::uint32_t i = 0; i < program_.predicates_.size(); ++i) {
      const Program::Predicate& predicate = program_.predicates_[i];
      literals_.push_back(literals_of(*predicate.leaf, predicate.slot));
      for (std::uint32_t group : program_.groups_of_.of(i)) members_[group].push_back(i);
    }
  }

  // False: some rule can hold whatever the text.
  bool build() {
    for (std::uint32_t rule = 0; rule < program_.rules_.size(); ++rule) {
      const Waking waking = waking_of(program_.rules_[rule].condition);
      if (waking.cost >= kUnknown) return false;
      for (std::uint32_t predicate : waking.predicates) {
        std::vector<std::uint32_t>& woken = sieve_.woken_by_[predicate];
        if (woken.empty() || woken.back() != rule) woken.push_back(rule);
      }
    }
    std::vector<IndexedLiteral> guards, others;
    for (std::uint32_t i = 0; i < program_.predicates_.size(); ++i) {
      if (!literals_[i]) {
        sieve_.is_unknown_[i] = 1;
        for (std::uint32_t group : program_.groups_of_.of(i)) sieve_.is_unknown_group_[group] = 1;
        continue;
      }
      for (const std::string& literal : *literals_[i])
        if (literal.empty()) sieve_.of_empty_.push_back(i);
        else (sieve_.woken_by_[i].empty() ? others : guards).push_back({Anchor::kAnywhere, literal, i});
    }
    sieve_.guards_ = FieldIndex(guards);
    sieve_.others_ = FieldIndex(others);
    others.insert(others.end(), guards.begin(), guards.end());
    sieve_.all_ = FieldIndex(others);
    return true;
  }

 private:
  // Tests one of which is needed, and the share of records expected to pass one of them.
  struct Waking {
    std::vector<std::uint32_t> predicates;
    double cost = kUnknown;
  };
  static constexpr double kUnknown = 1000;
  static constexpr std::size_t kLongBytes =
      5;  // FieldIndex finds shorter literals by a pair or a letter, which stand in many texts

  double cost_of(std::uint32_t predicate) const {
    if (!literals_[predicate]) return kUnknown;
    constexpr double kShortCost = 0.05;
    double cost = 0;
    for (const std::string& literal : *literals_[predicate]) {
      if (literal.empty()) continue;
      cost += expected_share(Anchor::kAnywhere, literal);
      if (literal.size() < kLongBytes) cost += kShortCost;
    }
    return cost;
  }

  Waking waking_of_group(const std::vector<std::uint32_t>& members) const {
    Waking all{members, 0};
    for (std::uint32_t member : members) all.cost += cost_of(member);
    return all;
  }

  // As deep as conditions nest.
  Waking waking_of(std::uint32_t at) const {
    const Program::Node& node = program_.nodes_[at];
    using Kind = Program::Node::Kind;
    switch (node.kind) {
      case Kind::kPredicate: return {{node.index}, cost_of(node.index)};
      case Kind::kGroup: return waking_of_group(members_[node.index]);
      case Kind::kNot: return {};
      case Kind::kAnd: {
        Waking best;
        for (std::uint32_t child = at + 1; child < node.end; child = program_.nodes_[child].end) {
          Waking waking = waking_of(child);
          if (waking.cost < best.cost) best = std::move(waking);
        }
        return best;
      }
      case Kind::kOr: {
        Waking all{{}, 0};
        for (std::uint32_t child = at + 1; child < node.end; child = program_.nodes_[child].end) {
          const Waking waking = waking_of(child);
          all.cost += waking.cost;
          all.predicates.insert(all.predicates.end(), waking.predicates.begin(), waking.predicates.end());
        }
        return all;
      }
    }
    return {};
  }

  Sieve& sieve_;
  const Program& program_;
  std::vector<std::optional<std::vector<std::string>>> literals_;
  std::vector<std::vector<std::uint32_t>> members_;  // of groups
};

std::unique_ptr<Sieve> Sieve::make(const Program& program, const LiteralsOf& literals_of) {
  if (!program.always_true_.empty()) return nullptr;
  std::unique_ptr<Sieve> sieve(new Sieve(program));
  return Builder(*sieve, literals_of).build() ? std::move(sieve) : nullptr;
}

bool Sieve::may_hold(std::string_view folded, bool has_empty) const {
  thread_local Scratch scratch;  // kept for its memory; all zero between calls
  if (scratch.found.size() < program_.predicates_.size()) scratch.found.resize(program_.predicates_.size());
  if (scratch.groups.size() < program_.group_slots_.size())
    scratch.groups.resize(program_.group_slots_.size());
  const auto note = [&](std::uint32_t predicate) {
    if (scratch.found[predicate]) return;
    scratch.found[predicate] = 1;
    scratch.touched.push_back(predicate);
    for (std::uint32_t group : program_.groups_of_.of(predicate))
      if (!std::exchange(scratch.groups[group], std::uint8_t{1})) scratch.touched_groups.push_back(group);
    const std::vector<std::uint32_t>& woken = woken_by_[predicate];
    scratch.woken.insert(scratch.woken.end(), woken.begin(), woken.end());
  };
  const int luck = luck_.load(std::memory_order_relaxed);
  (luck >= 0 ? guards_ : all_).find(folded, note);
  if (has_empty)
    for (std::uint32_t predicate : of_empty_) note(predicate);
  if (luck >= 0 && !scratch.woken.empty()) others_.find(folded, note);
  luck_.store(std::clamp(luck + (scratch.woken.empty() ? 1 : -1), -kLuckMax, kLuckMax),
              std::memory_order_relaxed);
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
    case Kind::kGroup: return is_unknown_group_[node.index] || scratch.groups[node.index] != 0;
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
