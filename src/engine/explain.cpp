// SPDX-License-Identifier: Apache-2.0
#include "engine/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "detect/sigma/evaluate.h"

namespace bartizan {
namespace {

using sigma::Expression;
using sigma::Leaf;
using sigma::LeafOp;
using Kind = Expression::Kind;

template <class Rule>
std::string head_of(const Rule& rule) {
  std::string out = rule.title + "\n";
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) out += fmt::format("  {:<10} {}\n", name, value);
  };
  add("id", rule.id);
  add("name", rule.name);
  add("from", fmt::format("{}:{}", rule.file, rule.line));
  add("level", rule.level);
  add("status", rule.status);
  add("tags", joined(rule.tags, ", "));
  add("harmless", joined(rule.false_positives, "; "));
  return out;
}

std::string logsource_of(const sigma::LogSource& source) {
  std::string out;
  for (const auto& [name, value] :
       {std::pair{"product", &source.product}, {"category", &source.category}, {"service", &source.service}})
    if (!value->empty()) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", name, *value);
  return out;
}

std::string mapping_of(const FieldMapping& mapping) {
  if (mapping.from.empty()) return "is absent";
  std::string out = "is " + joined(mapping.from, " + ");
  if (mapping.from.size() > 1 && !mapping.with.empty()) out += " (with '" + mapping.with + "' between)";
  if (mapping.decimal) out += " as a decimal";
  if (!mapping.values.empty() || !mapping.prefixes.empty()) out += ", values translated";
  return out;
}

std::string place_of(const EventPlace& place, const std::set<std::string>& fields) {
  std::vector<std::string> parts;
  if (!place.channels.empty()) parts.push_back("channel " + joined(place.channels, " or "));
  if (place.declared)
    parts.push_back("what is read as " + logsource_of({place.declared->category, place.declared->product,
                                                       place.declared->service}));
  if (!place.event_ids.empty())
    parts.push_back(fmt::format("event id {}", fmt::join(place.event_ids, " or ")));
  for (const auto& [field, values] : place.where) parts.push_back(field + " = " + joined(values, " or "));
  std::string out = fmt::format("  {:<28} {}\n", place.name, joined(parts, ", "));
  for (const std::string& field : fields)
    if (auto mapping = place.fields.find(field); mapping != place.fields.end())
      out += fmt::format("    {} {}\n", field, mapping_of(mapping->second));
  return out;
}

class ConditionPrinter {
 public:
  explicit ConditionPrinter(const sigma::Rule& rule) : rule_(rule) {}

  // `label` stands before what the line says.
  void print(const Expression& expression, std::size_t depth, const std::string& label) {
    switch (expression.kind) {
      case Kind::kLeaf: {
        const Leaf& leaf = rule_.leaves[expression.index];
        return line(depth, label + test_of(leaf) + value_of(leaf));
      }
      case Kind::kSearch: {
        const sigma::Search& search = rule_.searches[expression.index];
        if (search.expression.kind == Kind::kAnd && search.expression.children.empty())
          return line(depth, label + search.name);
        return print(search.expression, depth, label + search.name + ": ");
      }
      case Kind::kNot: return print(expression.children[0], depth, label + "not ");
      default: break;
    }
    if (expression.children.size() == 1) return print(expression.children[0], depth, label);
    const char* many = expression.kind == Kind::kAnd ? "all of" : "any of";
    if (is_one_test(expression)) {
      line(depth, label + test_of(rule_.leaves[expression.children[0].index]) + " " + many);
      for (const Expression& child : expression.children)
        line(depth + 1, value_of(rule_.leaves[child.index]).substr(1));
      return;
    }
    line(depth, label + many);
    for (const Expression& child : expression.children) print(child, depth + 1, "");
  }

  std::string text;

 private:
  void line(std::size_t depth, const std::string& what) {
    text.append(2 + 2 * depth, ' ');
    append_valid_utf8(what, text);
    text += '\n';
  }

  // The same test of the same field with different values.
  bool is_one_test(const Expression& expression) const {
    const Leaf* first = nullptr;
    for (const Expression& child : expression.children) {
      if (child.kind != Kind::kLeaf) return false;
      const Leaf& leaf = rule_.leaves[child.index];
      if (!first) first = &leaf;
      if (test_of(leaf) != test_of(*first)) return false;
    }
    return first;
  }

  static std::string test_of(const Leaf& leaf) {
    static constexpr const char* kParts[] = {
        "", "the minute of ", "the hour of ", "the day of ", "the week of ", "the month of ", "the year of "};
    std::string out = kParts[static_cast<std::size_t>(leaf.part)];
    out += leaf.field.empty() ? "any field" : leaf.field;
    out += ' ';
    if (leaf.op == LeafOp::kExists) return out + (leaf.text == "true" ? "exists" : "does not exist");
    out += sigma::predicate_of(leaf);
    return leaf.cased ? out + " (case matters)" : out;
  }

