// SPDX-License-Identifier: Apache-2.0
// Columns of rows that wait to be written. A row that has no value in a column costs nothing there until a later one has;
// TextColumn keeps every distinct text once. Values own their memory; one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"

namespace bartizan::store {

// Rows are added in order; those that are passed over have no value.
class TextColumn {
 public:
  static constexpr std::uint32_t kNull = 0;

  // Bad UTF-8 is replaced (U+FFFD), for readers of Parquet insist on it. Answers how much memory that took.
  std::size_t add(std::size_t row, std::string_view text);

  // kNull or one more than the place in entries().
  std::uint32_t at(std::size_t row) const { return row < places_.size() ? places_[row] : kNull; }
  std::span<const std::string_view> entries() const { return entries_; }
  void clear();

 private:
  std::uint32_t place_of(std::string_view text);
  void grow();

  std::vector<std::uint32_t> places_;
  std::vector<std::string_view> entries_;
  std::vector<std::uint64_t> hashes_;  // of the entries
  std::vector<std::uint32_t> slots_;   // open addressing; 0: free, else a place
  std::uint32_t last_ = kNull;         // most rows say what the one before said
  Arena arena_;
  std::string valid_;
};

// Texts without a dictionary: of the values of maps few repeat within a page more often than Zstandard finds.
class PlainColumn {
 public:
  void add_null() { is_null_.push_back(true); }
  void add(std::string_view text);  // bad UTF-8 is replaced
  void add_bytes(std::string_view bytes);
  // Those from `first` to before `end` of another column, whose bytes are given.
  void add_entries(const PlainColumn& other, std::size_t first, std::size_t end, std::string_view bytes) {
    for (; first < end; ++first) is_null_.push_back(other.is_null_[first]);
    bytes_.append(bytes);
  }

  bool is_null(std::size_t entry) const { return is_null_[entry]; }
  std::size_t entries() const { return is_null_.size(); }
  // As Parquet writes them plainly: each with its size before it.
  std::string_view bytes() const { return bytes_; }
  void clear() { is_null_.clear(), bytes_.clear(); }

 private:
  std::vector<bool> is_null_;
  std::string bytes_, valid_;
};

class NumberColumn {
 public:
  // Answers how much memory that took.
  std::size_t add(std::size_t row, std::int64_t value) {
    const std::size_t before = values_.size();
    values_.resize(row), has_value_.resize(row);
    values_.push_back(value), has_value_.push_back(true);
    return (row + 1 - before) * 9;
  }
  bool has_value(std::size_t row) const { return row < has_value_.size() && has_value_[row]; }
  std::int64_t at(std::size_t row) const { return values_[row]; }
  void clear() { values_.clear(), has_value_.clear(); }

 private:
  std::vector<std::int64_t> values_;
  std::vector<bool> has_value_;
};

// Named texts of rows, any number each.
struct MapColumn {
  TextColumn keys;  // by entry
  PlainColumn values;
  std::vector<std::uint32_t> first_entry{0};  // of each row, and where the next one will begin
  std::vector<std::size_t> first_byte{0};

  void end_row() {
    first_entry.push_back(static_cast<std::uint32_t>(values.entries()));
    first_byte.push_back(values.bytes().size());
  }
  // The values of a row of another one; its keys are the caller's. Answers how much memory that took.
  std::size_t add_row(const MapColumn& other, std::size_t row) {
    const std::string_view bytes = other.bytes_of(row);
    values.add_entries(other.values, other.first_entry[row], other.first_entry[row + 1], bytes);
    end_row();
    return bytes.size() + 12;
  }
  std::string_view bytes_of(std::size_t row) const {
    return values.bytes().substr(first_byte[row], first_byte[row + 1] - first_byte[row]);
  }
  void clear() { keys.clear(), values.clear(), first_entry.resize(1), first_byte.resize(1); }
};

}  // namespace bartizan::store
