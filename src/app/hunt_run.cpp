// SPDX-License-Identifier: Apache-2.0
// hunt run: asks saved hunts, says what each found and could see, and records it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>

#include "app/hunt_answer.h"
#include "app/hunt_page.h"
#include "app/hunt_verbs.h"
#include "app/intel_options.h"
#include "app/output.h"
#include "app/saved_hunts.h"
#include "app/verbs.h"
#include "base/json.h"
#include "hunt/hunt_runs.h"
#include "sink/table.h"

namespace bartizan::app {
namespace {

using hunt::HuntRun;
using hunt::SavedHunt;
using Rows = std::vector<std::vector<std::string>>;

// The range of --since and --until, else the hunt's own.
hunt::TimeRange range_of(const SavedHunt& hunt, const hunt::TimeRange& given, Instant at) {
  hunt::TimeRange range = range_at(hunt, given.until.value_or(at));
  if (given.since) range.since = given.since;
  return range;
}

// Asks hunts of one store, one after the other.
class Hunter {
 public:
  Hunter(store::Database& database, store::Engine engine, Instant at)
      : database_(database), engine_(engine), at_(at) {}

  HuntRun ask(const SavedHunt& hunt, const hunt::TimeRange& given, Answer& answer) {
    const hunt::TimeRange range = range_of(hunt, given, at_);
    HuntRun run{.hunt = hunt.id, .content = hunt.content, .at = present()};
    run.since = *range.since, run.until = *range.until;
    run.is_regular = !given.since && !given.until;
    const auto start = std::chrono::steady_clock::now();
    auto outcome = database_.query(sql_of_hunt(hunt, range, engine_), into(answer.rows));
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (outcome.has_value()) answer.columns = std::move(outcome->columns);
    else run.failed = outcome.error().message, answer.rows.clear();
    run.rows = answer.rows.size();
    run.is_cut = outcome.has_value() && outcome->is_cut;
    note_coverage(hunt, range, run);
    return run;
  }

 private:
  void note_coverage(const SavedHunt& hunt, const hunt::TimeRange& range, HuntRun& run) {
    const auto [known, is_new] = logs_.try_emplace({range.since->ticks, range.until->ticks});
    if (is_new) {
      auto rows = database_.rows_of(hunt::coverage_sql(range, hunt::dialect_of(engine_)));
      if (rows.has_value()) known->second = std::move(*rows);
      else if (run.failed.empty()) run.failed = rows.error().message;
    }
    run.coverage = hunt::coverage_of(known->second, hunt.logs);
    run.is_blind = run.coverage.answered.empty();
  }

