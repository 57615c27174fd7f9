// SPDX-License-Identifier: Apache-2.0
// What a store in ClickHouse promises beyond conformance_test.cpp.
#include <gtest/gtest.h>

#include "store/clickhouse_answer.h"
#include "store/clickhouse_for_tests.h"
#include "store/clickhouse_store.h"
#include "store/event_columns.h"

namespace bartizan::store {
namespace {

TEST(ClickHouseAddressTest, Parts) {
  const auto plain = parse_clickhouse_address("clickhouse://db.example.test");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->text(), "clickhouse://db.example.test:8123/bartizan");
  const auto all = parse_clickhouse_address("clickhouse://ana:p%40ss@[::1]:81,b:82/logs?cluster=two&tls=1");
  ASSERT_TRUE(all.has_value()) << all.error().text();
  EXPECT_EQ(all->user, "ana");
  EXPECT_EQ(all->password, "p@ss");
  EXPECT_EQ(all->servers.size(), 2u);
  EXPECT_TRUE(all->is_tls);
  EXPECT_EQ(all->text(), "clickhouse://[::1]:81,b:82/logs?cluster=two");
}

TEST(ClickHouseAddressTest, MistakesAreToldWithoutThePassword) {
  for (const std::string_view wrong :
       {"clickhouse://", "clickhouse://u:hush@", "clickhouse://u:hush@h:0", "clickhouse://u:hush@h:x",
        "clickhouse://u:hush@h/a.b", "clickhouse://u:hush@h/a`b", "clickhouse://u:hush@h?cluster=",
        "clickhouse://u:hush@h?cluster=a'b", "clickhouse://u:hush@h?x=1", "clickhouse://u:hush@a,b",
        "clickhouse://u:hush%@h", "clickhouse://u:hush%4@h", "clickhouse://u:hush@h i"}) {
    const auto address = parse_clickhouse_address(wrong);
    ASSERT_FALSE(address.has_value()) << wrong;
    EXPECT_EQ(address.error().text().find("hush"), std::string::npos);
  }
}

TEST(ClickHouseAnswerTest, ReadsPiecesOfAnySize) {
  const std::string answer =
      "exact\tlist\tn\thost\ttime\tf\nDecimal(18, "
      "6)\tArray(String)\tNullable(Int64)\tNullable(String)\tDateTime(\\'"
      "UTC\\')\tFloat64\n1772352000.123456\t['a\\'b','\\\\n']\t\\N\tx\\ty\\\\\t2026-03-01 "
      "08:00:00\t5\n-0.5\t[]\t7\t\t1970-"
      "01-01 00:00:00\t0.25\n";
  for (std::size_t size = 1; size < answer.size(); ++size) {
    std::vector<std::string> rows;
    QueryReceiver receiver;
    receiver.row = [&](std::span<const Cell> cells) {
      std::string& row = rows.emplace_back();
      for (const Cell& cell : cells) row += cell.is_null ? "-|" : std::string(cell.text) + "|";
      return true;
    };
    ClickHouseAnswer reader(receiver, 100);
    for (std::size_t at = 0; at < answer.size(); at += size)
      EXPECT_TRUE(reader.take(answer.substr(at, size)));
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0],
              "2026-03-01T08:00:00.123456Z|[\"a'b\",\"\\\\n\"]|-|x\ty\\|2026-03-01T08:00:00.000000Z|5.0|");
    EXPECT_EQ(rows[1], "1969-12-31T23:59:59.500000Z|[]|7||1970-01-01T00:00:00.000000Z|0.25|");
    EXPECT_EQ(reader.outcome().columns[0].type, ValueType::kTime);
    EXPECT_EQ(reader.outcome().columns[2].type, ValueType::kNumber);
  }
}

Result<std::unique_ptr<ClickHouseStore>> open_store(const std::string& url, Access access) {
  auto address = parse_clickhouse_address(url);
  EXPECT_TRUE(address.has_value());
  return ClickHouseStore::open(*address, access);
}

// An event whose only content is its number.
Result<void> append(Appender& appender, std::uint64_t from, std::uint64_t to) {
  const std::vector<Cell> cells(shape_of(TableName::kEvents).columns.size());
  for (std::uint64_t i = from; i < to; ++i) {
    const Row row{instant_from_civil(2026, 3, 1, 0, 0, 0, static_cast<int>(i % 1000) * 10), i, cells, {}};
    TRY_VOID(appender.append({&row, 1}));
  }
  return appender.flush();
}

class ClickHouseStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!server_.missing().empty()) GTEST_SKIP() << server_.missing();
  }
  ClickHouseForTests& server_ = clickhouse_for_tests();
};

TEST_F(ClickHouseStoreTest, SaysWhatIsWrong) {
  const auto nowhere = open_store("clickhouse://127.0.0.1:9/x", Access::kWrite);
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_NE(nowhere.error().text().find("127.0.0.1:9: no ClickHouse answers there"), std::string::npos)
      << nowhere.error().text();
  const auto refused = open_store(server_.url("x", "analyst:hush@"), Access::kWrite);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().text().find("refuses user 'analyst'"), std::string::npos)
      << refused.error().text();
  EXPECT_EQ(refused.error().text().find("hush"), std::string::npos);
  const auto empty = open_store(server_.url("nothing"), Access::kRead);
  ASSERT_FALSE(empty.has_value());
  EXPECT_NE(empty.error().text().find("there is no database"), std::string::npos) << empty.error().text();
  EXPECT_TRUE(open_store(server_.url("x", "analyst:s3cret%25@"), Access::kWrite).has_value());
}

TEST_F(ClickHouseStoreTest, ReadersDoNotWrite) {
  ASSERT_TRUE(open_store(server_.url("readers"), Access::kWrite).has_value());
  const auto store = open_store(server_.url("readers"), Access::kRead);
  ASSERT_TRUE(store.has_value());
  EXPECT_FALSE((*store)->make_appender(TableName::kEvents).has_value());
  EXPECT_FALSE((*store)->prune({.days = 0, .bytes = {}}, {}).has_value());
}

TEST_F(ClickHouseStoreTest, RefusesTablesOfAnotherVersion) {
  ASSERT_TRUE(open_store(server_.url("older"), Access::kWrite).has_value());
  ClickHouseClient client(*parse_clickhouse_address(server_.url("older")));
  ASSERT_TRUE(client.answer_of("ALTER TABLE events DROP COLUMN task").has_value());
  const auto store = open_store(server_.url("older"), Access::kWrite);
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().text().find("another version"), std::string::npos) << store.error().text();
}

// The server goes and comes back between two flushes: the appender waits for it.
TEST_F(ClickHouseStoreTest, OutlivesARestart) {
  auto store = open_store(server_.url("restart"), Access::kWrite);
  ASSERT_TRUE(store.has_value()) << store.error().text();
  auto appender = (*store)->make_appender(TableName::kEvents);
  ASSERT_TRUE(append(**appender, 0, 1000).has_value());
  server_.stop();
  Result<void> done;
  std::thread later([&] { done = append(**appender, 500, 1500); });
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  server_.start();
  later.join();
  ASSERT_TRUE(done.has_value()) << done.error().text();
  EXPECT_EQ((*appender)->counts().added, 1500u);
  EXPECT_EQ((*appender)->counts().known, 500u);
  const auto days = (*store)->days(TableName::kEvents);
  ASSERT_TRUE(days.has_value());
  EXPECT_EQ(days->front().rows, 1500u);
}

}  // namespace
}  // namespace bartizan::store
