// SPDX-License-Identifier: Apache-2.0
// --timezone: the zone of times in logs that name none. Places are read from the system's database (package tzdata).
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "app/options.h"
#include "base/time_zone.h"

namespace bartizan::app {

constexpr Option timezone_option(std::string_view group) {
  return option(group, "--timezone", "ZONE",
                "zone of times in logs that name none, UTC unless given: a place (Europe/Berlin) or an "
                "offset (+02:00)");
}

// Nothing when the option is not given; a sentence for the user when it names no zone.
std::expected<std::optional<TimeZone>, std::string> time_zone_of(const Arguments& arguments);

}  // namespace bartizan::app
