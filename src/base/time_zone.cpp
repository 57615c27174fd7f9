// SPDX-License-Identifier: Apache-2.0
#include "base/time_zone.h"

#include <algorithm>

namespace bartizan {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kOffsetMax = 26 * 3600;  // RFC 9636 3.2
constexpr int kLastRuleYear = 2100;

struct Text {
  std::string_view rest;

  char peek() const { return rest.empty() ? '\0' : rest.front(); }
  bool accept(char c) { return peek() == c && !rest.empty() ? (rest.remove_prefix(1), true) : false; }
  std::optional<int> number(std::size_t digits_max) {
    int value = 0;
    std::size_t digits = 0;
    for (; digits < digits_max && peek() >= '0' && peek() <= '9'; ++digits) {
      value = value * 10 + (peek() - '0');
      rest.remove_prefix(1);
    }
    return digits == 0 ? std::nullopt : std::optional(value);
  }
  // [+-]hh[:mm[:ss]], in seconds.
  std::optional<std::int64_t> clock() {
    const bool is_negative = accept('-');
    if (!is_negative) (void)accept('+');
    const auto hour = number(3);
    if (!hour) return {};
    std::int64_t seconds = *hour * 3600;
    if (accept(':')) seconds += number(2).value_or(0) * 60;
    if (accept(':')) seconds += number(2).value_or(0);
    return is_negative ? -seconds : seconds;
  }
  // CET or <+0330>
  bool skip_name() {
    if (accept('<')) {
      const std::size_t end = rest.find('>');
      if (end == rest.npos) return false;
      return rest.remove_prefix(end + 1), true;
    }
    const std::size_t size = std::min(rest.find_first_of("+-0123456789,"), rest.size());
    return rest.remove_prefix(size), size >= 3;
  }
};

std::int64_t days_of(int year, int month, int day) {
  return instant_from_civil(year, month, day, 0, 0, 0, 0).ticks / (kSecondsPerDay * kTicksPerSecond);
}

// M3.5.0/2: the last Sunday of March at 2.
struct YearlyDay {
  int month = 0, week = 0, week_day = 0;
  std::int64_t clock = 2 * 3600;

  bool read(Text& in) {
    if (!in.accept(',') || !in.accept('M')) return false;
    month = in.number(2).value_or(0);
    if (!in.accept('.')) return false;
    week = in.number(1).value_or(0);
    if (!in.accept('.')) return false;
    week_day = in.number(1).value_or(7);
    if (in.accept('/')) clock = in.clock().value_or(clock);
    return month >= 1 && month <= 12 && week >= 1 && week <= 5 && week_day <= 6;
  }
  // Seconds since 1970 by the local clock.
  std::int64_t in_year(int year) const {
    const std::int64_t first = days_of(year, month, 1);
    const auto first_week_day = static_cast<int>((first + 4) % 7);  // 1970-01-01 was a Thursday
    std::int64_t day = first + (week_day - first_week_day + 7) % 7 + (week - 1) * 7;
    const std::int64_t next_month = month == 12 ? days_of(year + 1, 1, 1) : days_of(year, month + 1, 1);
    if (day >= next_month) day -= 7;
    return day * kSecondsPerDay + clock;
  }
};

std::uint64_t big_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

struct TzifHeader {
  std::size_t version = 0, is_utc = 0, is_standard = 0, leaps = 0, changes = 0, types = 0, letters = 0;

  static constexpr std::size_t kBytes = 44;
  bool read(Bytes content) {
    if (content.size() < kBytes || as_text(content.first(4)) != "TZif") return false;
    version = content[4];
    std::size_t* const counts[] = {&is_utc, &is_standard, &leaps, &changes, &types, &letters};
    for (std::size_t i = 0; i < 6; ++i) *counts[i] = big_endian(content.subspan(20 + 4 * i, 4));
    return types > 0 && types <= 256 && std::max({is_utc, is_standard, leaps, changes, letters}) < 1 << 20;
  }
  std::size_t body_bytes(std::size_t time_bytes) const {
    return changes * (time_bytes + 1) + types * 6 + letters + leaps * (time_bytes + 4) + is_standard + is_utc;
  }
};

}  // namespace

std::optional<TimeZone> TimeZone::parse_offset(std::string_view text) {
  if (text == "UTC" || text == "Z" || text == "GMT") return TimeZone(0);
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return {};
  Text in{text.substr(1)};
  const auto first = in.number(2);
  (void)in.accept(':');
  const auto minute = in.rest.empty() ? std::optional(0) : in.number(2);
  if (!first || !minute || !in.rest.empty() || *first > 23 || *minute > 59) return {};
  const std::int64_t seconds = *first * 3600 + *minute * 60;
  return TimeZone(text[0] == '-' ? -seconds : seconds);
}

