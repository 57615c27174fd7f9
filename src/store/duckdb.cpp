// SPDX-License-Identifier: Apache-2.0
#include "store/duckdb.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace bartizan::store::duckdb {
namespace {

std::vector<std::string> places() {
  if (const char* named = std::getenv("BARTIZAN_DUCKDB"); named && *named) return {named};
  std::vector<std::string> out;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error)
    for (const char* way : {"../lib/bartizan/libduckdb.so", "../duckdb/libduckdb.so"})
      out.push_back((program.parent_path() / way).lexically_normal().string());
  out.emplace_back("libduckdb.so");
  return out;
}

// Fills `target` from the symbol duckdb_NAME.
template <class Function>
bool find(void* library, const char* name, Function*& target) {
  target = reinterpret_cast<Function*>(dlsym(library, (std::string("duckdb_") + name).c_str()));
  return target != nullptr;
}

bool find_all(void* library, Api& api) {
#define FIND(name) find(library, #name, api.name)
  return FIND(library_version) && FIND(create_config) && FIND(set_config) && FIND(destroy_config) &&
         FIND(open_ext) && FIND(close) && FIND(connect) && FIND(disconnect) && FIND(interrupt) &&
         FIND(query_progress) && FIND(query) && FIND(result_error) && FIND(destroy_result) &&
         FIND(extract_statements) && FIND(extract_statements_error) && FIND(prepare_extracted_statement) &&
         FIND(destroy_extracted) && FIND(prepare_error) && FIND(destroy_prepare) && FIND(nparams) &&
         FIND(prepared_statement_type) && FIND(prepared_statement_column_count) &&
         FIND(prepared_statement_column_name) && FIND(prepared_statement_column_type) &&
         FIND(pending_prepared_streaming) && FIND(pending_prepared) && FIND(pending_execute_task) &&
         FIND(execute_pending) && FIND(pending_error) && FIND(destroy_pending) && FIND(fetch_chunk) &&
         FIND(column_count) && FIND(data_chunk_get_size) && FIND(data_chunk_get_vector) &&
         FIND(destroy_data_chunk) && FIND(vector_get_data) && FIND(vector_get_validity) && FIND(free);
#undef FIND
}

struct Loaded {
  Api api{};
  std::string complaint;  // empty: all of it is there
};

Loaded load() {
  Loaded loaded;
  for (const std::string& place : places()) {
    void* library = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) continue;
    if (find_all(library, loaded.api)) return loaded;
    dlclose(library);
    loaded.complaint = place + " is too old a DuckDB; version 1.4 or later is needed";
    return loaded;
  }
  loaded.complaint =
      "DuckDB is not installed. `./dev build` brings it; an installed program looks for it as "
      "lib/bartizan/libduckdb.so beside its bin folder, and where BARTIZAN_DUCKDB points";
  return loaded;
}

}  // namespace

Result<const Api*> api() {
  static const Loaded kLoaded = load();
  if (!kLoaded.complaint.empty()) return fail(kLoaded.complaint);
  return &kLoaded.api;
}

}  // namespace bartizan::store::duckdb
