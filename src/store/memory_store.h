// SPDX-License-Identifier: Apache-2.0
// MemoryStore: the plainest store there can be, which says what the others must do. Threads as Store.
#pragma once

#include <map>
#include <mutex>

#include "store/store.h"

namespace bartizan::store {

class MemoryStore final : public Store {
 public:
  Result<std::unique_ptr<Appender>> make_appender(TableName table) override;
  Result<void> scan(TableName table, const std::string& first_day, const std::string& last_day,
                    const TakeRow& take) override;
  Result<std::vector<DayUse>> days(TableName table) override;
  Result<std::vector<std::string>> prune(const Retention& retention, Instant now) override;

 private:
  class MemoryAppender;
  // A row that owns its texts.
  struct Kept {
    explicit Kept(const Row& row);
    Row view() const;

    Instant time;
    std::uint64_t id;
    std::vector<std::string> texts;  // of the cells and the rest, one after another
    std::vector<Cell> cells;
    std::vector<NamedText> rest;
    std::uint64_t bytes = 0;
  };
  using Days = std::map<std::string, std::map<std::uint64_t, Kept>>;

  std::mutex mutex_;
  Days tables_[2];
};

}  // namespace bartizan::store
