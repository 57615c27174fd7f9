// SPDX-License-Identifier: Apache-2.0
#include "app/hunt_answer.h"

#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/output.h"
#include "app/verbs.h"
#include "sink/chart.h"
#include "sink/escape.h"
#include "sink/table.h"

namespace bartizan::app {
namespace {

volatile std::sig_atomic_t cancelled = 0;
void note_cancel(int signal) {
  if (cancelled) _exit(128 + signal);
  cancelled = 1;
}
// `otherwise` when the option was not given; zero and nonsense are usage errors.
bool read_number(const Arguments& arguments, std::string_view name, std::uint64_t& number) {
  if (!arguments.has(name)) return true;
  const std::string text = arguments.value(name);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0) return true;
  usage_error(*arguments.verb, "'" + text + "' is no number for " + std::string(name));
  return false;
}

bool is_value(const store::QueryColumn& column) {
  return column.type == store::ValueType::kNumber &&
         (column.name == "count" || column.name == "events" || column.name == "hosts" ||
          column.name == "score" || column.name == "connections");
}

// A chart where one column names and another counts.
std::string chart_of(const std::vector<store::QueryColumn>& columns, const Table& table) {
  std::size_t label = columns.size(), value = columns.size();
  for (std::size_t i = columns.size(); i-- > 0;)
    if (is_value(columns[i])) value = i;
    else if (columns[i].type == store::ValueType::kText || columns[i].type == store::ValueType::kTime)
      label = i;
  if (label == columns.size() || value == columns.size() || table.rows.empty()) return {};
  std::vector<std::pair<std::string, double>> bars;
  for (const auto& row : table.rows) bars.emplace_back(row[label], std::strtod(row[value].c_str(), nullptr));
  std::string out = "<figure><figcaption>";
  append_html(columns[value].name + " by " + columns[label].name, out);
  out += "</figcaption>\n";
  out += columns[label].type == store::ValueType::kTime ? time_chart(bars) : bar_chart(bars);
  return out + "</figure>\n";
}

int export_answer(const Arguments& arguments, const std::string& sql, store::DatabaseOptions options,
                  const std::string& folder) {
  const std::string output = arguments.value("--output");
  if (output.empty() || output == "-") return usage_error(*arguments.verb, "Parquet goes to a file: -o FILE");
  options.export_path = std::filesystem::absolute(output + ".partial").lexically_normal().string();
  auto database = store::Database::open(folder, options);
  if (!database.has_value()) return say_failure("cannot open the store: " + database.error().text());
  std::error_code error;
  if (auto done = (*database)->export_parquet(sql, options.export_path); !done.has_value()) {
    std::filesystem::remove(options.export_path, error);
    return say_failure(done.error().text());
  }
  std::filesystem::rename(options.export_path, output, error);
  if (error) return say_failure("cannot write " + output + ": " + error.message());
  return kExitClean;
}

// Days that hold nothing of the range need not be opened.
bool read_options(const Arguments& arguments, const hunt::TimeRange& range, std::uint64_t rows,
                  store::DatabaseOptions& options) {
  std::uint64_t seconds = 600, mebibytes = 4096;
  if (!read_number(arguments, "--seconds", seconds) || !read_number(arguments, "--memory", mebibytes) ||
      !read_number(arguments, "--rows", rows))
    return false;
  options.budget = {static_cast<double>(seconds), mebibytes << 20, rows, 0};
  if (range.since) options.first_day = store::day_of(*range.since);
  if (range.until) options.last_day = store::day_of(*range.until);
  return true;
}

}  // namespace

