// SPDX-License-Identifier: Apache-2.0
#include "hunt/hunt_runs.h"

#include <simdjson.h>

#include <algorithm>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/hunt_record.h"

namespace bartizan::hunt {
namespace {

constexpr std::int64_t kEarlySeconds = 3'600;  // a daily timer wanders
constexpr std::int64_t kBeforeDays = 90;       // how long a log that fell silent is missed

void write_logs(JsonWriter& json, std::string_view key, const std::vector<LogHosts>& logs) {
  json.key(key), json.begin_array();
  for (const LogHosts& one : logs) {
    json.begin_object();
    json.member("log", one.log);
    json.key("hosts"), json.number(static_cast<std::int64_t>(one.hosts));
    json.key("names"), json.begin_array();
    for (const std::string& name : one.names) json.text(name);
    json.end_array(), json.end_object();
  }
  json.end_array();
}

namespace dom = simdjson::dom;

std::string text_at(const dom::element& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}
std::uint64_t number_at(const dom::element& object, std::string_view key) {
  std::uint64_t number = 0;
  return object[key].get(number) == simdjson::SUCCESS ? number : 0;
}
bool is_true_at(const dom::element& object, std::string_view key) {
  bool is_true = false;
  return object[key].get(is_true) == simdjson::SUCCESS && is_true;
}
Instant time_at(const dom::element& object, std::string_view key) {
  return parse_instant(text_at(object, key)).value_or(Instant{});
}

std::vector<LogHosts> logs_at(const dom::element& object, std::string_view key) {
  std::vector<LogHosts> out;
  dom::array logs;
  if (object[key].get(logs) != simdjson::SUCCESS) return out;
  for (const dom::element log : logs) {
    LogHosts& one = out.emplace_back(LogHosts{text_at(log, "log"), number_at(log, "hosts"), {}});
    dom::array names;
    if (log["names"].get(names) != simdjson::SUCCESS) continue;
    std::string_view name;
    for (const dom::element item : names)
      if (item.get(name) == simdjson::SUCCESS) one.names.emplace_back(name);
  }
  return out;
}

// `zeek/*` is any log of zeek.
bool names_log(std::string_view pattern, std::string_view log) {
  if (pattern.ends_with('*')) return folded(log).starts_with(folded(pattern.substr(0, pattern.size() - 1)));
  return folded(log) == folded(pattern);
}

void add_host(std::vector<LogHosts>& logs, const std::string& log, const std::string& host,
              std::size_t& room) {
  if (logs.empty() || logs.back().log != log) logs.push_back({log, 0, {}});
  ++logs.back().hosts;
  if (room == 0) return;
  --room;
  logs.back().names.push_back(host);
}

}  // namespace

std::string to_json(const HuntRun& run) {
  std::string out;
  JsonWriter json(out);
  const auto truth = [&](std::string_view key, bool is_true) {
    json.key(key), json.raw(is_true ? "true" : "false");
  };
  json.begin_object();
  json.member("hunt", run.hunt), json.member("content", run.content);
  json.member("at", format_instant(run.at));
  json.member("since", format_instant(run.since)), json.member("until", format_instant(run.until));
  truth("regular", run.is_regular);
  json.key("rows"), json.number(static_cast<std::int64_t>(run.rows));
  truth("cut", run.is_cut);
  json.key("milliseconds"), json.number(static_cast<std::int64_t>(run.seconds * 1000));
  if (!run.failed.empty()) json.member("failed", run.failed);
  truth("blind", run.is_blind);
  write_logs(json, "answered", run.coverage.answered);
  write_logs(json, "silent", run.coverage.silent);
  json.end_object();
  return out;
}

std::optional<HuntRun> parse_run(std::string_view line) {
  dom::parser parser;
  dom::element object;
  if (parser.parse(line.data(), line.size()).get(object) != simdjson::SUCCESS || !object.is_object())
    return std::nullopt;
  HuntRun run;
  run.hunt = text_at(object, "hunt"), run.content = text_at(object, "content");
  run.at = time_at(object, "at"), run.since = time_at(object, "since"), run.until = time_at(object, "until");
  run.is_regular = is_true_at(object, "regular"), run.is_cut = is_true_at(object, "cut");
  run.is_blind = is_true_at(object, "blind");
  run.rows = number_at(object, "rows");
  run.seconds = static_cast<double>(number_at(object, "milliseconds")) / 1000;
  run.failed = text_at(object, "failed");
  run.coverage = {logs_at(object, "answered"), logs_at(object, "silent")};
  if (run.hunt.empty() || run.until == Instant{}) return std::nullopt;
  return run;
}

Result<void> append_run(const std::string& store, const HuntRun& run) {
  return store::append_record(store, to_json(run));
}

Result<RunHistory> read_runs(const std::string& store) {
  RunHistory history;
  TRY_VOID(store::read_record(store, [&](const std::string& line) {
    auto run = line.size() > limits::kHuntRecordBytesMax ? std::nullopt : parse_run(line);
    if (run) history.runs.push_back(std::move(*run));
    else history.unreadable += !line.empty();
  }));
  return history;
}

std::optional<Instant> due_at(const SavedHunt& hunt, std::span<const HuntRun> runs) {
  std::optional<Instant> until;
  for (const HuntRun& run : runs)
    if (run.hunt == hunt.id && run.content == hunt.content && run.is_regular && run.failed.empty())
      until = std::max(until.value_or(run.until), run.until);
  if (!until) return std::nullopt;
  return Instant{until->ticks +
                 (hunt.every_seconds - std::min(kEarlySeconds, hunt.every_seconds / 2)) * kTicksPerSecond};
}

std::string coverage_sql(const TimeRange& range, const Dialect& dialect) {
  const TimeRange both{Instant{range.since->ticks - kBeforeDays * 86'400 * kTicksPerSecond}, range.until};
  const std::string parts[] = {"coalesce(product, category)",
                               "coalesce(service, CASE WHEN product IS NOT NULL THEN category END)"};
  return "SELECT coalesce(channel, nullif(" + dialect.joined_with("'/'", parts) +
         ", ''), 'unknown') AS log, coalesce(host, '-') AS on_host, sum(CASE WHEN " +
         sql_of_range(range, dialect) + " THEN 1 ELSE 0 END) AS now FROM events WHERE " +
         sql_of_range(both, dialect) + dialect.group_by("log, on_host") + " ORDER BY log, on_host";
}

Coverage coverage_of(std::span<const std::vector<std::string>> rows, std::span<const std::string> logs) {
  Coverage coverage;
  // Silent hosts are named first: they are what somebody has to look after.
  std::size_t room = limits::kHuntHostsRecorded;
  for (const bool is_silent : {true, false})
    for (const std::vector<std::string>& row : rows) {
      if ((row[2] == "0") != is_silent) continue;
      const bool is_needed = logs.empty() || std::ranges::any_of(logs, [&](const std::string& pattern) {
                               return names_log(pattern, row[0]);
                             });
      if (is_needed) add_host(is_silent ? coverage.silent : coverage.answered, row[0], row[1], room);
    }
  return coverage;
}

}  // namespace bartizan::hunt
