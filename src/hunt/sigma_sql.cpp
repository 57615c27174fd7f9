// SPDX-License-Identifier: Apache-2.0
#include "hunt/sigma_sql.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <span>

#include "base/text.h"
#include "detect/sigma/regex.h"
#include "hunt/search_sql.h"
#include "store/database.h"
#include "store/event_columns.h"

namespace bartizan::hunt {
namespace {

using sigma::Expression;
using sigma::Leaf;
using sigma::LeafOp;

constexpr std::size_t kRulesAtOnce = 50;

std::uint64_t bit_of(std::size_t column) { return std::uint64_t{1} << (column - store::kFirstField); }

// A column when it holds the record's own field of that name, else null.
std::string own_column(std::size_t column, const Dialect& dialect) {
  return "CASE WHEN " + dialect.lacks_bit("copied", bit_of(column)) + " THEN " +
         std::string(store::event_columns()[column].name) + " END";
}

// The first value the record itself has under this name, null when it has none.
std::string own_value(std::string_view name, const Dialect& dialect) {
  const std::string other = dialect.entry(name);
  const auto column = store::find_sigma_column(name);
  return column ? "coalesce(" + own_column(*column, dialect) + ", " + other + ")" : other;
}

std::string own_presence(std::string_view name, const Dialect& dialect) {
  const std::string other = dialect.has_entry(name);
  const auto column = store::find_sigma_column(name);
  return column ? "(" + other + " OR " + own_column(*column, dialect) + " IS NOT NULL)" : other;
}

// Every value of the record, for keywords.
std::string all_values(const Dialect& dialect) {
  std::vector<std::string> own;
  const auto columns = store::event_columns();
  for (std::size_t i = store::kFirstField; i < columns.size(); ++i)
    if (!columns[i].sigma.empty()) own.push_back(own_column(i, dialect));
  return dialect.joined_lists(dialect.entry_values(), dialect.list_of(own));
}

std::string converted(const FieldMapping& mapping, std::string value, const Dialect& dialect) {
  if (mapping.decimal) value = dialect.hex_as_decimal(value);
  if (!mapping.values.empty()) {
    std::string out = "CASE";
    for (const auto& [from, to] : mapping.values)
      out +=
          " WHEN " + dialect.lower(value) + " = " + dialect.text(folded(from)) + " THEN " + dialect.text(to);
    value = out + " ELSE " + value + " END";
  }
  if (!mapping.prefixes.empty()) {
    std::string out = "CASE";
    for (const auto& [from, to] : mapping.prefixes) {
      const std::string parts[] = {dialect.text(to), dialect.rest_from(value, from.size() + 1)};
      out += " WHEN " + dialect.starts_with(dialect.lower(value), dialect.text(folded(from))) + " THEN " +
             dialect.joined(parts);
    }
    value = out + " ELSE " + value + " END";
  }
  return "(" + value + ")";
}

// The expressions that give the values of a mapped field.
std::vector<std::string> mapped_values(const FieldMapping& mapping, const Dialect& dialect) {
  std::vector<std::string> out;
  if (mapping.each || mapping.from.size() == 1) {
    for (const std::string& name : mapping.from)
      out.push_back(converted(mapping, own_value(name, dialect), dialect));
    return out;
  }
  if (mapping.from.empty()) return out;
  std::vector<std::string> parts;  // null when one is
  for (const std::string& name : mapping.from) {
    if (!parts.empty()) parts.push_back(dialect.text(mapping.with));
    parts.push_back(own_value(name, dialect));
  }
  out.push_back(converted(mapping, "(" + dialect.joined(parts) + ")", dialect));
  return out;
}

std::string glob_pattern(const sigma::Pattern& pattern) {
  std::string out;
  for (const sigma::Token& token : pattern)
    out += token.kind == sigma::Token::Kind::kAnyRun   ? "%"
           : token.kind == sigma::Token::Kind::kAnyOne ? "_"
                                                       : like_pattern(token.text, false);
  return out;
}

std::string number_text(const sigma::Number& number) {
  if (number.is_integer) return std::to_string(number.integer);
  char digits[64];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number.real);
  return error == std::errc() ? std::string(digits, end) : "0";
}

// The fields that the rules of a question ask for, each computed once an event: f0 is its value, l0 that in small letters. Where
// a name may have several values, m0 is the list of those that are not null.
class Slots {
 public:
  Slots(const std::vector<EventPlace>* places, const std::vector<std::string>& repeated,
        const Dialect& dialect)
      : places_(places), repeated_(repeated), dialect_(dialect) {}

