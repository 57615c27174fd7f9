// SPDX-License-Identifier: Apache-2.0
// The verbs that read rules: check, test, list, explain.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <tuple>

#include "app/content.h"
#include "app/rule_options.h"
#include "app/verbs.h"
#include "base/text.h"
#include "engine/examples.h"
#include "engine/explain.h"
#include "engine/rule_set.h"

namespace bartizan::app {
namespace {

void print_line(const std::string& line) {
  std::string out;
  append_valid_utf8(line, out);
  std::puts(out.c_str());
}

std::string counted(std::size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// ------------------------------------------------------------------------------------------------------------
// check

constexpr Option kCheckOptions[] = {
    flag("", "--strict", "warnings count as failures, too"),
    option("", "--placeholders", "FILE",
           "YAML map that gives the placeholders of rules (%admins%) their values", Repeat::kMany),
};

int run_check(const Arguments& arguments) {
  RuleSet rules;
  sigma::MetadataCheck check;
  for (const std::string& file : arguments.values("--placeholders")) rules.load_placeholders(file);
  for (const std::string& path : arguments.operands) rules.load_rules(path, &check);
  rules.prepare();
  std::vector<Diagnostic> diagnostics = rules.diagnostics();
  std::ranges::stable_sort(diagnostics, {},
                           [](const Diagnostic& d) { return std::tie(d.file, d.line, d.column); });
  for (const Diagnostic& diagnostic : diagnostics) print_line(diagnostic.text());
  const std::size_t errors = count_errors(diagnostics), warnings = diagnostics.size() - errors;
  print_line(counted(rules.rules().size(), "rule") + " and " +
             counted(rules.correlations().size(), "correlation") + " usable, " + counted(errors, "error") +
             ", " + counted(warnings, "warning"));
  return errors || (warnings && arguments.has("--strict")) ? kExitFindings : kExitClean;
}

// -------------------------------------------------------------------------------------------------------------
// test

int run_test(const Arguments& arguments) {
  std::vector<Diagnostic> diagnostics;
  ExampleReport sum;
  for (const std::string& path : arguments.operands) {
    ExampleReport report = run_examples(path, content_folder(), diagnostics);
    sum.passed += report.passed, sum.failed += report.failed;
    for (const std::string& failure : report.failures) print_line(failure);
  }
  for (const Diagnostic& diagnostic : diagnostics) print_line(diagnostic.text());
  std::printf("%zu passed, %zu failed\n", sum.passed, sum.failed + diagnostics.size());
  return sum.failed + diagnostics.size() == 0 && sum.passed > 0 ? kExitClean : kExitFindings;
}

// -------------------------------------------------------------------------------------------------------------
// list

constexpr Option kListOptions[] = {kRulesOption,        kNoBuiltinRulesOption, kFetchedRulesOption,
                                   kPlaceholdersOption, kRuleOption,           kTagOption,
                                   kStatusOption};

std::string list_line(const RuleFacts& facts, const std::string& source) {
  std::string out(facts.id.empty() ? facts.name : facts.id);
  for (const auto& [text, column] :
       {std::pair<std::string_view, std::size_t>{facts.level, 38}, {facts.status, 53}, {source, 67}}) {
    out.append(out.size() < column ? column - out.size() : 1, ' ');
    out += text;
  }
  out.append(out.size() < 100 ? 100 - out.size() : 1, ' ');
  return out + std::string(facts.title);
}

int run_list(const Arguments& arguments) {
  RuleSet rules;
  if (auto loaded = load_rules(arguments, rules); !loaded) return usage_error(kRulesListVerb, loaded.error());
  rules.prepare();
  std::vector<std::pair<std::string, std::string>> lines;  // title, line
  for (const sigma::Rule& rule : rules.rules()) {
    std::string source;
    for (const std::string& part : {rule.logsource.product, rule.logsource.category, rule.logsource.service})
      if (!part.empty()) source += (source.empty() ? "" : "/") + part;
    lines.emplace_back(rule.title, list_line(facts_of(rule), source));
  }
  for (const sigma::Correlation& correlation : rules.correlations())
    lines.emplace_back(correlation.title, list_line(facts_of(correlation), "correlation"));
  std::ranges::sort(lines);
  for (const auto& [title, line] : lines) print_line(line);
  std::fprintf(stderr, "bartizan: %zu rules; %zu more are not usable, rules check says why\n", lines.size(),
               rules.unusable());
  return kExitClean;
}

// ----------------------------------------------------------------------------------------------------------
// explain

constexpr Option kExplainOptions[] = {kRulesOption, kNoBuiltinRulesOption, kFetchedRulesOption,
                                      kPlaceholdersOption};

// Every rule of a file, and what is wrong in it.
int explain_file(const std::string& file, RuleSet& rules) {
  rules.load_rules(file);
  rules.prepare();
  for (const sigma::Rule& rule : rules.rules()) print_line(explain(rule, rules.logsources()));
  for (const sigma::Correlation& correlation : rules.correlations()) print_line(explain(correlation));
  if (!rules.diagnostics().empty()) std::puts(rules.unusable() ? "Not usable:" : "Complaints:");
  for (const Diagnostic& diagnostic : rules.diagnostics()) print_line(diagnostic.text());
  return rules.unusable() ? kExitFindings : kExitClean;
}

int explain_named(const Arguments& arguments, const std::string& name) {
  RuleSet rules;
  if (auto loaded = load_all_rules(arguments, rules); !loaded)
    return usage_error(kRulesExplainVerb, loaded.error());
  rules.prepare();
  const Glob glob(name);
  std::size_t found = 0;
  for (const sigma::Rule& rule : rules.rules())
    if (names_rule(glob, facts_of(rule))) print_line(explain(rule, rules.logsources())), ++found;
  for (const sigma::Correlation& correlation : rules.correlations())
    if (names_rule(glob, facts_of(correlation))) print_line(explain(correlation)), ++found;
  if (found) return kExitClean;
  return usage_error(kRulesExplainVerb,
                     "'" + name + "' is no file, and no usable rule has that id, name or title");
}

int run_explain(const Arguments& arguments) {
  for (const std::string& operand : arguments.operands) {
    std::error_code error;
    int code = kExitClean;
    if (std::filesystem::exists(operand, error)) {
      RuleSet rules;
      rules.load_mapping(content_folder());
      for (const std::string& file : arguments.values("--placeholders")) rules.load_placeholders(file);
      code = explain_file(operand, rules);
    } else {
      code = explain_named(arguments, operand);
    }
    if (code != kExitClean) return code;
  }
  return kExitClean;
}

}  // namespace

constinit const Verb kRulesCheckVerb{
    .name = "rules check",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "what is wrong with Sigma rules, all of it at once",
    .about = "An error makes a rule unusable, a warning does not. Exit code 1 when there is an error.\n",
    .options = kCheckOptions,
    .examples =
        "  bartizan rules check sigma/rules\n"
        "  bartizan rules check --strict my-rules/\n",
    .choices = {},
    .run = run_check,
};

constinit const Verb kRulesTestVerb{
    .name = "rules test",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "run the examples kept beside the rules",
    .about =
        "The examples of NAME.yml are in NAME.examples.yml. Exit code 1 when one fails, or when there are "
        "none.\n",
    .options = {},
    .examples = "  bartizan rules test content/rules\n",
    .choices = {},
    .run = run_test,
};

constinit const Verb kRulesListVerb{
    .name = "rules list",
    .operands = {},
    .operands_min = 0,
    .summary = "the rules a scan would use: id, level, status, log source, title",
    .about = {},
    .options = kListOptions,
    .examples =
        "  bartizan rules list --tag credential-access\n"
        "  bartizan rules list --no-builtin-rules --rules sigma/rules --status stable,test\n",
    .choices = {},
    .run = run_list,
};

constinit const Verb kRulesExplainVerb{
    .name = "rules explain",
    .operands = "RULE…",
    .operands_min = 1,
    .summary = "what a rule looks for and where, in words",
    .about =
        "RULE is a file of rules, or the id, name or title of a rule that a scan would use; * and ? are "
        "wildcards.\n",
    .options = kExplainOptions,
    .examples =
        "  bartizan rules explain my-rule.yml\n"
        "  bartizan rules explain '*Mimikatz*'\n",
    .choices = {},
    .run = run_explain,
};

}  // namespace bartizan::app
