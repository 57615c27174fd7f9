// SPDX-License-Identifier: Apache-2.0
// Database: questions in SQL over a store. It only reads: one statement, a SELECT and nothing else. Every question has a budget
// of time, memory and rows and can be cancelled. Tables: events, findings; views: ecs, ocsf (docs/schema.md).
//
// Over a folder of files DuckDB answers: no file outside of the folder can be reached, no extension loaded, no setting changed;
// the files are those that were there at open(). Over clickhouse://… that server answers, in its own SQL (hunt/dialect.h).
// One thread; the engines work with threads of their own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/row.h"
#include "store/store.h"

namespace bartizan::store {

enum class Engine : std::uint8_t { kDuckDb, kClickHouse };
// Which answers over the store at a place.
Engine engine_of(std::string_view place);

struct QueryBudget {
  double seconds = 600;
  std::uint64_t memory_bytes = 4ull << 30;
  std::uint64_t rows_max = 1'000'000;  // of the answer; further ones are cut off and the outcome says so
  unsigned threads = 0;                // of DuckDB; 0: one for each processor
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
  static Result<std::unique_ptr<Database>> open(const std::string& place, const DatabaseOptions& options);
  virtual ~Database() = default;

  virtual Result<QueryOutcome> query(const std::string& sql, const QueryReceiver& receiver) = 0;
  // Writes the answer to a Parquet file outside of the store.
  virtual Result<void> export_parquet(const std::string& sql, const std::string& path) = 0;
  // Small answers as a whole.
  Result<std::vector<std::vector<std::string>>> rows_of(const std::string& sql);
};

// 'it''s', as DuckDB has it.
std::string sql_text(std::string_view text);

}  // namespace bartizan::store
