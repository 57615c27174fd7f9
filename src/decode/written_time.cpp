// SPDX-License-Identifier: Apache-2.0
#include "decode/written_time.h"

#include <algorithm>

#include "base/text.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

constexpr std::int64_t kTicksPerDay = 86'400 * kTicksPerSecond;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

struct Date {
  int year = -1, month = 0, day = 0;
};
struct Clock {
  int hour = 0, minute = 0, second = 0, ticks = 0;
  std::int64_t ticks_of_day() const {
    return (hour * 3600 + minute * 60 + second) * std::int64_t{kTicksPerSecond} + ticks;
  }
};

struct Scanner {
  std::string_view text;
  std::size_t at = 0;

  bool at_end() const { return at >= text.size(); }
  char peek(std::size_t ahead = 0) const { return at + ahead < text.size() ? text[at + ahead] : '\0'; }
  std::string_view rest() const { return text.substr(at); }
  bool accept(char c) { return at < text.size() && text[at] == c ? (++at, true) : false; }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at;
  }
  // A number of at most `digits_max` digits and at most `value_max`; -1 when there is none.
  int number(std::size_t digits_max, int value_max) {
    int value = 0;
    const std::size_t begin = at;
    while (at < text.size() && at - begin < digits_max && is_digit(text[at]))
      value = value * 10 + (text[at++] - '0');
    if (at != begin && !is_digit(peek()) && value <= value_max) return value;
    at = begin;
    return -1;
  }
  std::string_view letters() {
    const std::size_t begin = at;
    while (is_letter(peek())) ++at;
    return text.substr(begin, at - begin);
  }
};

constexpr int kYearMin = 1970, kYearMax = 9999;

// Three letters as a number, whatever their case; 0 when `name` is shorter.
constexpr std::uint32_t letters_of(std::string_view name) {
  if (name.size() < 3) return 0;
  std::uint32_t letters = 0;
  for (std::size_t i = 0; i < 3; ++i)
    letters = letters << 8 | static_cast<std::uint32_t>(static_cast<unsigned char>(name[i]) | 0x20);
  return letters;
}

bool is_week_day(std::string_view name) {
  constexpr std::uint32_t kDays[] = {letters_of("mon"), letters_of("tue"), letters_of("wed"),
                                     letters_of("thu"), letters_of("fri"), letters_of("sat"),
                                     letters_of("sun")};
  return std::find(std::begin(kDays), std::end(kDays), letters_of(name)) != std::end(kDays);
}

int full_year(int year) { return year < 0 || year >= 100 ? year : year < 70 ? 2000 + year : 1900 + year; }

// Behind the first number: year first, or month and day by the rule of the header.
bool take_numeric_date(Scanner& in, int first, std::size_t digits, Date& date) {
  const char separator = in.peek();
  if (separator != '-' && separator != '/' && separator != '.') return false;
  ++in.at;
  if (const int month = month_of_name(in.rest()); month != 0) {
    in.letters();
    date = {-1, month, first};
    if (!in.accept(separator)) return false;
    date.year = full_year(in.number(4, kYearMax));
    return date.year >= 0;
  }
  const int second = in.number(2, 31);
  if (second < 0 || !in.accept(separator)) return false;
  const int third = in.number(4, kYearMax);
  if (third < 0) return false;
  if (digits == 4) date = {first, second, third};
  else if (separator == '.' || first > 12) date = {full_year(third), second, first};
  else date = {full_year(third), first, second};
  return true;
}

// A year behind a date or a clock, which is no hour of a clock.
void take_year_behind(Scanner& in, Date& date) {
  Scanner ahead = in;
  ahead.skip_blanks();
  const int year = ahead.number(4, kYearMax);
  const char behind = ahead.peek();
  if (year >= kYearMin && (behind == ' ' || behind == '\0' || (behind == ':' && !is_digit(ahead.peek(1)))))
    date.year = year, in = ahead;
}

// Nov 24, Nov 24 2026; with a week day before.
bool take_named_date(Scanner& in, Date& date) {
  std::string_view name = in.letters();
  if (is_week_day(name) && month_of_name(name) == 0) {
    (void)in.accept(','), (void)in.accept('.');
    in.skip_blanks();
    name = in.letters();
  }
  date.month = month_of_name(name);
  if (date.month == 0) return false;
  (void)in.accept('/'), in.skip_blanks();
  date.day = in.number(2, 31);
  if (date.day <= 0) return false;
  (void)in.accept(',');
  take_year_behind(in, date);
  return true;
}

bool take_date(Scanner& in, Date& date) {
  if (is_letter(in.peek())) {
    Scanner ahead = in;
    if (is_week_day(ahead.letters())) {
      (void)ahead.accept(','), (void)ahead.accept('.');
      ahead.skip_blanks();
      if (is_digit(ahead.peek())) in = ahead;
    }
  }
  if (is_letter(in.peek())) return take_named_date(in, date);
  const std::size_t begin = in.at;
  const int first = in.number(4, kYearMax);
  if (first < 0) return false;
  if (in.peek() != ' ') return take_numeric_date(in, first, in.at - begin, date);
  in.skip_blanks();
  date.month = month_of_name(in.letters()), date.day = first;
  in.skip_blanks();
  date.year = full_year(in.number(4, kYearMax));
  return date.month != 0 && date.year >= 0;
}

