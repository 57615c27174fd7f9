// SPDX-License-Identifier: Apache-2.0
// Program: many rules compiled for one kind of event, so that the cost of an event follows the bytes of its values and not
// the number of rules. It gives the answers of RuleEvaluator, always; tests compare them.
//
// How: tests that the kind decides (its channel, event id, provider) are folded into constants, and rules they exclude are
// gone. Equal tests of different rules become one. All literals of a field go into one FieldIndex. Every rule is woken by its
// rarest necessary test; a rule that has none is looked at for every event. Long lists of values of one field become one
// group. What an index cannot answer (regular expressions, networks, numbers in order) is tested when a woken rule asks,
// once an event, and behind a literal it needs where there is one.
//
// A Program is immutable and may be shared by threads; the rules must outlive it. A ProgramRun is the scratch space of one
// thread and serves any program; nothing is allocated an event once it is warm.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/seen_texts.h"
#include "detect/sigma/evaluate.h"
#include "detect/sigma/field_index.h"
#include "detect/sigma/rule.h"

namespace bartizan::sigma {

// A slot is a field as rules see it: the reader says which values it has in an event.
using SlotId = std::uint32_t;
inline constexpr SlotId kNoSlot = 0xffffffff;

class SlotReader {
 public:
  virtual ~SlotReader() = default;
  // Valid until the next event. Asked at most once a slot and event, except for fields that others refer to.
  virtual std::span<const FieldValue> values(SlotId slot) = 0;
};

// A rule whose leaves are numbered (leaf_numbers.h).
struct BoundRule {
  const Rule* rule = nullptr;
  std::uint32_t id = 0;            // what run() reports
  std::vector<SlotId> slots;       // of each leaf; of keywords the slot of all values
  std::vector<SlotId> references;  // of each leaf: of the field a kFieldRef names, else kNoSlot
};

// What a leaf says of every event of the kind, if that is known.
using KnownLeaf = std::function<std::optional<bool>(const Leaf& leaf, SlotId slot)>;

class Program {
 public:
  // To ask only is to learn what the rules need: such a program has no indexes and is not to be run.
  enum class Use : std::uint8_t { kToRun, kToAsk };
  Program(std::span<const BoundRule> rules, std::size_t slot_count, const KnownLeaf& known,
          Use use = Use::kToRun);

  bool is_empty() const { return rules_.empty() && always_true_.empty(); }
  // Slots that any rule left over asks for.
  std::vector<SlotId> used_slots() const;
  // The tests of the rules that are left, each once, and where their values come from.
  std::vector<std::pair<const Leaf*, SlotId>> tests() const;
  // For people: how many rules are left, how many of them are looked at for every event, predicates.
  struct Figures {
    std::size_t rules = 0, unwoken = 0, predicates = 0, indexed = 0, groups = 0;
  };
  Figures figures() const;

 private:
  friend class ProgramRun;
  friend class ProgramBuilder;
  friend class Sieve;

  enum class Check : std::uint8_t {
    kIndex,  // the index answers
    kGlob,   // the index finds a part, the pattern is tested at once
    kLater,  // the index finds a part, the test is made when a rule asks
    kAsked,  // tested when a rule asks
  };
  struct Predicate {
    const Leaf* leaf = nullptr;
    SlotId slot = kNoSlot, reference = kNoSlot;
    Check check = Check::kAsked;
  };
  // Conditions in prefix order: `end` is the index behind the node's last descendant.
  struct Node {
    enum class Kind : std::uint8_t { kPredicate, kGroup, kAnd, kOr, kNot };
    Kind kind = Kind::kPredicate;
    std::uint32_t index = 0;  // of the predicate or the group
    std::uint32_t end = 0;
  };
  struct Slot {
    FieldIndex index;
    bool has_index = false;
    std::vector<std::uint32_t> numbers;  // predicates that compare numbers: 1.0 equals 1
  };
  struct CompiledRule {
    std::uint32_t id = 0, condition = 0;  // the root node
  };
  // Lists of numbers by index.
  struct Lists {
    std::vector<std::uint32_t> starts{0}, items;
    std::span<const std::uint32_t> of(std::size_t index) const {
      return {items.data() + starts[index], starts[index + 1] - starts[index]};
    }
  };

  std::uint64_t serial_ = 0;  // another for each program of the process; never 0
  std::vector<Slot> slots_;
  std::vector<Predicate> predicates_;
  std::vector<Node> nodes_;
  std::vector<CompiledRule> rules_;
  std::vector<SlotId> waking_slots_;        // those of tests that wake a rule
  std::vector<std::uint32_t> unwoken_;      // rules to look at for every event
  std::vector<std::uint32_t> always_true_;  // ids of rules that the kind alone satisfies
  Lists woken_by_;                          // predicate -> rules
  Lists groups_of_;                         // predicate -> groups
  std::vector<SlotId> group_slots_;
};

class ProgramRun {
 public:
  // Appends the ids of the rules that hold, ascending.
  void run(const Program& program, SlotReader& reader, std::vector<std::uint32_t>& out);

 private:
  static constexpr std::uint8_t kFound = 1, kTrue = 2, kFalse = 4;
  // Among what a value tells: a part of the predicate's text was found, its test is still to be made.
  static constexpr std::uint32_t kUntested = 0x8000'0000;
  static constexpr std::uint32_t kFailed = 0xffff'ffff;  // the test was made meanwhile

  void prepare();
  void run_slot(SlotId slot);
  std::span<const std::uint32_t> told_by(SlotId slot, const FieldValue& value);
  void set_found(std::uint32_t predicate);
  void set_true(std::uint32_t predicate);
  void wake(std::uint32_t predicate);
  bool holds(std::uint32_t node);
  bool predicate_holds(std::uint32_t predicate);
  void reset();

  const Program* program_ = nullptr;
  SlotReader* reader_ = nullptr;
  LeafTest test_;
  std::string folded_;
  // Numbers, each at most once: room for all there are is taken beforehand.
  struct Marked {
    std::vector<std::uint32_t> room;
    std::size_t count = 0;
    void add(std::uint32_t number) { room[count++] = number; }
    void clear(std::vector<std::uint8_t>& marks) {
      for (std::size_t i = 0; i < count; ++i) marks[room[i]] = 0;
      count = 0;
    }
  };
  std::vector<std::uint8_t> states_, group_states_, slots_done_, rules_woken_;
  Marked touched_, touched_groups_, done_slots_, woken_;
  std::vector<std::uint32_t> told_;  // by the value at hand
  SeenTexts seen_;
};

}  // namespace bartizan::sigma
