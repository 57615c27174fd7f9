// SPDX-License-Identifier: Apache-2.0
// SQLite behind two values: a Database owns the connection, a Query one prepared statement of it. Errors carry SQLite's own words
// and the file. A text or blob of a row is valid until the next step. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace bartizan::intel {

class Query {
 public:
  Query() = default;
  Query(sqlite3* connection, sqlite3_stmt* statement) : connection_(connection), statement_(statement) {}
  Query(Query&& other) noexcept;
  Query& operator=(Query&& other) noexcept;
  ~Query();

  // Places from 1. Texts must outlive the next step or run.
  Query& bind(int place, std::int64_t value);
  Query& bind(int place, std::string_view text);
  Query& bind_blob(int place, std::string_view bytes);
  // True: there is a row.
  Result<bool> step();
  // For statements without rows; ready to be bound again after it.
  Result<void> run();
  void reset();

  // Columns from 0.
  std::int64_t number(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;

 private:
  sqlite3* connection_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

class Database {
 public:
  // `path` ":memory:" stays in memory.
  static Result<Database> open(const std::string& path);

  Result<void> run(const char* sql);
  Result<Query> prepare(std::string_view sql);
  std::int64_t last_id() const;
  std::int64_t changes() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  std::unique_ptr<sqlite3, Close> connection_;
  std::string path_;
};

}  // namespace bartizan::intel
