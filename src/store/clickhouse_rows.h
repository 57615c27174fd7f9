// SPDX-License-Identifier: Apache-2.0
// Rows of a store as ClickHouse keeps them: its tables, and rows in its binary format. Pure, any thread.
//
// What differs from Parquet (docs/schema.md): `day` is the text that partitions, `time` has whole seconds, from 1970 to 2105, and
// `exact` is the time as seconds since 1970 with six decimals. The map `fields` is two lists of equal length, fields.name and
// fields.value, without the names whose value is null; those are the list fields_null.
// Source: ClickHouse, RowBinary and the binary forms of its types.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace bartizan::store {

// Where rows are kept, and, when there is a cluster, the table that stands for those of all shards.
std::string clickhouse_kept_name(TableName table, bool is_cluster);
std::string clickhouse_create_sql(TableName table, bool is_cluster);
std::string clickhouse_distributed_sql(TableName table, const std::string& cluster);
// The views ecs and ocsf.
std::vector<std::string> clickhouse_view_sqls();

// In the order of the table; "`a`, `b`".
std::string clickhouse_column_list(TableName table);
// Appends a row in that order. Bad UTF-8 is replaced (U+FFFD), as in Parquet.
void append_clickhouse_row(TableName table, const Row& row, std::string_view day, std::string& out);

// What `time` is of a time.
std::uint32_t clickhouse_seconds(Instant time);

// All columns of the rows of a day, as answer_row.h reads them, but for the time: its seconds with their decimals.
std::string clickhouse_scan_sql(TableName table, const std::string& day);

}  // namespace bartizan::store
