// SPDX-License-Identifier: Apache-2.0
#include "store/retention.h"

#include <map>

namespace bartizan::store {

std::vector<std::string> days_to_remove(const std::vector<DayUse>& uses, const Retention& retention,
                                        Instant now) {
  std::map<std::string, std::uint64_t> bytes_of;
  std::uint64_t total = 0;
  for (const DayUse& use : uses) bytes_of[use.day] += use.bytes, total += use.bytes;
  std::string oldest_kept;
  if (retention.days)
    oldest_kept = day_of({now.ticks - std::int64_t{*retention.days} * 86'400 * kTicksPerSecond});
  std::vector<std::string> gone;
  for (const auto& [day, bytes] : bytes_of) {
    const bool is_old = day < oldest_kept, is_too_much = retention.bytes && total > *retention.bytes;
    if (!is_old && !is_too_much) break;
    total -= bytes;
    gone.push_back(day);
  }
  return gone;
}

}  // namespace bartizan::store