  std::size_t slot_of(const std::string& field) {
    const auto known = std::ranges::find(fields_, field);
    if (known != fields_.end()) return static_cast<std::size_t>(known - fields_.begin());
    fields_.push_back(field);
    return fields_.size() - 1;
  }
  // Whether the field has to be looked at value by value.
  bool is_list(std::size_t slot) const {
    if (std::ranges::find(repeated_, fields_[slot]) != repeated_.end()) return true;
    if (places_)
      for (const EventPlace& place : *places_)
        if (const auto found = place.fields.find(fields_[slot]);
            found != place.fields.end() && found->second.each && found->second.from.size() > 1)
          return true;
    return false;
  }
  void want_keywords() { has_keywords_ = true; }

  // What is selected besides the columns there are: first the values, then what is made of them.
  std::string values_sql() const {
    std::string out;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      const std::string number = std::to_string(i);
      out += ", " + by_place(i, &Slots::value_of) + " AS f" + number;
      if (is_list(i)) out += ", " + by_place(i, &Slots::list_of) + " AS m" + number;
      out += ", " + by_place(i, &Slots::presence_of) + " AS p" + number;
    }
    if (has_keywords_) out += ", " + all_values(dialect_) + " AS k";
    return out;
  }
  std::string folded_sql() const {
    std::string out;
    for (std::size_t i = 0; i < fields_.size(); ++i)
      if (!is_list(i)) out += ", " + dialect_.lower("f" + std::to_string(i)) + " AS l" + std::to_string(i);
    return out;
  }

 private:
  const FieldMapping* mapping_of(const EventPlace* place, std::size_t slot) const {
    if (!place) return nullptr;
    const auto found = place->fields.find(fields_[slot]);
    return found == place->fields.end() ? nullptr : &found->second;
  }
  std::string value_of(const EventPlace* place, std::size_t slot) const {
    const FieldMapping* mapping = mapping_of(place, slot);
    if (!mapping) return own_value(fields_[slot], dialect_);
    const std::vector<std::string> values = mapped_values(*mapping, dialect_);
    return values.empty() ? "NULL" : values.front();
  }
  std::string list_of(const EventPlace* place, std::size_t slot) const {
    if (const FieldMapping* mapping = mapping_of(place, slot))
      return dialect_.list_of(mapped_values(*mapping, dialect_));
    const std::string own[] = {own_value(fields_[slot], dialect_)};
    return dialect_.joined_lists(dialect_.list_of(own), dialect_.entry_values_starting(fields_[slot] + "#"));
  }
  std::string presence_of(const EventPlace* place, std::size_t slot) const {
    const FieldMapping* mapping = mapping_of(place, slot);
    if (!mapping) return own_presence(fields_[slot], dialect_);
    std::string out = "(" + dialect_.truth(false);
    for (const std::string& name : mapping->from) out += " OR " + own_presence(name, dialect_);
    return out + ")";
  }
  // One expression where all places agree; an event that is asked about has a place.
  std::string by_place(std::size_t slot,
                       std::string (Slots::*expression)(const EventPlace*, std::size_t) const) const {
    if (!places_) return (this->*expression)(nullptr, slot);
    std::string out = "CASE";
    const std::string last = (this->*expression)(&places_->back(), slot);
    bool all_agree = true;
    for (std::size_t i = 0; i + 1 < places_->size(); ++i) {
      const std::string here = (this->*expression)(&(*places_)[i], slot);
      all_agree = all_agree && here == last;
      out += " WHEN place = " + std::to_string(i) + " THEN " + here;
    }
    return all_agree ? last : out + " ELSE " + last + " END";
  }

  const std::vector<EventPlace>* places_;  // null: the record's own names
  const std::vector<std::string>& repeated_;
  const Dialect& dialect_;
  std::vector<std::string> fields_;
  bool has_keywords_ = false;
};

