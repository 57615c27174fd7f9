// SPDX-License-Identifier: Apache-2.0
// TimeZone: what the clocks of one place showed when, to turn local times into UTC: a fixed offset (+02:00), or a place by
// its TZif data (RFC 9636), which systems keep in /usr/share/zoneinfo. Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace bartizan {

class TimeZone {
 public:
  // `UTC`, `Z`, `+02:00`, `-0330`, `+2`; nothing on anything else.
  static std::optional<TimeZone> parse_offset(std::string_view text);
  // The content of a TZif file; nothing when it is none or damaged.
  static std::optional<TimeZone> parse_tzif(Bytes content);

  // `local`: a clock's reading as if it were UTC. Of an hour that occurred twice the first is meant; a reading in an hour
  // that was passed over is counted on from before it, as C's mktime does.
  Instant to_utc(Instant local) const;
  // Seconds east of UTC at that instant.
  std::int64_t offset_at(Instant utc) const;

 private:
  struct Change {
    std::int64_t at = 0;  // seconds since 1970, UTC
    std::int64_t offset = 0;
  };
  explicit TimeZone(std::int64_t offset) : first_offset_(offset) {}
  bool read_changes(Bytes body, std::size_t count, std::size_t types);
  void add_years_of_rule(std::string_view rule);

  std::int64_t first_offset_ = 0;  // before the first change
  std::vector<Change> changes_;    // in order of time
};

}  // namespace bartizan
