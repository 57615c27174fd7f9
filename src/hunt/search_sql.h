// SPDX-License-Identifier: Apache-2.0
// A search line as one SELECT over the store's tables. Unknown fields, and comparisons a field cannot have, are Diagnostics with
// their column in the line. Pure, any thread.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "hunt/dialect.h"

namespace bartizan::hunt {

// Which events are asked about.
struct TimeRange {
  std::optional<Instant> since, until;  // until is exclusive
  std::string only = {};                // those for which this SQL holds, too; empty: all
};

std::expected<std::string, Diagnostic> sql_of_search(std::string_view line, const TimeRange& range,
                                                     const Dialect& dialect = duckdb_dialect());
// What an event must fulfil, of a line without commands.
std::expected<std::string, Diagnostic> sql_of_condition(std::string_view line,
                                                        const Dialect& dialect = duckdb_dialect());

// `time >= … AND time < …`, and `only`; or TRUE.
std::string sql_of_range(const TimeRange& range, const Dialect& dialect = duckdb_dialect());
// The expression a field's name stands for: a column, or an entry of `fields`. Nothing for what looks like a mistyped column.
std::optional<std::string> sql_of_field(std::string_view name, const Dialect& dialect = duckdb_dialect());
// The names a field can have, columns first.
std::vector<std::string_view> field_names();

// The names of `fields` in stored events that begin so.
std::string further_fields_sql(std::string_view prefix, const Dialect& dialect = duckdb_dialect());

// The columns an answer shows when nobody asked for others.
std::string shown_columns(const Dialect& dialect = duckdb_dialect());

// Whether `value` (an SQL expression) lies in the network; nothing when that is no network.
std::optional<std::string> sql_of_network(std::string_view value, std::string_view network,
                                          const Dialect& dialect = duckdb_dialect());

// LIKE pattern with \ as escape, its own wildcards taken literally, * and ? as wildcards when `wild`.
std::string like_pattern(std::string_view text, bool wild);

}  // namespace bartizan::hunt
