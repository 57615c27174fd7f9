// SPDX-License-Identifier: Apache-2.0
#include "store/clickhouse_store.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <random>
#include <thread>

#include "base/limits.h"
#include "store/answer_row.h"
#include "store/clickhouse_answer.h"
#include "store/clickhouse_batch.h"
#include "store/clickhouse_rows.h"
#include "store/retention.h"

namespace bartizan::store {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kOldestMajor = 18, kOldestMinor = 16;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    lines.emplace_back(line);
  }
  return lines;
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// `day<tab>number`, summed up; a text partition may stand in quotation marks.
void add_numbers(const std::string& answer, std::map<std::string, DayUse>& uses,
                 std::uint64_t DayUse::* number) {
  for (const std::string& line : lines_of(answer)) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) continue;
    std::string day = line.substr(0, tab);
    std::erase_if(day, [](char c) { return c == '\'' || c == '\\'; });
    uses[day].day = day, uses[day].*number += number_of(std::string_view(line).substr(tab + 1));
  }
}

// Tells the inserts of a process apart, so that one whose answer was lost can be ended.
std::string drawn_name() {
  std::random_device device;
  return "bartizan-" + std::to_string(device()) + "-" + std::to_string(device());
}

}  // namespace

class ClickHouseStore::ClickHouseAppender final : public Appender {
 public:
  ClickHouseAppender(ClickHouseStore& store, TableName table)
      : store_(store), table_(table), client_(store.client_.address()), name_(drawn_name()) {}

  Result<void> append(std::span<const Row> rows) override {
    if (!failed_.empty()) return fail(failed_);
    return note(append_all(rows));
  }

  Result<void> flush() override {
    if (!failed_.empty()) return fail(failed_);
    return note(send_all());
  }

  AppendCounts counts() const override { return counts_; }

 private:
  Result<void> append_all(std::span<const Row> rows) {
    for (const Row& row : rows) {
      const std::string day = day_of(row.time);
      ClickHouseBatch& batch = days_.try_emplace(day, table_, day).first->second;
      const std::size_t before = batch.bytes();
      if (!batch.add(row)) ++counts_.known;
      waiting_bytes_ += batch.bytes() - before;
      if (batch.rows() >= limits::kClickHouseInsertRows) TRY_VOID(send(batch));
    }
    if (days_.size() > limits::kClickHouseDaysWaiting) return send_all();
    while (waiting_bytes_ > limits::kClickHouseWaitingBytes) {
      const auto largest =
          std::ranges::max_element(days_, {}, [](const auto& day) { return day.second.bytes(); });
      TRY_VOID(send(largest->second));
    }
    return {};
  }

  Result<void> send_all() {
    for (auto& [day, batch] : days_) TRY_VOID(send(batch));
    days_.clear();
    return {};
  }

  Result<void> send(ClickHouseBatch& batch) {
    if (batch.rows() == 0) return {};
    TRY(const AppendCounts sent, send_with_patience(batch));
    counts_.added += sent.added, counts_.known += sent.known;
    waiting_bytes_ -= batch.bytes();
    batch.clear();
    return {};
  }

