// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/filter.h"

#include <algorithm>

#include "base/limits.h"
#include "base/yaml.h"
#include "detect/sigma/load.h"

namespace bartizan::sigma {
namespace {

bool has_not(const Expression& expression) {
  return expression.kind == Expression::Kind::kNot || std::ranges::any_of(expression.children, has_not);
}

bool contains(const LogSource& filter, const LogSource& rule) {
  const auto covers = [](const std::string& wide, const std::string& narrow) {
    return wide.empty() || wide == narrow;
  };
  return covers(filter.category, rule.category) && covers(filter.product, rule.product) &&
         covers(filter.service, rule.service);
}

void shift(Expression& expression, std::size_t leaves, std::size_t searches) {
  if (expression.kind == Expression::Kind::kLeaf) expression.index += static_cast<std::uint32_t>(leaves);
  if (expression.kind == Expression::Kind::kSearch) expression.index += static_cast<std::uint32_t>(searches);
  for (Expression& child : expression.children) shift(child, leaves, searches);
}

// The new searches get a private prefix; the rule's own `them` is resolved already and cannot catch them.
void apply(const Filter& filter, std::size_t number, Rule& rule) {
  const std::size_t leaves = rule.leaves.size(), searches = rule.searches.size();
  const std::string prefix = "_filt_" + std::to_string(number) + "_";
  for (Leaf leaf : filter.body.leaves) {
    leaf.identifier = prefix + leaf.identifier;
    rule.leaves.push_back(std::move(leaf));
  }
  for (Search search : filter.body.searches) {
    search.name = prefix + search.name;
    shift(search.expression, leaves, searches);
    rule.searches.push_back(std::move(search));
  }
  // Joins an AND that is there, so that many filters do not nest.
  if (rule.condition.kind != Expression::Kind::kAnd) {
    Expression both{Expression::Kind::kAnd, 0, {}};
    both.children.push_back(std::move(rule.condition));
    rule.condition = std::move(both);
  }
  rule.condition.children.push_back(filter.body.condition);
  shift(rule.condition.children.back(), leaves, searches);
  rule.condition_text = "(" + rule.condition_text + ") and (" + filter.body.condition_text + ")";
}

// The document as that of a rule: `filter` without `rules` is a detection section.
void load_filter(const YamlNode& document, const YamlNode& body, std::string_view file,
                 const Placeholders* placeholders, std::vector<Filter>& filters,
                 std::vector<Diagnostic>& diagnostics) {
  const auto report = [&](const YamlNode& node, std::string code, std::string message,
                          std::string hint = {}) {
    diagnostics.push_back(
        {std::move(code), std::string(file), node.line, node.column, std::move(message), std::move(hint)});
  };
  if (!body.is_map()) return report(body, "sigma.filter", "'filter' must be a map");
  Filter filter;
  const std::size_t errors_before = count_errors(diagnostics);
  YamlNode changed = document;
  std::erase_if(changed.entries, [](const auto& entry) { return entry.first.text == "detection"; });
  for (auto& [key, value] : changed.entries) {
    if (key.text != "filter") continue;
    key.text = "detection";
    std::erase_if(value.entries, [](const auto& entry) { return entry.first.text == "rules"; });
  }
  load_rule(changed, file, placeholders, filter.body, diagnostics);
  const YamlNode* rules = body.find("rules");
  if (!rules) {
    report(body, "sigma.filter", "the filter names no rules", "a list of ids or names, or any");
  } else if (rules->is_scalar()) {
    if (rules->text != "any") filter.rules.push_back(rules->text);
  } else {
    for (const YamlNode& item : rules->items) filter.rules.push_back(item.text);
    if (!rules->is_sequence()) report(*rules, "sigma.filter", "'rules' must be a list");
  }
  if (std::ranges::find(filter.rules, std::string()) != filter.rules.end())
    report(*rules, "sigma.filter", "'rules' can hold only names");
  if (count_errors(diagnostics) != errors_before) return;
  if (!has_not(filter.body.condition)) {
    report(*body.find("condition"), "sigma.filter_keeps",
           "the filter keeps only what its condition describes", "to exclude it, write: not ...");
    diagnostics.back().severity = Severity::kWarning;
  }
  filters.push_back(std::move(filter));
}

}  // namespace

void load_filters(std::span<const YamlNode> documents, std::string_view file,
                  const Placeholders* placeholders, std::vector<Filter>& filters,
                  std::vector<Diagnostic>& diagnostics) {
  for (const YamlNode& document : documents)
    if (const YamlNode* body = document.is_map() ? document.find("filter") : nullptr)
      load_filter(document, *body, file, placeholders, filters, diagnostics);
}

void apply_filters(std::vector<Rule>& rules, std::span<const Filter> filters,
                   std::vector<Diagnostic>& diagnostics) {
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const Filter& filter = filters[i];
    std::vector<bool> found(filter.rules.size(), false);
    const auto report = [&](std::string code, std::string message) {
      diagnostics.push_back({std::move(code), filter.body.file, filter.body.line, 1, std::move(message), {}});
    };
    for (Rule& rule : rules) {
      bool named = filter.rules.empty();
      for (std::size_t r = 0; r < filter.rules.size(); ++r)
        if (filter.rules[r] == rule.id || filter.rules[r] == rule.name) named = found[r] = true;
      if (!named || !contains(filter.body.logsource, rule.logsource)) continue;
      if (rule.leaves.size() + filter.body.leaves.size() > limits::kSigmaLeavesMax ||
          rule.searches.size() + filter.body.searches.size() > limits::kSigmaTermsMax)
        report("sigma.limit", "the rule '" + rule.title + "' is too large for one more filter");
      else apply(filter, i, rule);
    }
    for (std::size_t r = 0; r < found.size(); ++r)
      if (!found[r]) report("sigma.filter_reference", "there is no rule '" + filter.rules[r] + "'");
  }
}

}  // namespace bartizan::sigma
