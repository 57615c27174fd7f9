// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <gtest/gtest.h>

namespace bartizan {

TEST(Time, FormatsFiletimes) {
  EXPECT_EQ(format_instant(instant_from_filetime(132'020'682'063'258'453u)), "2019-05-11T17:10:06.3258453Z");
  EXPECT_EQ(format_instant(instant_from_filetime(0)), "1601-01-01T00:00:00.0000000Z");
}

TEST(Time, ParsesWhatLogsWrite) {
  auto shown = [](std::string_view text) {
    auto instant = parse_instant(text);
    return instant ? format_instant(*instant) : std::string("bad");
  };
  EXPECT_EQ(shown("2019-05-11T17:10:06.325845300Z"), "2019-05-11T17:10:06.3258453Z");
  EXPECT_EQ(shown("2019-05-11 19:10:06,3+02:00"), "2019-05-11T17:10:06.3000000Z");
  EXPECT_EQ(shown("2020-02-29"), "2020-02-29T00:00:00.0000000Z");
  EXPECT_EQ(shown("1557594606"), "2019-05-11T17:10:06.0000000Z");
  EXPECT_EQ(shown("1557594606325"), "2019-05-11T17:10:06.3250000Z");
  EXPECT_EQ(shown("2019-13-01T00:00:00Z"), "bad");
  EXPECT_EQ(shown("2019-05-11T17:10:06junk"), "bad");
  EXPECT_EQ(shown(""), "bad");
}

TEST(Time, CivilTimeInvertsItself) {
  for (std::int64_t day = -200'000; day < 200'000; day += 37) {
    Instant instant{(day * 86'400 + 3'723) * kTicksPerSecond + 5};
    CivilTime c = civil_time(instant);
    EXPECT_EQ(instant, instant_from_civil(c.year, c.month, c.day, c.hour, c.minute, c.second, c.ticks));
  }
  EXPECT_EQ(civil_time(*parse_instant("2026-11-24")).week_day, 2);
}

TEST(Date, ExistsInTheCalendar) {
  EXPECT_EQ(parse_date("2024-02-29"), parse_instant("2024-02-29T00:00:00Z"));
  for (const char* text : {"2023-02-29", "2026-04-31", "2026/04/01", "2026-4-1", "2026-04-01T00:00:00Z", ""})
    EXPECT_FALSE(parse_date(text)) << text;
}

}  // namespace bartizan
