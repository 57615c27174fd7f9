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
using store::sql_text;

constexpr std::size_t kRulesAtOnce = 50;

std::string bit_of(std::size_t column) {
  return std::to_string(std::uint64_t{1} << (column - store::kFirstField));
}

// The first value the record itself has under this name, null when it has none.
std::string own_value(std::string_view name) {
  const std::string other = "fields[" + sql_text(name) + "]";
  const auto column = store::find_sigma_column(name);
  if (!column) return other;
  return "coalesce(CASE WHEN copied & " + bit_of(*column) + " = 0 THEN " +
         std::string(store::event_columns()[*column].name) + " END, " + other + ")";
}

std::string own_presence(std::string_view name) {
  const std::string other = "map_contains(fields, " + sql_text(name) + ")";
  const auto column = store::find_sigma_column(name);
  if (!column) return other;
  return "(" + other + " OR (copied & " + bit_of(*column) + " = 0 AND " +
         std::string(store::event_columns()[*column].name) + " IS NOT NULL))";
}

// Every value of the record, for keywords.
std::string all_values() {
  std::string out = "list_concat(map_values(fields), [";
  bool is_first = true;
  const auto columns = store::event_columns();
  for (std::size_t i = store::kFirstField; i < columns.size(); ++i) {
    if (columns[i].sigma.empty()) continue;
    out += (is_first ? "" : ", ") + ("CASE WHEN copied & " + bit_of(i)) + " = 0 THEN " +
           std::string(columns[i].name) + " END";
    is_first = false;
  }
  return out + "])";
}

std::string converted(const FieldMapping& mapping, std::string value) {
  if (mapping.decimal)
    value = "CASE WHEN starts_with(" + value + ", '0x') THEN coalesce(TRY_CAST(" + value +
            " AS UBIGINT)::VARCHAR, " + value + ") ELSE " + value + " END";
  if (!mapping.values.empty()) {
    std::string out = "CASE lower(" + value + ")";
    for (const auto& [from, to] : mapping.values)
      out += " WHEN " + sql_text(folded(from)) + " THEN " + sql_text(to);
    value = out + " ELSE " + value + " END";
  }
  if (!mapping.prefixes.empty()) {
    std::string out = "CASE";
    for (const auto& [from, to] : mapping.prefixes)
      out += " WHEN starts_with(lower(" + value + "), " + sql_text(folded(from)) + ") THEN " + sql_text(to) +
             " || substr(" + value + ", " + std::to_string(from.size() + 1) + ")";
    value = out + " ELSE " + value + " END";
  }
  return "(" + value + ")";
}

