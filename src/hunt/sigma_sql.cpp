// SPDX-License-Identifier: Apache-2.0
#include "hunt/sigma_sql.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "hunt/search_sql.h"
#include "store/database.h"
#include "store/event_columns.h"

namespace bartizan::hunt {
namespace {

using sigma::Expression;
using sigma::Leaf;
using sigma::LeafOp;
using store::sql_text;

std::string bit_of(std::size_t column) { return std::to_string(std::uint64_t{1} << (column - store::kFirstField)); }

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
    out += (is_first ? "" : ", ") + ("CASE WHEN copied & " + bit_of(i)) + " = 0 THEN " + std::string(columns[i].name) + " END";
    is_first = false;
  }
  return out + "])";
}

std::string converted(const FieldMapping& mapping, std::string value) {
  if (mapping.decimal)
    value = "CASE WHEN starts_with(" + value + ", '0x') THEN coalesce(TRY_CAST(" + value + " AS UBIGINT)::VARCHAR, " + value +
            ") ELSE " + value + " END";
  if (!mapping.values.empty()) {
    std::string out = "CASE lower(" + value + ")";
    for (const auto& [from, to] : mapping.values) out += " WHEN " + sql_text(folded(from)) + " THEN " + sql_text(to);
    value = out + " ELSE " + value + " END";
  }
  if (!mapping.prefixes.empty()) {
    std::string out = "CASE";
    for (const auto& [from, to] : mapping.prefixes)
      out += " WHEN starts_with(lower(" + value + "), " + sql_text(folded(from)) + ") THEN " + sql_text(to) + " || substr(" +
             value + ", " + std::to_string(from.size() + 1) + ")";
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
    joined += (joined.empty() ? "" : " || " + sql_text(mapping.with) + " || ") + own_value(name);  // null when one is
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

class RuleMaker {
 public:
  RuleMaker(const sigma::Rule& rule, const EventPlace* place) : rule_(rule), place_(place) {}

  std::string make() {
    // Records in which a name occurs more than once are rare and asked the longer question.
    const std::string simple = condition(rule_.condition);
    with_repeats_ = true;
    const std::string whole = condition(rule_.condition);
    if (simple == whole) return simple;
    return "CASE WHEN repeats IS NULL THEN " + simple + " ELSE " + whole + " END";
  }
  const std::string& failed() const { return failed_; }

 private:
  std::string condition(const Expression& expression) {
    switch (expression.kind) {
      case Expression::Kind::kLeaf: return leaf(rule_.leaves[expression.index]);
      case Expression::Kind::kSearch: return condition(rule_.searches[expression.index].expression);
      case Expression::Kind::kNot: return "NOT " + condition(expression.children[0]);
      default: break;
    }
    const bool is_and = expression.kind == Expression::Kind::kAnd;
    if (expression.children.empty()) return is_and ? "TRUE" : "FALSE";
    if (const auto list = value_list(expression)) return *list;
    std::string out = "(";
    for (const Expression& child : expression.children) out += (out.size() > 1 ? is_and ? " AND " : " OR " : "") + condition(child);
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
    return any_value(*first, [&](const std::string& value) {
      return (first->cased ? value : "lower(" + value + ")") + " IN (" + list + ")";
    });
  }

  const FieldMapping* mapping_of(std::string_view field) const {
    if (!place_) return nullptr;
    const auto found = place_->fields.find(field);
    return found == place_->fields.end() ? nullptr : &found->second;
  }

  std::vector<std::string> values_of(std::string_view field) const {
    if (const FieldMapping* mapping = mapping_of(field)) return mapped_values(*mapping);
    return {own_value(field)};
  }

  // True when the test holds for any value of the leaf's field; never null.
  template <class Test>
  std::string any_value(const Leaf& leaf, Test test) {
    std::string out = "coalesce(";
    const std::vector<std::string> values = values_of(leaf.field);
    if (values.empty()) return "FALSE";
    for (std::size_t i = 0; i < values.size(); ++i) out += (i ? ", FALSE) OR coalesce(" : "") + test(values[i]);
    if (!with_repeats_ || mapping_of(leaf.field)) return "(" + out + ", FALSE))";
    const std::string name = sql_text(leaf.field), further = sql_text(leaf.field + "#");
    return "(" + out + ", FALSE) OR list_bool_or(list_transform(list_filter(map_entries(fields), lambda e: e.key = " + name +
           " OR starts_with(e.key, " + further + ")), lambda e: coalesce(" + test("e.value") + ", FALSE))))";
  }

  std::string leaf(const Leaf& leaf) {
    if (leaf.field.empty()) return "coalesce(list_bool_or(list_transform(" + all_values() + ", lambda v: " + test(leaf, "v") + ")), FALSE)";
    if (leaf.op == LeafOp::kExists) return exists(leaf);
    if (leaf.op == LeafOp::kFieldRef) return reference(leaf);
    if (leaf.op == LeafOp::kNull) {
      std::string out = "(TRUE";
      for (const std::string& value : values_of(leaf.field)) out += " AND " + value + " IS NULL";
      return out + ")";
    }
    return any_value(leaf, [&](const std::string& value) { return test(leaf, value); });
  }

  std::string exists(const Leaf& leaf) {
    std::string out;
    if (const FieldMapping* mapping = mapping_of(leaf.field)) {
      out = "(FALSE";
      for (const std::string& name : mapping->from) out += " OR " + own_presence(name);
      out += ")";
    } else {
      out = own_presence(leaf.field);
    }
    return leaf.text == "true" ? out : "NOT " + out;
  }

  std::string reference(const Leaf& leaf) {
    const std::vector<std::string> others = values_of(leaf.text);
    if (others.empty()) return "FALSE";
    const auto fold = [&](const std::string& value) { return leaf.cased ? value : "lower(" + value + ")"; };
    const std::string other = fold(others.front());
    return any_value(leaf, [&](const std::string& raw) {
      const std::string value = fold(raw);
      return leaf.starts_open && leaf.ends_open ? "contains(" + value + ", " + other + ")"
             : leaf.starts_open                 ? "ends_with(" + value + ", " + other + ")"
             : leaf.ends_open                   ? "starts_with(" + value + ", " + other + ")"
                                                : value + " = " + other;
    });
  }

  std::string test(const Leaf& leaf, const std::string& raw) {
    const std::string value = leaf.cased ? raw : "lower(" + raw + ")", text = sql_text(leaf.text);
    const bool cut_by_zero = leaf.text.find('\0') != std::string::npos;
    if (cut_by_zero) return fail("a value holds a zero byte");
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
      return "coalesce(list_max(list_transform(string_split(" + raw + ", chr(10)), lambda l: length(l))), 0) >= " +
             std::to_string(leaf.regex_run_min);
    const re2::RE2::Options& options = leaf.regex->options();
    std::string flags;
    if (!options.case_sensitive()) flags += 'i';
    if (options.dot_nl()) flags += 's';
    const std::string pattern = (flags.empty() ? "" : "(?" + flags + ")") + leaf.regex->pattern();
    return "regexp_matches(" + raw + ", " + sql_text(pattern) + ")";
  }

  std::string fail(std::string why) {
    if (failed_.empty()) failed_ = std::move(why);
    return "FALSE";
  }

  const sigma::Rule& rule_;
  const EventPlace* place_;
  bool with_repeats_ = false;
  std::string failed_;
};

std::string equal_texts(std::string_view column, const std::string& wanted) {
  return "lower(coalesce(" + std::string(column) + ", '')) = " + sql_text(folded(wanted));
}

std::string declared_sql(const LogsourceName& wanted) {
  std::string out = "TRUE";
  for (const auto& [column, text] : {std::pair{"category", &wanted.category}, {"product", &wanted.product}, {"service", &wanted.service}})
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
    for (std::size_t i = 0; i < place.event_ids.size(); ++i) out += (i ? ", " : "") + std::to_string(place.event_ids[i]);
    out += ")";
  }
  for (const auto& [field, wanted] : place.where) {
    out += " AND coalesce(lower(" + own_value(field) + ") IN (";
    for (std::size_t i = 0; i < wanted.size(); ++i) out += (i ? ", " : "") + sql_text(folded(wanted[i]));
    out += "), FALSE)";
  }
  return out + ")";
}

}  // namespace

std::expected<RuleSql, std::string> sql_of_rule(const sigma::Rule& rule, const LogsourceTable& table) {
  const LogsourceName name{rule.logsource.category, rule.logsource.product, rule.logsource.service};
  const std::vector<EventPlace>* places = table.places(name);
  if (!places) {
    RuleMaker maker(rule, nullptr);
    RuleSql sql{declared_sql(name), maker.make()};
    if (!maker.failed().empty()) return std::unexpected(maker.failed());
    return sql;
  }
  if (places->empty()) return std::unexpected("no log has its log source");
  RuleSql sql{"(FALSE", "CASE"};
  for (const EventPlace& place : *places) {
    RuleMaker maker(rule, &place);
    const std::string accepts = accepts_sql(place);
    sql.kinds += " OR " + accepts;
    sql.condition += " WHEN " + accepts + " THEN " + maker.make();
    if (!maker.failed().empty()) return std::unexpected(maker.failed());
  }
  sql.kinds += ")";
  sql.condition += " ELSE FALSE END";
  return sql;
}

}  // namespace bartizan::hunt
