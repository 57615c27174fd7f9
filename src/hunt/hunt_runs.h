// SPDX-License-Identifier: Apache-2.0
// HuntRun: what a run of a saved hunt did and could see; a line of the store's record (store/hunt_record.h).
// Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "hunt/saved_hunt.h"

namespace bartizan::hunt {

// Hosts that one log came from.
struct LogHosts {
  std::string log;
  std::uint64_t hosts = 0;         // how many
  std::vector<std::string> names;  // a bounded number of them
};

// Which of the logs a hunt needs answered in the range, and which did in the 90 days before and were silent in it.
struct Coverage {
  std::vector<LogHosts> answered, silent;
};

struct HuntRun {
  std::string hunt, content;  // id, and hash of the hunt as it was
  Instant at, since, until;   // when it ran, and what it covers
  bool is_regular = true;     // it covers what the hunt asks for; only such runs count for what is due
  std::uint64_t rows = 0;
  bool is_cut = false;  // there were more rows than the budget has
  double seconds = 0;
  std::string failed;     // why there is no answer, such as the budget; empty: there is one
  bool is_blind = false;  // none of the logs the hunt needs answered
  Coverage coverage;
};

std::string to_json(const HuntRun& run);
// Nothing for a line that is none.
std::optional<HuntRun> parse_run(std::string_view line);

Result<void> append_run(const std::string& store, const HuntRun& run);

struct RunHistory {
  std::vector<HuntRun> runs;     // in the order they were recorded
  std::uint64_t unreadable = 0;  // lines
};
// A store that was never hunted has no runs.
Result<RunHistory> read_runs(const std::string& store);

// When it is due again; nothing: at once, since it was never asked as it is now.
std::optional<Instant> due_at(const SavedHunt& hunt, std::span<const HuntRun> runs);

// Events of each host and log, in the range and before it: the rows `coverage_of` reads.
std::string coverage_sql(const TimeRange& range, const Dialect& dialect = duckdb_dialect());
Coverage coverage_of(std::span<const std::vector<std::string>> rows, std::span<const std::string> logs);

}  // namespace bartizan::hunt
