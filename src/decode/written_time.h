// SPDX-License-Identifier: Apache-2.0
// Times as people and programs write them into logs, beside the RFC 3339 of base/time.h:
//   24/Nov/2026:08:00:00 +0100   24-Nov-2026 08:00:00.123   Nov 24 08:00:00   Nov 24 2026 08:00:00   2026/11/24 08:00:00
//   Tue Nov 24 08:00:00.123456 2026   Tue, 24 Nov 2026 08:00:00 GMT   11/24/2026 8:00:00 AM   24.11.2026 08:00:00   Nov 24, 2026 @ 08:00:00.123   Unix time
// A time without a zone is one of TimeHints::zone. Numbers with slashes are month/day/year unless that is impossible. A
// time without a year gets the last in which there is such a day and it begins at most a day after TimeHints::modified;
// nothing when that is not known. Pure but for the memo, which belongs to one thread.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "base/time_zone.h"

namespace bartizan {

// What the last time said, because the next line often has the same second. One a decoder.
class TimeMemo {
 public:
  // `text` without the digits of its fraction is the one remembered.
  std::optional<Instant> find(std::string_view before, std::string_view behind) const {
    if (size_ != before.size() + behind.size() || size_ == 0 ||
        std::string_view(text_, before.size()) != before ||
        std::string_view(text_ + before.size(), behind.size()) != behind)
      return {};
    return time_;
  }
  void put(std::string_view before, std::string_view behind, Instant time) {
    size_ = before.size() + behind.size();
    if (size_ > sizeof text_) return void(size_ = 0);
    before.copy(text_, before.size());
    behind.copy(text_ + before.size(), behind.size());
    time_ = time;
  }

 private:
  char text_[48];
  std::size_t size_ = 0;
  Instant time_;
};

struct TimeHints {
  Instant modified;                // when the file was last written; zero: not known
  const TimeZone* zone = nullptr;  // of times that name none; null: UTC
  TimeMemo* memo = nullptr;        // for one log after another with the same zone and date
};

// The whole of `text` is a time.
std::optional<Instant> parse_written_time(std::string_view text, const TimeHints& hints = {});

// A date and a clock that a log keeps apart; `zone` (+0100, Z) may be empty.
std::optional<Instant> parse_date_and_clock(std::string_view date, std::string_view clock,
                                            std::string_view zone = {}, const TimeHints& hints = {});

// A time at the start of `text`; `used` is set to its length. Nothing and `used` unchanged when there is none.
// `Mar  1 07:30:00`, with fraction, with the year behind the day (`Mar 1 2026 07:30:00`) or the time; of 1970 when no year
// is known.
std::optional<Instant> read_bsd_time(std::string_view text, const TimeHints& hints, std::size_t& used);
// `2026-03-10T07:30:00.123+01:00`; with `blank_allowed` also a blank in place of T, and no zone is needed then.
std::optional<Instant> read_iso_time(std::string_view text, bool blank_allowed, const TimeHints& hints,
                                     std::size_t& used);

// 1 to 12 for Jan to Dec (also longer names beginning so), 0 for anything else. Case does not matter.
int month_of_name(std::string_view name);

}  // namespace bartizan
