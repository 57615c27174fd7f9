// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>

#include "app/hunt_answer.h"
#include "app/hunt_verbs.h"
#include "app/output.h"
#include "app/rule_options.h"
#include "app/verbs.h"
#include "hunt/sigma_sql.h"
#include "sink/table.h"

namespace bartizan::app {
namespace {

constexpr std::size_t kRulesAtOnce = 40;  // of one log source in one question: planning costs as much as reading

constexpr std::uint64_t kRowsMax = 10'000'000;  // of one question, unless --rows says otherwise

// Rules of one log source, which ask about the same events.
struct Group {
  std::string kinds;
  std::vector<std::uint32_t> rules;
  std::vector<std::string> conditions;
};

struct Compiled {
  std::vector<Group> groups;
  std::vector<std::pair<std::uint32_t, std::string>> refused;  // rule, and why
};

Compiled compile(const RuleSet& rules) {
  Compiled out;
  std::map<std::string, std::size_t> last;  // by kinds: the group that has room
  for (std::uint32_t i = 0; i < rules.rules().size(); ++i) {
    auto sql = hunt::sql_of_rule(rules.rules()[i], rules.logsources());
    if (!sql) {
      out.refused.emplace_back(i, sql.error());
      continue;
    }
    const auto [known, is_new] = last.try_emplace(sql->kinds, out.groups.size());
    if (is_new || out.groups[known->second].rules.size() >= kRulesAtOnce) {
      known->second = out.groups.size();
      out.groups.push_back({sql->kinds, {}, {}});
    }
    Group& group = out.groups[known->second];
    group.rules.push_back(i);
    group.conditions.push_back(std::move(sql->condition));
  }
  return out;
}

// Each event once, with the places in `rules` of those that match it.
std::string sql_of(const Group& group, const hunt::TimeRange& range) {
  std::string sql = "SELECT time, host, evidence, record_id, id, unnest(matched) AS rule FROM (SELECT time, host, evidence, "
                    "record_id, id, list_filter([";
  for (std::size_t i = 0; i < group.conditions.size(); ++i)
    sql += (i ? ",\n" : "") + ("CASE WHEN " + group.conditions[i]) + " THEN " + std::to_string(group.rules[i]) + " END";
  return sql + "], lambda r: r IS NOT NULL) AS matched FROM events WHERE " + group.kinds + " AND " + hunt::sql_of_range(range) +
         ")";
}

int run_rules(const Arguments& arguments) {
  hunt::TimeRange range;
  if (!read_range(arguments, range)) return kExitUsage;
  RuleSet rules;
  if (auto loaded = load_rules(arguments, rules); !loaded) return usage_error(*arguments.verb, loaded.error());
  rules.prepare();
  const Compiled compiled = compile(rules);
  if (arguments.has("--explain")) {
    for (const Group& group : compiled.groups) std::printf("%s\n", sql_of(group, range).c_str());
    for (const auto& [rule, why] : compiled.refused)
      std::printf("-- %s: %s\n", rules.rules()[rule].title.c_str(), why.c_str());
    return finish_standard_output(true);
  }
  int code = kExitClean;
  const auto database = open_database(arguments, range, code, kRowsMax);
  if (!database) return code;
  Table table{"Rules that match stored events",
              {{"time", "Time"}, {"level", "Level"}, {"rule", "Rule"}, {"host", "Host"}, {"record_id", "Record"},
               {"evidence", "Evidence"}, {"rule_id", "Rule id"}, {"id", "Id"}},
              {},
              {}};
  for (const Group& group : compiled.groups) {
    auto rows = database->rows_of(sql_of(group, range));
    if (!rows.has_value()) {
      std::fprintf(stderr, "bartizan: %s\n", rows.error().text().c_str());
      return kExitUnreadable;
    }
    for (std::vector<std::string>& row : *rows) {
      std::uint32_t index = 0;
      std::from_chars(row[5].data(), row[5].data() + row[5].size(), index);
      const RuleSummary& summary = rules.summary(index);
      table.rows.push_back({row[0], level_name(summary.level), summary.title, row[1], row[3], row[2], summary.id, row[4]});
    }
  }
  std::ranges::sort(table.rows);
  if (!compiled.refused.empty())
    std::fprintf(stderr, "bartizan: %zu rules cannot be asked in SQL: --explain says why\n", compiled.refused.size());
  const std::string format = arguments.value("--format", "table");
  const std::string text = format == "jsonl"  ? render_table_jsonl(table)
                           : format == "csv"  ? render_table_csv(table)
                           : format == "html" ? render_table_html(table)
                                              : render_table_text(table);
  if (auto written = write_output(arguments.value("--output"), text); !written.has_value()) {
    std::fprintf(stderr, "bartizan: cannot write %s\n", written.error().text().c_str());
    return kExitUnreadable;
  }
  return kExitClean;
}

constexpr Option kRulesOptions[] = {
    kRulesOption,      kNoBuiltinRulesOption, kFetchedRulesOption, kPlaceholdersOption, kRuleOption, kTagOption,
    kStatusOption,     kHuntStoreOption,      kHuntSinceOption,    kHuntUntilOption,    kHuntSecondsOption,
    kHuntMemoryOption, kHuntRowsOption, option("Output", "--format", "F", "what to write, a table unless given", Repeat::kOnce, "table jsonl csv html"),
    kHuntOutputOption, flag("Output", "--explain", "print the SQL that would be asked and why a rule cannot be, and ask nothing")};

}  // namespace

constinit const Verb kHuntRulesVerb{
    .name = "hunt rules",
    .operands = {},
    .summary = "look through stored events with Sigma rules",
    .about =
        "Every rule becomes SQL. The answers are those of `bartizan scan` on the records as logged; correlations, and\n"
        "layers of scripts, are looked at by scan alone.\n",
    .options = kRulesOptions,
    .examples = "  bartizan hunt rules --store evidence.store --rules sigma/rules --since 2026-03-01\n",
    .choices = {},
    .run = run_rules,
};

}  // namespace bartizan::app
