// SPDX-License-Identifier: Apache-2.0
// The processes of a host under their parents: `bartizan hunt tree`. A process is known by its GUID where the log has one, else by
// host and number; of several processes of one number the parent is the last that began before. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hunt/search_sql.h"

namespace bartizan::hunt {

using TextRows = std::vector<std::vector<std::string>>;

// A row for each process, as process_tree() takes them, first started first.
std::string started_processes_sql(std::string_view host, const TimeRange& range,
                                  const Dialect& dialect = duckdb_dialect());

// Rows of time, image, command_line, account and id, children below their parents and the image indented. Every row is there
// once, also when the log has parents that are their own children.
TextRows process_tree(TextRows started);

inline constexpr std::size_t kProcessTreeColumns = 5;

}  // namespace bartizan::hunt
