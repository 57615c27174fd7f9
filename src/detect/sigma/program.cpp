// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/program.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <string>
#include <unordered_map>

#include "base/must.h"
#include "base/text.h"
#include "detect/sigma/rarity.h"

namespace bartizan::sigma {
namespace {

// Lists of values up to this long are walked; longer ones become a group, which any of its members sets.
constexpr std::size_t kGroupMin = 8;

// A condition while it is being compiled.
struct Term {
  enum class Kind : std::uint8_t { kTrue, kFalse, kPredicate, kAnd, kOr, kNot };
  Kind kind = Kind::kTrue;
  std::uint32_t predicate = 0;
  std::vector<Term> children;
};

// Tests one of which holds whenever the rule does, and how often an event is expected to pass one of them.
struct Waking {
  std::vector<std::uint32_t> predicates;
  double share = 2;  // above 1: no such tests are known
  bool is_known() const { return share <= 1; }
};

// What makes two predicates the same.
struct PredicateKey {
  std::uint32_t test = 0;
  SlotId slot = kNoSlot, reference = kNoSlot;
  bool operator==(const PredicateKey&) const = default;
};
struct PredicateKeyHash {
  std::size_t operator()(const PredicateKey& key) const {
    const std::uint64_t sum =
        (std::uint64_t{key.test} << 32 | key.slot) * 0x9e3779b97f4a7c15u ^ key.reference;
    return sum ^ sum >> 29;
  }
};

// The longest literal of a pattern.
std::string_view part_of(const Pattern& pattern) {
  std::string_view longest;
  for (const Token& token : pattern)
    if (token.kind == Token::Kind::kLiteral && token.text.size() > longest.size()) longest = token.text;
  return longest;
}

bool is_decimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

std::optional<Anchor> anchor_of(LeafOp op) {
  switch (op) {
    case LeafOp::kExact: return Anchor::kWhole;
    case LeafOp::kStartsWith: return Anchor::kStart;
    case LeafOp::kEndsWith: return Anchor::kEnd;
    case LeafOp::kContains: return Anchor::kAnywhere;
    default: return {};
  }
}

}  // namespace

class ProgramBuilder {
 public:
  ProgramBuilder(Program& program, std::span<const BoundRule> rules, std::size_t slot_count,
                 const KnownLeaf& known)
      : program_(program), rules_(rules), known_(known), literals_(slot_count) {
    program_.slots_.resize(slot_count);
  }

  void build(bool with_indexes) {
    for (const BoundRule& bound : rules_) add_rule(bound);
    for (std::size_t slot = 0; slot < literals_.size(); ++slot) {
      if (literals_[slot].empty() || !with_indexes) continue;
      program_.slots_[slot].index = FieldIndex(literals_[slot]);
      program_.slots_[slot].has_index = true;
    }
    woken_by_.resize(program_.predicates_.size());
    groups_of_.resize(program_.predicates_.size());
    std::set<SlotId> waking;
    for (std::size_t predicate = 0; predicate < woken_by_.size(); ++predicate)
      if (!woken_by_[predicate].empty()) waking.insert(program_.predicates_[predicate].slot);
    program_.waking_slots_.assign(waking.begin(), waking.end());
    program_.woken_by_ = flatten(woken_by_);
    program_.groups_of_ = flatten(groups_of_);
  }

 private:
  static Program::Lists flatten(const std::vector<std::vector<std::uint32_t>>& lists) {
    Program::Lists flat;
    for (const auto& list : lists) {
      flat.items.insert(flat.items.end(), list.begin(), list.end());
      flat.starts.push_back(static_cast<std::uint32_t>(flat.items.size()));
    }
    return flat;
  }

  void add_rule(const BoundRule& bound) {
    const Term term = simplified(*bound.rule, bound.rule->condition, bound);
    if (term.kind == Term::Kind::kFalse) return;
    if (term.kind == Term::Kind::kTrue) return program_.always_true_.push_back(bound.id);
    const auto rule = static_cast<std::uint32_t>(program_.rules_.size());
    program_.rules_.push_back({bound.id, static_cast<std::uint32_t>(program_.nodes_.size())});
    emit(term);
    const Waking waking = waking_of(term);
    if (!waking.is_known()) return program_.unwoken_.push_back(rule);
    woken_by_.resize(program_.predicates_.size());
    for (std::uint32_t predicate : waking.predicates) woken_by_[predicate].push_back(rule);
  }

