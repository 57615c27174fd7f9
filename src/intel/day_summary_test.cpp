// SPDX-License-Identifier: Apache-2.0
#include "intel/day_summary.h"

#include <gtest/gtest.h>

#include <random>

namespace bartizan::intel {
namespace {

Indicator indicator(std::string_view text) { return *guess_indicator(text); }

std::string summary_of(const std::vector<std::string>& values) {
  DaySummaryBuilder builder;
  for (const std::string& value : values) {
    const Indicator one = indicator(value);
    builder.add(one.kind, one.key);
  }
  return builder.finish();
}

TEST(DaySummary, ForgetsNothingAndRarelyInvents) {
  std::mt19937_64 random(3);
  std::vector<std::string> values;
  for (int i = 0; i < 20'000; ++i) values.push_back("h" + std::to_string(random()) + ".example");
  const std::string bytes = summary_of(values);
  EXPECT_LT(bytes.size(), values.size() * 2);
  auto day = DaySummary::open(as_bytes(bytes));
  ASSERT_TRUE(day.has_value());
  EXPECT_EQ(day->values(), values.size());
  for (const std::string& value : values) EXPECT_TRUE(day->may_have(indicator(value)));
  int invented = 0;
  for (int i = 0; i < 100'000; ++i)
    invented += day->may_have(indicator("n" + std::to_string(random()) + ".example"));
  EXPECT_LT(invented, 1'000);  // some 400
}

TEST(DaySummary, NetworksOfAnyLengthAreFound) {
  const std::string bytes = summary_of({"198.51.100.77", "2001:db8:1:2::7"});
  auto day = DaySummary::open(as_bytes(bytes));
  ASSERT_TRUE(day.has_value());
  const Address four = *parse_address("198.51.100.77"), six = *parse_address("2001:db8:1:2::7");
  Indicator network{Kind::kNetwork, {}};
  for (unsigned length = 8; length < 32; ++length) {
    network_key(four, length, network.key);
    EXPECT_TRUE(day->may_have(network)) << length;
  }
  for (unsigned length = 16; length < 128; ++length) {
    network_key(six, length, network.key);
    EXPECT_TRUE(day->may_have(network)) << length;
  }
  for (const char* other : {"198.51.96.0/22", "198.51.101.0/24", "10.0.0.0/8", "198.52.0.0/16",
                            "203.0.113.0/28", "2001:db9::/32"})
    EXPECT_FALSE(day->may_have(indicator(other))) << other;
}

TEST(DaySummary, EventsGiveTheValuesThatScanLooksUp) {
  DaySummaryBuilder builder;
  const std::vector<Field> fields = {{"QueryName", "a.b.evil.example"},
                                     {"CommandLine", "curl http://cdn.evil2.example/x"},
                                     {"Unrelated", "hidden.example"}};
  Event event;
  event.fields = fields;
  builder.add(event);
  const std::string bytes = builder.finish();
  auto day = DaySummary::open(as_bytes(bytes));
  ASSERT_TRUE(day.has_value());
  for (const char* there :
       {"a.b.evil.example", "evil.example", "http://cdn.evil2.example/x", "evil2.example"})
    EXPECT_TRUE(day->may_have(indicator(there))) << there;
  EXPECT_FALSE(day->may_have(indicator("hidden.example")));
}

TEST(DaySummary, DamagedBytesAreRefused) {
  const std::string bytes = summary_of({"evil.example"});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(DaySummary::open(as_bytes(std::string_view(bytes).substr(0, size))).has_value());
  const std::string shifted = "x" + bytes;  // not aligned
  auto day = DaySummary::open(as_bytes(std::string_view(shifted).substr(1)));
  ASSERT_TRUE(day.has_value());
  EXPECT_TRUE(day->may_have(indicator("evil.example")));
}

TEST(DaySummary, ThePastIsReadOnlyWhereItMayMatch) {
  const std::string first = summary_of({"evil.example", "192.0.2.1"}), second = summary_of({"good.example"}),
                    third = summary_of({"evil.example"});
  std::vector<DaySummary> summaries;
  for (const std::string* bytes : {&first, &second, &third})
    summaries.push_back(*DaySummary::open(as_bytes(*bytes)));
  const Day days[] = {{"1", &summaries[0]}, {"2", &summaries[1]}, {"3", &summaries[2]}};
  const Indicator asked[] = {indicator("unknown.example"), indicator("evil.example")};
  std::vector<std::string> read;
  PastFacts facts;
  auto met = match_past(
      days, asked,
      [&](const Day& day, std::span<const std::uint32_t> indicators,
          std::vector<PastSighting>& out) -> Result<void> {
        read.push_back(day.name);
        for (const std::uint32_t one : indicators)
          out.push_back({one, {day.name[0] - '0'}, {day.name[0] - '0'}, 2});
        return {};
      },
      facts);
  ASSERT_TRUE(met.has_value());
  EXPECT_EQ(read, (std::vector<std::string>{"1", "3"}));
  EXPECT_EQ(facts.days, 3u);
  EXPECT_EQ(facts.days_read, 2u);
  ASSERT_EQ(met->size(), 1u);
  EXPECT_EQ((*met)[0].indicator, 1u);
  EXPECT_EQ((*met)[0].first.ticks, 1);
  EXPECT_EQ((*met)[0].last.ticks, 3);
  EXPECT_EQ((*met)[0].events, 4u);
}

}  // namespace
}  // namespace bartizan::intel
