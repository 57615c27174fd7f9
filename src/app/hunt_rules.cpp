// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "app/hunt_answer.h"
#include "app/hunt_verbs.h"
#include "app/output.h"
#include "app/rule_options.h"
#include "app/verbs.h"
#include "engine/correlations.h"
#include "hunt/sigma_sql.h"
#include "sink/table.h"

namespace bartizan::app {
namespace {

constexpr std::uint64_t kRowsMax = 10'000'000;  // of one question, unless --rows says otherwise

// Rules that only a correlation uses do not alert by themselves.
hunt::RuleQuestions questions(const Arguments& arguments, RuleSet& rules, const hunt::TimeRange& range,
                              const std::vector<std::string>& repeated) {
  const Correlations correlations(rules);
  return hunt::questions_of(
      rules.rules(), rules.logsources(), range, repeated,
      [&](std::uint32_t rule) { return correlations.alerts_alone(rule); }, dialect_of(arguments));
}

int explain(const Arguments& arguments, RuleSet& rules, const hunt::TimeRange& range) {
  const hunt::RuleQuestions compiled = questions(arguments, rules, range, {});
  for (const std::string& sql : compiled.questions) std::printf("%s;\n", sql.c_str());
  for (const auto& [rule, why] : compiled.refused)
    std::printf("-- %s: %s\n", rules.rules()[rule].title.c_str(), why.c_str());
  return finish_standard_output(true);
}

int run_rules(const Arguments& arguments) {
  hunt::TimeRange range;
  if (!read_range(arguments, range)) return kExitUsage;
  RuleSet rules;
  if (auto loaded = load_rules(arguments, rules); !loaded)
    return usage_error(*arguments.verb, loaded.error());
  rules.prepare();
  if (arguments.has("--explain")) return explain(arguments, rules, range);
  int code = kExitClean;
  const auto database = open_database(arguments, range, code, kRowsMax);
  if (!database) return code;
  auto names = database->rows_of(hunt::repeated_names_sql(range, dialect_of(arguments)));
  if (!names.has_value())
    return std::fprintf(stderr, "bartizan: %s\n", names.error().text().c_str()), kExitUnreadable;
  std::vector<std::string> repeated;
  for (std::vector<std::string>& row : *names) repeated.push_back(std::move(row[0]));
  const hunt::RuleQuestions compiled = questions(arguments, rules, range, repeated);
  Table table{"Rules that match stored events",
              {{"time", "Time"},
               {"level", "Level"},
               {"rule", "Rule"},
               {"host", "Host"},
               {"record_id", "Record"},
               {"evidence", "Evidence"},
               {"rule_id", "Rule id"},
               {"id", "Id"}},
              {},
              {}};
  for (const std::string& sql : compiled.questions) {
    auto rows = database->rows_of(sql);
    if (!rows.has_value()) {
      std::fprintf(stderr, "bartizan: %s\n", rows.error().text().c_str());
      return kExitUnreadable;
    }
    for (std::vector<std::string>& row : *rows) {
      std::uint32_t index = 0;
      std::from_chars(row[5].data(), row[5].data() + row[5].size(), index);
      const RuleSummary& summary = rules.summary(index);
      table.rows.push_back(
          {row[0], level_name(summary.level), summary.title, row[1], row[3], row[2], summary.id, row[4]});
    }
  }
  std::ranges::sort(table.rows);
  if (!compiled.refused.empty())
    std::fprintf(stderr, "bartizan: %zu rules cannot be asked in SQL: --explain says why\n",
                 compiled.refused.size());
  const std::string text = render_table(arguments.value("--format"), table);
  if (auto written = write_output(arguments.value("--output"), text); !written.has_value()) {
    std::fprintf(stderr, "bartizan: cannot write %s\n", written.error().text().c_str());
    return kExitUnreadable;
  }
  return kExitClean;
}

constexpr Option kRulesOptions[] = {
    kRulesOption,
    kNoBuiltinRulesOption,
    kFetchedRulesOption,
    kPlaceholdersOption,
    kRuleOption,
    kTagOption,
    kStatusOption,
    kHuntStoreOption,
    kHuntSinceOption,
    kHuntUntilOption,
    kHuntSecondsOption,
    kHuntMemoryOption,
    kHuntRowsOption,
    option("Output", "--format", "F", "what to write, a table unless given", Repeat::kOnce,
           "table jsonl csv html"),
    kHuntOutputOption,
    flag("Output", "--explain",
         "print the SQL that would be asked and why a rule cannot be, and ask nothing")};

}  // namespace

constinit const Verb kHuntRulesVerb{
    .name = "hunt rules",
    .operands = {},
    .summary = "look through stored events with Sigma rules",
    .about =
        "Every rule becomes SQL. The answers are those of `bartizan scan` on the records as logged; "
        "correlations, and\n"
        "layers of scripts, are looked at by scan alone.\n",
    .options = kRulesOptions,
    .examples = "  bartizan hunt rules --store evidence.store --rules sigma/rules --since 2026-03-01\n",
    .choices = {},
    .run = run_rules,
};

}  // namespace bartizan::app
