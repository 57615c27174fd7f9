// SPDX-License-Identifier: Apache-2.0
// The questions every analyst asks, as SQL: `bartizan hunt stack|beacons|first-seen|around|pivot|sessions|
// long-connections`. Each is one SELECT. What they mean and where their thresholds come from: docs/user/hunt.md. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hunt/search_sql.h"

namespace bartizan::hunt {

// Values of a field from the rarest up: on how many hosts, how often, since when.
std::string stack_sql(std::string_view field_sql, const TimeRange& range,
                      const Dialect& dialect = duckdb_dialect());
// Connections that return like a clock: intervals, sizes, spread over the time observed.
std::string beacons_sql(const TimeRange& range, const Dialect& dialect = duckdb_dialect());
// Values of a field that were never there before `range.since`, whose past is looked at.
std::string first_seen_sql(std::string_view field_sql, const TimeRange& range,
                           const Dialect& dialect = duckdb_dialect());
// What happened on the host of the event, so many seconds before and after.
std::string around_sql(std::uint64_t id, std::uint64_t seconds, const Dialect& dialect = duckdb_dialect());
// Every column an entity's value stands in, how often, with whom.
std::string pivot_sql(std::string_view entity, const TimeRange& range,
                      const Dialect& dialect = duckdb_dialect());
// Logons with their logoffs.
std::string sessions_sql(const TimeRange& range, const Dialect& dialect = duckdb_dialect());
std::string long_connections_sql(const TimeRange& range, const Dialect& dialect = duckdb_dialect());

}  // namespace bartizan::hunt
