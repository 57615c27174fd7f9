// SPDX-License-Identifier: Apache-2.0
// Times as people and programs write them into logs, beside the RFC 3339 of base/time.h:
//   24/Nov/2026:08:00:00 +0100   24-Nov-2026 08:00:00.123   Nov 24 08:00:00   Nov 24 2026 08:00:00 2026/11/24
//   08:00:00 Tue Nov 24 08:00:00.123456 2026   Tue, 24 Nov 2026 08:00:00 GMT   11/24/2026 8:00:00
//   AM   24.11.2026 08:00:00   Unix time
// Without an offset a time is taken for UTC. Numbers with slashes are month/day/year unless that is
// impossible. A time without a year gets the year in which it lies at most a day after `modified`; nothing
// when that is not known. Pure functions, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace bartizan {

std::optional<Instant> parse_written_time(std::string_view text, Instant modified = {});

// A date and a clock that a log keeps apart; `zone` (+0100, Z) may be empty.
std::optional<Instant> parse_date_and_clock(std::string_view date, std::string_view clock,
                                            std::string_view zone = {}, Instant modified = {});

// 1 to 12 for Jan to Dec (also longer names beginning so), 0 for anything else. Case does not matter.
int month_of_name(std::string_view name);

}  // namespace bartizan
