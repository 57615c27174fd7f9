// SPDX-License-Identifier: Apache-2.0
#include "store/database.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "base/must.h"
#include "store/clickhouse_database.h"
#include "store/duckdb.h"
#include "store/parquet_store.h"
#include "store/views.h"

namespace bartizan::store {
namespace {

using Clock = std::chrono::steady_clock;
using duckdb::Api;
using duckdb::Handle;

constexpr auto kProgressEvery = std::chrono::milliseconds(100);

// duckdb_type
bool is_number(int type) { return (type >= 2 && type <= 11) || type == 16 || type == 19 || type == 32; }
bool is_nested(int type) { return type == 24 || type == 25 || type == 26 || type == 28 || type == 33; }
bool is_time(int type) { return type == 12 || (type >= 20 && type <= 22) || type == 31; }

ValueType value_type(int type) {
  return type == 1         ? ValueType::kBoolean
         : is_number(type) ? ValueType::kNumber
         : is_time(type)   ? ValueType::kTime
         : is_nested(type) ? ValueType::kJson
                           : ValueType::kText;
}

// The value of column `name` as the text QueryReceiver promises.
std::string as_text_sql(const std::string& name, ValueType type) {
  switch (type) {
    case ValueType::kTime: return "strftime(" + name + "::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%fZ')";
    case ValueType::kJson: return "to_json(" + name + ")::VARCHAR";
    default: return name + "::VARCHAR";
  }
}

// Without the semicolon at its end.
std::string trimmed(std::string_view sql) {
  while (!sql.empty() && (sql.back() == ';' || sql.back() == ' ' || sql.back() == '\n' ||
                          sql.back() == '\t' || sql.back() == '\r'))
    sql.remove_suffix(1);
  return std::string(sql);
}

// A handle of the interface with the function that ends it.
class Owned {
 public:
  explicit Owned(void (*destroy)(Handle*)) : destroy_(destroy) {}
  ~Owned() {
    if (handle_) destroy_(&handle_);
  }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  Handle* out() { return &handle_; }
  Handle get() const { return handle_; }

 private:
  void (*destroy_)(Handle*);
  Handle handle_ = nullptr;
};

std::string view_sql(const std::string& folder, TableName table, const DatabaseOptions& options) {
  const std::vector<std::string> files = parquet_files(folder, table, options.first_day, options.last_day);
  const TableShape& shape = shape_of(table);
  if (files.empty()) {
    std::string sql = "CREATE TABLE " + std::string(shape.name) + "(time TIMESTAMP, id UBIGINT";
    for (const ParquetColumn& column : shape.columns)
      sql += ", " + std::string(column.name) +
             (column.type == ColumnType::kText     ? " VARCHAR"
              : column.type == ColumnType::kNumber ? " BIGINT"
                                                   : " BLOB");
    if (!shape.rest_name.empty()) sql += ", " + std::string(shape.rest_name) + " MAP(VARCHAR, VARCHAR)";
    return sql + ")";
  }
  std::string sql = "CREATE VIEW " + std::string(shape.name) + " AS SELECT * FROM read_parquet([";
  for (std::size_t i = 0; i < files.size(); ++i) sql += (i ? "," : "") + sql_text(files[i]);
  return sql + "], hive_partitioning=false)";
}

class DuckDatabase final : public Database {
 public:
  DuckDatabase(const Api& api, DatabaseOptions options)
      : api_(api), options_(std::move(options)), database_(api.close), connection_(api.disconnect) {}

  Result<void> start(const std::string& folder) {
    Owned config(api_.destroy_config);
    if (api_.create_config(config.out()) != duckdb::kSuccess) return fail("DuckDB cannot be set up");
    const auto set = [&](const char* name, const std::string& value) {
      return api_.set_config(config.get(), name, value.c_str()) == duckdb::kSuccess;
    };
    if (!set("memory_limit", std::to_string(options_.budget.memory_bytes >> 20) + "MiB") ||
        !set("autoinstall_known_extensions", "false") || !set("autoload_known_extensions", "false") ||
        (options_.budget.threads && !set("threads", std::to_string(options_.budget.threads))))
      return fail("DuckDB does not know a setting");
    char* error = nullptr;
    if (api_.open_ext(":memory:", database_.out(), config.get(), &error) != duckdb::kSuccess) {
      const std::string message = error ? error : "DuckDB cannot be opened";
      if (error) api_.free(error);
      return fail(message);
    }
    if (api_.connect(database_.get(), connection_.out()) != duckdb::kSuccess)
      return fail("DuckDB gives no connection");
    const std::string whole = std::filesystem::absolute(folder).lexically_normal().string();
    // What comes after is decided by these: files below the store alone, and nothing of this changed any more.
    for (const std::string& sql :
         {std::string("SET TimeZone='UTC'"), std::string("SET allow_community_extensions=false"),
          std::string("SET temp_directory=''"), "SET allowed_directories=[" + sql_text(whole) + "]",
          options_.export_path.empty() ? std::string()
                                       : "SET allowed_paths=[" + sql_text(options_.export_path) + "]",
          view_sql(whole, TableName::kEvents, options_), view_sql(whole, TableName::kFindings, options_),
          view_sql(whole, TableName::kRaw, options_), ecs_view_sql(), ocsf_view_sql(), ip4_macro_sql(),
          ip6_macro_sql(), std::string("SET enable_external_access=false"),
          std::string("SET lock_configuration=true")})
      if (!sql.empty()) TRY_VOID(execute(sql));
    return {};
  }

