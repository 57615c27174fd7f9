// SPDX-License-Identifier: Apache-2.0
// ClickHouseStore: a store in one or many ClickHouse servers, 18.16 or newer (docs/design/0009-clickhouse.md). Rows of a day
// are sent in batches; before each, the server is asked which ids it has, so reading the same evidence again adds nothing.
// Acknowledged means the server has taken the insert. What fails for a while (no connection, a shard restarting) is tried
// again; what may or may not have been taken is asked for first. Any number of processes may write; two that append
// the same event at the same moment keep it twice until the server merges. Threads as Store.
#pragma once

#include <map>
#include <mutex>

#include "store/clickhouse_client.h"
#include "store/store.h"

namespace bartizan::store {

class ClickHouseStore final : public Store {
 public:
  // To write: database and tables are made where they are missing, on every server of the address.
  static Result<std::unique_ptr<ClickHouseStore>> open(const ClickHouseAddress& address, Access access);

  Result<std::unique_ptr<Appender>> make_appender(TableName table) override;
  Result<void> scan(TableName table, const std::string& first_day, const std::string& last_day,
                    const TakeRow& take) override;
  Result<std::vector<DayUse>> days(TableName table) override;
  Result<std::vector<std::string>> prune(const Retention& retention, Instant now) override;

 private:
  class ClickHouseAppender;
  ClickHouseStore(ClickHouseClient client, Access access) : client_(std::move(client)), access_(access) {}
  bool is_cluster() const { return !client_.address().cluster.empty(); }
  Result<void> make_tables();
  Result<void> check_version();
  Result<void> check_columns();
  // Asks each server of the address.
  Result<void> at_every_server(const std::function<Result<void>()>& ask);
  Result<void> add_bytes(TableName table, std::map<std::string, DayUse>& uses);

  std::mutex mutex_;  // guards client_
  ClickHouseClient client_;
  Access access_;
  std::mutex insert_mutex_;  // between asking for ids and inserting no other thread may insert
};

}  // namespace bartizan::store
