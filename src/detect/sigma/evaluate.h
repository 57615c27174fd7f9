// SPDX-License-Identifier: Apache-2.0
// Evaluates a rule on one event, leaf by leaf: the plain evaluator, which states what matching means; a faster matcher
// must give the same answers. Two-valued: a test on an absent field is false, so its negation is true. A field with
// several values passes when any value does. Does not look at the logsource. One evaluator per thread; it keeps scratch
// space, so evaluating allocates nothing once warm. Never fails.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/rule.h"
#include "model/event.h"

namespace bartizan::sigma {

struct FieldValue {
  std::string_view text;
  bool is_number = false;  // the log says so: 4688.0 equals 4688
  bool is_null = false;    // present without a value, as null in JSON
};

// Says what a rule's field means in an event; mappings of log sources live behind it. Appends to `out` views that stay
// valid while the event lives.
class FieldLookup {
 public:
  virtual ~FieldLookup() = default;
  virtual void values(const Event& event, std::string_view field, std::vector<FieldValue>& out) const = 0;
  virtual void all_values(const Event& event,
                          std::vector<FieldValue>& out) const = 0;  // where keywords are looked for
};

// The fields under their own names, compared exactly.
class PlainFieldLookup : public FieldLookup {
 public:
  void values(const Event& event, std::string_view field, std::vector<FieldValue>& out) const override;
  void all_values(const Event& event, std::vector<FieldValue>& out) const override;
};

// One test that held and contributed to the match. Negated parts give none.
struct Reason {
  std::string field;       // empty: a keyword
  std::string predicate;   // such as "ends with"
  std::string pattern;     // as written in the rule
  std::string value;       // of the event; empty when absent
  std::string identifier;  // the search identifier
};

std::string_view predicate_of(const Leaf& leaf);

// Tests values against one leaf, without regard to where they come from. Keeps scratch space: one a thread.
class LeafTest {
 public:
  // `values` are all values of the leaf's field (of the event, for a keyword), `others` those of the field a kFieldRef names.
  // `passed` becomes the value that decided, null where none did.
  bool holds(const Leaf& leaf, std::span<const FieldValue> values, std::span<const FieldValue> others,
             const FieldValue*& passed);

  // The texts of the values seen so far may be gone: to be called when the event changes.
  void forget() { folded_from_ = {}; }

 private:
  bool passes(const Leaf& leaf, const FieldValue& value);
  bool passes_text(const Leaf& leaf, std::string_view text);
  // Folds once what many leaves of a rule look at in turn.
  std::string_view folded_once(std::string_view text);
  bool passes_reference(const Leaf& leaf, std::string_view text, std::span<const FieldValue> others);

  std::string folded_, other_folded_;
  std::string_view folded_from_;  // the value folded_ was made of, by its place
};

class RuleEvaluator {
 public:
  explicit RuleEvaluator(const FieldLookup& lookup) : lookup_(lookup) {}
  // One leaf alone.
  bool holds(const Leaf& leaf, const Event& event) {
    forget();
    return holds(leaf, event, nullptr);
  }
  // Appends the reasons to `why` when the rule matches.
  bool matches(const Rule& rule, const Event& event, std::vector<Reason>* why = nullptr);

 private:
  bool holds(const Rule& rule, const Expression& expression, const Event& event, std::vector<Reason>* why);
  bool holds(const Leaf& leaf, const Event& event, std::vector<Reason>* why);
  void forget() { test_.forget(), values_of_ = nullptr; }

  const FieldLookup& lookup_;
  std::vector<FieldValue> values_, others_;
  const Leaf* values_of_ = nullptr;  // whose field values_ are; tests of one field stand beside each other
  LeafTest test_;
};

}  // namespace bartizan::sigma
