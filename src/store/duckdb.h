// SPDX-License-Identifier: Apache-2.0
// The part of DuckDB's C interface that we use, found at run time: the program works without DuckDB and says what is missing
// when it is needed. The library is looked for in BARTIZAN_DUCKDB, beside the program (../lib/bartizan, ../duckdb) and where the
// system keeps libraries. It is opened once a process and stays. Any thread.
// Source: duckdb.h of DuckDB 1.4; the interface is stable for all of version 1.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace bartizan::store::duckdb {

using Handle = void*;
enum State : int { kSuccess = 0, kError = 1 };
enum Pending : int { kReady = 0, kNotReady = 1, kFailed = 2, kNoTasks = 3 };
// duckdb_statement_type
inline constexpr int kSelect = 1;

struct QueryResult {
  std::uint64_t unused[3];
  void* unused_columns;
  char* unused_message;
  void* data;
};

// duckdb_string_t: up to twelve bytes stand in place.
struct Text {
  std::uint32_t size;
  char start[4];
  union {
    const char* pointer;
    char more[8];
  };
  const char* data() const { return size <= 12 ? start : pointer; }
};
static_assert(sizeof(Text) == 16);

struct Progress {
  double percentage;
  std::uint64_t rows_done, rows_total;
};

struct Api {
  const char* (*library_version)();
  State (*create_config)(Handle*);
  State (*set_config)(Handle, const char* name, const char* value);
  void (*destroy_config)(Handle*);
  State (*open_ext)(const char* path, Handle* database, Handle config, char** error);
  void (*close)(Handle*);
  State (*connect)(Handle database, Handle* connection);
  void (*disconnect)(Handle*);
  void (*interrupt)(Handle connection);
  Progress (*query_progress)(Handle connection);
  State (*query)(Handle connection, const char* sql, QueryResult*);
  const char* (*result_error)(QueryResult*);
  void (*destroy_result)(QueryResult*);
  std::uint64_t (*extract_statements)(Handle connection, const char* sql, Handle* statements);
  const char* (*extract_statements_error)(Handle statements);
  State (*prepare_extracted_statement)(Handle connection, Handle statements, std::uint64_t index,
                                       Handle* prepared);
  void (*destroy_extracted)(Handle*);
  const char* (*prepare_error)(Handle prepared);
  void (*destroy_prepare)(Handle*);
  std::uint64_t (*nparams)(Handle prepared);
  int (*prepared_statement_type)(Handle prepared);
  std::uint64_t (*prepared_statement_column_count)(Handle prepared);
  const char* (*prepared_statement_column_name)(Handle prepared, std::uint64_t index);
  int (*prepared_statement_column_type)(Handle prepared, std::uint64_t index);
  State (*pending_prepared_streaming)(Handle prepared, Handle* pending);
  State (*pending_prepared)(Handle prepared, Handle* pending);
  Pending (*pending_execute_task)(Handle pending);
  State (*execute_pending)(Handle pending, QueryResult*);
  const char* (*pending_error)(Handle pending);
  void (*destroy_pending)(Handle*);
  Handle (*fetch_chunk)(QueryResult);
  std::uint64_t (*column_count)(QueryResult*);
  std::uint64_t (*data_chunk_get_size)(Handle chunk);
  Handle (*data_chunk_get_vector)(Handle chunk, std::uint64_t column);
  void (*destroy_data_chunk)(Handle*);
  void* (*vector_get_data)(Handle vector);
  std::uint64_t* (*vector_get_validity)(Handle vector);
  void (*free)(void*);
};

// An Error says where it was looked for and how to get it.
Result<const Api*> api();

}  // namespace bartizan::store::duckdb
