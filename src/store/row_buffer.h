// SPDX-License-Identifier: Apache-2.0
// RowBuffer: rows of one table, of any days, that wait to be written, by column. Days share the texts they have in common, so many
// days at once cost little. A value that owns its memory; one thread.
#pragma once

#include <vector>

#include "store/column_block.h"
#include "store/row.h"
#include "store/table_shape.h"

namespace bartizan::store {

class RowBuffer {
 public:
  explicit RowBuffer(const TableShape& shape);

  void add(const Row& row);
  // A row of another buffer of the same table.
  void add_from(const RowBuffer& other, std::uint32_t row);
  std::size_t rows() const { return rows_; }
  std::size_t memory_bytes() const { return bytes_; }
  void clear();

  const NumberColumn& times() const { return times_; }  // in microseconds
  const NumberColumn& ids() const { return ids_; }
  const TextColumn& texts(std::size_t column) const { return texts_[column]; }
  const NumberColumn& numbers(std::size_t column) const { return numbers_[column]; }
  const MapColumn& bytes(std::size_t column) const { return bytes_of_[column]; }  // one entry a row, or none
  const MapColumn& rest() const { return rest_; }

 private:
  const TableShape* shape_;
  std::size_t rows_ = 0, bytes_ = 0;
  NumberColumn times_, ids_;
  // By column; those of other types stay empty.
  std::vector<TextColumn> texts_;
  std::vector<NumberColumn> numbers_;
  std::vector<MapColumn> bytes_of_;
  MapColumn rest_;
};

}  // namespace bartizan::store