// The expressions that give the values of a mapped field.
std::vector<std::string> mapped_values(const FieldMapping& mapping) {
  std::vector<std::string> out;
  if (mapping.each || mapping.from.size() == 1) {
    for (const std::string& name : mapping.from) out.push_back(converted(mapping, own_value(name)));
    return out;
  }
  if (mapping.from.empty()) return out;
  std::string joined;
  for (const std::string& name : mapping.from)
    joined += (joined.empty() ? "" : " || " + sql_text(mapping.with) + " || ") +
              own_value(name);  // null when one is
  out.push_back(converted(mapping, "(" + joined + ")"));
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
// a name may have several values, m0 is their list.
class Slots {
 public:
  Slots(const std::vector<EventPlace>* places, const std::vector<std::string>& repeated)
      : places_(places), repeated_(repeated) {}

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
      out += is_list(i) ? ", " + by_place(i, &Slots::list_of) + " AS m" + number
                        : ", " + by_place(i, &Slots::value_of) + " AS f" + number;
      out += ", " + by_place(i, &Slots::presence_of) + " AS p" + number;
    }
    if (has_keywords_) out += ", list_filter(" + all_values() + ", lambda v: v IS NOT NULL) AS k";
    return out;
  }
  std::string folded_sql() const {
    std::string out;
    for (std::size_t i = 0; i < fields_.size(); ++i)
      if (!is_list(i)) out += ", lower(f" + std::to_string(i) + ") AS l" + std::to_string(i);
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
    if (!mapping) return own_value(fields_[slot]);
    const std::vector<std::string> values = mapped_values(*mapping);
    return values.empty() ? "NULL" : values.front();
  }
  std::string list_of(const EventPlace* place, std::size_t slot) const {
    std::string out;
    if (const FieldMapping* mapping = mapping_of(place, slot)) {
      for (const std::string& value : mapped_values(*mapping)) out += (out.empty() ? "" : ", ") + value;
      return "[" + out + "]::VARCHAR[]";
    }
    return "list_concat([" + own_value(fields_[slot]) +
           "], list_transform(list_filter(map_entries(fields), lambda e: "
           "starts_with(e.key, " +
           sql_text(fields_[slot] + "#") + ")), lambda e: e.value))";
  }
  std::string presence_of(const EventPlace* place, std::size_t slot) const {
    const FieldMapping* mapping = mapping_of(place, slot);
    if (!mapping) return own_presence(fields_[slot]);
    std::string out = "(FALSE";
    for (const std::string& name : mapping->from) out += " OR " + own_presence(name);
    return out + ")";
  }
  // One expression where all places agree.
  std::string by_place(std::size_t slot,
                       std::string (Slots::*expression)(const EventPlace*, std::size_t) const) const {
    if (!places_) return (this->*expression)(nullptr, slot);
    std::string out = "CASE place";
    bool all_agree = true;
    const std::string first = (this->*expression)(&places_->front(), slot);
    for (std::size_t i = 0; i < places_->size(); ++i) {
      const std::string here = (this->*expression)(&(*places_)[i], slot);
      all_agree = all_agree && here == first;
      out += " WHEN " + std::to_string(i) + " THEN " + here;
    }
    return all_agree ? first : out + " END";
  }

  const std::vector<EventPlace>* places_;  // null: the record's own names
  const std::vector<std::string>& repeated_;
  std::vector<std::string> fields_;
  bool has_keywords_ = false;
};

