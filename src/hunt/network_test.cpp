// SPDX-License-Identifier: Apache-2.0
// Networks in SQL answer as sigma::Network, over many spellings of addresses and of what is nearly one.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "detect/sigma/pattern.h"
#include "hunt/search_sql.h"
#include "store/clickhouse_for_tests.h"
#include "store/duckdb.h"
#include "store/open_store.h"
#include "store/parquet_store.h"

namespace bartizan::hunt {
namespace {

class Addresses {
 public:
  // Few different groups, so that addresses share their beginnings and runs of zeros occur.
  std::string make() {
    if (chance(4)) return ip4();
    std::string out;
    const int groups = static_cast<int>(below(4) ? 8 : below(10));
    const bool has_ip4 = chance(6);
    for (int i = 0; i < groups - (has_ip4 ? 2 : 0); ++i) out += (i ? ":" : "") + group();
    if (has_ip4) out += (out.empty() ? "" : ":") + ip4();
    if (chance(2)) shorten(out);
    if (chance(5)) spoil(out);
    return out;
  }
  // Around an address, with zeros behind the prefix.
  std::string network(const std::string& address) {
    std::array<std::uint8_t, 16> bytes{};
    const bool is_v6 = inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
    if (!is_v6 && inet_pton(AF_INET, address.c_str(), bytes.data()) != 1) return {};
    const unsigned prefix = below(is_v6 ? 129 : 33);
    for (unsigned bit = prefix; bit < 128; ++bit)
      bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
    char text[INET6_ADDRSTRLEN];
    inet_ntop(is_v6 ? AF_INET6 : AF_INET, bytes.data(), text, sizeof text);
    return text + ("/" + std::to_string(prefix));
  }

 private:
  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }
  bool chance(unsigned one_in) { return below(one_in) == 0; }
  std::string group() {
    static constexpr const char* kGroups[] = {"0",    "0000", "1",   "fe80", "FE80",
                                              "2001", "0db8", "dB8", "ffff", "a"};
    return kGroups[below(std::size(kGroups))];
  }
  std::string ip4() {
    static constexpr const char* kBytes[] = {"0", "1", "10", "127", "192", "168", "255", "256", "01"};
    std::string out;
    for (int i = 0; i < 4; ++i) out += (i ? "." : "") + std::string(kBytes[below(chance(8) ? 9 : 7)]);
    return out;
  }
  // Puts :: in the place of some groups, or of none, which is wrong.
  void shorten(std::string& text) {
    const std::size_t from = text.find(':', below(20));
    if (from == text.npos) return text.insert(0, "::"), void();
    const std::size_t to = text.find(':', from + below(20));
    text.replace(from, to == text.npos ? text.npos : to - from + 1, "::");
  }
  void spoil(std::string& text) {
    static constexpr std::string_view kOdd = "0:.gF% ";
    text.insert(below(static_cast<unsigned>(text.size() + 1)), 1, kOdd[below(kOdd.size())]);
  }
  std::mt19937 random_{7};
};

class NetworkTest : public testing::Test {
 protected:
  NetworkTest() {
    Addresses addresses;
    texts_ = {"::", "::1", "1::", "::ffff:10.0.0.1", "", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7::8"};
    while (texts_.size() < 800) texts_.push_back(addresses.make());
    networks_ = {"::/0", "::1/128", "fe80::/10", "2001:db8::/33", "0.0.0.0/0", "10.0.0.0/8"};
    for (const std::string& text : texts_)
      if (std::string network = addresses.network(text); networks_.size() < 40 && !network.empty())
        networks_.push_back(std::move(network));
  }

  void expect_the_rules_answers(store::Database& database, const Dialect& dialect,
                                const std::string& each_of) {
    std::string sql = "SELECT a", list;
    for (const std::string& network : networks_)
      sql += ", " + dialect.is_true(sql_of_network("a", network, dialect).value_or("no network"));
    for (const std::string& text : texts_) list += (list.empty() ? "" : ", ") + dialect.text(text);
    auto rows = database.rows_of(sql + " FROM (SELECT " + each_of + "([" + list + "]) AS a) AS texts");
    ASSERT_TRUE(rows.has_value()) << rows.error().text();
    ASSERT_EQ(rows->size(), texts_.size());
    std::size_t within = 0;
    for (const auto& row : *rows)
      for (std::size_t i = 0; i < networks_.size(); ++i) {
        const bool expected = sigma::parse_network(networks_[i])->contains(row[0]);
        EXPECT_EQ(row[i + 1] == "true" || row[i + 1] == "1", expected) << row[0] << " in " << networks_[i];
        within += expected;
      }
    EXPECT_GT(within, 1000u);
  }

  std::vector<std::string> texts_, networks_;
};

TEST_F(NetworkTest, InDuckDb) {
  if (!store::duckdb::api().has_value()) GTEST_SKIP() << "DuckDB is not there";
  std::string folder = testing::TempDir() + "bartizan-networks-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  ASSERT_TRUE(store::ParquetStore::open(folder, store::Access::kWrite).has_value());
  auto database = store::Database::open(folder, {});
  std::filesystem::remove_all(folder);  // empty, and open
  ASSERT_TRUE(database.has_value()) << database.error().text();
  expect_the_rules_answers(**database, duckdb_dialect(), "unnest");
}

TEST_F(NetworkTest, InClickHouse) {
  store::ClickHouseForTests& server = store::clickhouse_for_tests();
  if (!server.missing().empty()) GTEST_SKIP() << server.missing();
  const std::string place = server.url("networks");
  ASSERT_TRUE(store::open_store(place, store::Access::kWrite).has_value());
  auto database = store::Database::open(place, {});
  ASSERT_TRUE(database.has_value()) << database.error().text();
  expect_the_rules_answers(**database, clickhouse_dialect(), "arrayJoin");
}

}  // namespace
}  // namespace bartizan::hunt
