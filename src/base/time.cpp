// SPDX-License-Identifier: Apache-2.0
#include "base/time.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

namespace bartizan {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kFiletimeOfUnixEpoch = 116'444'736'000'000'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Days since 1970-01-01 of a proleptic Gregorian date; counts in eras of 400 years that begin in March, so that the leap
// day is the last day of its year.
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  year -= month <= 2;
  std::int64_t era = floor_div(year, 400);
  std::int64_t year_of_era = year - era * 400;
  std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}
  bool done() const { return at_ == text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool accept(char c) { return peek() == c && !done() ? (++at_, true) : false; }
  // Exactly `count` digits.
  std::optional<int> digits(std::size_t count) {
    if (text_.size() - at_ < count) return {};
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      char c = text_[at_ + i];
      if (c < '0' || c > '9') return {};
      value = value * 10 + (c - '0');
    }
    at_ += count;
    return value;
  }
  int fraction_ticks() {
    int ticks = 0, scale = 1'000'000;
    for (; peek() >= '0' && peek() <= '9'; ++at_) ticks += (peek() - '0') * scale, scale /= 10;
    return ticks;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

std::optional<Instant> parse_unix(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return {};
  double size = std::fabs(value);
  if (size >= 1e17) value /= 1e9;
  else if (size >= 1e14) value /= 1e6;
  else if (size >= 1e11) value /= 1e3;
  return instant_from_unix_seconds(value);
}

std::optional<std::int64_t> parse_offset_seconds(Scanner& in) {
  if (in.accept('Z') || in.accept('z')) return 0;
  int sign = in.peek() == '+' ? 1 : in.peek() == '-' ? -1 : 0;
  if (sign == 0) return 0;
  in.accept(in.peek());
  auto hour = in.digits(2);
  if (!hour) return {};
  in.accept(':');
  auto minute = in.digits(2);
  return sign * (*hour * 3600 + minute.value_or(0) * 60);
}

}  // namespace

Instant instant_from_filetime(std::uint64_t filetime) {
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  if (filetime > static_cast<std::uint64_t>(kMax)) return {kMax - kFiletimeOfUnixEpoch};
  return {static_cast<std::int64_t>(filetime) - kFiletimeOfUnixEpoch};
}

Instant instant_from_unix_seconds(double seconds) {
  double whole = std::floor(seconds);
  if (!(std::fabs(whole) < 9e11)) return {};
  return {static_cast<std::int64_t>(whole) * kTicksPerSecond +
          static_cast<std::int64_t>(std::llround((seconds - whole) * 1e6) * 10)};
}

std::optional<Instant> parse_instant(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '"')) text.remove_suffix(1);
  if (text.size() < 5 || text[4] != '-') return parse_unix(text);
  Scanner in(text);
  auto year = in.digits(4);
  if (!year || !in.accept('-')) return {};
  auto month = in.digits(2);
  if (!month || *month < 1 || *month > 12 || !in.accept('-')) return {};
  auto day = in.digits(2);
  if (!day || *day < 1 || *day > 31) return {};
  if (in.done()) return instant_from_civil(*year, *month, *day, 0, 0, 0, 0);
  if (!in.accept('T') && !in.accept('t') && !in.accept(' ')) return {};
  auto hour = in.digits(2);
  if (!hour || *hour > 23 || !in.accept(':')) return {};
  auto minute = in.digits(2);
  if (!minute || *minute > 59) return {};
  int second = 0, ticks = 0;
  if (in.accept(':')) {
    auto value = in.digits(2);
    if (!value || *value > 60) return {};
    second = *value;
    if (in.accept('.') || in.accept(',')) ticks = in.fraction_ticks();
  }
  in.accept(' ');
  auto offset = parse_offset_seconds(in);
  if (!offset || !in.done()) return {};
  Instant instant = instant_from_civil(*year, *month, *day, *hour, *minute, second, ticks);
  return Instant{instant.ticks - *offset * kTicksPerSecond};
}

CivilTime civil_time(Instant instant) {
  std::int64_t seconds = floor_div(instant.ticks, kTicksPerSecond);
  std::int64_t days = floor_div(seconds, kSecondsPerDay);
  auto second_of_day = static_cast<int>(seconds - days * kSecondsPerDay);
  std::int64_t shifted = days + 719'468;
  std::int64_t era = floor_div(shifted, 146'097);
  std::int64_t day_of_era = shifted - era * 146'097;
  std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  auto day_of_year = static_cast<int>(day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100));
  int month_from_march = (5 * day_of_year + 2) / 153;
  CivilTime civil{};
  civil.day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  civil.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  civil.year = year_of_era + era * 400 + (civil.month <= 2);
  civil.hour = second_of_day / 3600;
  civil.minute = second_of_day / 60 % 60;
  civil.second = second_of_day % 60;
  civil.ticks = static_cast<int>(instant.ticks - seconds * kTicksPerSecond);
  civil.week_day = static_cast<int>((days % 7 + 11) % 7);
  return civil;
}

Instant instant_from_civil(std::int64_t year, int month, int day, int hour, int minute, int second,
                           int ticks) {
  std::int64_t seconds =
      days_from_civil(year, month, day) * kSecondsPerDay + hour * 3600 + minute * 60 + second;
  return {seconds * kTicksPerSecond + ticks};
}

void append_instant(Instant instant, std::string& out) {
  const CivilTime c = civil_time(instant);
  if (c.year >= 0 && c.year <= 9999) {
    char text[28];
    char* to = text;
    auto put = [&to](std::int64_t number, int digits, char after) {
      for (int i = digits; i-- > 0; number /= 10) to[i] = static_cast<char>('0' + number % 10);
      to += digits;
      *to++ = after;
    };
    put(c.year, 4, '-'), put(c.month, 2, '-'), put(c.day, 2, 'T');
    put(c.hour, 2, ':'), put(c.minute, 2, ':'), put(c.second, 2, '.');
    put(c.ticks, 7, 'Z');
    return void(out.append(text, sizeof text));
  }
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}Z", c.year, c.month,
                 c.day, c.hour, c.minute, c.second, c.ticks);
}

std::string format_instant(Instant instant) {
  std::string out;
  append_instant(instant, out);
  return out;
}

std::optional<Instant> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return {};
  const std::optional<Instant> midnight = parse_instant(text);
  // parse_instant lets 30 February pass, as damaged logs have it.
  return midnight && format_instant(*midnight).starts_with(text) ? midnight : std::nullopt;
}

}  // namespace bartizan