  Result<QueryOutcome> query(const std::string& text, const QueryReceiver& receiver) override {
    const std::string sql = trimmed(text);
    QueryOutcome outcome;
    std::string wrapped;
    {
      Owned prepared(api_.destroy_prepare);
      TRY(const int type, prepare(sql, prepared));
      // EXPLAIN ANALYZE would run what it explains.
      if (type != duckdb::kSelect) return fail("a hunt can only read: write one SELECT");
      if (api_.nparams(prepared.get()) > 0) return fail("parameters ($1, ?) have no value here");
      const std::uint64_t count = api_.prepared_statement_column_count(prepared.get());
      for (std::uint64_t i = 0; i < count; ++i) {
        const char* name = api_.prepared_statement_column_name(prepared.get(), i);
        outcome.columns.push_back(
            {name ? name : "", value_type(api_.prepared_statement_column_type(prepared.get(), i))});
        if (name) api_.free(const_cast<char*>(name));
      }
      wrapped = wrap(sql, outcome.columns);
    }
    if (receiver.columns) receiver.columns(outcome.columns);
    duckdb::QueryResult result{};
    TRY_VOID(run(wrapped, receiver, result));
    deliver(result, receiver, outcome);
    api_.destroy_result(&result);
    return outcome;
  }

  Result<void> export_parquet(const std::string& text, const std::string& path) override {
    const std::string sql = trimmed(text);
    {
      Owned prepared(api_.destroy_prepare);
      TRY(const int type, prepare(sql, prepared));
      if (type != duckdb::kSelect) return fail("a hunt can only read: write one SELECT");
    }
    duckdb::QueryResult result{};
    TRY_VOID(
        run("COPY (" + sql + "\n) TO " + sql_text(path) + " (FORMAT parquet, COMPRESSION zstd)", {}, result));
    api_.destroy_result(&result);
    return {};
  }

 private:
  // All values as texts, and no more rows than the budget has.
  std::string wrap(const std::string& sql, const std::vector<QueryColumn>& columns) const {
    std::string values, names;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string name = "c" + std::to_string(i);
      values += (i ? ", " : "") + as_text_sql(name, columns[i].type);
      names += (i ? ", " : "") + name;
    }
    return "SELECT " + values + " FROM (" + sql + "\n) AS answer(" + names + ") LIMIT " +
           std::to_string(options_.budget.rows_max + 1);
  }

  Result<void> execute(const std::string& sql) {
    duckdb::QueryResult result{};
    const bool done = api_.query(connection_.get(), sql.c_str(), &result) == duckdb::kSuccess;
    const char* error = done ? nullptr : api_.result_error(&result);
    const std::string message = error ? error : "";
    api_.destroy_result(&result);
    if (!done) return fail(message);
    return {};
  }

  // The type of the one statement.
  Result<int> prepare(const std::string& sql, Owned& prepared) {
    Owned statements(api_.destroy_extracted);
    const std::uint64_t count = api_.extract_statements(connection_.get(), sql.c_str(), statements.out());
    if (count == 0) {
      const char* error = api_.extract_statements_error(statements.get());
      return fail(error && *error ? error : "there is no question");
    }
    if (count > 1) return fail("one statement at a time, please");
    if (api_.prepare_extracted_statement(connection_.get(), statements.get(), 0, prepared.out()) !=
        duckdb::kSuccess) {
      const char* error = api_.prepare_error(prepared.get());
      return fail(error ? error : "the question cannot be understood");
    }
    return api_.prepared_statement_type(prepared.get());
  }

