// SPDX-License-Identifier: Apache-2.0
// What every store promises, asked of each of them.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "store/clickhouse_for_tests.h"
#include "store/clickhouse_store.h"
#include "store/database.h"
#include "store/duckdb.h"
#include "store/event_columns.h"
#include "store/memory_store.h"
#include "store/parquet_store.h"
#include "store/parquet_writer.h"

namespace bartizan::store {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "bartizan-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// An event with a few columns and fields, all told by its number.
struct Made {
  explicit Made(std::uint64_t number) {
    const auto& shape = shape_of(TableName::kEvents);
    cells.resize(shape.columns.size());
    texts = {"host" + std::to_string(number % 3), "cmd /c echo " + std::to_string(number) + " \xc3\xa4 'x'",
             "", "S-1-5-18"};
    cells[kHost] = Cell(texts[0]);
    cells[kEventId] = Cell(static_cast<std::int64_t>(number % 5000));
    cells[*find_event_column("command_line")] = Cell(texts[1]);
    if (number % 2) cells[*find_event_column("account")] = Cell(texts[2]);
    rest = {{"SubjectUserSid", texts[3], false}, {"Nothing", {}, true}, {"Empty", texts[2], false}};
    row = {{instant_from_civil(2026, 3, 1 + static_cast<int>(number % 4), 8, 0, 0, 0).ticks +
            static_cast<std::int64_t>(number) * 10},
           number * 0x9e3779b97f4a7c15ull,
           cells,
           rest};
  }
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
  std::vector<std::string> texts;
  std::vector<Cell> cells;
  std::vector<NamedText> rest;
  Row row;
};

Result<void> append(Appender& appender, std::uint64_t from, std::uint64_t to) {
  for (std::uint64_t i = from; i < to; ++i) {
    const Made made(i);
    TRY_VOID(appender.append({&made.row, 1}));
  }
  return appender.flush();
}

std::string text_of(const Row& row) {
  std::string out = std::to_string(row.time.ticks);
  for (const Cell& cell : row.cells)
    out += cell.is_null
               ? "|-"
               : "|" + std::string(cell.text) + "," + std::to_string(cell.text.empty() ? cell.number : 0);
  std::vector<std::string> rest;  // which has no order
  for (const NamedText& entry : row.rest)
    rest.push_back("|" + std::string(entry.name) + (entry.is_null ? "-" : "=" + std::string(entry.text)));
  std::ranges::sort(rest);
  for (const std::string& entry : rest) out += entry;
  return out;
}

struct Memory {
  static std::string missing() { return {}; }
  Memory() : store(std::make_unique<MemoryStore>()) {}
  void reopen() {}
  std::unique_ptr<Store> store;
};
struct Parquet {
  static std::string missing() {
    const auto api = duckdb::api();
    return api.has_value() ? "" : api.error().text();
  }
  Parquet() { reopen(); }
  void reopen() {
    store.reset();
    auto opened = ParquetStore::open(folder.path() + "/s", Access::kWrite);
    EXPECT_TRUE(opened.has_value());
    store = std::move(*opened);
  }
  Folder folder;
  std::unique_ptr<Store> store;
};

struct ClickHouse {
  static std::string missing() { return clickhouse_for_tests().missing(); }
  ClickHouse() {
    if (missing().empty()) reopen();
  }
  void reopen() {
    auto opened = ClickHouseStore::open(*address, Access::kWrite);
    EXPECT_TRUE(opened.has_value()) << opened.error().text();
    store = std::move(*opened);
  }
  static std::string next_name() {
    static int number = 0;
    return "conformance" + std::to_string(++number);
  }
  Result<ClickHouseAddress> address = parse_clickhouse_address(clickhouse_for_tests().url(next_name()));
  std::unique_ptr<Store> store;
};

template <class Kind>
class ConformanceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Kind::missing().empty()) GTEST_SKIP() << Kind::missing();
  }
  std::map<std::uint64_t, std::string> contents(const std::string& first = {}, const std::string& last = {}) {
    std::map<std::uint64_t, std::string> out;
    const auto done = kind.store->scan(TableName::kEvents, first, last, [&](const Row& row) {
      EXPECT_TRUE(out.emplace(row.id, text_of(row)).second) << "a row came twice";
      return true;
    });
    EXPECT_TRUE(done.has_value()) << done.error().text();
    return out;
  }
  AppendCounts add(std::uint64_t from, std::uint64_t to) {
    auto appender = kind.store->make_appender(TableName::kEvents);
    EXPECT_TRUE(appender.has_value());
    EXPECT_TRUE(append(**appender, from, to).has_value());
    return (*appender)->counts();
  }
  Kind kind;
};
using Kinds = ::testing::Types<Memory, Parquet, ClickHouse>;
TYPED_TEST_SUITE(ConformanceTest, Kinds);

