// SPDX-License-Identifier: Apache-2.0
// Columns of rows that wait to be written. TextColumn keeps every distinct text once. Values own their memory; one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"

namespace bartizan::store {

class TextColumn {
 public:
  static constexpr std::uint32_t kNull = 0;

  void add_null() { places_.push_back(kNull); }
  // Bad UTF-8 is replaced (U+FFFD), for readers of Parquet insist on it.
  void add(std::string_view text);

  // For each row kNull or one more than the place in entries().
  std::span<const std::uint32_t> places() const { return places_; }
  std::span<const std::string_view> entries() const { return entries_; }
  std::size_t rows() const { return places_.size(); }
  std::size_t text_bytes() const { return text_bytes_; }  // of all rows, repeated ones included
  std::size_t memory_bytes() const {
    return places_.size() * 4 + entries_.size() * (sizeof(std::string_view) + 16) + entry_bytes_;
  }
  void clear();

 private:
  std::uint32_t place_of(std::string_view text);
  void grow();

  std::vector<std::uint32_t> places_;
  std::vector<std::string_view> entries_;
  std::vector<std::uint64_t> hashes_;  // of the entries
  std::vector<std::uint32_t> slots_;   // open addressing; 0: free, else a place
  std::size_t text_bytes_ = 0, entry_bytes_ = 0;
  Arena arena_;
  std::string valid_;
};

// Texts in a row, without a dictionary: of the values of maps few repeat within a page more often than Zstandard finds.
class PlainColumn {
 public:
  void add_null() { is_null_.push_back(true), ++nulls_; }
  void add(std::string_view text);  // bad UTF-8 is replaced

  const std::vector<bool>& is_null() const { return is_null_; }
  std::size_t nulls() const { return nulls_; }
  // As Parquet writes them plainly: each with its size before it.
  std::string_view bytes() const { return bytes_; }
  void clear() { is_null_.clear(), bytes_.clear(), nulls_ = 0; }

 private:
  std::vector<bool> is_null_;
  std::size_t nulls_ = 0;
  std::string bytes_, valid_;
};

struct NumberColumn {
  std::vector<std::int64_t> values;   // of the rows that have one
  std::vector<std::uint32_t> levels;  // 1: the row has a value

  void add_null() { levels.push_back(0); }
  void add(std::int64_t value) { values.push_back(value), levels.push_back(1); }
  void clear() { values.clear(), levels.clear(); }
};

}  // namespace bartizan::store
