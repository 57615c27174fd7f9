// SPDX-License-Identifier: Apache-2.0
#include "store/row_buffer.h"

namespace bartizan::store {
namespace {

std::int64_t micros_of(Instant time) {
  return time.ticks >= 0 ? time.ticks / 10 : (time.ticks - 9) / 10;  // towards the past
}

}  // namespace

RowBuffer::RowBuffer(const TableShape& shape)
    : shape_(&shape),
      texts_(shape.columns.size()),
      numbers_(shape.columns.size()),
      bytes_of_(shape.columns.size()) {}

void RowBuffer::add(const Row& row) {
  bytes_ += times_.add(rows_, micros_of(row.time)) + ids_.add(rows_, static_cast<std::int64_t>(row.id));
  for (std::size_t i = 0; i < shape_->columns.size(); ++i) {
    const Cell& cell = row.cells[i];
    const ColumnType type = shape_->columns[i].type;
    if (type == ColumnType::kBytes) {
      if (!cell.is_null) bytes_of_[i].values.add_bytes(cell.text), bytes_ += cell.text.size() + 16;
      bytes_of_[i].end_row();
    } else if (!cell.is_null) {
      bytes_ +=
          type == ColumnType::kNumber ? numbers_[i].add(rows_, cell.number) : texts_[i].add(rows_, cell.text);
    }
  }
  for (const NamedText& entry : row.rest) {
    bytes_ += rest_.keys.add(rest_.values.entries(), entry.name) + entry.text.size() + 5;
    entry.is_null ? rest_.values.add_null() : rest_.values.add(entry.text);
  }
  rest_.end_row();
  bytes_ += 12;
  ++rows_;
}

void RowBuffer::add_from(const RowBuffer& other, std::uint32_t row) {
  bytes_ += times_.add(rows_, other.times_.at(row)) + ids_.add(rows_, other.ids_.at(row));
  for (std::size_t i = 0; i < shape_->columns.size(); ++i) {
    if (const std::uint32_t place = other.texts_[i].at(row); place != TextColumn::kNull)
      bytes_ += texts_[i].add(rows_, other.texts_[i].entries()[place - 1]);
    if (other.numbers_[i].has_value(row)) bytes_ += numbers_[i].add(rows_, other.numbers_[i].at(row));
    if (shape_->columns[i].type == ColumnType::kBytes)
      bytes_ += bytes_of_[i].add_row(other.bytes_of_[i], row);
  }
  const MapColumn& from = other.rest_;
  for (std::uint32_t entry = from.first_entry[row]; entry < from.first_entry[row + 1]; ++entry)
    bytes_ += rest_.keys.add(rest_.values.entries() + entry - from.first_entry[row],
                             from.keys.entries()[from.keys.at(entry) - 1]);
  bytes_ += rest_.add_row(from, row);
  ++rows_;
}

void RowBuffer::clear() {
  rows_ = bytes_ = 0;
  times_.clear(), ids_.clear(), rest_.clear();
  for (TextColumn& column : texts_) column.clear();
  for (NumberColumn& column : numbers_) column.clear();
  for (MapColumn& column : bytes_of_) column.clear();
}

}  // namespace bartizan::store