class RuleMaker {
 public:
  RuleMaker(const sigma::Rule& rule, Slots& slots) : rule_(rule), slots_(slots) {}

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
    if (expression.children.empty()) return is_and ? "TRUE" : "FALSE";
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
      if (leaf.op != LeafOp::kExact || leaf.field.empty()) return std::nullopt;
      if (!first) first = &leaf;
      if (leaf.field != first->field || leaf.cased != first->cased) return std::nullopt;
      list += (list.empty() ? "" : ", ") + sql_text(leaf.text);
    }
    return any_value(
        *first, [&](const std::string&, const std::string& value) { return value + " IN (" + list + ")"; });
  }

  // True when the test holds for any value of the leaf's field; never null. The test gets the value and what it is compared as.
  template <class Test>
  std::string any_value(const Leaf& leaf, Test test) {
    const std::size_t slot = slots_.slot_of(leaf.field);
    const std::string number = std::to_string(slot);
    if (slots_.is_list(slot))
      return "coalesce(list_bool_or(list_transform(m" + number + ", lambda v: coalesce(" +
             test("v", leaf.cased ? "v" : "lower(v)") + ", FALSE))), FALSE)";
    return "coalesce(" + test("f" + number, (leaf.cased ? "f" : "l") + number) + ", FALSE)";
  }

  std::string leaf(const Leaf& leaf) {
    if (leaf.field.empty()) {
      slots_.want_keywords();
      return "coalesce(list_bool_or(list_transform(k, lambda v: " +
             test(leaf, "v", leaf.cased ? "v" : "lower(v)") + ")), FALSE)";
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
      return "(len(list_filter(m" + number + ", lambda v: v IS NOT NULL)) = 0)";
    }
    return any_value(
        leaf, [&](const std::string& raw, const std::string& value) { return test(leaf, raw, value); });
  }

  std::string reference(const Leaf& leaf) {
    const std::size_t slot = slots_.slot_of(leaf.text);
    const std::string number = std::to_string(slot);
    const std::string raw = slots_.is_list(slot) ? "m" + number + "[1]" : "f" + number;
    const std::string other = leaf.cased ? raw : "lower(" + raw + ")";
    return any_value(leaf, [&](const std::string&, const std::string& value) {
      return leaf.starts_open && leaf.ends_open ? "contains(" + value + ", " + other + ")"
             : leaf.starts_open                 ? "ends_with(" + value + ", " + other + ")"
             : leaf.ends_open                   ? "starts_with(" + value + ", " + other + ")"
                                                : value + " = " + other;
    });
  }

  std::string test(const Leaf& leaf, const std::string& raw, const std::string& value) {
    const std::string text = sql_text(leaf.text);
    if (leaf.text.find('\0') != std::string::npos) return fail("a value holds a zero byte");
    switch (leaf.op) {
      case LeafOp::kExact: return value + " = " + text;
      case LeafOp::kContains: return "contains(" + value + ", " + text + ")";
      case LeafOp::kStartsWith: return "starts_with(" + value + ", " + text + ")";
      case LeafOp::kEndsWith: return "ends_with(" + value + ", " + text + ")";
      case LeafOp::kGlob: return value + " LIKE " + sql_text(glob_pattern(leaf.pattern)) + " ESCAPE '\\'";
      case LeafOp::kPresent: return raw + " IS NOT NULL";
      case LeafOp::kRegex: return regex(leaf, raw);
      case LeafOp::kNetwork: {
        const auto network = sql_of_network(raw, leaf.source);
        return network ? *network : fail("the network " + leaf.source + " cannot be tested in SQL");
      }
      case LeafOp::kNumber: return raw + " = " + text;
      case LeafOp::kLess: return ordered(leaf, raw, " < ");
      case LeafOp::kLessOrEqual: return ordered(leaf, raw, " <= ");
      case LeafOp::kGreater: return ordered(leaf, raw, " > ");
      case LeafOp::kGreaterOrEqual: return ordered(leaf, raw, " >= ");
      default: return "FALSE";
    }
  }

  std::string ordered(const Leaf& leaf, const std::string& raw, std::string_view sign) {
    if (leaf.part != sigma::TimePart::kNone) return fail("parts of a time cannot be tested in SQL");
    return "TRY_CAST(" + raw + " AS DOUBLE)" + std::string(sign) + number_text(leaf.number);
  }

  std::string regex(const Leaf& leaf, const std::string& raw) {
    if (leaf.regex_run_min > 0)
      return "coalesce(list_max(list_transform(string_split(" + raw +
             ", chr(10)), lambda l: length(l))), 0) >= " + std::to_string(leaf.regex_run_min);
    std::string flags;
    if (leaf.regex->ignores_case()) flags += 'i';
    if (leaf.regex->dot_matches_newline()) flags += 's';
    const std::string pattern = (flags.empty() ? "" : "(?" + flags + ")") + leaf.regex->pattern();
    return "regexp_matches(" + raw + ", " + sql_text(pattern) + ")";
  }

  std::string fail(std::string why) {
    if (failed_.empty()) failed_ = std::move(why);
    return "FALSE";
  }

  const sigma::Rule& rule_;
  Slots& slots_;
  std::string failed_;
};

std::string equal_texts(std::string_view column, const std::string& wanted) {
  return "lower(coalesce(" + std::string(column) + ", '')) = " + sql_text(folded(wanted));
}

std::string declared_sql(const LogsourceName& wanted) {
  std::string out = "TRUE";
  for (const auto& [column, text] :
       {std::pair{"category", &wanted.category}, {"product", &wanted.product}, {"service", &wanted.service}})
    if (!text->empty()) out += " AND " + equal_texts(column, *text);
  return "(" + out + ")";
}

std::string channel_sql(std::string_view pattern) {
  if (!pattern.ends_with('*')) return equal_texts("channel", std::string(pattern));
  pattern.remove_suffix(1);
  return "(channel IS NOT NULL AND starts_with(lower(channel), " + sql_text(folded(pattern)) + "))";
}

