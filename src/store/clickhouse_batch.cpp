// SPDX-License-Identifier: Apache-2.0
#include "store/clickhouse_batch.h"

#include <algorithm>
#include <cstring>

#include "store/clickhouse_rows.h"

namespace bartizan::store {
namespace {

// Of the column `time`.
std::string seconds_sql(Instant time) {
  return "toDateTime(" + std::to_string(clickhouse_seconds(time)) + ")";
}

}  // namespace

bool ClickHouseBatch::add(const Row& row) {
  if (!seen_.insert(row.id)) return false;
  first_ = ids_.empty() ? row.time : std::min(first_, row.time);
  last_ = ids_.empty() ? row.time : std::max(last_, row.time);
  append_clickhouse_row(table_, row, day_, encoded_);
  ids_.push_back(row.id), ends_.push_back(encoded_.size());
  return true;
}

void ClickHouseBatch::clear() { *this = ClickHouseBatch(table_, std::move(day_)); }

// The day and the time let the server skip what cannot hold them.
std::string ClickHouseBatch::known_ids_sql() const {
  return "SELECT DISTINCT id FROM " + std::string(shape_of(table_).name) + " WHERE day = '" + day_ +
         "' AND time >= " + seconds_sql(first_) + " AND time <= " + seconds_sql(last_) +
         " AND id IN ids FORMAT RowBinary";
}

std::string ClickHouseBatch::insert_sql() const {
  return "INSERT INTO " + std::string(shape_of(table_).name) + " (" + clickhouse_column_list(table_) +
         ") FORMAT RowBinary";
}

ClickHouseBatch::Remainder ClickHouseBatch::without(std::string_view known) const {
  if (known.empty()) return {encoded_, rows()};
  std::vector<std::uint64_t> there(known.size() / sizeof(std::uint64_t));
  std::memcpy(there.data(), known.data(), there.size() * sizeof(std::uint64_t));
  std::ranges::sort(there);
  Remainder out;
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    if (std::ranges::binary_search(there, ids_[i])) continue;
    const std::size_t begin = i ? ends_[i - 1] : 0;
    out.encoded.append(encoded_, begin, ends_[i] - begin);
    ++out.rows;
  }
  return out;
}

}  // namespace bartizan::store