  store::Database& database_;
  store::Engine engine_;
  Instant at_;
  std::map<std::pair<std::int64_t, std::int64_t>, Rows> logs_;  // hosts and logs of a range
};

void append_text(const SavedHunt& hunt, const HuntRun& run, Answer& answer, std::string& out) {
  out += fmt::format("{}: {}\n", hunt.id, hunt.title);
  out += fmt::format("  {} to {}: {}{} row{}\n", minutes(run.since), minutes(run.until),
                     run.is_cut ? "more than " : "", run.rows, run.rows == 1 ? "" : "s");
  if (!run.failed.empty()) out += "  failed: " + run.failed + "\n";
  if (run.is_blind) out += "  blind: none of the logs it needs answered\n";
  else out += "  answered: " + logs_text(run.coverage.answered, false) + "\n";
  if (!run.coverage.silent.empty()) out += "  silent: " + logs_text(run.coverage.silent, true) + "\n";
  if (!answer.rows.empty()) {
    const std::size_t all = answer.rows.size();
    Table table = table_of({}, answer);
    if (all > limits::kHuntRowsOnScreen) {
      table.rows.resize(limits::kHuntRowsOnScreen);
      table.notes.push_back(
          fmt::format("{} more rows; --format jsonl has all.", all - limits::kHuntRowsOnScreen));
    }
    out += render_table_text(table);
    out += "  what to do: " + hunt.on_hit + "\n";
  }
  out += '\n';
}

// The record of the run, and the rows.
void append_json(const SavedHunt& hunt, const HuntRun& run, const Answer& answer, std::string& out) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.member("hunt", hunt.id), json.member("title", hunt.title);
  json.key("run"), json.raw(to_json(run));
  json.key("rows"), json.begin_array();
  for (const auto& row : answer.rows) {
    json.begin_object();
    for (std::size_t i = 0; i < row.size(); ++i) json.member(answer.columns[i].name, row[i]);
    json.end_object();
  }
  json.end_array(), json.end_object();
  out += line + "\n";
}

bool can_ask(const SavedHunt& hunt, const std::string& store) {
  return hunt::can_ask(hunt, store::engine_of(store));
}

bool can_ask_all(const SavedHunts& saved, const std::string& store) {
  for (const SavedHunt& hunt : saved.hunts)
    if (!can_ask(hunt, store))
      std::fprintf(stderr, "bartizan hunt run: %s asks in DuckDB's SQL and needs a store in a folder\n",
                   hunt.id.c_str());
  return std::ranges::all_of(saved.hunts, [&](const SavedHunt& hunt) { return can_ask(hunt, store); });
}

void leave_out(SavedHunts& saved, const std::string& store) {
  std::string names;
  for (const SavedHunt& hunt : saved.hunts)
    if (!can_ask(hunt, store)) names += " " + hunt.id;
  if (names.empty()) return;
  std::erase_if(saved.hunts, [&](const SavedHunt& hunt) { return !can_ask(hunt, store); });
  std::fprintf(stderr, "bartizan: left out, since they ask in DuckDB's SQL and need a store in a folder:%s\n",
               names.c_str());
}

// Without names, those that are due; with --all, every one.
bool choose(const Arguments& arguments, Instant at, const std::string& store, SavedHunts& saved, int& code) {
  if (!arguments.operands.empty())
    return (choose_named(arguments, saved) && can_ask_all(saved, store)) || (code = kExitUsage, false);
  leave_out(saved, store);
  if (arguments.has("--all")) return true;
  auto history = hunt::read_runs(store);
  if (!history.has_value()) return code = cannot_read(history.error()), false;
  std::erase_if(saved.hunts, [&](const SavedHunt& hunt) {
    const auto when = hunt::due_at(hunt, history->runs);
    return when && *when > at;
  });
  return true;
}

int explain(const SavedHunts& saved, const hunt::TimeRange& given, Instant at, store::Engine engine) {
  for (const SavedHunt& hunt : saved.hunts)
    if (hunt::can_ask(hunt, engine))
      std::printf("-- %s\n%s;\n", hunt.id.c_str(),
                  sql_of_hunt(hunt, range_of(hunt, given, at), engine).c_str());
    else std::printf("-- %s: asks in DuckDB's SQL\n", hunt.id.c_str());
  return finish_standard_output(true);
}

int run_hunts(const Arguments& arguments) {
  hunt::TimeRange given;
  Instant at;
  if (!read_range(arguments, given) || !read_at(arguments, at)) return kExitUsage;
  SavedHunts saved = load_hunts(arguments);
  if (arguments.has("--explain"))
    return choose_named(arguments, saved)
               ? explain(saved, given, at, store::engine_of(store_folder(arguments)))
               : kExitUsage;
  const std::string store = named_store(arguments);
  if (store.empty()) return kExitUsage;
  int code = kExitClean;
  if (!choose(arguments, at, store, saved, code)) return code;
  const auto database = open_database(arguments, {}, code);
  if (!database) return code;
  Hunter hunter(*database, store::engine_of(store), at);
  catch_cancel();
  const std::string format = arguments.value("--format", "text");
  std::string out;
  HuntPage page;
  bool all_asked = true, has_rows = false;
  for (const SavedHunt& hunt : saved.hunts) {
    if (is_cancelled()) break;
    Answer answer;
    const HuntRun run = hunter.ask(hunt, given, answer);
    all_asked &= run.failed.empty(), has_rows |= run.rows > 0;
    if (auto recorded = hunt::append_run(store, run); !recorded.has_value())
      return say_failure(recorded.error().text());
    if (format == "jsonl") append_json(hunt, run, answer, out);
    else if (format == "html") page.add(hunt, run, answer);
    else append_text(hunt, run, answer, out);
  }
  if (saved.hunts.empty()) std::fputs("bartizan: no hunt is due; --all runs every one\n", stderr);
  if (format == "html") out = page.finish(is_cancelled());
  if (auto written = write_output(arguments.value("--output"), out); !written.has_value())
    return say_failure("cannot write " + written.error().text());
  if (!all_asked || is_cancelled()) return kExitUnreadable;
  if (saved.has_mistakes) return kExitUsage;
  return has_rows && arguments.has("--fail-on-rows") ? kExitFindings : kExitClean;
}

constexpr Option kRunOptions[] = {
    kHuntsOption,
    kNoBuiltinHuntsOption,
    flag("Hunts", "--all", "every hunt, whether it is due or not"),
    kHuntStoreOption,
    kHuntAtOption,
    option("Store", "--since", "T", "hunt from this time, instead of the hunt's own range"),
    option("Store", "--until", "T", "hunt up to this time; such runs do not count for what is due"),
    kHuntSecondsOption,
    kHuntMemoryOption,
    kHuntRowsOption,
    option("Output", "--format", "F", "what to write, text unless given", Repeat::kOnce, "text jsonl html"),
    kHuntOutputOption,
    flag("Output", "--fail-on-rows", "exit with 1 when a hunt answers with a row"),
    flag("Output", "--explain", "print the SQL that would be asked, and ask nothing")};

}  // namespace

constinit const Verb kHuntRunVerb{
    .name = "hunt run",
    .operands = "[HUNT…]",
    .operands_min = 0,
    .summary = "ask saved hunts, those that are due unless named, and record it",
    .about =
        "Each run is a line of STORE/hunts.jsonl: the range, the rows, whether the budget sufficed, which "
        "logs of\n"
        "which hosts answered, and which were silent. --seconds, --memory and --rows are the budget of each "
        "hunt.\n",
    .options = kRunOptions,
    .examples =
        "  bartizan hunt run --store evidence.store                      # what is due; for a daily timer\n"
        "  bartizan hunt run --store evidence.store --all --at 2026-03-11\n"
        "  bartizan hunt run --store evidence.store --all --format html -o hunts.html\n"
        "  bartizan hunt run --store evidence.store --since 2026-01-01 rare-services\n",
    .choices = {},
    .run = run_hunts,
};

}  // namespace bartizan::app
