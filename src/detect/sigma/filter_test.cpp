// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/filter.h"

#include <gtest/gtest.h>

#include "detect/sigma/load.h"

namespace bartizan::sigma {
namespace {

const char* const kRules =
    "---\ntitle: A\nname: a\nlogsource: {product: windows, category: process_creation}\n"
    "detection: {selection: {x: 1}, condition: 1 of them}\n"
    "---\ntitle: B\nname: b\nlogsource: {product: linux}\ndetection: {selection: {x: 1}, condition: "
    "selection}\n";

std::vector<YamlNode> documents_of(const std::string& text) { return parse_yaml(text, "t.yml").value(); }

std::string filter(const std::string& body) {
  return "title: F\nlogsource: {product: windows}\nfilter: {selection: {y: 2}, " + body + "}\n";
}

TEST(Filter, NarrowsTheRulesItNamesWithinItsLogsource) {
  std::vector<Rule> rules;
  std::vector<Filter> filters;
  std::vector<Diagnostic> diagnostics;
  load_rules(documents_of(kRules), "r.yml", nullptr, rules, diagnostics);
  load_filters(documents_of(filter("rules: [a, b], condition: not selection")), "f.yml", nullptr, filters,
               diagnostics);
  ASSERT_EQ(rules.size(), 2u);
  ASSERT_EQ(filters.size(), 1u);
  apply_filters(rules, filters, diagnostics);
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_EQ(rules[0].condition_text, "(1 of them) and (not selection)");
  ASSERT_EQ(rules[0].leaves.size(), 2u);
  EXPECT_EQ(rules[0].leaves[1].field, "y");
  EXPECT_EQ(rules[0].searches[1].name, "_filt_0_selection");
  const Expression& added = rules[0].searches[1].expression;
  EXPECT_EQ((added.kind == Expression::Kind::kLeaf ? added : added.children.at(0)).index, 1u);
  EXPECT_EQ(rules[1].leaves.size(), 1u);
}

TEST(Filter, ReportsMistakes) {
  std::vector<Rule> rules;
  std::vector<Filter> filters;
  std::vector<Diagnostic> diagnostics;
  load_filters(documents_of(filter("condition: not selection")), "f.yml", nullptr, filters, diagnostics);
  EXPECT_TRUE(filters.empty());
  load_filters(documents_of(filter("rules: [nobody], condition: selection")), "f.yml", nullptr, filters,
               diagnostics);
  EXPECT_EQ(filters.size(), 1u);
  apply_filters(rules, filters, diagnostics);
  ASSERT_EQ(diagnostics.size(), 3u);
  EXPECT_EQ(diagnostics[0].code, "sigma.filter");
  EXPECT_EQ(diagnostics[1].code, "sigma.filter_keeps");
  EXPECT_EQ(diagnostics[2].code, "sigma.filter_reference");
}

}  // namespace
}  // namespace bartizan::sigma
