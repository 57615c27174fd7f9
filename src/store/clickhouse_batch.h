// SPDX-License-Identifier: Apache-2.0
// ClickHouseBatch: rows of one day that wait to be inserted, each id once. One thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/known_ids.h"
#include "store/store.h"

namespace bartizan::store {

class ClickHouseBatch {
 public:
  ClickHouseBatch(TableName table, std::string day) : table_(table), day_(std::move(day)) {}

  // False: the batch has its id already.
  bool add(const Row& row);
  void clear();
  std::uint64_t rows() const { return ids_.size(); }
  std::size_t bytes() const { return encoded_.size() + ids_.size() * 40; }
  std::span<const std::uint64_t> ids() const { return ids_; }

  // Which of the table `ids` are there; answers in RowBinary.
  std::string known_ids_sql() const;
  std::string insert_sql() const;
  // What has to be inserted when the ids `known` (RowBinary) are there, and how many rows.
  struct Remainder {
    std::string encoded;
    std::uint64_t rows = 0;
  };
  Remainder without(std::string_view known) const;

 private:
  TableName table_;
  std::string day_, encoded_;
  std::vector<std::uint64_t> ids_;
  std::vector<std::size_t> ends_;  // of the rows in encoded_
  IdSet seen_;
  Instant first_, last_;
};

}  // namespace bartizan::store