void catch_cancel() {
  struct sigaction action{};
  action.sa_handler = note_cancel;
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

bool is_cancelled() { return cancelled != 0; }

int say_failure(const std::string& message) {
  std::fprintf(stderr, "bartizan: %s\n", message.c_str());
  return kExitUnreadable;
}

store::QueryReceiver with_progress() {
  store::QueryReceiver receiver;
  receiver.progress = [on_terminal = isatty(STDERR_FILENO) != 0](double percentage) {
    if (on_terminal && percentage > 0) std::fprintf(stderr, "\r%3.0f %%\r", percentage);
    return cancelled == 0;
  };
  return receiver;
}

store::QueryReceiver into(std::vector<std::vector<std::string>>& rows) {
  store::QueryReceiver receiver = with_progress();
  receiver.row = [&](std::span<const store::Cell> cells) {
    auto& row = rows.emplace_back();
    for (const store::Cell& cell : cells) row.emplace_back(cell.text);
    return true;
  };
  return receiver;
}

std::string render_table(const std::string& format, const Table& table) {
  return format == "jsonl"  ? render_table_jsonl(table)
         : format == "csv"  ? render_table_csv(table)
         : format == "html" ? render_table_html(table)
                            : render_table_text(table);
}

Table table_of(std::string title, Answer& answer) {
  Table table{std::move(title), {}, std::move(answer.rows), {}, {}};
  for (const store::QueryColumn& column : answer.columns)
    table.columns.push_back({column.name, column.name, column.type == store::ValueType::kNumber});
  return table;
}

Table charted_table_of(std::string title, Answer& answer) {
  Table table = table_of(std::move(title), answer);
  table.figures.push_back(chart_of(answer.columns, table));
  return table;
}

std::string store_folder(const Arguments& arguments) {
  const char* named = std::getenv("BARTIZAN_STORE");
  return arguments.value("--store", named ? named : "");
}

const hunt::Dialect& dialect_of(const Arguments& arguments) {
  return hunt::dialect_of(store::engine_of(store_folder(arguments)));
}

bool read_range(const Arguments& arguments, hunt::TimeRange& range) {
  for (const auto& [name, target] : {std::pair{"--since", &range.since}, {"--until", &range.until}}) {
    if (!arguments.has(name)) continue;
    *target = parse_instant(arguments.value(name));
    if (*target) continue;
    usage_error(*arguments.verb, "'" + arguments.value(name) + "' is no time; write 2026-03-01T08:00:00Z");
    return false;
  }
  return true;
}

bool read_seconds(const Arguments& arguments, double& seconds) {
  std::uint64_t number = 600;
  if (!read_number(arguments, "--seconds", number)) return false;
  return seconds = static_cast<double>(number), true;
}

std::unique_ptr<store::Database> open_database(const Arguments& arguments, const hunt::TimeRange& range,
                                               int& code, std::uint64_t rows_max) {
  store::DatabaseOptions options;
  if (!read_options(arguments, range, rows_max, options)) return code = kExitUsage, nullptr;
  const std::string folder = store_folder(arguments);
  if (folder.empty())
    return code = usage_error(*arguments.verb, "which store? --store DIR, or BARTIZAN_STORE"), nullptr;
  auto database = store::Database::open(folder, options);
  if (database.has_value()) return std::move(*database);
  code = say_failure("cannot open the store: " + database.error().text());
  return nullptr;
}

int answer(const Arguments& arguments, const std::string& title, const std::string& sql,
           const hunt::TimeRange& range, const std::function<void(Answer&)>& made) {
  if (arguments.value("--format") == "parquet") {
    store::DatabaseOptions options;
    if (!read_options(arguments, range, limits::kHuntRowsShown, options)) return kExitUsage;
    return export_answer(arguments, sql, options, store_folder(arguments));
  }
  int code = kExitClean;
  const auto database = open_database(arguments, range, code);
  if (!database) return code;
  catch_cancel();
  Answer all;
  const store::QueryReceiver receiver = into(all.rows);
  auto outcome = database->query(sql, receiver);
  if (!outcome.has_value()) return say_failure(outcome.error().text());
  all.columns = std::move(outcome->columns);
  if (made) made(all);
  const std::string format = arguments.value("--format", "table");
  const Table table = format == "html" ? charted_table_of(title, all) : table_of(title, all);
  if (outcome->is_cut)
    std::fprintf(stderr, "bartizan: there are more rows than the %llu written; --rows gives more\n",
                 static_cast<unsigned long long>(outcome->rows));
  if (auto written = write_output(arguments.value("--output"), render_table(format, table));
      !written.has_value())
    return say_failure("cannot write " + written.error().text());
  return kExitClean;
}

}  // namespace bartizan::app