  Result<void> run(const std::string& sql, const QueryReceiver& receiver, duckdb::QueryResult& result) {
    Owned prepared(api_.destroy_prepare), pending(api_.destroy_pending);
    TRY_VOID(prepare(sql, prepared));
    if (api_.pending_prepared(prepared.get(), pending.out()) != duckdb::kSuccess)
      return fail(pending_error(pending.get()));
    const Clock::time_point start = Clock::now();
    Clock::time_point shown = start;
    std::string stopped;  // why
    for (;;) {
      const duckdb::Pending state = api_.pending_execute_task(pending.get());
      if (state == duckdb::kReady) break;
      if (state == duckdb::kFailed) return fail(stopped.empty() ? pending_error(pending.get()) : stopped);
      if (state == duckdb::kNoTasks) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      const Clock::time_point now = Clock::now();
      if (!stopped.empty() || now - shown < kProgressEvery) continue;
      shown = now;
      if (now - start > std::chrono::duration<double>(options_.budget.seconds))
        stopped = "took longer than the " + std::to_string(static_cast<long>(options_.budget.seconds)) +
                  " seconds it may; ask for fewer days, or give more with --seconds";
      else if (receiver.progress && !receiver.progress(api_.query_progress(connection_.get()).percentage))
        stopped = "cancelled";
      if (!stopped.empty()) api_.interrupt(connection_.get());
    }
    if (api_.execute_pending(pending.get(), &result) == duckdb::kSuccess) return {};
    const char* error = api_.result_error(&result);
    const std::string message = error ? error : "the question failed";
    api_.destroy_result(&result);
    return fail(message);
  }

  std::string pending_error(Handle pending) const {
    const char* error = pending ? api_.pending_error(pending) : nullptr;
    return error ? error : "the question failed";
  }

  void deliver(duckdb::QueryResult& result, const QueryReceiver& receiver, QueryOutcome& outcome) {
    const std::uint64_t columns = api_.column_count(&result);
    std::vector<Cell> row(columns);
    while (Handle chunk = api_.fetch_chunk(result)) {
      Owned owned(api_.destroy_data_chunk);
      *owned.out() = chunk;
      std::vector<const duckdb::Text*> texts;
      std::vector<const std::uint64_t*> valid;
      for (std::uint64_t i = 0; i < columns; ++i) {
        const Handle vector = api_.data_chunk_get_vector(chunk, i);
        texts.push_back(static_cast<const duckdb::Text*>(api_.vector_get_data(vector)));
        valid.push_back(api_.vector_get_validity(vector));
      }
      for (std::uint64_t at = 0; at < api_.data_chunk_get_size(chunk); ++at) {
        if (outcome.rows == options_.budget.rows_max) return void(outcome.is_cut = true);
        ++outcome.rows;
        for (std::uint64_t i = 0; i < columns; ++i) {
          const bool is_null = valid[i] && !(valid[i][at / 64] >> (at % 64) & 1);
          row[i] = is_null ? Cell() : Cell(std::string_view(texts[i][at].data(), texts[i][at].size));
        }
        if (receiver.row && !receiver.row(row)) return;
      }
    }
  }

  const Api& api_;
  DatabaseOptions options_;
  Owned database_, connection_;  // in this order: the connection is closed first
};

Result<std::unique_ptr<Database>> open_duckdb(const std::string& folder, const DatabaseOptions& options) {
  TRY(const std::unique_ptr<ParquetStore> store, ParquetStore::open(folder, Access::kRead));
  TRY(const Api* api, duckdb::api());
  auto database = std::make_unique<DuckDatabase>(*api, options);
  TRY_VOID(database->start(folder));
  return database;
}

}  // namespace

std::string sql_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\0') continue;  // SQL text ends there
    if (c == '\'') out += '\'';
    out += c;
  }
  return out += '\'';
}

Engine engine_of(std::string_view place) {
  return is_clickhouse_address(place) ? Engine::kClickHouse : Engine::kDuckDb;
}

Result<std::unique_ptr<Database>> Database::open(const std::string& place, const DatabaseOptions& options) {
  return engine_of(place) == Engine::kClickHouse ? open_clickhouse(place, options)
                                                 : open_duckdb(place, options);
}

Result<std::vector<std::vector<std::string>>> Database::rows_of(const std::string& sql) {
  std::vector<std::vector<std::string>> rows;
  QueryReceiver receiver;
  receiver.row = [&](std::span<const Cell> row) {
    std::vector<std::string> texts;
    for (const Cell& cell : row) texts.emplace_back(cell.text);
    rows.push_back(std::move(texts));
    return true;
  };
  TRY(const QueryOutcome outcome, query(sql, receiver));
  if (outcome.is_cut) return fail("the answer has more rows than it may; give more with --rows");
  return rows;
}

}  // namespace bartizan::store