class RuleMaker {
 public:
  RuleMaker(const sigma::Rule& rule, Slots& slots, const Dialect& dialect)
      : rule_(rule), slots_(slots), dialect_(dialect) {}

  std::string make() { return condition(rule_.condition); }
  const std::string& failed() const { return failed_; }

 private:
  std::string condition(const Expression& expression) {
    switch (expression.kind) {
      case Expression::Kind::kLeaf: return leaf(rule_.leaves[expression.index]);
      case Expression::Kind::kSearch: return condition(rule_.searches[expression.index].expression);
      case Expression::Kind::kNot: return "(NOT " + condition(expression.children[0]) + ")";
      default: break;
    }
    const bool is_and = expression.kind == Expression::Kind::kAnd;
    if (expression.children.empty()) return dialect_.truth(is_and);
    if (const auto list = value_list(expression)) return *list;
    std::string out = "(";
    for (const Expression& child : expression.children)
      out += (out.size() > 1 ? is_and ? " AND " : " OR " : "") + condition(child);
    return out + ")";
  }

  // Many whole values of one field: an IN.
  std::optional<std::string> value_list(const Expression& expression) {
    if (expression.kind != Expression::Kind::kOr || expression.children.size() < 4) return std::nullopt;
    const Leaf* first = nullptr;
    std::string list;
    for (const Expression& child : expression.children) {
      if (child.kind != Expression::Kind::kLeaf) return std::nullopt;
      const Leaf& leaf = rule_.leaves[child.index];
      if (leaf.op != LeafOp::kExact || leaf.field.empty() || leaf.text.contains('\0')) return std::nullopt;
      if (!first) first = &leaf;
      if (leaf.field != first->field || leaf.cased != first->cased) return std::nullopt;
      list += (list.empty() ? "" : ", ") + dialect_.text(leaf.text);
    }
    return any_value(
        *first, [&](const std::string&, const std::string& value) { return value + " IN (" + list + ")"; });
  }

  // True when the test holds for any value of the leaf's field; never null. The test gets the value and what it is compared as.
  template <class Test>
  std::string any_value(const Leaf& leaf, Test test, std::string_view named = {}) {
    const std::size_t slot = slots_.slot_of(leaf.field);
    const std::string number = std::to_string(slot);
    if (slots_.is_list(slot)) return any_of("m" + number, leaf, test, named);
    return dialect_.is_true(test("f" + number, (leaf.cased ? "f" : "l") + number));
  }

  template <class Test>
  std::string any_of(const std::string& list, const Leaf& leaf, Test test, std::string_view named = {}) {
    return dialect_.is_true(dialect_.any_of(
        list,
        [&](const std::string& v) { return dialect_.is_true(test(v, leaf.cased ? v : dialect_.lower(v))); },
        named));
  }

  std::string leaf(const Leaf& leaf) {
    if (leaf.field.empty()) {
      slots_.want_keywords();
      return any_of("k", leaf,
                    [&](const std::string& raw, const std::string& value) { return test(leaf, raw, value); });
    }
    if (leaf.op == LeafOp::kExists) {
      const std::string presence = "p" + std::to_string(slots_.slot_of(leaf.field));
      return leaf.text == "true" ? presence : "(NOT " + presence + ")";
    }
    if (leaf.op == LeafOp::kFieldRef) return reference(leaf);
    if (leaf.op == LeafOp::kNull) {
      const std::size_t slot = slots_.slot_of(leaf.field);
      const std::string number = std::to_string(slot);
      if (!slots_.is_list(slot)) return "(f" + number + " IS NULL)";
      return dialect_.is_empty("m" + number);
    }
    return any_value(
        leaf, [&](const std::string& raw, const std::string& value) { return test(leaf, raw, value); });
  }

  std::string reference(const Leaf& leaf) {
    const std::string raw = "f" + std::to_string(slots_.slot_of(leaf.text));
    const std::string other = leaf.cased ? raw : dialect_.lower(raw);
    const auto test = [&](const std::string&, const std::string& value) {
      return leaf.starts_open && leaf.ends_open ? dialect_.contains(value, other)
             : leaf.starts_open                 ? dialect_.ends_with(value, other)
             : leaf.ends_open                   ? dialect_.starts_with(value, other)
                                                : value + " = " + other;
    };
    return any_value(leaf, test, raw);
  }

