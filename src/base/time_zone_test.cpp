// SPDX-License-Identifier: Apache-2.0
#include "base/time_zone.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace bartizan {
namespace {

Instant at(std::string_view text) { return *parse_instant(text); }

std::string in_utc(const TimeZone& zone, std::string_view local) {
  return format_instant(zone.to_utc(at(local))).substr(0, 19);
}

// A TZif file of version 2 with an empty first block and the changes and the rule given: times, types.
std::string tzif(const std::vector<std::pair<std::int64_t, int>>& changes,
                 const std::vector<std::int32_t>& offsets, std::string_view rule) {
  const auto number = [](std::uint64_t value, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> 8 * i);
    return out;
  };
  const auto header = [&](std::size_t count, std::size_t types) {
    return "TZif2" + std::string(15, '\0') + number(0, 4) + number(0, 4) + number(0, 4) + number(count, 4) +
           number(types, 4) + number(0, 4);
  };
  std::string out = header(0, 1) + std::string(6, '\0') + header(changes.size(), offsets.size());
  for (const auto& [time, type] : changes) out += number(static_cast<std::uint64_t>(time), 8);
  for (const auto& [time, type] : changes) out += static_cast<char>(type);
  for (std::int32_t offset : offsets)
    out += number(static_cast<std::uint32_t>(offset), 4) + std::string(2, '\0');
  return out + "\n" + std::string(rule) + "\n";
}

TEST(TimeZone, ReadsOffsets) {
  EXPECT_EQ(in_utc(*TimeZone::parse_offset("+02:00"), "2026-06-01T12:00:00Z"), "2026-06-01T10:00:00");
  EXPECT_EQ(in_utc(*TimeZone::parse_offset("-0330"), "2026-06-01T12:00:00Z"), "2026-06-01T15:30:00");
  EXPECT_EQ(in_utc(*TimeZone::parse_offset("+2"), "2026-06-01T12:00:00Z"), "2026-06-01T10:00:00");
  EXPECT_EQ(in_utc(*TimeZone::parse_offset("UTC"), "2026-06-01T12:00:00Z"), "2026-06-01T12:00:00");
  for (std::string_view bad : {"", "+", "02:00", "+24:00", "+02:60", "+02:00x", "Berlin"})
    EXPECT_FALSE(TimeZone::parse_offset(bad)) << bad;
}

// The rule alone: as a database has it that lists no changes of years to come.
TEST(TimeZone, FollowsTheRuleOfAPlace) {
  const auto zone = TimeZone::parse_tzif(as_bytes(tzif({}, {3600}, "CET-1CEST,M3.5.0,M10.5.0/3")));
  ASSERT_TRUE(zone);
  EXPECT_EQ(in_utc(*zone, "2026-01-10T12:00:00Z"), "2026-01-10T11:00:00");
  EXPECT_EQ(in_utc(*zone, "2026-07-10T12:00:00Z"), "2026-07-10T10:00:00");
  // 2026-03-29: 02:00 becomes 03:00.
  EXPECT_EQ(in_utc(*zone, "2026-03-29T01:59:59Z"), "2026-03-29T00:59:59");
  EXPECT_EQ(in_utc(*zone, "2026-03-29T02:30:00Z"), "2026-03-29T01:30:00");  // never was: counted on
  EXPECT_EQ(in_utc(*zone, "2026-03-29T03:00:00Z"), "2026-03-29T01:00:00");
  // 2026-10-25: 03:00 becomes 02:00.
  EXPECT_EQ(in_utc(*zone, "2026-10-25T01:59:59Z"), "2026-10-24T23:59:59");
  EXPECT_EQ(in_utc(*zone, "2026-10-25T02:30:00Z"), "2026-10-25T00:30:00");  // was twice: the first
  EXPECT_EQ(in_utc(*zone, "2026-10-25T03:00:00Z"), "2026-10-25T02:00:00");
}

TEST(TimeZone, FollowsListedChangesAndSouthernRules) {
  const std::int64_t change = at("2000-01-01T00:00:00Z").ticks / kTicksPerSecond;
  const auto zone =
      TimeZone::parse_tzif(as_bytes(tzif({{change, 1}}, {0, 36000}, "<+10>-10<+11>,M10.1.0,M4.1.0/3")));
  ASSERT_TRUE(zone);
  EXPECT_EQ(in_utc(*zone, "1999-06-01T00:00:00Z"), "1999-06-01T00:00:00");
  EXPECT_EQ(in_utc(*zone, "2026-06-01T12:00:00Z"), "2026-06-01T02:00:00");
  EXPECT_EQ(in_utc(*zone, "2026-12-01T12:00:00Z"), "2026-12-01T01:00:00");
}

TEST(TimeZone, ReadsTheSystemsDatabase) {
  std::ifstream file("/usr/share/zoneinfo/Europe/Berlin", std::ios::binary);
  if (!file) GTEST_SKIP() << "the package tzdata is not installed";
  const std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto zone = TimeZone::parse_tzif(as_bytes(content));
  ASSERT_TRUE(zone);
  EXPECT_EQ(in_utc(*zone, "2026-07-10T12:00:00Z"), "2026-07-10T10:00:00");
  EXPECT_EQ(in_utc(*zone, "2060-07-10T12:00:00Z"), "2060-07-10T10:00:00");
  EXPECT_EQ(in_utc(*zone, "1944-07-10T12:00:00Z"), "1944-07-10T10:00:00");
}

TEST(TimeZone, RefusesWhatIsDamaged) {
  const std::string whole = tzif({{0, 0}, {86400, 1}}, {0, 3600}, "CET-1CEST,M3.5.0,M10.5.0/3");
  for (std::size_t size = 0; size < whole.size(); ++size)
    (void)TimeZone::parse_tzif(as_bytes(std::string_view(whole).substr(0, size)));
  EXPECT_FALSE(TimeZone::parse_tzif(as_bytes("TZif2")));
  EXPECT_FALSE(TimeZone::parse_tzif(as_bytes(tzif({{0, 7}}, {0}, ""))));           // a type that is not there
  EXPECT_FALSE(TimeZone::parse_tzif(as_bytes(tzif({{5, 0}, {1, 0}}, {0}, ""))));   // backwards
  EXPECT_FALSE(TimeZone::parse_tzif(as_bytes(tzif({{0, 0}}, {200 * 3600}, ""))));  // no such offset
}

}  // namespace
}  // namespace bartizan
