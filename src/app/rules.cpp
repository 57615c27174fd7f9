// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "app/content.h"
#include "app/verbs.h"
#include "engine/examples.h"
#include "engine/rule_set.h"

namespace bartizan::app {
namespace {

constexpr const char* kHelp = R"(bartizan rules check PATH…    what is wrong with the Sigma rules below PATH, all of it at once
bartizan rules test PATH…     run the examples kept beside the rules (NAME.yml, NAME.examples.yml)

Exit code 0: all is well, 1: a rule is unusable or an example fails, 3: the command line is wrong.

Examples
  bartizan rules check sigma/rules
  bartizan rules test content/rules
)";

int check(const Arguments& paths) {
  RuleSet rules;
  for (const std::string& path : paths) rules.load_rules(path);
  rules.prepare();
  for (const Diagnostic& diagnostic : rules.diagnostics()) std::printf("%s\n", diagnostic.text().c_str());
  std::printf("%zu rules and %zu correlations usable, %zu complaints\n", rules.rules().size(),
              rules.correlations().size(), rules.diagnostics().size());
  return rules.diagnostics().empty() ? kExitClean : kExitFindings;
}

int test(const Arguments& paths) {
  std::vector<Diagnostic> diagnostics;
  ExampleReport sum;
  for (const std::string& path : paths) {
    ExampleReport report = run_examples(path, content_folder(), diagnostics);
    sum.passed += report.passed, sum.failed += report.failed;
    for (const std::string& failure : report.failures) std::printf("%s\n", failure.c_str());
  }
  for (const Diagnostic& diagnostic : diagnostics) std::printf("%s\n", diagnostic.text().c_str());
  std::printf("%zu passed, %zu failed\n", sum.passed, sum.failed + diagnostics.size());
  return sum.failed + diagnostics.size() == 0 && sum.passed > 0 ? kExitClean : kExitFindings;
}

}  // namespace

int run_rules(const Arguments& arguments) {
  if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h"))
    return std::fputs(kHelp, stdout), kExitClean;
  if (arguments.size() < 2) return std::fputs(kHelp, stderr), kExitUsage;
  Arguments paths(arguments.begin() + 1, arguments.end());
  if (arguments[0] == "check") return check(paths);
  if (arguments[0] == "test") return test(paths);
  std::fprintf(stderr, "bartizan rules: there is no '%s'; see bartizan rules --help\n", arguments[0].c_str());
  return kExitUsage;
}

}  // namespace bartizan::app