  Term simplified(const Rule& rule, const Expression& expression, const BoundRule& bound) {
    switch (expression.kind) {
      case Expression::Kind::kLeaf: return term_of(rule.leaves[expression.index], expression.index, bound);
      case Expression::Kind::kSearch:
        return simplified(rule, rule.searches[expression.index].expression, bound);
      case Expression::Kind::kNot: {
        Term child = simplified(rule, expression.children[0], bound);
        if (child.kind == Term::Kind::kTrue) return {Term::Kind::kFalse, 0, {}};
        if (child.kind == Term::Kind::kFalse) return {Term::Kind::kTrue, 0, {}};
        Term negation{Term::Kind::kNot, 0, {}};
        negation.children.push_back(std::move(child));
        return negation;
      }
      case Expression::Kind::kAnd:
        return joined(rule, expression, bound, Term::Kind::kAnd, Term::Kind::kFalse, Term::Kind::kTrue);
      case Expression::Kind::kOr:
        return joined(rule, expression, bound, Term::Kind::kOr, Term::Kind::kTrue, Term::Kind::kFalse);
    }
    return {};
  }

  // `decides` ends the matter (false in an and), `neutral` can be left out.
  Term joined(const Rule& rule, const Expression& expression, const BoundRule& bound, Term::Kind kind,
              Term::Kind decides, Term::Kind neutral) {
    Term term{kind, 0, {}};
    for (const Expression& part : expression.children) {
      Term child = simplified(rule, part, bound);
      if (child.kind == decides) return child;
      if (child.kind == neutral) continue;
      if (child.kind == kind)
        std::move(child.children.begin(), child.children.end(), std::back_inserter(term.children));
      else term.children.push_back(std::move(child));
    }
    if (term.children.empty()) return {neutral, 0, {}};
    if (term.children.size() > 1) return term;
    Term only = std::move(term.children[0]);
    return only;
  }

  Term term_of(const Leaf& leaf, std::size_t index, const BoundRule& bound) {
    const SlotId slot = bound.slots[index];
    if (const std::optional<bool> answer = known_(leaf, slot))
      return {*answer ? Term::Kind::kTrue : Term::Kind::kFalse, 0, {}};
    return {Term::Kind::kPredicate, predicate_of(leaf, slot, bound.references[index]), {}};
  }

  std::uint32_t predicate_of(const Leaf& leaf, SlotId slot, SlotId reference) {
    const auto id = static_cast<std::uint32_t>(program_.predicates_.size());
    MUST(leaf.test_number != 0);
    const auto [known, is_new] = ids_.try_emplace({leaf.test_number, slot, reference}, id);
    if (!is_new) return known->second;
    Program::Predicate predicate{&leaf, slot, reference, Program::Check::kAsked};
    shares_.push_back(2);
    index_predicate(predicate, id);
    program_.predicates_.push_back(predicate);
    return id;
  }

  // Enters the predicate's literals into the index of its slot, if it has any.
  void index_predicate(Program::Predicate& predicate, std::uint32_t id) {
    const Leaf& leaf = *predicate.leaf;
    if (const auto anchor = anchor_of(leaf.op)) {
      const std::string text = leaf.cased ? folded(leaf.text) : leaf.text;
      if (text.empty() && *anchor != Anchor::kWhole) return;
      predicate.check = leaf.cased ? Program::Check::kLater : Program::Check::kIndex;
      return add_literal(predicate.slot, *anchor, text, id);
    }
    if (leaf.op == LeafOp::kGlob) {
      const std::string part = folded(part_of(leaf.pattern));
      if (part.empty()) return;
      predicate.check = leaf.cased ? Program::Check::kLater : Program::Check::kGlob;
      return add_literal(predicate.slot, Anchor::kAnywhere, part, id);
    }
    if (leaf.op == LeafOp::kNumber && leaf.part == TimePart::kNone && is_decimal(leaf.text)) {
      predicate.check = Program::Check::kIndex;
      program_.slots_[predicate.slot].numbers.push_back(id);
      return add_literal(predicate.slot, Anchor::kWhole, leaf.text, id);
    }
    if (leaf.op == LeafOp::kRegex && !leaf.regex_needs.empty()) {
      predicate.check = Program::Check::kLater;
      shares_[id] = 0;
      for (const std::string& literal : leaf.regex_needs) {
        const double so_far = shares_[id];
        add_literal(predicate.slot, Anchor::kAnywhere, literal, id);
        shares_[id] = std::min(1.0, so_far + shares_[id]);
      }
    }
  }

