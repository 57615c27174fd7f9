// SPDX-License-Identifier: Apache-2.0
#include "store/clickhouse_rows.h"

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "store/event_columns.h"
#include "store/views.h"

namespace bartizan::store {
namespace {

std::string quoted(std::string_view name) { return "`" + std::string(name) + "`"; }

void append_size(std::size_t size, std::string& out) {
  for (; size >= 0x80; size >>= 7) out += static_cast<char>(size | 0x80);
  out += static_cast<char>(size);
}

void append_text(std::string_view text, std::string& out) {
  if (is_ascii(text)) {
    append_size(text.size(), out);
    out += text;
    return;
  }
  std::string valid;
  append_valid_utf8(text, valid);
  append_size(valid.size(), out);
  out += valid;
}

template <class Number>
void append_number(Number number, std::string& out) {
  out.append(reinterpret_cast<const char*>(&number),
             sizeof number);  // little-endian, as all machines we build for
}

void append_cell(const Cell& cell, ColumnType type, std::string& out) {
  out += static_cast<char>(cell.is_null);
  if (cell.is_null) return;
  if (type == ColumnType::kText) append_text(cell.text, out);
  else append_number(cell.number, out);
}

// fields.name, fields.value, fields_null
void append_rest(std::span<const NamedText> rest, std::string& out) {
  const auto nulls = static_cast<std::size_t>(std::ranges::count_if(rest, &NamedText::is_null));
  const auto list = [&](std::size_t size, bool of_nulls, auto part) {
    append_size(size, out);
    for (const NamedText& entry : rest)
      if (entry.is_null == of_nulls) append_text(part(entry), out);
  };
  list(rest.size() - nulls, false, [](const NamedText& entry) { return entry.name; });
  list(rest.size() - nulls, false, [](const NamedText& entry) { return entry.text; });
  list(nulls, true, [](const NamedText& entry) { return entry.name; });
}

std::string view_sql(std::string_view view, std::span<const ViewColumn> columns) {
  std::string list;
  const auto add = [&](const std::string& column, const std::string& name) {
    list += (list.empty() ? "" : ", ") + column + " AS " + quoted(name);
  };
  for (const ViewColumn& column : columns) {
    const std::string ours(column.column), theirs(column.name);
    if (ours == "time") add("exact", theirs);
    else if (ours == kRestName)
      add(ours + ".name", theirs + ".name"), add(ours + ".value", theirs + ".value");
    else add(quoted(ours), theirs);
  }
  return "CREATE VIEW IF NOT EXISTS " + std::string(view) + " AS SELECT " + list + " FROM events";
}

}  // namespace

std::vector<std::string> clickhouse_view_sqls() {
  return {view_sql("ecs", ecs_columns()), view_sql("ocsf", ocsf_columns())};
}

std::uint32_t clickhouse_seconds(Instant time) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(time.ticks / kTicksPerSecond, 0, UINT32_MAX));
}

std::string clickhouse_kept_name(TableName table, bool is_cluster) {
  return std::string(shape_of(table).name) + (is_cluster ? "_local" : "");
}

// Rows of one hour and host lie together: hunts name times and hosts, and like compresses with like. Rows that are equal in all
// of this are the same row, which the engine keeps once when it merges.
std::string clickhouse_create_sql(TableName table, bool is_cluster) {
  const TableShape& shape = shape_of(table);
  std::string sql = "CREATE TABLE IF NOT EXISTS " + clickhouse_kept_name(table, is_cluster) +
                    " (`day` String, `time` DateTime('UTC'), `exact` Decimal(18, 6), `id` UInt64";
  for (const ParquetColumn& column : shape.columns)
    sql += ", " + quoted(column.name) +
           (column.type == ColumnType::kText ? " Nullable(String)" : " Nullable(Int64)");
  if (!shape.rest_name.empty())
    sql += ", `" + std::string(shape.rest_name) + "` Nested(name String, value String), `" +
           std::string(shape.rest_name) + "_null` Array(String)";
  return sql +
         ") ENGINE = ReplacingMergeTree() PARTITION BY day ORDER BY (toStartOfHour(time), ifNull(host, ''), "
         "exact, id)";
}

std::string clickhouse_distributed_sql(TableName table, const std::string& cluster) {
  return "CREATE TABLE IF NOT EXISTS " + std::string(shape_of(table).name) + " AS " +
         clickhouse_kept_name(table, true) + " ENGINE = Distributed('" + cluster + "', currentDatabase(), '" +
         clickhouse_kept_name(table, true) + "', id)";
}

std::string clickhouse_column_list(TableName table) {
  const TableShape& shape = shape_of(table);
  std::string list = "`day`, `time`, `exact`, `id`";
  for (const ParquetColumn& column : shape.columns) list += ", " + quoted(column.name);
  if (!shape.rest_name.empty()) {
    const std::string rest(shape.rest_name);
    list += ", `" + rest + ".name`, `" + rest + ".value`, `" + rest + "_null`";
  }
  return list;
}

void append_clickhouse_row(TableName table, const Row& row, std::string_view day, std::string& out) {
  const TableShape& shape = shape_of(table);
  append_text(day, out);
  append_number(clickhouse_seconds(row.time), out);
  append_number(std::int64_t{row.time.ticks / (kTicksPerSecond / 1'000'000)}, out);
  append_number(row.id, out);
  for (std::size_t i = 0; i < shape.columns.size(); ++i)
    append_cell(row.cells[i], shape.columns[i].type, out);
  if (!shape.rest_name.empty()) append_rest(row.rest, out);
}

std::string clickhouse_scan_sql(TableName table, const std::string& day) {
  const TableShape& shape = shape_of(table);
  std::string sql = "SELECT toString(exact), id";
  for (const ParquetColumn& column : shape.columns) sql += ", " + quoted(column.name);
  if (!shape.rest_name.empty()) {
    const std::string rest(shape.rest_name);
    sql += ", arrayStringConcat(arrayConcat(arrayMap((n, v) -> concat(n, '\\x1f', '=', v), " + rest +
           ".name, " + rest + ".value), arrayMap(n -> concat(n, '\\x1f'), " + rest + "_null)), '\\x1e')";
  }
  return sql + " FROM " + std::string(shape.name) + " WHERE day = '" + day + "'";
}

}  // namespace bartizan::store
