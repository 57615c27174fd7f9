// SPDX-License-Identifier: Apache-2.0
// Times as Unix logs write them at the start of a line. Each function reads one at the start of `text` and
// sets `used` to its length; nothing and `used` unchanged when there is none. A time without zone is taken as
// UTC. Pure, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace bartizan {

// `Mar  1 07:30:00`, with fraction, with the year behind the day (`Mar 1 2026 07:30:00`) or the time. Without
// a year it is the last such day not more than a day after `modified`, when the file was last written; with
// neither, 1970.
std::optional<Instant> read_bsd_time(std::string_view text, Instant modified, std::size_t& used);

// `2026-03-10T07:30:00.123+01:00`; with `blank_allowed` also a blank in place of T, and no zone is needed
// then.
std::optional<Instant> read_iso_time(std::string_view text, bool blank_allowed, std::size_t& used);

// The year of a date written without one: the last in which there is such a day and it begins not more than a day after
// `modified`.
std::int64_t year_written(int month, int day, std::int64_t ticks_of_day, Instant modified);

// 1 to 12 for Jan to Dec at the start of `text`; 0 for others.
int month_of(std::string_view text);

}  // namespace bartizan