  // What a lost insert has put there counts as added.
  Result<AppendCounts> send_with_patience(ClickHouseBatch& batch) {
    const std::lock_guard lock(store_.insert_mutex_);
    const Clock::time_point start = Clock::now();
    std::chrono::milliseconds pause(250);
    std::optional<AppendCounts> counts;
    std::string insert;  // that may be under way
    for (;;) {
      ClickHouseReply reply = send_once(batch, counts, insert);
      if (reply.is_done) return *counts;
      if (!reply.is_temporary) return std::unexpected(std::move(reply.error));
      if (Clock::now() - start + pause > std::chrono::seconds(limits::kClickHouseRetrySeconds)) {
        reply.error.message += "; given up after " + std::to_string(limits::kClickHouseRetrySeconds) +
                               " seconds. Scanning again adds what is missing";
        return std::unexpected(std::move(reply.error));
      }
      std::this_thread::sleep_for(pause);
      pause = std::min(pause * 2, std::chrono::milliseconds(8'000));
    }
  }

  ClickHouseReply send_once(ClickHouseBatch& batch, std::optional<AppendCounts>& counts,
                            std::string& insert) {
    const std::string& database = client_.address().database;
    // An insert whose answer was lost must not go on behind our back while its ids are looked for.
    if (!insert.empty()) {
      ClickHouseReply ended =
          client_.exchange({.sql = "KILL QUERY WHERE query_id = '" + insert + "' SYNC", .seconds = 60});
      if (!ended.is_done) return ended;
    }
    std::string known;
    ClickHouseReply reply = client_.exchange({.sql = batch.known_ids_sql(),
                                              .ids = batch.ids(),
                                              .settings = {{"database", database}},
                                              .take = [&](std::string_view piece) {
                                                known += piece;
                                                return known.size() <= batch.ids().size_bytes() * 2;
                                              }});
    if (!reply.is_done) return reply;
    const ClickHouseBatch::Remainder missing = batch.without(known);
    if (!counts) counts = AppendCounts{missing.rows, batch.rows() - missing.rows};
    if (missing.rows == 0) return reply;
    insert = name_ + "-" + std::to_string(++inserts_);
    // The shards have it, too, before it is acknowledged.
    return client_.exchange({.sql = batch.insert_sql(),
                             .rows = missing.encoded,
                             .settings = {{"database", database}, {"insert_distributed_sync", "1"}},
                             .query_id = insert,
                             .seconds = limits::kClickHouseInsertSeconds});
  }

  Result<void> note(Result<void> done) {
    if (!done.has_value()) failed_ = done.error().text(), days_.clear();
    return done;
  }

  ClickHouseStore& store_;
  TableName table_;
  ClickHouseClient client_;
  std::string name_;
  std::uint64_t inserts_ = 0;
  std::map<std::string, ClickHouseBatch> days_;
  std::size_t waiting_bytes_ = 0;
  AppendCounts counts_;
  std::string failed_;  // why nothing more is taken; empty: all is well
};

Result<std::unique_ptr<ClickHouseStore>> ClickHouseStore::open(const ClickHouseAddress& address,
                                                               Access access) {
  std::unique_ptr<ClickHouseStore> store(new ClickHouseStore(ClickHouseClient(address), access));
  TRY_VOID(store->check_version());
  if (access == Access::kWrite) TRY_VOID(store->make_tables());
  TRY_VOID(store->check_columns());
  return store;
}

Result<void> ClickHouseStore::check_version() {
  std::string answer;
  TRY_VOID(client_.run({.sql = "SELECT version()",
                        .seconds = limits::kClickHouseConnectSeconds,
                        .take = [&](std::string_view piece) {
                          answer += piece;
                          return answer.size() < 100;
                        }}));
  const std::string version = answer.substr(0, answer.find('\n'));
  const std::size_t dot = version.find('.');
  const std::uint64_t major = number_of(version);
  const std::uint64_t minor =
      dot == std::string::npos ? 0 : number_of(std::string_view(version).substr(dot + 1));
  if (major > kOldestMajor || (major == kOldestMajor && minor >= kOldestMinor)) return {};
  return fail("is ClickHouse '" + version + "'; 18.16 or newer is needed", client_.address().text());
}

Result<void> ClickHouseStore::at_every_server(const std::function<Result<void>()>& ask) {
  for (std::size_t i = 0; i < client_.address().servers.size(); ++i) {
    client_.use_server(i);
    TRY_VOID(ask());
  }
  client_.use_server(0);
  return {};
}

Result<void> ClickHouseStore::make_tables() {
  const ClickHouseAddress& address = client_.address();
  return at_every_server([&]() -> Result<void> {
    TRY_VOID(client_.run({.sql = "CREATE DATABASE IF NOT EXISTS `" + address.database + "`"}));
    for (const TableName table : {TableName::kEvents, TableName::kFindings}) {
      TRY_VOID(client_.answer_of(clickhouse_create_sql(table, is_cluster())));
      if (is_cluster()) TRY_VOID(client_.answer_of(clickhouse_distributed_sql(table, address.cluster)));
    }
    for (const std::string& view : clickhouse_view_sqls()) TRY_VOID(client_.answer_of(view));
    return {};
  });
}

Result<void> ClickHouseStore::check_columns() {
  const std::string where = client_.address().text();
  for (const TableName table : {TableName::kEvents, TableName::kFindings}) {
    const std::string name(shape_of(table).name);
    TRY(const std::string answer,
        client_.answer_of(
            "SELECT concat('`', name, '`') FROM system.columns WHERE database = currentDatabase() AND "
            "table = '" +
            name + "'"));
    if (answer.empty()) return fail("holds no store; `bartizan scan --store` makes one", where);
    std::string list;
    for (const std::string& column : lines_of(answer)) list += (list.empty() ? "" : ", ") + column;
    if (list != clickhouse_column_list(table))
      return fail("is a store of another version of Bartizan", where);
  }
  return {};
}

Result<std::unique_ptr<Appender>> ClickHouseStore::make_appender(TableName table) {
  if (access_ == Access::kRead) return fail("the store is open to read only", client_.address().text());
  return std::make_unique<ClickHouseAppender>(*this, table);
}

Result<void> ClickHouseStore::scan(TableName table, const std::string& first_day, const std::string& last_day,
                                   const TakeRow& take) {
  const std::lock_guard lock(mutex_);
  const TableShape& shape = shape_of(table);
  TRY(const std::string answer,
      client_.answer_of("SELECT DISTINCT day FROM " + std::string(shape.name) + " ORDER BY day"));
  for (const std::string& day : lines_of(answer)) {
    if (day < first_day || (!last_day.empty() && day > last_day)) continue;
    std::vector<Cell> cells, answered;
    std::vector<NamedText> rest;
    bool going = true;
    QueryReceiver receiver;
    receiver.row = [&](std::span<const Cell> row_answer) {
      answered.assign(row_answer.begin(), row_answer.end());
      const std::string time = std::to_string(microseconds_of(answered[0].text).value_or(0));
      answered[0] = Cell(std::string_view(time));
      Row row;
      read_answer_row(answered, shape, cells, rest, row);
      return going = take(row);
    };
    ClickHouseAnswer reader(receiver, UINT64_MAX);
    TRY_VOID(client_.run({.sql = clickhouse_scan_sql(table, day) + std::string(kClickHouseAnswerFormat),
                          .settings = {{"database", client_.address().database}},
                          .take = [&](std::string_view piece) { return reader.take(piece); }}));
    if (!reader.problem().empty()) return fail(reader.problem(), client_.address().text());
    if (!going) break;
  }
  return {};
}

Result<void> ClickHouseStore::add_bytes(TableName table, std::map<std::string, DayUse>& uses) {
  return at_every_server([&]() -> Result<void> {
    TRY(const std::string answer,
        client_.answer_of(
            "SELECT partition, sum(bytes_on_disk) FROM system.parts WHERE active AND database = "
            "currentDatabase() AND table = '" +
            clickhouse_kept_name(table, is_cluster()) + "' GROUP BY partition"));
    add_numbers(answer, uses, &DayUse::bytes);
    return {};
  });
}

Result<std::vector<DayUse>> ClickHouseStore::days(TableName table) {
  const std::lock_guard lock(mutex_);
  std::map<std::string, DayUse> uses;
  TRY(const std::string rows,
      client_.answer_of("SELECT day, count() FROM " + std::string(shape_of(table).name) + " GROUP BY day"));
  add_numbers(rows, uses, &DayUse::rows);
  TRY_VOID(add_bytes(table, uses));
  std::vector<DayUse> out;
  for (auto& [day, use] : uses)
    if (use.rows > 0) out.push_back(std::move(use));
  return out;
}

Result<std::vector<std::string>> ClickHouseStore::prune(const Retention& retention, Instant now) {
  if (access_ == Access::kRead) return fail("the store is open to read only", client_.address().text());
  TRY(std::vector<DayUse> uses, days(TableName::kEvents));
  TRY(const std::vector<DayUse> more, days(TableName::kFindings));
  uses.insert(uses.end(), more.begin(), more.end());
  std::vector<std::string> gone = days_to_remove(uses, retention, now);
  const std::lock_guard lock(mutex_);
  TRY_VOID(at_every_server([&]() -> Result<void> {
    for (const TableName table : {TableName::kEvents, TableName::kFindings})
      for (const std::string& day : gone)
        TRY_VOID(client_.answer_of("ALTER TABLE " + clickhouse_kept_name(table, is_cluster()) +
                                   " DROP PARTITION '" + day + "'"));
    return {};
  }));
  return gone;
}

}  // namespace bartizan::store
