// SPDX-License-Identifier: Apache-2.0
#include "intel/database.h"

#include <sqlite3.h>

#include <utility>

namespace bartizan::intel {
namespace {

constexpr int kBusyMs = 10'000;

std::unexpected<Error> trouble(sqlite3* connection, const std::string& where) {
  return fail(connection ? sqlite3_errmsg(connection) : "out of memory", where);
}

}  // namespace

Query::Query(Query&& other) noexcept
    : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)) {}
Query& Query::operator=(Query&& other) noexcept {
  std::swap(connection_, other.connection_);
  std::swap(statement_, other.statement_);
  return *this;
}
Query::~Query() { sqlite3_finalize(statement_); }

// What cannot be bound (out of memory) shows at the next step.
Query& Query::bind(int place, std::int64_t value) {
  sqlite3_bind_int64(statement_, place, value);
  return *this;
}
Query& Query::bind(int place, std::string_view text) {
  sqlite3_bind_text64(statement_, place, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
  return *this;
}
Query& Query::bind_blob(int place, std::string_view bytes) {
  sqlite3_bind_blob64(statement_, place, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC);
  return *this;
}

Result<bool> Query::step() {
  const int answer = sqlite3_step(statement_);
  if (answer == SQLITE_ROW) return true;
  if (answer == SQLITE_DONE) return false;
  auto error = trouble(connection_, {});
  reset();
  return error;
}

Result<void> Query::run() {
  auto stepped = step();
  reset();
  if (!stepped.has_value()) return std::unexpected(std::move(stepped.error()));
  return {};
}

void Query::reset() { sqlite3_reset(statement_); }

std::int64_t Query::number(int column) const { return sqlite3_column_int64(statement_, column); }
std::string_view Query::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return {bytes ? bytes : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
std::string_view Query::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {bytes ? bytes : "", static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Result<Database> Database::open(const std::string& path) {
  Database database;
  database.path_ = path;
  sqlite3* connection = nullptr;
  const int answer = sqlite3_open_v2(
      path.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database.connection_.reset(connection);
  if (answer != SQLITE_OK) return trouble(connection, path);
  sqlite3_busy_timeout(connection, kBusyMs);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return database;
}

Result<void> Database::run(const char* sql) {
  if (sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return trouble(connection_.get(), path_);
  return {};
}

Result<Query> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int answer = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (answer != SQLITE_OK) return trouble(connection_.get(), path_);
  return Query(connection_.get(), statement);
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(connection_.get()); }
std::int64_t Database::changes() const { return sqlite3_changes64(connection_.get()); }

}  // namespace bartizan::intel