std::optional<TimeZone> TimeZone::parse_tzif(Bytes content) {
  TzifHeader header;
  if (!header.read(content)) return {};
  // The first block has times of 32 bits; from version 2 on another with 64 bits follows.
  if (header.version < '2' || content.size() < TzifHeader::kBytes + header.body_bytes(4)) return {};
  content = content.subspan(TzifHeader::kBytes + header.body_bytes(4));
  if (!header.read(content) || content.size() < TzifHeader::kBytes + header.body_bytes(8)) return {};
  content = content.subspan(TzifHeader::kBytes);
  TimeZone zone(0);
  if (!zone.read_changes(content, header.changes, header.types)) return {};
  std::string_view rule = as_text(content.subspan(header.body_bytes(8)));
  if (rule.starts_with('\n')) rule.remove_prefix(1);
  zone.add_years_of_rule(rule.substr(0, rule.find('\n')));
  return zone;
}

// The times of the changes, then the type of each, then the types: offset i32, is summer u8, name u8.
bool TimeZone::read_changes(Bytes body, std::size_t count, std::size_t types) {
  const Bytes kinds = body.subspan(count * 8, count), offsets = body.subspan(count * 9, types * 6);
  const auto offset_of = [&](std::size_t type) {
    return static_cast<std::int64_t>(static_cast<std::int32_t>(big_endian(offsets.subspan(type * 6, 4))));
  };
  first_offset_ = offset_of(0);
  for (std::size_t i = 0; i < count; ++i) {
    if (kinds[i] >= types) return false;
    const auto at = static_cast<std::int64_t>(big_endian(body.subspan(i * 8, 8)));
    const std::int64_t offset = offset_of(kinds[i]);
    if (offset < -kOffsetMax || offset > kOffsetMax || (!changes_.empty() && at <= changes_.back().at))
      return false;
    changes_.push_back({at, offset});
  }
  return true;
}

// `CET-1CEST,M3.5.0,M10.5.0/3`, for what comes after the last change. Other forms of days are rare and left out.
void TimeZone::add_years_of_rule(std::string_view rule) {
  Text in{rule};
  if (!in.skip_name()) return;
  const auto west = in.clock();
  if (!west || in.rest.empty() || !in.skip_name()) return;
  const std::int64_t standard = -*west;
  std::int64_t summer = standard + 3600;
  if (in.peek() != ',') summer = -in.clock().value_or(-summer);
  YearlyDay begin, end;
  if (!begin.read(in) || !end.read(in)) return;
  const std::int64_t last = changes_.empty() ? 0 : changes_.back().at;
  const int first_year = static_cast<int>(std::clamp<std::int64_t>(
      civil_time({std::clamp<std::int64_t>(last, 0, 4'102'444'800) * kTicksPerSecond}).year, 1970,
      kLastRuleYear));
  std::vector<Change> further;
  for (int year = first_year; year <= kLastRuleYear; ++year) {
    further.push_back({begin.in_year(year) - standard, summer});
    further.push_back({end.in_year(year) - summer, standard});
  }
  std::sort(further.begin(), further.end(), [](const Change& a, const Change& b) { return a.at < b.at; });
  for (const Change& change : further)
    if (changes_.empty() || change.at > changes_.back().at) changes_.push_back(change);
}

std::int64_t TimeZone::offset_at(Instant utc) const {
  const auto next = std::upper_bound(
      changes_.begin(), changes_.end(), utc.ticks,
      [](std::int64_t ticks, const Change& change) { return ticks / kTicksPerSecond < change.at; });
  return next == changes_.begin() ? first_offset_ : std::prev(next)->offset;
}

Instant TimeZone::to_utc(Instant local) const {
  // The offsets that hold a day before and a day behind are the two that can be meant; the earlier one is tried first.
  constexpr std::int64_t kDay = kSecondsPerDay * kTicksPerSecond;
  const std::int64_t before = offset_at({local.ticks - kDay}), behind = offset_at({local.ticks + kDay});
  const Instant by_before{local.ticks - before * kTicksPerSecond},
      by_behind{local.ticks - behind * kTicksPerSecond};
  if (offset_at(by_before) == before) return by_before;
  return offset_at(by_behind) == behind ? by_behind : by_before;
}

}  // namespace bartizan
