// SPDX-License-Identifier: Apache-2.0
// ParquetStore: a folder of finished Parquet files, DIR/<table>/<day>/<number>.parquet. A file is there whole or not at all,
// so nothing can be torn, any number of processes may read while one writes, and any tool that knows Parquet reads it too. One
// process writes at a time (DIR/lock). Giving rows back needs DuckDB (duckdb.h); keeping them does not. Threads as Store.
#pragma once

#include <array>
#include <atomic>

#include "store/known_ids.h"
#include "store/store.h"

namespace bartizan::store {

class ParquetStore final : public Store {
 public:
  // To write: made when it is not there; what a crash left half written is removed.
  static Result<std::unique_ptr<ParquetStore>> open(const std::string& folder, Access access);
  ~ParquetStore() override;

  Result<std::unique_ptr<Appender>> make_appender(TableName table) override;
  Result<void> scan(TableName table, const std::string& first_day, const std::string& last_day,
                    const TakeRow& take) override;
  Result<std::vector<DayUse>> days(TableName table) override;
  Result<std::vector<std::string>> prune(const Retention& retention, Instant now) override;

  bool keeps_raw() const override { return true; }
  const std::string& folder() const { return folder_; }

 private:
  class ParquetAppender;
  ParquetStore(std::string folder, int lock);
  Result<void> load_ids(TableName table, const std::string& day, std::vector<std::uint64_t>& ids) const;
  KnownIds& known(TableName table) { return known_[static_cast<std::size_t>(table)]; }
  KnownIds ids_of(TableName table);
  // A path for a new file of the day, whose folder is made.
  Result<std::string> next_path(TableName table, const std::string& day);

  std::string folder_;
  int lock_;  // held while open to write; -1: open to read
  std::atomic<std::uint64_t> next_number_ = 1;
  std::atomic<std::size_t> files_open_ = 0;         // by all appenders
  std::array<KnownIds, std::size(kTables)> known_;  // by table
};

// The files of a table in a store's folder, by day and number; those of the days from `first` to `last`, empty: no bound.
std::vector<std::string> parquet_files(const std::string& folder, TableName table,
                                       const std::string& first_day = {}, const std::string& last_day = {});

}  // namespace bartizan::store
