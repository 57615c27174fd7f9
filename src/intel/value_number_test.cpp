// SPDX-License-Identifier: Apache-2.0
#include "intel/value_number.h"

#include <gtest/gtest.h>

namespace bartizan::intel {
namespace {

std::uint64_t of_address(std::string_view text) {
  return value_number(Kind::kAddress, parse_address(text)->key());
}
bool holds(std::string_view network, std::string_view address) {
  const auto numbers = numbers_of(*read_indicator(Kind::kNetwork, network));
  return numbers->first <= of_address(address) && of_address(address) <= numbers->second;
}

TEST(ValueNumberTest, ANetworkIsARangeOfAddresses) {
  EXPECT_TRUE(holds("198.51.100.0/24", "198.51.100.0"));
  EXPECT_TRUE(holds("198.51.100.0/24", "198.51.100.255"));
  EXPECT_FALSE(holds("198.51.100.0/24", "198.51.101.0"));
  EXPECT_FALSE(holds("198.51.100.0/24", "198.51.99.255"));
  EXPECT_TRUE(holds("198.51.100.128/25", "198.51.100.128"));
  EXPECT_FALSE(holds("198.51.100.128/25", "198.51.100.127"));
  EXPECT_TRUE(holds("2001:db8::/32", "2001:db8:ffff::1"));
  EXPECT_FALSE(holds("2001:db8::/32", "2001:db9::1"));
  EXPECT_TRUE(holds("2001:db8::/64", "2001:db8::ffff"));  // what is below the seventh byte is not told apart
  EXPECT_FALSE(holds("2001:db8::/32", "32.1.13.184"));
}

TEST(ValueNumberTest, OtherValuesAreNoAddresses) {
  const auto domain = numbers_of(*read_indicator(Kind::kDomain, "evil[.]example"));
  EXPECT_EQ(domain->first, value_number(Kind::kDomain, "evil.example"));
  EXPECT_EQ(domain->first, domain->second);
  EXPECT_NE(domain->first, value_number(Kind::kFileName, "evil.example"));
  EXPECT_GT(domain->first, of_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
  EXPECT_FALSE(numbers_of({Kind::kPattern, "[file:name = 'x']"}));
}

// The numbers stand in files: when one changes, kVersion of store/value_summary.cpp has to rise.
TEST(ValueNumberTest, NumbersStayAsTheyAre) {
  EXPECT_EQ(of_address("198.51.100.7"), 0xc6336407u);
  EXPECT_EQ(of_address("2001:db8::1"), 0x0120010db8000000u);
  EXPECT_EQ(value_number(Kind::kDomain, "evil.example"), 0xd2b30619e964cde7u);
}

}  // namespace
}  // namespace bartizan::intel
