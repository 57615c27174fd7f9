// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cstdio>

#include "app/hunt_answer.h"
#include "app/hunt_verbs.h"
#include "app/output.h"
#include "app/verbs.h"
#include "base/nearest.h"
#include "hunt/analyses.h"
#include "hunt/process_tree.h"
#include "hunt/search_line.h"
#include "store/event_columns.h"

namespace bartizan::app {
namespace {

int run_sql(const Arguments& arguments) {
  hunt::TimeRange range;
  if (!read_range(arguments, range)) return kExitUsage;
  return answer(arguments, "Answer", arguments.operands[0], range);
}

int run_search(const Arguments& arguments) {
  hunt::TimeRange range;
  if (!read_range(arguments, range)) return kExitUsage;
  const std::string& line = arguments.operands[0];
  const auto sql = hunt::sql_of_search(line, range, dialect_of(arguments));
  if (!sql) {
    std::fprintf(stderr, "bartizan hunt search:\n%s", hunt::pointed(line, sql.error()).c_str());
    return kExitUsage;
  }
  if (arguments.has("--explain")) return std::printf("%s\n", sql->c_str()), finish_standard_output(true);
  return answer(arguments, line, *sql, range);
}

// What a verb asks, once its operand and the range are known.
template <class MakeSql>
int run_analysis(const Arguments& arguments, const std::string& title, MakeSql make_sql) {
  hunt::TimeRange range;
  if (!read_range(arguments, range)) return kExitUsage;
  return answer(arguments, title, make_sql(range), range);
}

int no_such_field(const Arguments& arguments, const std::string& name) {
  const std::string_view near = nearest(name, hunt::field_names());
  return usage_error(*arguments.verb, "there is no field '" + name + "'" +
                                          (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
}

int run_stack(const Arguments& arguments) {
  const hunt::Dialect& dialect = dialect_of(arguments);
  const auto field = hunt::sql_of_field(arguments.operands[0], dialect);
  if (!field) return no_such_field(arguments, arguments.operands[0]);
  return run_analysis(arguments, "Rare values of " + arguments.operands[0],
                      [&](const hunt::TimeRange& range) { return hunt::stack_sql(*field, range, dialect); });
}

int run_first_seen(const Arguments& arguments) {
  const hunt::Dialect& dialect = dialect_of(arguments);
  const auto field = hunt::sql_of_field(arguments.operands[0], dialect);
  if (!field) return no_such_field(arguments, arguments.operands[0]);
  const auto since = parse_instant(arguments.value("--since"));
  if (!since) return usage_error(*arguments.verb, "new since when? --since 2026-03-01");
  // What was there before has to be looked at, so the range is not handed on.
  return answer(arguments, "New values of " + arguments.operands[0],
                hunt::first_seen_sql(*field, {since, std::nullopt}, dialect), {});
}

int run_around(const Arguments& arguments) {
  const auto number = [](const std::string& text, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  };
  std::uint64_t id = 0, seconds = 0;
  if (!number(arguments.operands[0], id))
    return usage_error(*arguments.verb,
                       "'" + arguments.operands[0] + "' is no id; answers have it in their column id");
  if (!number(arguments.value("--within", "60"), seconds))
    return usage_error(*arguments.verb, "'" + arguments.value("--within") + "' is no number of seconds");
  return answer(arguments, "Around an event", hunt::around_sql(id, seconds, dialect_of(arguments)), {});
}

int run_beacons(const Arguments& arguments) {
  return run_analysis(arguments, "Beacons", [&](const hunt::TimeRange& range) {
    return hunt::beacons_sql(range, dialect_of(arguments));
  });
}
int run_tree(const Arguments& arguments) {
  hunt::TimeRange range;
  if (!read_range(arguments, range)) return kExitUsage;
  const std::string& host = arguments.operands[0];
  return answer(arguments, "Processes of " + host,
                hunt::started_processes_sql(host, range, dialect_of(arguments)), range, [](Answer& answer) {
                  answer.columns.resize(hunt::kProcessTreeColumns);
                  answer.columns[0].name = "time";
                  answer.rows = hunt::process_tree(std::move(answer.rows));
                });
}
int run_pivot(const Arguments& arguments) {
  return run_analysis(arguments, "Where " + arguments.operands[0] + " stands",
                      [&](const hunt::TimeRange& range) {
                        return hunt::pivot_sql(arguments.operands[0], range, dialect_of(arguments));
                      });
}
int run_sessions(const Arguments& arguments) {
  return run_analysis(arguments, "Logon sessions", [&](const hunt::TimeRange& range) {
    return hunt::sessions_sql(range, dialect_of(arguments));
  });
}
int run_long_connections(const Arguments& arguments) {
  return run_analysis(arguments, "Long connections", [&](const hunt::TimeRange& range) {
    return hunt::long_connections_sql(range, dialect_of(arguments));
  });
}

int run_fields(const Arguments& arguments) {
  const std::string prefix = arguments.operands.empty() ? "" : arguments.operands[0];
  for (const store::EventColumn& column : store::event_columns())
    if (column.name.starts_with(prefix) || (!column.sigma.empty() && column.sigma.starts_with(prefix)))
      std::printf("%-20s  %-20s  %s\n", std::string(column.name).c_str(), std::string(column.sigma).c_str(),
                  std::string(column.about).c_str());
  if (!arguments.has("--store")) return finish_standard_output(true);
  const hunt::Dialect& dialect = dialect_of(arguments);
  return answer(arguments, "Further fields", hunt::further_fields_sql(prefix, dialect), {});
}

constexpr Option kSearchOptions[] = {
    kHuntStoreOption,
    kHuntSinceOption,
    kHuntUntilOption,
    kHuntSecondsOption,
    kHuntMemoryOption,
    kHuntRowsOption,
    kHuntFormatOption,
    kHuntOutputOption,
    flag("Output", "--explain", "print the SQL that would be asked, and ask nothing")};
// A tree is nothing Parquet knows.
constexpr Option kTreeOptions[] = {kHuntStoreOption,      kHuntSinceOption,  kHuntUntilOption,
                                   kHuntSecondsOption,    kHuntMemoryOption, kHuntRowsOption,
                                   kHuntListFormatOption, kHuntOutputOption};
constexpr Option kAroundOptions[] = {
    kHuntStoreOption,
    kHuntSecondsOption,
    kHuntMemoryOption,
    kHuntRowsOption,
    kHuntFormatOption,
    kHuntOutputOption,
    option("Store", "--within", "N", "seconds before and after, 60 unless given")};

}  // namespace

constinit const Verb kHuntSearchVerb{
    .name = "hunt search",
    .operands = "LINE",
    .operands_min = 1,
    .summary = "find stored events by a search line",
    .about =
        "LINE is fields and values joined by AND, OR, NOT, and commands behind |: count, top, rare, "
        "timechart, stats,\n"
        "dedup, sort, head, fields, where, join. docs/user/hunt.md has all of it.\n",
    .options = kSearchOptions,
    .examples =
        "  bartizan hunt search --store evidence.store 'host:dc* AND command_line:\"-enc\" | count by "
        "account'\n"
        "  bartizan hunt search 'event_id:4625 source_ip:10.0.0.0/8 | timechart every 1h by host'\n"
        "  bartizan hunt search 'image:powershell.exe | join account within 1h (event_id:4625)'\n",
    .choices = {},
    .run = run_search,
};
constinit const Verb kHuntSqlVerb{
    .name = "hunt sql",
    .operands = "QUERY",
    .operands_min = 1,
    .summary = "ask a store in SQL",
    .about =
        "QUERY is one SELECT in DuckDB's SQL over the tables events and findings and the views ecs and ocsf\n"
        "(docs/schema.md); for a store in ClickHouse, in that server's SQL. It can only read. --since and "
        "--until choose the days that are looked at.\n",
    .options = kHuntOptions,
    .examples =
        "  bartizan hunt sql --store evidence.store 'SELECT host, count(*) FROM events GROUP BY host'\n",
    .choices = {},
    .run = run_sql,
};
constinit const Verb kHuntFieldsVerb{
    .name = "hunt fields",
    .operands = "[PREFIX]",
    .operands_min = 0,
    .summary = "the fields of stored events; with --store also those without a column",
    .about = {},
    .options = kHuntOptions,
    .examples = "  bartizan hunt fields parent\n",
    .choices = {},
    .run = run_fields,
};
constinit const Verb kHuntStackVerb{
    .name = "hunt stack",
    .operands = "FIELD",
    .operands_min = 1,
    .summary = "values of a field, those on the fewest hosts first",
    .about = {},
    .options = kHuntOptions,
    .examples = "  bartizan hunt stack --store evidence.store service_file\n",
    .choices = {},
    .run = run_stack,
};
constinit const Verb kHuntBeaconsVerb{
    .name = "hunt beacons",
    .operands = {},
    .summary = "connections that return like a clock",
    .about = "Scores from 0 to 1 by interval, size, spread over the day and duration (docs/user/hunt.md).\n",
    .options = kHuntOptions,
    .examples = "  bartizan hunt beacons --store evidence.store --since 2026-03-01\n",
    .choices = {},
    .run = run_beacons,
};
constinit const Verb kHuntFirstSeenVerb{
    .name = "hunt first-seen",
    .operands = "FIELD",
    .operands_min = 1,
    .summary = "values of a field that were never there before --since",
    .about = {},
    .options = kHuntOptions,
    .examples = "  bartizan hunt first-seen --store evidence.store --since 2026-03-01 image\n",
    .choices = {},
    .run = run_first_seen,
};
constinit const Verb kHuntTreeVerb{
    .name = "hunt tree",
    .operands = "HOST",
    .operands_min = 1,
    .summary = "the processes of a host under their parents",
    .about = {},
    .options = kTreeOptions,
    .examples = "  bartizan hunt tree --store evidence.store dc1.example.test\n",
    .choices = {},
    .run = run_tree,
};
constinit const Verb kHuntAroundVerb{
    .name = "hunt around",
    .operands = "ID",
    .operands_min = 1,
    .summary = "what happened on the host of an event before and after it",
    .about = {},
    .options = kAroundOptions,
    .examples = "  bartizan hunt around --store evidence.store --within 300 12345678901234567890\n",
    .choices = {},
    .run = run_around,
};
constinit const Verb kHuntPivotVerb{
    .name = "hunt pivot",
    .operands = "ENTITY",
    .operands_min = 1,
    .summary = "where a host, account, address, file or hash stands, and with whom",
    .about = {},
    .options = kHuntOptions,
    .examples = "  bartizan hunt pivot --store evidence.store 10.0.2.15\n",
    .choices = {},
    .run = run_pivot,
};
constinit const Verb kHuntSessionsVerb{
    .name = "hunt sessions",
    .operands = {},
    .summary = "Windows logons, from where, and how long they lasted",
    .about = {},
    .options = kHuntOptions,
    .examples = "  bartizan hunt sessions --store evidence.store --format csv -o sessions.csv\n",
    .choices = {},
    .run = run_sessions,
};
constinit const Verb kHuntLongConnectionsVerb{
    .name = "hunt long-connections",
    .operands = {},
    .summary = "connections by the time they were open",
    .about = {},
    .options = kHuntOptions,
    .examples = "  bartizan hunt long-connections --store evidence.store\n",
    .choices = {},
    .run = run_long_connections,
};

}  // namespace bartizan::app
