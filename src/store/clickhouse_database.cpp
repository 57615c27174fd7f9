// SPDX-License-Identifier: Apache-2.0
#include "store/clickhouse_database.h"

#include "base/limits.h"
#include "store/clickhouse_answer.h"
#include "store/clickhouse_client.h"
#include "store/clickhouse_store.h"

namespace bartizan::store {
namespace {

class ClickHouseDatabase final : public Database {
 public:
  ClickHouseDatabase(const ClickHouseAddress& address, const DatabaseOptions& options)
      : client_(address), budget_(options.budget) {}

  Result<QueryOutcome> query(const std::string& sql, const QueryReceiver& receiver) override {
    ClickHouseAnswer answer(receiver, budget_.rows_max);
    TRY_VOID(client_.run({.sql = trimmed(sql) + std::string(kClickHouseAnswerFormat),
                          .settings = settings(),
                          .seconds = static_cast<int>(budget_.seconds) + limits::kClickHouseConnectSeconds,
                          .take = [&](std::string_view piece) { return answer.take(piece); },
                          .go_on = [&] { return !receiver.progress || receiver.progress(0); }}));
    if (!answer.problem().empty()) return fail(answer.problem(), client_.address().text());
    return answer.outcome();
  }

  Result<void> export_parquet(const std::string&, const std::string&) override {
    return fail("Parquet is written from a store in a folder alone; take jsonl or csv",
                client_.address().text());
  }

 private:
  static std::string trimmed(std::string_view sql) {
    while (!sql.empty() && std::string_view("; \n\t\r").find(sql.back()) != std::string_view::npos)
      sql.remove_suffix(1);
    return std::string(sql);
  }

  // The server ends what goes beyond; one row more tells that there are more. Subqueries over shards are answered once for all.
  std::vector<std::pair<std::string, std::string>> settings() const {
    return {{"database", client_.address().database},
            {"max_execution_time", std::to_string(static_cast<long>(budget_.seconds))},
            {"max_memory_usage", std::to_string(budget_.memory_bytes)},
            {"max_result_rows", std::to_string(budget_.rows_max + 1)},
            {"result_overflow_mode", "break"},
            {"distributed_product_mode", "global"},
            {"join_default_strictness", "ALL"},  // joins are those of SQL
            {"join_use_nulls", "1"},
            {"max_query_size", std::to_string(limits::kClickHouseQueryBytesMax)},
            {"max_ast_elements", std::to_string(limits::kClickHouseQueryBytesMax)},
            {"max_expanded_ast_elements", std::to_string(limits::kClickHouseQueryBytesMax)},
            {"readonly", "1"}};
  }

  ClickHouseClient client_;
  QueryBudget budget_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_clickhouse(const std::string& place, const DatabaseOptions& options) {
  TRY(const ClickHouseAddress address, parse_clickhouse_address(place));
  TRY(const std::unique_ptr<ClickHouseStore> store, ClickHouseStore::open(address, Access::kRead));
  return std::make_unique<ClickHouseDatabase>(address, options);
}

}  // namespace bartizan::store
