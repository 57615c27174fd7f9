// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "app/output.h"
#include "app/rule_options.h"
#include "app/verbs.h"
#include "engine/scan.h"
#include "sink/report.h"

namespace bartizan::app {
namespace {

constexpr Option kOptions[] = {
    kRulesOption, kNoBuiltinRulesOption, kFetchedRulesOption, kPlaceholdersOption, kRuleOption,
    kTagOption,   kStatusOption,         kNoIdentityOption,   kIdentityOption,
};

int run_detect(const Arguments& arguments) {
  RuleSet rules;
  if (auto loaded = load_rules(arguments, rules); !loaded) return usage_error(kDetectVerb, loaded.error());
  rules.prepare();
  ScanOptions options;
  options.identity = follows_identities(arguments);
  ScanOutcome outcome = scan(arguments.operands, options, rules, [](const ScanProgress&) { return true; });
  for (const std::string& line : outcome.summary.unreadable)
    std::fprintf(stderr, "bartizan: cannot read %s\n", line.c_str());
  for (const std::string& line : outcome.summary.not_recognised)
    std::fprintf(stderr, "bartizan: not read: %s\n", line.c_str());
  write_jsonl(outcome.findings.findings(),
              [](std::string_view line) { (void)std::fwrite(line.data(), 1, line.size(), stdout); });
  if (!outcome.findings.problem().empty())
    std::fprintf(stderr, "bartizan: %s\n", outcome.findings.problem().c_str());
  return finish_standard_output(outcome.summary.unreadable.empty() && outcome.summary.not_recognised.empty());
}

}  // namespace

constinit const Verb kDetectVerb{
    .name = "detect",
    .operands = "PATH…",
    .operands_min = 1,
    .summary = "events in, findings out, one JSON object a line",
    .about =
        "The rules alone: reads what `bartizan decode` prints (or any log) and prints findings by time. "
        "`scan` is decode and detect\n"
        "in one, with threads, reports and filters.\n",
    .options = kOptions,
    .examples =
        "  bartizan decode Security.evtx | bartizan detect -\n"
        "  bartizan decode Security.evtx | grep 4688 | bartizan detect --rules my-rule.yml "
        "--no-builtin-rules -\n",
    .choices = {},
    .run = run_detect,
};

}  // namespace bartizan::app
