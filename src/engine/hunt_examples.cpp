// SPDX-License-Identifier: Apache-2.0
#include "engine/hunt_examples.h"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "engine/scan.h"
#include "engine/store_tap.h"
#include "store/database.h"
#include "store/duckdb.h"
#include "store/parquet_store.h"

namespace bartizan {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::vector<std::string>>;

// In memory where the system has such a place: a store syncs each file, and a disk that is busy takes its time for that.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    for (const fs::path& place : {fs::path("/dev/shm"), fs::temp_directory_path(error)}) {
      std::string name = (place / "bartizan-XXXXXX").string();
      if (path_.empty() && !place.empty() && ::mkdtemp(name.data())) path_ = name;
    }
  }
  ~TemporaryFolder() {
    std::error_code error;
    if (!path_.empty()) fs::remove_all(path_, error);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }  // empty: it could not be made

 private:
  std::string path_;
};

// Why the log is not in the store; empty when it is.
Result<std::string> keep(const std::string& log, const std::string& folder, RuleSet& rules) {
  const std::string path = folder + "/log";
  std::ofstream(path, std::ios::binary) << log;
  TRY(const std::unique_ptr<store::ParquetStore> store,
      store::ParquetStore::open(folder + "/store", store::Access::kWrite));
  StoreTap tap(*store, rules.logsources(), {}, false);
  const ScanOptions options{
      .on_piece = [&](std::size_t worker, const LogPiece& piece) { tap.take(worker, piece); }};
  ScanOutcome outcome = scan({path}, options, rules, [](const ScanProgress&) { return true; });
  TRY_VOID(tap.finish(outcome.findings.findings()));
  const ScanSummary& summary = outcome.summary;
  for (const auto* complaints : {&summary.not_recognised, &summary.unreadable})
    if (!complaints->empty()) return "its log is not read" + complaints->front().substr(path.size());
  return std::string();
}

bool stands_in(const Rows& rows, const std::string& text) {
  return std::ranges::any_of(rows, [&](const auto& row) {
    return std::ranges::any_of(row, [&](const std::string& cell) { return cell.find(text) != cell.npos; });
  });
}

// Empty: it passed.
Result<std::string> run_example(const hunt::SavedHunt& hunt, RuleSet& rules) {
  if (!hunt.example)
    return std::string("has no example; without one nobody knows whether it can find anything");
  const TemporaryFolder folder;
  if (folder.path().empty()) return fail(std::strerror(errno), "a temporary folder");
  TRY(std::string complaint, keep(hunt.example->log, folder.path(), rules));
  if (!complaint.empty()) return complaint;
  TRY(const std::unique_ptr<store::Database> database,
      store::Database::open(folder.path() + "/store", {.budget = {.seconds = 60, .threads = 1}}));
  const auto rows = database->rows_of(sql_of_hunt(hunt, range_at(hunt, hunt.example->until)));
  if (!rows.has_value()) return "its question fails: " + rows.error().message;
  const auto covered = database->rows_of(hunt::coverage_sql(range_at(hunt, hunt.example->until)));
  if (!covered.has_value()) return "its coverage fails: " + covered.error().message;
  if (hunt::coverage_of(*covered, hunt.logs).answered.empty())
    return std::string("is blind to its own example: no log that `logs` names is in it");
  for (const std::string& text : hunt.example->finds)
    if (!stands_in(*rows, text)) return "does not find '" + text + "' in its example";
  for (const std::string& text : hunt.example->leaves)
    if (stands_in(*rows, text)) return "finds '" + text + "' in its example and should not";
  return std::string();
}

}  // namespace

Result<ExampleReport> run_hunt_examples(std::span<const hunt::SavedHunt> hunts, RuleSet& rules) {
  TRY([[maybe_unused]] const auto* api, store::duckdb::api());
  ExampleReport report;
  for (const hunt::SavedHunt& hunt : hunts) {
    TRY(const std::string complaint, run_example(hunt, rules));
    ++(complaint.empty() ? report.passed : report.failed);
    if (!complaint.empty()) report.failures.push_back(hunt.file + ": " + complaint);
  }
  return report;
}

}  // namespace bartizan