  void add_literal(SlotId slot, Anchor anchor, std::string text, std::uint32_t id) {
    shares_[id] = expected_share(anchor, text);
    literals_[slot].push_back({anchor, std::move(text), id});
  }

  Waking waking_of(const Term& term) const {
    switch (term.kind) {
      case Term::Kind::kPredicate:
        if (shares_[term.predicate] > 1) return {};
        return {{term.predicate}, shares_[term.predicate]};
      case Term::Kind::kAnd: {
        Waking best;
        for (const Term& child : term.children)
          if (Waking waking = waking_of(child); waking.share < best.share) best = std::move(waking);
        return best;
      }
      case Term::Kind::kOr: {
        Waking all{{}, 0};
        for (const Term& child : term.children) {
          const Waking waking = waking_of(child);
          if (!waking.is_known()) return {};
          all.predicates.insert(all.predicates.end(), waking.predicates.begin(), waking.predicates.end());
          all.share = std::min(1.0, all.share + waking.share);
        }
        std::sort(all.predicates.begin(), all.predicates.end());
        all.predicates.erase(std::unique(all.predicates.begin(), all.predicates.end()), all.predicates.end());
        return all;
      }
      default: return {};
    }
  }

  // What is cheap to ask stands first: predicates the index has answered, then groups of terms, then tests to be made.
  unsigned cost_of(const Term& term) const {
    if (term.kind == Term::Kind::kPredicate) {
      switch (program_.predicates_[term.predicate].check) {
        case Program::Check::kIndex:
        case Program::Check::kGlob: return 1;
        case Program::Check::kLater: return 20;
        case Program::Check::kAsked:
          return program_.predicates_[term.predicate].leaf->op == LeafOp::kRegex ? 1000 : 10;
      }
    }
    unsigned sum = 1;
    for (const Term& child : term.children) sum = std::min(100'000u, sum + cost_of(child));
    return sum;
  }

  void emit(const Term& term) {
    const std::size_t at = program_.nodes_.size();
    using Kind = Program::Node::Kind;
    if (term.kind == Term::Kind::kPredicate) {
      program_.nodes_.push_back({Kind::kPredicate, term.predicate, 0});
    } else if (term.kind == Term::Kind::kOr) {
      emit_or(term);
    } else {
      program_.nodes_.push_back({term.kind == Term::Kind::kAnd ? Kind::kAnd : Kind::kNot, 0, 0});
      emit_children(term);
    }
    program_.nodes_[at].end = static_cast<std::uint32_t>(program_.nodes_.size());
  }

  void emit_children(const Term& term) {
    std::vector<std::pair<unsigned, const Term*>> order;
    for (const Term& child : term.children) order.emplace_back(cost_of(child), &child);
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [cost, child] : order) emit(*child);
  }

  // Members of one slot that the index answers become a group when there are many of them.
  void emit_or(const Term& term) {
    std::unordered_map<SlotId, std::vector<std::uint32_t>> members;
    for (const Term& child : term.children)
      if (child.kind == Term::Kind::kPredicate && answers_at_once(child.predicate))
        members[program_.predicates_[child.predicate].slot].push_back(child.predicate);
    Term rest{Term::Kind::kOr, 0, {}};
    std::vector<std::uint32_t> groups;
    for (const Term& child : term.children) {
      const bool in_group = child.kind == Term::Kind::kPredicate && answers_at_once(child.predicate) &&
                            members[program_.predicates_[child.predicate].slot].size() > kGroupMin;
      if (!in_group) {
        rest.children.push_back(child);
        continue;
      }
      auto& list = members[program_.predicates_[child.predicate].slot];
      if (list.front() == child.predicate) groups.push_back(group_of(list));
    }
    using Kind = Program::Node::Kind;
    if (rest.children.empty() && groups.size() == 1)
      return program_.nodes_.push_back({Kind::kGroup, groups[0], 0});
    program_.nodes_.push_back({Kind::kOr, 0, 0});
    for (std::uint32_t group : groups) {
      program_.nodes_.push_back({Kind::kGroup, group, 0});
      program_.nodes_.back().end = static_cast<std::uint32_t>(program_.nodes_.size());
    }
    emit_children(rest);
  }

  bool answers_at_once(std::uint32_t predicate) const {
    const Program::Check check = program_.predicates_[predicate].check;
    return check == Program::Check::kIndex || check == Program::Check::kGlob;
  }