  std::string test(const Leaf& leaf, const std::string& raw, const std::string& value) {
    const std::string text = dialect_.text(leaf.text);
    if (leaf.text.find('\0') != std::string::npos) return fail("a value holds a zero byte");
    switch (leaf.op) {
      case LeafOp::kExact: return value + " = " + text;
      case LeafOp::kContains: return dialect_.contains(value, text);
      case LeafOp::kStartsWith: return dialect_.starts_with(value, text);
      case LeafOp::kEndsWith: return dialect_.ends_with(value, text);
      case LeafOp::kGlob: return dialect_.is_like(value, glob_pattern(leaf.pattern));
      case LeafOp::kPresent: return raw + " IS NOT NULL";
      case LeafOp::kRegex: return regex(leaf, raw);
      case LeafOp::kNetwork: {
        const auto network = sql_of_network(raw, leaf.source, dialect_);
        return network ? *network : fail("the network " + leaf.source + " cannot be tested in SQL");
      }
      case LeafOp::kNumber: return raw + " = " + text;
      case LeafOp::kLess: return ordered(leaf, raw, " < ");
      case LeafOp::kLessOrEqual: return ordered(leaf, raw, " <= ");
      case LeafOp::kGreater: return ordered(leaf, raw, " > ");
      case LeafOp::kGreaterOrEqual: return ordered(leaf, raw, " >= ");
      default: return dialect_.truth(false);
    }
  }

  std::string ordered(const Leaf& leaf, const std::string& raw, std::string_view sign) {
    if (leaf.part != sigma::TimePart::kNone) return fail("parts of a time cannot be tested in SQL");
    return dialect_.number_of(raw) + std::string(sign) + number_text(leaf.number);
  }

  std::string regex(const Leaf& leaf, const std::string& raw) {
    if (leaf.regex_run_min > 0) return dialect_.has_line_of(raw, leaf.regex_run_min);
    return dialect_.matches(raw, leaf.regex->pattern(),
                            {.ignores_case = leaf.regex->ignores_case(),
                             .dot_takes_line_ends = leaf.regex->dot_matches_newline()});
  }

  std::string fail(std::string why) {
    if (failed_.empty()) failed_ = std::move(why);
    return dialect_.truth(false);
  }

  const sigma::Rule& rule_;
  Slots& slots_;
  const Dialect& dialect_;
  std::string failed_;
};

std::string equal_texts(std::string_view column, const std::string& wanted, const Dialect& dialect) {
  return dialect.lower("coalesce(" + std::string(column) + ", '')") + " = " + dialect.text(folded(wanted));
}

std::string declared_sql(const LogsourceName& wanted, const Dialect& dialect) {
  std::string out = "(" + dialect.truth(true);
  for (const auto& [column, text] :
       {std::pair{"category", &wanted.category}, {"product", &wanted.product}, {"service", &wanted.service}})
    if (!text->empty()) out += " AND " + equal_texts(column, *text, dialect);
  return out + ")";
}

std::string channel_sql(std::string_view pattern, const Dialect& dialect) {
  if (!pattern.ends_with('*')) return equal_texts("channel", std::string(pattern), dialect);
  pattern.remove_suffix(1);
  return "(channel IS NOT NULL AND " +
         dialect.is_true(dialect.starts_with(dialect.lower("channel"), dialect.text(folded(pattern)))) + ")";
}

// As EventPlace::may_hold and accepts.
std::string accepts_sql(const EventPlace& place, const Dialect& dialect) {
  std::string out = "(" + dialect.truth(true);
  if (!place.channels.empty()) {
    out += " AND (" + dialect.truth(false);
    for (const std::string& channel : place.channels) out += " OR " + channel_sql(channel, dialect);
    out += ")";
  } else if (place.declared) {
    out += " AND " + declared_sql(*place.declared, dialect);
  }
  if (!place.event_ids.empty()) {
    out += " AND coalesce(event_id, 0) IN (";
    for (std::size_t i = 0; i < place.event_ids.size(); ++i)
      out += (i ? ", " : "") + std::to_string(place.event_ids[i]);
    out += ")";
  }
  for (const auto& [field, wanted] : place.where) {
    std::string list;
    for (const std::string& one : wanted) list += (list.empty() ? "" : ", ") + dialect.text(folded(one));
    out += " AND " + dialect.is_true(dialect.lower(own_value(field, dialect)) + " IN (" + list + ")");
  }
  return out + ")";
}

