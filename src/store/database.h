// SPDX-License-Identifier: Apache-2.0
// Database: questions in SQL over the files of a store, by DuckDB. It only reads: one statement, a SELECT and nothing
// else; no file outside of the store's folder can be reached, no extension loaded, no setting changed. Every question
// has a budget of time, memory and rows and can be cancelled. Tables: events, findings; views: ecs, ocsf (docs/schema.md).
// The files are those that were there at open(). One thread; DuckDB works with threads of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/row.h"
#include "store/store.h"

namespace bartizan::store {

struct QueryBudget {
  double seconds = 600;
  std::uint64_t memory_bytes = 4ull << 30;
  std::uint64_t rows_max = 1'000'000;  // of the answer; further ones are cut off and the outcome says so
  unsigned threads = 0;                // 0: one for each processor
};

enum class ValueType : std::uint8_t { kText, kNumber, kBoolean, kTime, kJson };

struct QueryColumn {
  std::string name;
  ValueType type = ValueType::kText;
};

struct QueryOutcome {
  std::vector<QueryColumn> columns;
  std::uint64_t rows = 0;
  bool is_cut = false;  // there were more rows than the budget has
};

// What to do with the answer. Values are texts: times as RFC 3339, lists and maps as JSON.
struct QueryReceiver {
  std::function<void(const std::vector<QueryColumn>&)> columns = {};  // once, before the rows
  std::function<bool(std::span<const Cell>)> row = {};                // false: no more, please
  std::function<bool(double percentage)> progress = {};               // several times a second; false: cancel
};

struct DatabaseOptions {
  QueryBudget budget;
  std::string first_day = {}, last_day = {};  // days of interest; empty: no bound
  std::string export_path = {};               // the one file export_parquet may write; empty: none
};

class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const std::string& store_folder,
                                                const DatabaseOptions& options);
  ~Database();

  Result<QueryOutcome> query(const std::string& sql, const QueryReceiver& receiver);
  // Small answers as a whole.
  Result<std::vector<std::vector<std::string>>> rows_of(const std::string& sql);
  // Writes the answer to a Parquet file outside of the store.
  Result<void> export_parquet(const std::string& sql, const std::string& path);

 private:
  class Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// 'it''s'
std::string sql_text(std::string_view text);

}  // namespace bartizan::store