  // With a blank before it; empty when the test takes none.
  static std::string value_of(const Leaf& leaf) {
    if (leaf.op == LeafOp::kExists || leaf.op == LeafOp::kNull || leaf.op == LeafOp::kPresent) return "";
    std::string out = " '" + leaf.source + "'";
    const bool is_text = leaf.op == LeafOp::kExact || leaf.op == LeafOp::kContains ||
                         leaf.op == LeafOp::kStartsWith || leaf.op == LeafOp::kEndsWith;
    // What an encoding made of it is what is looked for.
    if (is_text && folded(leaf.text) != folded(sigma::literal_text(sigma::parse_pattern(leaf.source))))
      out += " as '" + leaf.text + "'";
    return out;
  }

  const sigma::Rule& rule_;
};

const char* words_of(sigma::Comparison comparison) {
  switch (comparison) {
    case sigma::Comparison::kGreater: return "more than";
    case sigma::Comparison::kGreaterOrEqual: return "at least";
    case sigma::Comparison::kLess: return "less than";
    case sigma::Comparison::kLessOrEqual: return "at most";
    case sigma::Comparison::kEqual: return "exactly";
    case sigma::Comparison::kNotEqual: return "other than";
  }
  return "";
}

std::string measure_of(const sigma::Correlation& correlation) {
  const std::string fields = joined(correlation.fields, ", ");
  switch (correlation.type) {
    case sigma::CorrelationType::kEventCount: return "the number of matches";
    case sigma::CorrelationType::kValueCount: return "the number of different values of " + fields;
    case sigma::CorrelationType::kValueSum: return "the sum of " + fields;
    case sigma::CorrelationType::kValueAverage: return "the average of " + fields;
    case sigma::CorrelationType::kValuePercentile:
      return fmt::format("the {}th percentile of {}", correlation.percentile, fields);
    case sigma::CorrelationType::kValueMedian: return "the median of " + fields;
    case sigma::CorrelationType::kTemporal: return "the number of these rules that matched";
    case sigma::CorrelationType::kTemporalOrdered:
      return "the number of these rules that matched, in this order";
  }
  return "";
}

std::string timespan_of(std::int64_t ticks) {
  const std::int64_t seconds = ticks / kTicksPerSecond;
  for (const auto& [unit, name] :
       {std::pair<std::int64_t, const char*>{86'400, "days"}, {3600, "hours"}, {60, "minutes"}})
    if (seconds % unit == 0) return fmt::format("{} {}", seconds / unit, name);
  return fmt::format("{} seconds", seconds);
}

}  // namespace

std::string explain(const sigma::Rule& rule, const LogsourceTable& table) {
  std::string out = head_of(rule);
  std::set<std::string> fields;
  for (const Leaf& leaf : rule.leaves) {
    if (!leaf.field.empty()) fields.insert(leaf.field);
    if (leaf.op == LeafOp::kFieldRef) fields.insert(leaf.text);
  }
  out += "\nLog source: " + logsource_of(rule.logsource) + "\n";
  const auto* places =
      table.places({rule.logsource.category, rule.logsource.product, rule.logsource.service});
  if (!places) out += "  in no table: events that are read as this log source, under their own field names\n";
  else if (places->empty()) out += "  no event log that we know holds such events: the rule cannot match\n";
  else
    for (const EventPlace& place : *places) out += place_of(place, fields);
  out += "\nFields: " + joined(fields, ", ") + "\n";
  out += "\nCondition: " + rule.condition_text + "\n";
  ConditionPrinter printer(rule);
  printer.print(rule.condition, 0, "");
  return out + printer.text;
}

std::string explain(const sigma::Correlation& correlation) {
  std::string out = head_of(correlation);
  out += "\nCorrelation of\n";
  for (const std::string& rule : correlation.rules) out += "  " + rule + "\n";
  out += "within " + timespan_of(correlation.timespan_ticks) + "\n";
  if (!correlation.group_by.empty()) out += "for each " + joined(correlation.group_by, ", ") + "\n";
  for (const sigma::Alias& alias : correlation.aliases) {
    out += "where " + alias.name + " is";
    for (const auto& [rule, field] : alias.fields) out += fmt::format(" {} of {};", field, rule);
    out.back() = '\n';
  }
  if (correlation.expression) {
    sigma::Rule names;  // the rules as search identifiers without a body
    for (const std::string& rule : correlation.rules) names.searches.push_back({rule, {}});
    ConditionPrinter printer(names);
    printer.print(*correlation.expression, 0, "");
    out += "when\n" + printer.text;
  }
  for (const sigma::Threshold& threshold : correlation.thresholds)
    out += fmt::format("when {} is {} {}\n", measure_of(correlation), words_of(threshold.comparison),
                       threshold.number);
  out += correlation.generate ? "The rules alert by themselves, too.\n"
                              : "The rules do not alert by themselves.\n";
  return out;
}

}  // namespace bartizan
