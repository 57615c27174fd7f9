// SPDX-License-Identifier: Apache-2.0
#include "engine/stored_events.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "store/event_columns.h"

namespace bartizan {
namespace {

using store::Cell;

constexpr std::size_t kBefore = 2;  // row number and time stand before the columns

template <class Number>
Number number_in(const Cell& cell) {
  Number number = 0;
  std::from_chars(cell.text.data(), cell.text.data() + cell.text.size(), number);
  return number;
}

// Entries of the map parted by \x1e, name and value by \x1f. A log may hold these letters: blanks stand for them.
std::string select_sql(const std::string& file, std::uint64_t first, std::uint64_t end) {
  std::string sql = "SELECT file_row_number, epoch_us(time)";
  for (const store::EventColumn& column : store::event_columns()) sql += ", " + std::string(column.name);
  return sql +
         ", array_to_string(list_transform(map_entries(fields), lambda e: translate(e.key, chr(30) || "
         "chr(31), "
         "'  ') || chr(31) || coalesce(replace(e.value, chr(30), ' '), '')), chr(30)) FROM read_parquet(" +
         store::sql_text(file) +
         ", file_row_number=true, hive_partitioning=false) WHERE file_row_number >= " +
         std::to_string(first) + " AND file_row_number < " + std::to_string(end);
}

// Data#2 is the second Data of the record.
std::string_view without_number(std::string_view name) {
  const std::size_t at = name.rfind('#');
  const bool is_numbered =
      at != name.npos && at + 1 < name.size() &&
      std::ranges::all_of(name.substr(at + 1), [](char c) { return c >= '0' && c <= '9'; });
  return is_numbered ? name.substr(0, at) : name;
}

void read_fields(std::span<const Cell> row, std::vector<Field>& fields) {
  fields.clear();
  const auto columns = store::event_columns();
  const auto copied = number_in<std::uint64_t>(row[kBefore + store::kCopied]);
  for (std::size_t i = store::kFirstField; i < columns.size(); ++i)
    if (const Cell& cell = row[kBefore + i]; !cell.is_null && !(copied >> (i - store::kFirstField) & 1))
      fields.push_back({columns[i].sigma, cell.text});
  const bool repeats = !row[kBefore + store::kRepeats].is_null;
  std::string_view left = row[kBefore + columns.size()].text;
  while (!left.empty()) {
    const std::string_view entry = left.substr(0, left.find('\x1e'));
    left.remove_prefix(std::min(left.size(), entry.size() + 1));
    const std::size_t cut = std::min(entry.size(), entry.find('\x1f'));
    const std::string_view name = entry.substr(0, cut);
    fields.push_back({repeats ? without_number(name) : name, entry.substr(std::min(entry.size(), cut + 1))});
  }
}

}  // namespace

Result<void> read_stored_events(store::Database& database, const std::string& parquet_file,
                                std::uint64_t first, std::uint64_t end, const TakeStoredEvent& take) {
  std::vector<Field> fields;
  std::string evidence;
  store::QueryReceiver receiver;
  receiver.row = [&](std::span<const Cell> row) {
    const auto text = [&](std::size_t column) { return row[kBefore + column].text; };
    Event event;
    event.time.ticks = number_in<std::int64_t>(row[1]) * 10;
    event.host = text(store::kHost), event.product = text(store::kProduct);
    event.category = text(store::kCategory), event.service = text(store::kService);
    event.channel = text(store::kChannel), event.provider = text(store::kProvider);
    event.event_id = number_in<std::uint32_t>(row[kBefore + store::kEventId]);
    event.record_id = text(store::kRecordId);
    event.offset = number_in<std::uint64_t>(row[kBefore + store::kPosition]);
    read_fields(row, fields);
    event.fields = fields;
    evidence.assign(text(store::kEvidence));
    return take(event, evidence, number_in<std::uint64_t>(row[0]));
  };
  TRY_VOID(database.query(select_sql(parquet_file, first, end), receiver));
  return {};
}

}  // namespace bartizan