  std::uint32_t group_of(const std::vector<std::uint32_t>& members) {
    std::string key;
    for (std::uint32_t member : members) key += std::to_string(member) + ' ';
    const auto id = static_cast<std::uint32_t>(program_.group_slots_.size());
    const auto [known, is_new] = group_ids_.try_emplace(std::move(key), id);
    if (!is_new) return known->second;
    program_.group_slots_.push_back(program_.predicates_[members[0]].slot);
    groups_of_.resize(program_.predicates_.size());
    for (std::uint32_t member : members)
      if (groups_of_[member].empty() || groups_of_[member].back() != id) groups_of_[member].push_back(id);
    return id;
  }

  Program& program_;
  std::span<const BoundRule> rules_;
  const KnownLeaf& known_;
  std::vector<std::vector<IndexedLiteral>> literals_;  // of each slot
  std::unordered_map<PredicateKey, std::uint32_t, PredicateKeyHash> ids_;
  std::unordered_map<std::string, std::uint32_t> group_ids_;
  std::vector<double>
      shares_;  // of each predicate: expected share of events, above 1 when nothing announces it
  std::vector<std::vector<std::uint32_t>> woken_by_, groups_of_;
};

Program::Program(std::span<const BoundRule> rules, std::size_t slot_count, const KnownLeaf& known, Use use) {
  static std::atomic<std::uint64_t> programs = 0;
  serial_ = ++programs;
  ProgramBuilder(*this, rules, slot_count, known).build(use == Use::kToRun);
  std::sort(always_true_.begin(), always_true_.end());
}

std::vector<SlotId> Program::used_slots() const {
  std::vector<SlotId> used;
  for (const Predicate& predicate : predicates_) {
    used.push_back(predicate.slot);
    if (predicate.reference != kNoSlot) used.push_back(predicate.reference);
  }
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  return used;
}

std::vector<std::pair<const Leaf*, SlotId>> Program::tests() const {
  std::vector<std::pair<const Leaf*, SlotId>> tests;
  for (const Predicate& predicate : predicates_) tests.emplace_back(predicate.leaf, predicate.slot);
  return tests;
}

Program::Figures Program::figures() const {
  Figures figures{rules_.size() + always_true_.size(), unwoken_.size(), predicates_.size(), 0,
                  group_slots_.size()};
  for (const Predicate& predicate : predicates_) figures.indexed += predicate.check != Check::kAsked;
  return figures;
}

void ProgramRun::run(const Program& program, SlotReader& reader, std::vector<std::uint32_t>& out) {
  program_ = &program, reader_ = &reader;
  const std::size_t before = out.size();
  prepare();
  test_.forget();
  for (const SlotId slot : program.waking_slots_) run_slot(slot);
  for (std::uint32_t rule : program.unwoken_)
    if (holds(program.rules_[rule].condition)) out.push_back(program.rules_[rule].id);
  for (std::size_t i = 0; i < woken_.count; ++i) {  // more may come meanwhile
    const Program::CompiledRule& rule = program.rules_[woken_.room[i]];
    if (holds(rule.condition)) out.push_back(rule.id);
  }
  out.insert(out.end(), program.always_true_.begin(), program.always_true_.end());
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
  reset();
}

void ProgramRun::prepare() {
  auto grow = [](std::vector<std::uint8_t>& marks, Marked& marked, std::size_t size) {
    if (marks.size() < size) marks.resize(size), marked.room.resize(size);
  };
  grow(states_, touched_, program_->predicates_.size());
  grow(group_states_, touched_groups_, program_->group_slots_.size());
  grow(slots_done_, done_slots_, program_->slots_.size());
  grow(rules_woken_, woken_, program_->rules_.size());
}

void ProgramRun::reset() {
  touched_.clear(states_);
  touched_groups_.clear(group_states_);
  done_slots_.clear(slots_done_);
  woken_.clear(rules_woken_);
}

void ProgramRun::run_slot(SlotId slot) {
  slots_done_[slot] = 1;
  done_slots_.add(slot);
  if (!program_->slots_[slot].has_index) return;
  for (const FieldValue& value : reader_->values(slot)) {
    if (value.is_null) continue;
    for (const std::uint32_t told : told_by(slot, value)) {
      if (told == kFailed) continue;
      if (told & kUntested) set_found(told & ~kUntested);
      else set_true(told);
    }
  }
}

// The predicates that a value makes true, and those whose test is worth making. They depend on the value alone.
std::span<const std::uint32_t> ProgramRun::told_by(SlotId slot, const FieldValue& value) {
  const SeenTexts::Search search{program_->serial_, slot};
  if (!value.is_number)
    if (const auto known = seen_.find(search, value.text)) return *known;
  const Program::Slot& plan = program_->slots_[slot];
  told_.clear();
  fold_case(value.text, folded_);
  plan.index.find(folded_, [&](std::uint32_t predicate) { told_.push_back(predicate); });
  if (!told_.empty()) {
    std::sort(told_.begin(), told_.end());
    told_.erase(std::unique(told_.begin(), told_.end()), told_.end());
    std::erase_if(told_, [&](std::uint32_t& predicate) {
      const Program::Predicate& plan_of = program_->predicates_[predicate];
      if (plan_of.check == Program::Check::kGlob) return !matches_glob(plan_of.leaf->pattern, folded_);
      if (plan_of.check == Program::Check::kLater) predicate |= kUntested;
      return false;
    });
  }
  if (!value.is_number) {
    seen_.put(search, value.text, told_);
  } else if (!is_decimal(value.text)) {
    const FieldValue* passed = nullptr;
    for (std::uint32_t predicate : plan.numbers)
      if (test_.holds(*program_->predicates_[predicate].leaf, {&value, 1}, {}, passed))
        told_.push_back(predicate);
  }
  return told_;
}

void ProgramRun::set_found(std::uint32_t predicate) {
  if (states_[predicate] != 0) return;
  states_[predicate] = kFound;
  touched_.add(predicate);
  wake(predicate);
}

void ProgramRun::set_true(std::uint32_t predicate) {
  if (states_[predicate] != 0) return;
  states_[predicate] = kTrue;
  touched_.add(predicate);
  wake(predicate);
  for (std::uint32_t group : program_->groups_of_.of(predicate)) {
    if (group_states_[group]) continue;
    group_states_[group] = 1;
    touched_groups_.add(group);
  }
}

void ProgramRun::wake(std::uint32_t predicate) {
  for (std::uint32_t rule : program_->woken_by_.of(predicate)) {
    if (rules_woken_[rule]) continue;
    rules_woken_[rule] = 1;
    woken_.add(rule);
  }
}

// As deep as conditions nest, which is bounded by limits::kSigmaConditionDepthMax.
bool ProgramRun::holds(std::uint32_t at) {
  const Program::Node& node = program_->nodes_[at];
  using Kind = Program::Node::Kind;
  switch (node.kind) {
    case Kind::kPredicate: return predicate_holds(node.index);
    case Kind::kGroup: {
      const SlotId slot = program_->group_slots_[node.index];
      if (!slots_done_[slot]) run_slot(slot);
      return group_states_[node.index] != 0;
    }
    case Kind::kNot: return !holds(at + 1);
    case Kind::kAnd:
      for (std::uint32_t child = at + 1; child < node.end; child = program_->nodes_[child].end)
        if (!holds(child)) return false;
      return true;
    case Kind::kOr:
      for (std::uint32_t child = at + 1; child < node.end; child = program_->nodes_[child].end)
        if (holds(child)) return true;
      return false;
  }
  return false;
}

bool ProgramRun::predicate_holds(std::uint32_t predicate) {
  const Program::Predicate& plan = program_->predicates_[predicate];
  if (plan.check != Program::Check::kAsked && !slots_done_[plan.slot]) run_slot(plan.slot);
  std::uint8_t& state = states_[predicate];
  if (state & (kTrue | kFalse)) return state & kTrue;
  if (plan.check == Program::Check::kIndex || plan.check == Program::Check::kGlob) return false;
  if (plan.check == Program::Check::kLater && state == 0) return false;
  const std::span<const FieldValue> values = reader_->values(plan.slot);
  const std::span<const FieldValue> others =
      plan.reference == kNoSlot ? std::span<const FieldValue>{} : reader_->values(plan.reference);
  const FieldValue* passed = nullptr;
  const bool result = test_.holds(*plan.leaf, values, others, passed);
  if (state == 0) touched_.add(predicate);
  state = static_cast<std::uint8_t>(state | (result ? kTrue : kFalse));
  // Most texts come again, and the answer with them.
  if (plan.check == Program::Check::kLater && values.size() == 1)
    seen_.replace({program_->serial_, plan.slot}, values[0].text, predicate | kUntested,
                  result ? predicate : kFailed);
  return result;
}

}  // namespace bartizan::sigma