// Rules of one log source.
struct Group {
  LogsourceName name;
  const std::vector<EventPlace>* places = nullptr;
  std::vector<std::uint32_t> rules;
};

// Which of the places takes the event, -1 when none does.
std::string place_sql(const Group& group, const Dialect& dialect) {
  if (!group.places) return "CASE WHEN " + declared_sql(group.name, dialect) + " THEN 0 ELSE -1 END";
  std::string out = "CASE";
  for (std::size_t i = 0; i < group.places->size(); ++i)
    out += " WHEN " + accepts_sql((*group.places)[i], dialect) + " THEN " + std::to_string(i);
  return out + " ELSE -1 END";
}

std::string kinds_sql(const Group& group, const Dialect& dialect) {
  if (!group.places) return declared_sql(group.name, dialect);
  std::string out = "(" + dialect.truth(false);
  for (const EventPlace& place : *group.places) out += " OR " + accepts_sql(place, dialect);
  return out + ")";
}

std::string question_of(const Group& group, std::span<const std::uint32_t> chosen,
                        const std::vector<sigma::Rule>& rules, const TimeRange& range,
                        const std::vector<std::string>& repeated, const Dialect& dialect,
                        RuleQuestions& out) {
  Slots slots(group.places, repeated, dialect);
  std::vector<std::pair<std::uint32_t, std::string>> conditions;
  for (const std::uint32_t index : chosen) {
    RuleMaker maker(rules[index], slots, dialect);
    std::string condition = maker.make();
    if (maker.failed().empty()) conditions.emplace_back(index, std::move(condition));
    else out.refused.emplace_back(index, maker.failed());
  }
  if (conditions.empty()) return {};
  const std::string about = ", host, evidence, record_id, id, ", time = dialect.time_column();
  return "SELECT " + time + " AS time" + about + dialect.each("matched") + " AS rule FROM (SELECT " + time +
         about + dialect.numbers_that_hold(conditions) + " AS matched FROM (SELECT *" + slots.folded_sql() +
         " FROM (SELECT *" + slots.values_sql() + " FROM (SELECT *, " + place_sql(group, dialect) +
         " AS place FROM events WHERE " + kinds_sql(group, dialect) + " AND " + sql_of_range(range, dialect) +
         "))))";
}

}  // namespace

RuleQuestions questions_of(const std::vector<sigma::Rule>& rules, const LogsourceTable& table,
                           const TimeRange& range, const std::vector<std::string>& repeated,
                           const std::function<bool(std::uint32_t rule)>& wants, const Dialect& dialect) {
  RuleQuestions out;
  std::map<LogsourceName, Group> groups;
  for (std::uint32_t i = 0; i < rules.size(); ++i) {
    if (!wants(i)) continue;
    const LogsourceName name{rules[i].logsource.category, rules[i].logsource.product,
                             rules[i].logsource.service};
    Group& group = groups[name];
    group.name = name;
    group.places = table.places(name);
    if (group.places && group.places->empty()) out.refused.emplace_back(i, "no log has its log source");
    else group.rules.push_back(i);
  }
  for (const auto& [name, group] : groups)
    for (std::size_t at = 0; at < group.rules.size(); at += kRulesAtOnce) {
      const auto chosen = std::span(group.rules).subspan(at, std::min(kRulesAtOnce, group.rules.size() - at));
      std::string sql = question_of(group, chosen, rules, range, repeated, dialect, out);
      if (!sql.empty()) out.questions.push_back(std::move(sql));
    }
  return out;
}

std::string repeated_names_sql(const TimeRange& range, const Dialect& dialect) {
  constexpr std::string_view kCount = "#[0-9]+$";
  return "SELECT DISTINCT " + dialect.without("key", kCount) + " AS name FROM (SELECT " +
         dialect.each_entry_name() + " AS key FROM events WHERE repeats IS NOT NULL AND " +
         sql_of_range(range, dialect) + ") WHERE " + dialect.matches("key", kCount, {});
}

}  // namespace bartizan::hunt