void take_fraction(Scanner& in, Clock& clock) {
  if ((in.peek() != '.' && in.peek() != ',') || !is_digit(in.peek(1))) return;
  ++in.at;
  for (int scale = 1'000'000; is_digit(in.peek()); ++in.at, scale /= 10)
    clock.ticks += (in.peek() - '0') * scale;
}

// 08:00:00.123; `seconds_needed`: 08:00 is none.
bool take_clock(Scanner& in, bool seconds_needed, Clock& clock) {
  clock.hour = in.number(2, 23);
  if (clock.hour < 0 || !in.accept(':')) return false;
  clock.minute = in.number(2, 59);
  if (clock.minute < 0) return false;
  if (!in.accept(':')) return !seconds_needed;
  clock.second = in.number(2, 60);
  if (clock.second < 0) return false;
  take_fraction(in, clock);
  return true;
}

void take_half_of_day(Scanner& in, Clock& clock) {
  Scanner ahead = in;
  ahead.skip_blanks();
  const std::string_view letters = ahead.letters();
  const bool evening = equals_ignoring_ascii_case(letters, "PM"),
             morning = equals_ignoring_ascii_case(letters, "AM");
  if (evening && clock.hour < 12) clock.hour += 12;
  if (morning && clock.hour == 12) clock.hour = 0;
  if (evening || morning) in = ahead;
}

// +01:00, -0700, +01; `in` stands at the sign.
bool take_offset(Scanner& in, std::int64_t& seconds) {
  const int sign = in.peek() == '-' ? -1 : 1;
  ++in.at;
  int hour = -1, minute = 0;
  if (const int both = is_digit(in.peek(2)) ? in.number(4, 2359) : -1; both >= 0) {
    hour = both / 100, minute = both % 100;
  } else {
    hour = in.number(2, 23);
    if (in.accept(':')) minute = in.number(2, 59);
  }
  seconds = sign * (hour * 3600 + minute * 60);
  return hour >= 0 && minute >= 0 && minute < 60;
}

// Z, GMT, UTC or an offset; other zone names are left to the caller's taste: as if there were none.
bool take_zone(Scanner& in, std::optional<std::int64_t>& seconds) {
  in.skip_blanks();
  if (in.peek() == '+' || in.peek() == '-') return take_offset(in, seconds.emplace());
  const std::string_view name = in.letters();
  if (name == "Z" || name == "GMT" || name == "UTC" || name == "z") seconds = 0;
  return name.size() <= 5;
}

Instant instant_of(const Date& date, const Clock& clock, std::optional<std::int64_t> offset,
                   const TimeHints& hints) {
  const Instant local = instant_from_civil(date.year, date.month, date.day, clock.hour, clock.minute,
                                           clock.second, clock.ticks);
  if (offset) return {local.ticks - *offset * kTicksPerSecond};
  return hints.zone ? hints.zone->to_utc(local) : local;
}

// The year of a date written without one.
int year_written(const Date& date, const Clock& clock, Instant modified) {
  constexpr int kYearsBetweenLeapDays = 8;  // at most: 1896 to 1904, 2096 to 2104
  // A day after: written in the last hours of a year, with a clock ahead of the file system's.
  const std::int64_t next = civil_time(modified).year + 1;
  for (std::int64_t year = next; year >= next - 1 - kYearsBetweenLeapDays; --year) {
    const Instant begin = instant_from_civil(year, date.month, date.day, 0, 0, 0, 0);
    if (begin.ticks + clock.ticks_of_day() <= modified.ticks + kTicksPerDay &&
        civil_time(begin).day == date.day)
      return static_cast<int>(year);
  }
  return static_cast<int>(next - 1);  // there is no such day: 30 February
}

std::optional<Instant> parse_any(std::string_view text, const TimeHints& hints) {
  if (text.find_first_not_of("0123456789.") == text.npos && text.find('.', text.find('.') + 1) == text.npos)
    return parse_instant(text);
  Scanner in{text};
  Date date;
  Clock clock;
  std::optional<std::int64_t> offset;
  if (!take_date(in, date) || date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) return {};
  if (!in.at_end()) {
    if (const char c = in.peek(); c == 'T' || c == ':' || c == ',' || c == '-') ++in.at;
    in.skip_blanks();
    if (in.accept('@')) in.skip_blanks();  // Kibana
    if (!take_clock(in, false, clock)) return {};
    take_half_of_day(in, clock);
    if (date.year < 0) take_year_behind(in, date);
    if (!take_zone(in, offset)) return {};
    in.skip_blanks();
    if (!in.at_end()) return {};
  }
  if (date.year < 0) {
    if (hints.modified == Instant{}) return {};
    date.year = year_written(date, clock, hints.modified);
  }
  return instant_of(date, clock, offset, hints);
}