#define NEEDS_DUCKDB() \
  if (const auto api = duckdb::api(); !api.has_value()) GTEST_SKIP() << api.error().text()

TYPED_TEST(ConformanceTest, GivesBackWhatWasAppended) {
  EXPECT_EQ(this->add(0, 500).added, 500u);
  this->kind.reopen();
  const auto rows = this->contents();
  ASSERT_EQ(rows.size(), 500u);
  for (std::uint64_t i = 0; i < 500; ++i) {
    const Made made(i);
    EXPECT_EQ(rows.at(made.row.id), text_of(made.row));
  }
}

TYPED_TEST(ConformanceTest, KeepsARowOnce) {
  (void)this->add(0, 100);
  this->kind.reopen();
  const AppendCounts again = this->add(50, 150);
  EXPECT_EQ(again.added, 50u);
  EXPECT_EQ(again.known, 50u);
  std::uint64_t rows = 0;
  const auto days = this->kind.store->days(TableName::kEvents);
  ASSERT_TRUE(days.has_value());
  for (const DayUse& use : *days) rows += use.rows;
  EXPECT_EQ(rows, 150u);
}

TYPED_TEST(ConformanceTest, ScansDays) {
  (void)this->add(0, 100);
  EXPECT_EQ(this->contents("2026-03-02", "2026-03-03").size(), 50u);
  EXPECT_EQ(this->contents("2026-03-05").size(), 0u);
}

TYPED_TEST(ConformanceTest, PrunesByAgeAndBySize) {
  (void)this->add(0, 100);
  const Instant now = instant_from_civil(2026, 3, 4, 12, 0, 0, 0);
  auto gone = this->kind.store->prune({.days = 2, .bytes = {}}, now);
  ASSERT_TRUE(gone.has_value());
  EXPECT_EQ(*gone, std::vector<std::string>{"2026-03-01"});
  gone = this->kind.store->prune({.days = {}, .bytes = 0}, now);
  ASSERT_TRUE(gone.has_value());
  EXPECT_EQ(gone->size(), 3u);
  const auto left = this->kind.store->days(TableName::kEvents);
  ASSERT_TRUE(left.has_value());
  EXPECT_TRUE(left->empty());
}

TYPED_TEST(ConformanceTest, TakesTimesThatCannotBe) {
  Made made(1);
  made.row.time = instant_from_civil(1601, 1, 1, 0, 0, 0, 0);
  auto appender = this->kind.store->make_appender(TableName::kEvents);
  ASSERT_TRUE(appender.has_value());
  ASSERT_TRUE((*appender)->append({&made.row, 1}).has_value());
  ASSERT_TRUE((*appender)->flush().has_value());
  const auto days = this->kind.store->days(TableName::kEvents);
  ASSERT_TRUE(days.has_value());
  ASSERT_EQ(days->front().day, kNoDay);
}

TYPED_TEST(ConformanceTest, KeepsARowOnceWithinOneAppend) {
  auto first = this->kind.store->make_appender(TableName::kEvents);
  auto second = this->kind.store->make_appender(TableName::kEvents);
  ASSERT_TRUE(first.has_value() && second.has_value());
  for (const auto* appender : {&*first, &*second, &*first})
    ASSERT_TRUE(append(**appender, 0, 10).has_value());
  EXPECT_EQ((*first)->counts().added + (*second)->counts().added, 10u);
  EXPECT_EQ((*first)->counts().known + (*second)->counts().known, 20u);
  EXPECT_EQ(this->contents().size(), 10u);
}

TYPED_TEST(ConformanceTest, KeepsTheBoundsOfTime) {
  const std::vector<Instant> times{
      instant_from_civil(1601, 1, 1, 0, 0, 0, 10), instant_from_civil(1970, 1, 1, 0, 0, 0, 0),
      instant_from_civil(2150, 1, 1, 0, 0, 0, 20), instant_from_civil(9999, 12, 31, 23, 59, 59, 9'999'990)};
  auto appender = this->kind.store->make_appender(TableName::kEvents);
  ASSERT_TRUE(appender.has_value());
  for (std::uint64_t i = 0; i < times.size(); ++i) {
    Made made(i + 1);
    made.row.time = times[i];
    ASSERT_TRUE((*appender)->append({&made.row, 1}).has_value());
  }
  ASSERT_TRUE((*appender)->flush().has_value());
  std::vector<Instant> back;
  const auto done = this->kind.store->scan(TableName::kEvents, {}, {}, [&](const Row& row) {
    back.push_back(row.time);
    return true;
  });
  ASSERT_TRUE(done.has_value()) << done.error().text();
  std::ranges::sort(back);
  EXPECT_EQ(back, times);
}

