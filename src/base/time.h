// SPDX-License-Identifier: Apache-2.0
// Instant: a moment in UTC, counted in ticks of 100 ns since 1970-01-01 (the finest unit Windows logs carry; finer input
// is cut). The range is +-29,000 years, so the corrupt dates that damaged logs carry stay representable. There is no
// "now" here: a clock is handed in where one is needed. Values, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan {

inline constexpr std::int64_t kTicksPerSecond = 10'000'000;

struct Instant {
  std::int64_t ticks = 0;
  auto operator<=>(const Instant&) const = default;
};

// A Windows FILETIME: 100 ns ticks since 1601-01-01 (MS-DTYP 2.3.3). Values over INT64_MAX saturate.
Instant instant_from_filetime(std::uint64_t filetime);
Instant instant_from_unix_seconds(double seconds);

// RFC 3339 with or without fraction and offset, blank instead of T, comma as decimal sign; a bare date is midnight UTC;
// also a Unix time in seconds, milliseconds, microseconds or nanoseconds told apart by its size. Nothing on failure.
std::optional<Instant> parse_instant(std::string_view text);

// YYYY-MM-DD of a day that exists; its midnight UTC.
std::optional<Instant> parse_date(std::string_view text);

struct CivilTime {
  std::int64_t year;
  int month, day, hour, minute, second, ticks;
  int week_day;  // 0 = Sunday
};
CivilTime civil_time(Instant instant);
Instant instant_from_civil(std::int64_t year, int month, int day, int hour, int minute, int second,
                           int ticks);

// 2019-05-11T17:10:06.3258453Z: always seven digits, so that texts sort as times do (for years 0 to 9999).
std::string format_instant(Instant instant);
void append_instant(Instant instant, std::string& out);

}  // namespace bartizan
