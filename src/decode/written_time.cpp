// SPDX-License-Identifier: Apache-2.0
#include "decode/written_time.h"

#include <algorithm>

#include "base/text.h"
#include "decode/log_time.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

struct Date {
  int year = -1, month = 0, day = 0;
};
struct Clock {
  int hour = 0, minute = 0, second = 0, ticks = 0;
};

// A number of at most `digits_max` digits; -1 when there is none.
int take_number(TextCursor& in, std::size_t digits_max) {
  int value = 0;
  std::size_t digits = 0;
  for (; digits < digits_max && is_digit(in.peek()); ++digits)
    value = value * 10 + (in.peek() - '0'), in.skip(1);
  return digits == 0 ? -1 : value;
}

std::string_view take_letters(TextCursor& in) {
  std::size_t size = 0;
  while (size < in.rest().size() && is_letter(in.rest()[size])) ++size;
  const std::string_view taken = in.rest().substr(0, size);
  in.skip(size);
  return taken;
}

bool is_week_day(std::string_view name) {
  constexpr std::string_view kDays = "montuewedthufrisatsun";
  if (name.size() < 3) return false;
  const char folded[3] = {fold_ascii(name[0]), fold_ascii(name[1]), fold_ascii(name[2])};
  const std::size_t at = kDays.find(std::string_view(folded, 3));
  return at != kDays.npos && at % 3 == 0;
}

int full_year(int year) { return year < 0 || year >= 100 ? year : year < 70 ? 2000 + year : 1900 + year; }

// The numeric orders: year first, or month and day by the rule of the header.
bool take_numeric_date(TextCursor& in, int first, std::size_t digits, Date& date) {
  const char separator = in.peek();
  if (separator != '-' && separator != '/' && separator != '.') return false;
  in.skip(1);
  if (const int month = month_of_name(in.rest()); month != 0) {
    take_letters(in);
    date = {-1, month, first};
    if (!in.accept(separator)) return false;
    date.year = full_year(take_number(in, 4));
    return date.year >= 0;
  }
  const int second = take_number(in, 2);
  if (second < 0 || !in.accept(separator)) return false;
  const int third = take_number(in, 4);
  if (third < 0) return false;
  if (digits == 4) date = {first, second, third};
  else if (separator == '.' || first > 12) date = {full_year(third), second, first};
  else date = {full_year(third), first, second};
  return true;
}

// Nov 24, Nov 24 2026, 24 Nov 2026; the clock of the first may stand before its year.
bool take_date(TextCursor& in, Date& date) {
  if (is_letter(in.peek())) {
    TextCursor saved = in;
    std::string_view name = take_letters(in);
    if (is_week_day(name) && month_of_name(name) == 0) {
      (void)in.accept(','), (void)in.accept('.');
      in.skip_blanks();
      if (is_digit(in.peek())) return take_date(in, date);
      name = take_letters(in);
    }
    date.month = month_of_name(name);
    if (date.month == 0) return in = saved, false;
    (void)in.accept('/'), in.skip_blanks();
    date.day = take_number(in, 2);
    (void)in.accept(',');
    TextCursor year = in;
    year.skip_blanks();
    if (const int value = take_number(year, 4); value >= 1000 && year.peek() != ':')
      date.year = value, in = year;
    return date.day > 0;
  }
  TextCursor start = in;
  const int first = take_number(in, 4);
  if (first < 0) return false;
  if (in.peek() != ' ') return take_numeric_date(in, first, start.rest().size() - in.rest().size(), date);
  in.skip_blanks();
  date.month = month_of_name(take_letters(in)), date.day = first;
  in.skip_blanks();
  date.year = full_year(take_number(in, 4));
  return date.month != 0 && date.year >= 0;
}