TEST(ParquetStoreTest, OneWriterAtATime) {
  const Folder folder;
  const auto first = ParquetStore::open(folder.path() + "/s", Access::kWrite);
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(ParquetStore::open(folder.path() + "/s", Access::kWrite).has_value());
  EXPECT_TRUE(ParquetStore::open(folder.path() + "/s", Access::kRead).has_value());
}

TEST(ParquetStoreTest, MakesNoStoreOfAFolderWithOtherThings) {
  const Folder folder;
  std::ofstream(folder.path() + "/letter.txt") << "x";
  EXPECT_FALSE(ParquetStore::open(folder.path(), Access::kWrite).has_value());
  EXPECT_FALSE(ParquetStore::open(folder.path(), Access::kRead).has_value());
}

// A child appends batches and says after each flush how far it is; it is killed at some moment. What it said must be there,
// each row once, and the store must take more.
TEST(ParquetStoreTest, SurvivesKillAtAnyMoment) {
  const Folder folder;
  const std::string path = folder.path() + "/s";
  constexpr std::uint64_t kBatch = 400;
  for (int round = 0; round < 12; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto store = ParquetStore::open(path, Access::kWrite);
      if (!store.has_value()) ::_exit(1);
      auto appender = (*store)->make_appender(TableName::kEvents);
      for (std::uint64_t batch = 0; batch < 1000; ++batch) {
        if (!append(**appender, batch * kBatch, (batch + 1) * kBatch).has_value()) ::_exit(1);
        if (::write(ends[1], &batch, sizeof batch) != sizeof batch) ::_exit(1);
      }
      ::_exit(0);
    }
    ::close(ends[1]);
    ::usleep(static_cast<useconds_t>(20'000 + round * 17'000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    std::uint64_t batch = 0, acknowledged = 0;
    while (::read(ends[0], &batch, sizeof batch) == sizeof batch) acknowledged = (batch + 1) * kBatch;
    ::close(ends[0]);
    auto store = ParquetStore::open(path, Access::kWrite);
    ASSERT_TRUE(store.has_value());
    std::map<std::uint64_t, int> seen;
    for (const std::string& file : parquet_files(path, TableName::kEvents)) {
      const auto ids = read_parquet_ids(file);
      ASSERT_TRUE(ids.has_value()) << file;
      for (const std::uint64_t id : *ids) EXPECT_EQ(++seen[id], 1);
    }
    for (std::uint64_t i = 0; i < acknowledged; ++i) EXPECT_TRUE(seen.contains(Made(i).row.id));
  }
}

// A limit on the size of files stands for a full disk: write() fails in the middle of one.
TEST(ParquetStoreTest, DiskFullLosesNothingAcknowledged) {
  const Folder folder;
  const std::string path = folder.path() + "/s";
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    auto store = ParquetStore::open(path, Access::kWrite);
    auto appender = (*store)->make_appender(TableName::kEvents);
    if (!append(**appender, 0, 1000).has_value()) ::_exit(1);
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    if (append(**appender, 1000, 200'000).has_value()) ::_exit(2);
    if ((*appender)->flush().has_value()) ::_exit(3);  // it stays failed
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  auto store = ParquetStore::open(path, Access::kWrite);
  ASSERT_TRUE(store.has_value());
  std::uint64_t rows = 0;
  const auto days = (*store)->days(TableName::kEvents);
  ASSERT_TRUE(days.has_value());
  for (const DayUse& use : *days) rows += use.rows;
  EXPECT_EQ(rows, 1000u);
}

TEST(ParquetFileTest, EveryCutIsNoticed) {
  const Folder folder;
  {
    auto store = ParquetStore::open(folder.path() + "/s", Access::kWrite);
    auto appender = (*store)->make_appender(TableName::kEvents);
    ASSERT_TRUE(append(**appender, 0, 8).has_value());
  }
  const std::string file = parquet_files(folder.path() + "/s", TableName::kEvents).front();
  std::ifstream in(file, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  ASSERT_TRUE(read_parquet_ids(file).has_value());
  const std::string part = folder.path() + "/cut";
  // Where the trailer and the footer stand, at every byte.
  for (std::size_t size = 0; size < whole.size(); size += size + 600 < whole.size() ? 97 : 1) {
    std::ofstream(part, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    EXPECT_FALSE(read_parquet_ids(part).has_value()) << size;
  }
}

class DatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    NEEDS_DUCKDB();
    auto store = ParquetStore::open(folder_.path() + "/s", Access::kWrite);
    auto appender = (*store)->make_appender(TableName::kEvents);
    ASSERT_TRUE(append(**appender, 0, 1000).has_value());
    auto opened = Database::open(folder_.path() + "/s", {});
    ASSERT_TRUE(opened.has_value()) << opened.error().text();
    database_ = std::move(*opened);
  }
  Folder folder_;
  std::unique_ptr<Database> database_;
};

TEST_F(DatabaseTest, Answers) {
  const auto rows = database_->rows_of("SELECT host, count(*) FROM events GROUP BY host ORDER BY host;");
  ASSERT_TRUE(rows.has_value()) << rows.error().text();
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ((*rows)[0], (std::vector<std::string>{"host0", "334"}));
  EXPECT_EQ(database_->rows_of("SELECT count(*) FROM events WHERE host = 'host1'")->front().front(), "333");
  EXPECT_EQ(database_->rows_of("SELECT count(*) FROM events WHERE host = 'none'")->front().front(), "0");
  EXPECT_EQ(database_->rows_of("SELECT \"host.name\" FROM ecs ORDER BY \"@timestamp\" LIMIT 1")->size(), 1u);
  EXPECT_EQ(database_->rows_of("SELECT \"device.hostname\" FROM ocsf LIMIT 1")->size(), 1u);
}

TEST_F(DatabaseTest, OnlyReads) {
  const std::string outside = folder_.path() + "/outside.csv";
  std::ofstream(outside) << "a\n1\n";
  const std::vector<std::string> attempts{
      std::string("CREATE TABLE x(a INT)"),
      std::string("INSERT INTO findings(id) VALUES (1)"),
      std::string("DROP VIEW events"),
      "COPY events TO " + sql_text(folder_.path() + "/s/x.csv"),
      "ATTACH " + sql_text(folder_.path() + "/s/x.db"),
      std::string("INSTALL httpfs"),
      std::string("LOAD httpfs"),
      std::string("SET enable_external_access=true"),
      std::string("PRAGMA threads=1"),
      "SELECT * FROM read_csv(" + sql_text(outside) + ")",
      "SELECT * FROM read_text('/etc/passwd')",
      "SELECT * FROM glob('/etc/*')",
      "SELECT * FROM " + sql_text(outside),
      "SELECT * FROM read_text(" + sql_text(folder_.path() + "/s/../outside.csv") + ")",
      std::string("SELECT 1; DROP VIEW events"),
      std::string("EXPLAIN ANALYZE CREATE TABLE x(a INT)"),
      std::string("")};
  for (const std::string& sql : attempts) {
    const auto answer = database_->rows_of(sql);
    // glob() may be answered with nothing; it must not show what is outside.
    EXPECT_TRUE(!answer.has_value() || answer->empty()) << sql;
  }
  EXPECT_FALSE(fs::exists(folder_.path() + "/s/x.csv"));
  EXPECT_FALSE(fs::exists(folder_.path() + "/s/x.db"));
  EXPECT_EQ(database_->rows_of("SELECT count(*) FROM events")->front().front(), "1000");
}

TEST_F(DatabaseTest, KeepsItsBudget) {
  auto opened = Database::open(
      folder_.path() + "/s",
      {.budget = {.seconds = 0.3, .rows_max = 10}, .first_day = {}, .last_day = {}, .export_path = {}});
  ASSERT_TRUE(opened.has_value());
  const auto slow =
      (*opened)->query("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b", {});
  ASSERT_FALSE(slow.has_value());
  EXPECT_NE(slow.error().text().find("longer"), std::string::npos) << slow.error().text();
  const auto many = (*opened)->query("SELECT * FROM events", {});
  ASSERT_TRUE(many.has_value());
  EXPECT_TRUE(many->is_cut);
  EXPECT_EQ(many->rows, 10u);
}

TEST_F(DatabaseTest, CanBeCancelled) {
  QueryReceiver receiver;
  receiver.progress = [](double) { return false; };
  const auto answer =
      database_->query("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b", receiver);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().text(), "cancelled");
}

TEST_F(DatabaseTest, NumbersOfAddresses) {
  EXPECT_EQ(database_->rows_of("SELECT ip4('10.0.0.1'), ip4('x'), ip4('300.1.1.1'), ip6('fe80::1')")->front(),
            (std::vector<std::string>{"167772161", "", "", "FE800000000000000000000000000001"}));
}

}  // namespace
}  // namespace bartizan::store
