// SPDX-License-Identifier: Apache-2.0
// What the verbs of `hunt` have in common: the store, the budget, progress and cancelling, and how an answer is written.
// One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/options.h"
#include "base/limits.h"
#include "hunt/search_sql.h"
#include "sink/table.h"
#include "store/database.h"

namespace bartizan::app {

inline constexpr Option kHuntStoreOption =
    option("Store", "--store", "DIR",
           "the store to ask, a folder or clickhouse://HOST; BARTIZAN_STORE unless given");
inline constexpr Option kHuntSinceOption =
    option("Store", "--since", "T", "only events at or after this time (RFC 3339, or a date)");
inline constexpr Option kHuntUntilOption = option("Store", "--until", "T", "only events before this time");
inline constexpr Option kHuntSecondsOption =
    option("Budget", "--seconds", "N", "give up after so many seconds, 600 unless given");
inline constexpr Option kHuntMemoryOption =
    option("Budget", "--memory", "MIB", "use no more memory than so many MiB, 4096 unless given");
inline constexpr Option kHuntRowsOption =
    option("Budget", "--rows", "N", "write no more rows than these, 10000 unless given");
inline constexpr Option kHuntFormatOption =
    option("Output", "--format", "F", "what to write, a table unless given", Repeat::kOnce,
           "table jsonl csv html parquet");
inline constexpr Option kHuntOutputOption = option(
    "Output", "--output", "FILE",
    "write there instead of standard output; it appears when all of it is written", Repeat::kOnce, {}, 'o');
inline constexpr Option kHuntOptions[] = {kHuntStoreOption,   kHuntSinceOption,  kHuntUntilOption,
                                          kHuntSecondsOption, kHuntMemoryOption, kHuntRowsOption,
                                          kHuntFormatOption,  kHuntOutputOption};

inline constexpr Option kHuntAtOption =
    option("Store", "--at", "T", "as if it were this time instead of now (RFC 3339, or a date)");
inline constexpr Option kHuntListFormatOption = option(
    "Output", "--format", "F", "what to write, a table unless given", Repeat::kOnce, "table jsonl csv html");

// --store, else BARTIZAN_STORE; may be empty.
std::string store_folder(const Arguments& arguments);
// In which the engine of that store is asked.
const hunt::Dialect& dialect_of(const Arguments& arguments);
// From now on the first Ctrl-C cancels what with_progress() receives, the second ends the program.
void catch_cancel();
bool is_cancelled();
store::QueryReceiver with_progress();
// Likewise, and appends the answer to `rows`, which outlive it.
store::QueryReceiver into(std::vector<std::vector<std::string>>& rows);
// As jsonl, csv, html; else as text.
std::string render_table(const std::string& format, const Table& table);
// Says it; kExitUnreadable.
int say_failure(const std::string& message);

// Reads --since and --until; false after a usage error was said.
bool read_range(const Arguments& arguments, hunt::TimeRange& range);
// --seconds, else 600; false after a usage error was said.
bool read_seconds(const Arguments& arguments, double& seconds);
// Opens the store as the options say; null after the reason was said, with the exit code.
std::unique_ptr<store::Database> open_database(const Arguments& arguments, const hunt::TimeRange& range,
                                               int& code, std::uint64_t rows_max = limits::kHuntRowsShown);
struct Answer {
  std::vector<store::QueryColumn> columns;
  std::vector<std::vector<std::string>> rows;
};
// The rows move into it; its headings are those of `answer`, which outlives it.
Table table_of(std::string title, Answer& answer);
// Likewise, with a chart where one column names and another counts.
Table charted_table_of(std::string title, Answer& answer);
// Asks and writes the answer, `made` into what shall be written where the engine's is only its material; the exit code.
int answer(const Arguments& arguments, const std::string& title, const std::string& sql,
           const hunt::TimeRange& range, const std::function<void(Answer&)>& made = {});

}  // namespace bartizan::app
