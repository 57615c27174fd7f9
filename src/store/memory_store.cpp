// SPDX-License-Identifier: Apache-2.0
#include "store/memory_store.h"

#include <algorithm>

#include "store/retention.h"

namespace bartizan::store {

MemoryStore::Kept::Kept(const Row& row)
    : time(row.time),
      id(row.id),
      cells(row.cells.begin(), row.cells.end()),
      rest(row.rest.begin(), row.rest.end()) {
  texts.reserve(cells.size() + 2 * rest.size());  // views into them must stay valid
  const auto keep = [&](std::string_view& text) {
    text = texts.emplace_back(text);
    bytes += text.size();
  };
  for (Cell& cell : cells) keep(cell.text);
  for (NamedText& entry : rest) keep(entry.name), keep(entry.text);
}

Row MemoryStore::Kept::view() const { return {time, id, cells, rest}; }

class MemoryStore::MemoryAppender final : public Appender {
 public:
  MemoryAppender(MemoryStore& store, Days& table) : store_(store), table_(table) {}
  Result<void> append(std::span<const Row> rows) override {
    for (const Row& row : rows) waiting_.emplace_back(row);
    return {};
  }
  Result<void> flush() override {
    const std::lock_guard lock(store_.mutex_);
    for (Kept& row : waiting_) {
      auto& day = table_[day_of(row.time)];
      const std::uint64_t id = row.id;
      const bool is_new = day.try_emplace(id, std::move(row)).second;
      ++(is_new ? counts_.added : counts_.known);
    }
    waiting_.clear();
    return {};
  }
  AppendCounts counts() const override { return counts_; }

 private:
  MemoryStore& store_;
  Days& table_;
  std::vector<Kept> waiting_;
  AppendCounts counts_;
};

Result<std::unique_ptr<Appender>> MemoryStore::make_appender(TableName table) {
  return std::make_unique<MemoryAppender>(*this, tables_[static_cast<std::size_t>(table)]);
}

Result<void> MemoryStore::scan(TableName table, const std::string& first_day, const std::string& last_day,
                               const TakeRow& take) {
  const std::lock_guard lock(mutex_);
  for (const auto& [day, rows] : tables_[static_cast<std::size_t>(table)]) {
    if (day < first_day || (!last_day.empty() && day > last_day)) continue;
    for (const auto& [id, row] : rows)
      if (!take(row.view())) return {};
  }
  return {};
}

Result<std::vector<DayUse>> MemoryStore::days(TableName table) {
  const std::lock_guard lock(mutex_);
  std::vector<DayUse> out;
  for (const auto& [day, rows] : tables_[static_cast<std::size_t>(table)]) {
    DayUse use{day, rows.size(), 0};
    for (const auto& [id, row] : rows) use.bytes += row.bytes;
    out.push_back(std::move(use));
  }
  return out;
}

Result<std::vector<std::string>> MemoryStore::prune(const Retention& retention, Instant now) {
  TRY(std::vector<DayUse> uses, days(TableName::kEvents));
  TRY(const std::vector<DayUse> more, days(TableName::kFindings));
  uses.insert(uses.end(), more.begin(), more.end());
  const std::vector<std::string> gone = days_to_remove(uses, retention, now);
  const std::lock_guard lock(mutex_);
  for (Days& table : tables_)
    for (const std::string& day : gone) table.erase(day);
  return gone;
}

}  // namespace bartizan::store
