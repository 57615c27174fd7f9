// SPDX-License-Identifier: Apache-2.0
#include "store/value_summary.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>


namespace bartizan::store {
namespace {

class ValueSummaryTest : public testing::Test {
 protected:
  ValueSummaryTest() {
    std::string name = (std::filesystem::temp_directory_path() / "value_summary_test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ValueSummaryTest() override {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }
  std::string path() const { return folder_ + "/1.values"; }
  std::string folder_;
};

TEST_F(ValueSummaryTest, TellsTheSlicesOfEachNumber) {
  ValueCollector values;
  for (std::uint64_t i = 0; i < 10'000; ++i) values.add(i * i * 0x10001, i * 100);
  values.add(7, 0), values.add(7, kSliceRows * 29ull);
  ASSERT_TRUE(values.summary().write(path()).has_value());
  const auto read = ValueSummary::read(path());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 10'001u);
  EXPECT_EQ(read->slices_of({7, 7}), 1u | 1u << 29);
  EXPECT_EQ(read->slices_of({8, 0x10000}), 0u);
  EXPECT_EQ(read->slices_of({0, ~std::uint64_t{0}}), ((1u << 25) - 1) | 1u << 29);
  for (std::uint64_t i = 1; i < 10'000; i += 97)
    EXPECT_EQ(read->slices_of({i * i * 0x10001, i * i * 0x10001}), 1u << (i * 100 / kSliceRows));
}

TEST_F(ValueSummaryTest, EveryDamagedByteIsNoticed) {
  ValueCollector values;
  for (std::uint64_t i = 1; i < 20; ++i) values.add(i << 40, i);
  ASSERT_TRUE(values.summary().write(path()).has_value());
  std::ifstream in(path(), std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(in)), {});
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    std::ofstream(path(), std::ios::binary) << bad;
    EXPECT_FALSE(ValueSummary::read(path())) << "byte " << at;
    std::ofstream(path(), std::ios::binary) << good.substr(0, at);
    EXPECT_FALSE(ValueSummary::read(path())) << "cut at " << at;
  }
  EXPECT_FALSE(ValueSummary::read(folder_ + "/none.values"));
}

TEST_F(ValueSummaryTest, OfNothing) {
  ASSERT_TRUE(ValueCollector().summary().write(path()).has_value());
  const auto read = ValueSummary::read(path());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->slices_of({0, ~std::uint64_t{0}}), 0u);
}

}  // namespace
}  // namespace bartizan::store