// As EventPlace::may_hold and accepts.
std::string accepts_sql(const EventPlace& place) {
  std::string out = "(TRUE";
  if (!place.channels.empty()) {
    out += " AND (FALSE";
    for (const std::string& channel : place.channels) out += " OR " + channel_sql(channel);
    out += ")";
  } else if (place.declared) {
    out += " AND " + declared_sql(*place.declared);
  }
  if (!place.event_ids.empty()) {
    out += " AND coalesce(event_id, 0) IN (";
    for (std::size_t i = 0; i < place.event_ids.size(); ++i)
      out += (i ? ", " : "") + std::to_string(place.event_ids[i]);
    out += ")";
  }
  for (const auto& [field, wanted] : place.where) {
    out += " AND coalesce(lower(" + own_value(field) + ") IN (";
    for (std::size_t i = 0; i < wanted.size(); ++i) out += (i ? ", " : "") + sql_text(folded(wanted[i]));
    out += "), FALSE)";
  }
  return out + ")";
}

// Rules of one log source.
struct Group {
  LogsourceName name;
  const std::vector<EventPlace>* places = nullptr;
  std::vector<std::uint32_t> rules;
};

// Which of the places takes the event, null when none does.
std::string place_sql(const Group& group) {
  if (!group.places) return "CASE WHEN " + declared_sql(group.name) + " THEN 0 END";
  std::string out = "CASE";
  for (std::size_t i = 0; i < group.places->size(); ++i)
    out += " WHEN " + accepts_sql((*group.places)[i]) + " THEN " + std::to_string(i);
  return out + " END";
}

std::string kinds_sql(const Group& group) {
  if (!group.places) return declared_sql(group.name);
  std::string out = "(FALSE";
  for (const EventPlace& place : *group.places) out += " OR " + accepts_sql(place);
  return out + ")";
}

std::string question_of(const Group& group, std::span<const std::uint32_t> chosen,
                        const std::vector<sigma::Rule>& rules, const TimeRange& range,
                        const std::vector<std::string>& repeated, RuleQuestions& out) {
  Slots slots(group.places, repeated);
  std::string matches;
  for (const std::uint32_t index : chosen) {
    RuleMaker maker(rules[index], slots);
    const std::string condition = maker.make();
    if (maker.failed().empty())
      matches += (matches.empty() ? "" : ",\n") + ("CASE WHEN " + condition) + " THEN " +
                 std::to_string(index) + " END";
    else out.refused.emplace_back(index, maker.failed());
  }
  if (matches.empty()) return {};
  return "SELECT time, host, evidence, record_id, id, unnest(matched) AS rule FROM (SELECT time, host, "
         "evidence, record_id, id, "
         "list_filter([" +
         matches + "], lambda r: r IS NOT NULL) AS matched FROM (SELECT *" + slots.folded_sql() +
         " FROM (SELECT *" + slots.values_sql() + " FROM (SELECT *, " + place_sql(group) +
         " AS place FROM events WHERE " + kinds_sql(group) + " AND " + sql_of_range(range) + "))))";
}

}  // namespace

RuleQuestions questions_of(const std::vector<sigma::Rule>& rules, const LogsourceTable& table,
                           const TimeRange& range, const std::vector<std::string>& repeated,
                           const std::function<bool(std::uint32_t rule)>& wants) {
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
      std::string sql = question_of(group, chosen, rules, range, repeated, out);
      if (!sql.empty()) out.questions.push_back(std::move(sql));
    }
  return out;
}

std::string repeated_names_sql(const TimeRange& range) {
  return "SELECT DISTINCT regexp_replace(name, '#[0-9]+$', '') FROM (SELECT unnest(map_keys(fields)) AS name "
         "FROM events WHERE "
         "repeats IS NOT NULL AND " +
         sql_of_range(range) + ") WHERE regexp_matches(name, '#[0-9]+$')";
}

}  // namespace bartizan::hunt