bool take_clock(TextCursor& in, Clock& clock) {
  clock.hour = take_number(in, 2);
  if (clock.hour < 0 || !in.accept(':')) return false;
  clock.minute = take_number(in, 2);
  if (clock.minute < 0) return false;
  if (in.accept(':')) {
    clock.second = take_number(in, 2);
    if (clock.second < 0) return false;
    if (in.peek() == '.' || in.peek() == ',') {
      in.skip(1);
      for (int scale = 1'000'000; is_digit(in.peek()); in.skip(1), scale /= 10)
        clock.ticks += (in.peek() - '0') * scale;
    }
  }
  TextCursor half = in;
  half.skip_blanks();
  const std::string_view letters = take_letters(half);
  const bool evening = equals_ignoring_ascii_case(letters, "PM"),
             morning = equals_ignoring_ascii_case(letters, "AM");
  if (evening && clock.hour < 12) clock.hour += 12;
  if (morning && clock.hour == 12) clock.hour = 0;
  if (evening || morning) in = half;
  return clock.hour < 24 && clock.minute < 60 && clock.second <= 60;
}

// Z, GMT, UTC, +01:00, -0700; other zone names are left to the caller's taste: taken for UTC.
bool take_offset(TextCursor& in, int& seconds) {
  in.skip_blanks();
  const int sign = in.peek() == '+' ? 1 : in.peek() == '-' ? -1 : 0;
  if (sign == 0) return take_letters(in).size() <= 5;
  in.skip(1);
  const int hour = take_number(in, 2);
  (void)in.accept(':');
  const int minute = take_number(in, 2);
  seconds = sign * (hour * 3600 + (minute < 0 ? 0 : minute) * 60);
  return hour >= 0;
}

}  // namespace

int month_of_name(std::string_view name) {
  constexpr std::string_view kMonths = "janfebmaraprmayjunjulaugsepoctnovdec";
  if (name.size() < 3) return 0;
  const char folded[3] = {fold_ascii(name[0]), fold_ascii(name[1]), fold_ascii(name[2])};
  const std::size_t at = kMonths.find(std::string_view(folded, 3));
  return at == kMonths.npos || at % 3 != 0 ? 0 : static_cast<int>(at / 3) + 1;
}

std::optional<Instant> parse_written_time(std::string_view text, Instant modified) {
  text = without_blanks_around(text);
  if (text.empty() || text.size() > 64) return {};
  if (text.find_first_not_of("0123456789.") == text.npos && text.find('.', text.find('.') + 1) == text.npos)
    return parse_instant(text);
  TextCursor in(text);
  Date date;
  Clock clock;
  int offset = 0;
  if (!take_date(in, date) || date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) return {};
  if (!in.at_end()) {
    const char between = in.peek();
    if (between == 'T' || between == ':' || between == ',' || between == '-') in.skip(1);
    in.skip_blanks();
    if (!take_clock(in, clock)) return {};
    TextCursor year = in;
    year.skip_blanks();
    if (const int value = take_number(year, 4); date.year < 0 && value >= 1000) date.year = value, in = year;
    if (!take_offset(in, offset)) return {};
    in.skip_blanks();
    if (!in.at_end()) return {};
  }
  if (date.year < 0) {
    if (modified == Instant{}) return {};
    const std::int64_t ticks_of_day =
        (clock.hour * 3600 + clock.minute * 60 + clock.second) * std::int64_t{kTicksPerSecond} + clock.ticks;
    date.year = static_cast<int>(year_written(date.month, date.day, ticks_of_day, modified));
  }
  const Instant local = instant_from_civil(date.year, date.month, date.day, clock.hour, clock.minute,
                                           clock.second, clock.ticks);
  return Instant{local.ticks - offset * kTicksPerSecond};
}

std::optional<Instant> parse_date_and_clock(std::string_view date, std::string_view clock,
                                            std::string_view zone, Instant modified) {
  char text[64];
  if (date.empty() || date.size() + clock.size() + zone.size() + 1 > sizeof text) return {};
  char* end = std::copy(date.begin(), date.end(), text);
  *end++ = ' ';
  end = std::copy(clock.begin(), clock.end(), end);
  end = std::copy(zone.begin(), zone.end(), end);
  return parse_written_time({text, static_cast<std::size_t>(end - text)}, modified);
}

}  // namespace bartizan