// Where the digits of a fraction stand: behind the seconds of a clock. Both ends are the text's when there is none.
std::pair<std::size_t, std::size_t> fraction_of(std::string_view text) {
  for (std::size_t at = text.find_first_of(".,"); at != text.npos; at = text.find_first_of(".,", at + 1)) {
    if (at < 3 || text[at - 3] != ':' || !is_digit(text[at - 1]) || at + 1 == text.size()) continue;
    std::size_t end = at + 1;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end > at + 1) return {at, end};
  }
  return {text.size(), text.size()};
}

constexpr std::size_t kBsdTimeBytes = 15;  // `Nov 24 08:00:00`

std::optional<Instant> read_bsd_time_anew(std::string_view text, const TimeHints& hints, std::size_t& used) {
  Date date{-1, month_of_name(text), 0};
  Scanner in{text, 3};
  if (date.month == 0 || !in.accept(' ')) return {};
  in.skip_blanks();
  date.day = in.number(2, 31);
  if (date.day <= 0 || !in.accept(' ')) return {};
  take_year_behind(in, date);
  in.skip_blanks();
  Clock clock;
  if (!take_clock(in, true, clock)) return {};
  if (date.year < 0) take_year_behind(in, date);
  used = in.at;
  if (date.year < 0)
    date.year = hints.modified == Instant{} ? kYearMin : year_written(date, clock, hints.modified);
  return instant_of(date, clock, {}, hints);
}

}  // namespace

int month_of_name(std::string_view name) {
  constexpr std::uint32_t kMonths[] = {letters_of("jan"), letters_of("feb"), letters_of("mar"),
                                       letters_of("apr"), letters_of("may"), letters_of("jun"),
                                       letters_of("jul"), letters_of("aug"), letters_of("sep"),
                                       letters_of("oct"), letters_of("nov"), letters_of("dec")};
  const std::uint32_t letters = letters_of(name);
  for (int i = 0; i < 12; ++i)
    if (kMonths[i] == letters)
      return is_letter(name[0]) && is_letter(name[1]) && is_letter(name[2]) ? i + 1 : 0;
  return 0;
}

std::optional<Instant> parse_written_time(std::string_view text, const TimeHints& hints) {
  constexpr std::size_t kBytesMax = 64;
  text = without_blanks_around(text);
  if (text.empty() || text.size() > kBytesMax) return {};
  if (!hints.memo) return parse_any(text, hints);
  const auto [begin, end] = fraction_of(text);
  const std::string_view before = text.substr(0, begin), behind = text.substr(end);
  Scanner in{text, begin};
  Clock fraction;
  take_fraction(in, fraction);
  if (const auto known = hints.memo->find(before, behind)) return Instant{known->ticks + fraction.ticks};
  const auto time = parse_any(text, hints);
  if (time) hints.memo->put(before, behind, {time->ticks - fraction.ticks});
  return time;
}

std::optional<Instant> parse_date_and_clock(std::string_view date, std::string_view clock,
                                            std::string_view zone, const TimeHints& hints) {
  char text[64];
  if (date.empty() || date.size() + clock.size() + zone.size() + 1 > sizeof text) return {};
  char* end = std::copy(date.begin(), date.end(), text);
  *end++ = ' ';
  end = std::copy(clock.begin(), clock.end(), end);
  end = std::copy(zone.begin(), zone.end(), end);
  return parse_written_time({text, static_cast<std::size_t>(end - text)}, hints);
}

std::optional<Instant> read_bsd_time(std::string_view text, const TimeHints& hints, std::size_t& used) {
  // Neither a fraction nor a year follows: these letters say all.
  const std::string_view plain = text.substr(0, kBsdTimeBytes);
  const bool is_plain = hints.memo && text.size() > kBsdTimeBytes + 1 && text[kBsdTimeBytes] == ' ' &&
                        !is_digit(text[kBsdTimeBytes + 1]);
  if (is_plain)
    if (const auto known = hints.memo->find(plain, {})) return used = kBsdTimeBytes, known;
  const auto time = read_bsd_time_anew(text, hints, used);
  if (time && is_plain && used == kBsdTimeBytes) hints.memo->put(plain, {}, *time);
  return time;
}

std::optional<Instant> read_iso_time(std::string_view text, bool blank_allowed, const TimeHints& hints,
                                     std::size_t& used) {
  Scanner in{text};
  Date date;
  Clock clock;
  date.year = in.number(4, kYearMax);
  if (date.year < 0 || in.at != 4 || !in.accept('-')) return {};
  date.month = in.number(2, 12);
  if (date.month <= 0 || !in.accept('-')) return {};
  date.day = in.number(2, 31);
  if (date.day <= 0 || !(in.accept('T') || (blank_allowed && in.accept(' ')))) return {};
  if (!take_clock(in, true, clock)) return {};
  std::optional<std::int64_t> offset;
  if (in.accept('Z')) {
    offset = 0;
  } else if (in.peek() == '+' || in.peek() == '-') {
    if (!take_offset(in, offset.emplace())) return {};
  } else if (!blank_allowed) {
    return {};
  }
  used = in.at;
  return instant_of(date, clock, offset, hints);
}

}  // namespace bartizan
