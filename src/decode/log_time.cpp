// SPDX-License-Identifier: Apache-2.0
#include "decode/log_time.h"

namespace bartizan {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Scanner {
  std::string_view text;
  std::size_t at = 0;

  char peek() const { return at < text.size() ? text[at] : '\0'; }
  bool accept(char c) { return at < text.size() && text[at] == c ? (++at, true) : false; }
  void skip_blanks() {
    while (peek() == ' ') ++at;
  }
  // Up to `digits_max` digits; nothing when there is none or the value is beyond `value_max`.
  std::optional<int> number(std::size_t digits_max, int value_max) {
    int value = 0;
    std::size_t digits = 0;
    while (digits < digits_max && is_digit(peek())) value = value * 10 + (text[at++] - '0'), ++digits;
    if (digits == 0 || is_digit(peek()) || value > value_max) return {};
    return value;
  }
};

struct ClockTime {
  int hour = 0, minute = 0, second = 0, ticks = 0;
};

std::optional<ClockTime> read_clock(Scanner& in) {
  const auto hour = in.number(2, 23);
  if (!hour || !in.accept(':')) return {};
  const auto minute = in.number(2, 59);
  if (!minute || !in.accept(':')) return {};
  const auto second = in.number(2, 60);
  if (!second) return {};
  ClockTime clock{*hour, *minute, *second, 0};
  if ((in.peek() == '.' || in.peek() == ',') && in.at + 1 < in.text.size() && is_digit(in.text[in.at + 1])) {
    ++in.at;
    for (int scale = 1'000'000; is_digit(in.peek()); ++in.at, scale /= 10)
      clock.ticks += (in.peek() - '0') * scale;
  }
  return clock;
}

constexpr int kYearMax = 9999;
constexpr int kYearMin = 1970;

std::optional<int> read_year(Scanner& in) {
  Scanner ahead = in;
  ahead.skip_blanks();
  const auto year = ahead.number(4, kYearMax);
  if (!year || *year < kYearMin || (ahead.peek() != ' ' && ahead.peek() != ':' && ahead.peek() != '\0'))
    return {};
  in = ahead;
  return year;
}

}  // namespace

int month_of(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 3) return 0;
  for (std::size_t i = 0; i < kMonths.size(); i += 3)
    if (text[0] == kMonths[i] && text[1] == kMonths[i + 1] && text[2] == kMonths[i + 2])
      return static_cast<int>(i / 3) + 1;
  return 0;
}

std::optional<Instant> read_bsd_time(std::string_view text, Instant modified, std::size_t& used) {
  const int month = month_of(text);
  Scanner in{text, 3};
  if (month == 0 || !in.accept(' ')) return {};
  in.skip_blanks();
  const auto day = in.number(2, 31);
  if (!day || *day == 0 || !in.accept(' ')) return {};
  auto year = read_year(in);
  in.skip_blanks();
  const auto clock = read_clock(in);
  if (!clock) return {};
  if (!year) year = read_year(in);
  used = in.at;
  const auto in_year = [&](std::int64_t value) {
    return instant_from_civil(value, month, *day, clock->hour, clock->minute, clock->second, clock->ticks);
  };
  if (year) return in_year(*year);
  if (modified == Instant{}) return in_year(1970);
  const std::int64_t ticks_of_day =
      (clock->hour * 3600 + clock->minute * 60 + clock->second) * std::int64_t{kTicksPerSecond} +
      clock->ticks;
  return in_year(year_written(month, *day, ticks_of_day, modified));
}

std::int64_t year_written(int month, int day, std::int64_t ticks_of_day, Instant modified) {
  constexpr std::int64_t kTicksPerDay = 86'400 * kTicksPerSecond;
  constexpr int kYearsBetweenLeapDays = 8;  // at most: 1896 to 1904, 2096 to 2104
  // A day after: written in the last hours of a year, with a clock ahead of the file system's.
  const std::int64_t next = civil_time(modified).year + 1;
  for (std::int64_t year = next; year >= next - 1 - kYearsBetweenLeapDays; --year) {
    const Instant begin = instant_from_civil(year, month, day, 0, 0, 0, 0);
    if (begin.ticks + ticks_of_day <= modified.ticks + kTicksPerDay && civil_time(begin).day == day)
      return year;
  }
  return next - 1;  // there is no such day: 30 February
}

std::optional<Instant> read_iso_time(std::string_view text, bool blank_allowed, std::size_t& used) {
  Scanner in{text};
  const auto year = in.number(4, kYearMax);
  if (!year || in.at != 4 || !in.accept('-')) return {};
  const auto month = in.number(2, 12);
  if (!month || *month == 0 || !in.accept('-')) return {};
  const auto day = in.number(2, 31);
  if (!day || *day == 0 || !(in.accept('T') || (blank_allowed && in.accept(' ')))) return {};
  const auto clock = read_clock(in);
  if (!clock) return {};
  Instant time =
      instant_from_civil(*year, *month, *day, clock->hour, clock->minute, clock->second, clock->ticks);
  const char sign = in.peek();
  if (in.accept('Z')) {
  } else if (sign == '+' || sign == '-') {
    const std::size_t before = in.at++;
    auto hour = in.number(2, 23);
    const bool together = !hour && before + 5 <= text.size();  // +0100
    if (together) in.at = before + 1;
    const auto both = together ? in.number(4, 2359) : std::nullopt;
    if (both) hour = *both / 100;
    const auto minute = both             ? std::optional(*both % 100)
                        : in.accept(':') ? in.number(2, 59)
                                         : std::optional(0);
    if (!hour || !minute) return {};
    const std::int64_t seconds = *hour * 3600 + *minute * 60;
    time.ticks -= (sign == '-' ? -seconds : seconds) * kTicksPerSecond;
  } else if (!blank_allowed) {
    return {};
  }
  used = in.at;
  return time;
}

}  // namespace bartizan
