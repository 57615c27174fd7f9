// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/evaluate.h"

#include <algorithm>

#include "base/text.h"
#include "base/time.h"
#include "detect/sigma/leaf.h"
#include "detect/sigma/regex.h"

namespace bartizan::sigma {
namespace {

std::partial_ordering compare(const Number& a, const Number& b) {
  if (a.is_integer && b.is_integer) return a.integer <=> b.integer;
  return a.real <=> b.real;
}

bool passes_number(LeafOp op, const Number& value, const Number& bound) {
  const std::partial_ordering order = compare(value, bound);
  switch (op) {
    case LeafOp::kNumber: return order == 0;
    case LeafOp::kLess: return order < 0;
    case LeafOp::kLessOrEqual: return order <= 0;
    case LeafOp::kGreater: return order > 0;
    case LeafOp::kGreaterOrEqual: return order >= 0;
    default: return false;
  }
}

bool is_leap(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

// ISO 8601: week 1 is the one with the first Thursday.
int iso_week(const CivilTime& time) {
  static constexpr int kDaysBefore[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  const int day_of_year =
      kDaysBefore[time.month - 1] + time.day + (time.month > 2 && is_leap(time.year) ? 1 : 0);
  const int week_day = time.week_day == 0 ? 7 : time.week_day;
  const int week = (day_of_year - week_day + 10) / 7;
  const int january_first = ((week_day - day_of_year) % 7 + 7) % 7 + 1;  // its week day
  if (week < 1) {
    const int before =
        (january_first + 6 - (is_leap(time.year - 1) ? 2 : 1)) % 7 + 1;  // 1 January of the year before
    return before == 4 || (before == 3 && is_leap(time.year - 1)) ? 53 : 52;
  }
  const bool has_53 = january_first == 4 || (january_first == 3 && is_leap(time.year));
  return week == 53 && !has_53 ? 1 : week;
}

std::int64_t part_of(TimePart part, const CivilTime& time) {
  switch (part) {
    case TimePart::kMinute: return time.minute;
    case TimePart::kHour: return time.hour;
    case TimePart::kDay: return time.day;
    case TimePart::kWeek: return iso_week(time);
    case TimePart::kMonth: return time.month;
    case TimePart::kYear: return time.year;
    case TimePart::kNone: break;
  }
  return 0;
}

// So many characters in a row without a line end between them.
bool has_run(std::string_view text, std::size_t wanted) {
  if (text.size() < wanted) return false;
  std::size_t run = 0;
  for (std::size_t at = 0; at < text.size() && run < wanted;)
    run = next_code_point(text, at) == U'\n' ? 0 : run + 1;
  return run >= wanted;
}

bool passes_numeric(const Leaf& leaf, const FieldValue& value) {
  if (leaf.part != TimePart::kNone) {
    const std::optional<Instant> time = parse_instant(value.text);
    if (!time) return false;
    Number part{true, part_of(leaf.part, civil_time(*time)), 0};
    part.real = static_cast<double>(part.integer);
    return passes_number(leaf.op, part, leaf.number);
  }
  if (leaf.op == LeafOp::kNumber) {
    if (value.text == leaf.text) return true;
    if (!value.is_number) return false;
  }
  const std::optional<Number> number = parse_number(value.text);
  return number && passes_number(leaf.op, *number, leaf.number);
}

}  // namespace

void PlainFieldLookup::values(const Event& event, std::string_view field,
                              std::vector<FieldValue>& out) const {
  for (const Field& candidate : event.fields)
    if (candidate.name == field) out.push_back({candidate.value, candidate.is_number, candidate.is_null});
}

void PlainFieldLookup::all_values(const Event& event, std::vector<FieldValue>& out) const {
  for (const Field& field : event.fields) out.push_back({field.value, field.is_number, field.is_null});
}

std::string_view predicate_of(const Leaf& leaf) {
  switch (leaf.op) {
    case LeafOp::kExact: return "equals";
    case LeafOp::kContains: return "contains";
    case LeafOp::kStartsWith: return "starts with";
    case LeafOp::kEndsWith: return "ends with";
    case LeafOp::kGlob: return "matches the pattern";
    case LeafOp::kPresent: return "has any value";
    case LeafOp::kRegex: return "matches the regular expression";
    case LeafOp::kNetwork: return "is in the network";
    case LeafOp::kNumber: return "equals";
    case LeafOp::kLess: return "is less than";
    case LeafOp::kLessOrEqual: return "is at most";
    case LeafOp::kGreater: return "is greater than";
    case LeafOp::kGreaterOrEqual: return "is at least";
    case LeafOp::kNull: return "is absent or null";
    case LeafOp::kExists: return "exists";
    case LeafOp::kFieldRef: return "agrees with the field";
  }
  return {};
}

bool RuleEvaluator::matches(const Rule& rule, const Event& event, std::vector<Reason>* why) {
  forget();
  return holds(rule, rule.condition, event, why);
}

bool RuleEvaluator::holds(const Rule& rule, const Expression& expression, const Event& event,
                          std::vector<Reason>* why) {
  switch (expression.kind) {
    case Expression::Kind::kLeaf: return holds(rule.leaves[expression.index], event, why);
    case Expression::Kind::kSearch:
      return holds(rule, rule.searches[expression.index].expression, event, why);
    case Expression::Kind::kNot: return !holds(rule, expression.children[0], event, nullptr);
    case Expression::Kind::kOr:
      return std::ranges::any_of(expression.children,
                                 [&](const Expression& e) { return holds(rule, e, event, why); });
    case Expression::Kind::kAnd: break;
  }
  const std::size_t before = why ? why->size() : 0;
  for (const Expression& child : expression.children) {
    if (holds(rule, child, event, why)) continue;
    if (why) why->resize(before);  // what held before does not count
    return false;
  }
  return true;
}

bool RuleEvaluator::holds(const Leaf& leaf, const Event& event, std::vector<Reason>* why) {
  if (!values_of_ || values_of_->field != leaf.field) {
    values_.clear();
    if (leaf.field.empty()) lookup_.all_values(event, values_);
    else lookup_.values(event, leaf.field, values_);
    values_of_ = &leaf;
  }

  others_.clear();
  if (leaf.op == LeafOp::kFieldRef) lookup_.values(event, leaf.text, others_);
  const FieldValue* passed = nullptr;
  const bool result = test_.holds(leaf, values_, others_, passed);
  if (result && why)
    why->push_back({leaf.field, std::string(predicate_of(leaf)), leaf.source,
                    passed ? std::string(passed->text) : std::string{}, leaf.identifier});
  return result;
}

bool LeafTest::holds(const Leaf& leaf, std::span<const FieldValue> values, std::span<const FieldValue> others,
                     const FieldValue*& passed) {
  passed = nullptr;
  if (leaf.op == LeafOp::kExists) return values.empty() != (leaf.text == "true");
  if (leaf.op == LeafOp::kNull && values.empty()) return true;
  for (const FieldValue& value : values) {
    const bool result = leaf.op == LeafOp::kFieldRef
                            ? !value.is_null && passes_reference(leaf, value.text, others)
                            : passes(leaf, value);
    if (!result) continue;
    passed = &value;
    return true;
  }
  return false;
}

bool LeafTest::passes(const Leaf& leaf, const FieldValue& value) {
  if (leaf.op == LeafOp::kNull || value.is_null) return leaf.op == LeafOp::kNull && value.is_null;
  switch (leaf.op) {
    case LeafOp::kPresent: return true;
    case LeafOp::kRegex:
      if (leaf.regex_run_min > 0) return has_run(value.text, leaf.regex_run_min);
      return leaf.regex->is_found_in(value.text);
    case LeafOp::kNetwork: return leaf.network.contains(value.text);
    case LeafOp::kNumber:
    case LeafOp::kLess:
    case LeafOp::kLessOrEqual:
    case LeafOp::kGreater:
    case LeafOp::kGreaterOrEqual: return passes_numeric(leaf, value);
    default: break;
  }
  if (leaf.cased) return passes_text(leaf, value.text);
  return passes_text(leaf, folded_once(value.text));
}

std::string_view LeafTest::folded_once(std::string_view text) {
  if (text.data() != folded_from_.data() || text.size() != folded_from_.size()) {
    fold_case(text, folded_);
    folded_from_ = text;
  }
  return folded_;
}

bool LeafTest::passes_text(const Leaf& leaf, std::string_view text) {
  switch (leaf.op) {
    case LeafOp::kExact: return text == leaf.text;
    case LeafOp::kContains: return contains(text, leaf.text);
    case LeafOp::kStartsWith: return text.starts_with(leaf.text);
    case LeafOp::kEndsWith: return text.ends_with(leaf.text);
    case LeafOp::kGlob: return matches_glob(leaf.pattern, text);
    default: return false;
  }
}

bool LeafTest::passes_reference(const Leaf& leaf, std::string_view text, std::span<const FieldValue> others) {
  if (!leaf.cased) text = folded_once(text);
  for (const FieldValue& value : others) {
    if (value.is_null) continue;
    std::string_view other = value.text;
    if (!leaf.cased) fold_case(other, other_folded_), other = other_folded_;
    if (leaf.starts_open && leaf.ends_open ? text.find(other) != text.npos
        : leaf.starts_open                 ? text.ends_with(other)
        : leaf.ends_open                   ? text.starts_with(other)
                                           : text == other)
      return true;
  }
  return false;
}

}  // namespace bartizan::sigma
