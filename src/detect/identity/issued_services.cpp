// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/issued_services.h"

#include <algorithm>

#include "base/limits.h"
#include "detect/identity/ticket_ledger.h"

namespace bartizan::identity {
namespace {

constexpr std::int64_t kMinute = 60 * kTicksPerSecond;
constexpr std::uint64_t kLifeMinutes = kTicketLife / kMinute + 10;  // and what clocks differ by
constexpr std::uint64_t kAfterMinutes = 3;

}  // namespace

std::uint64_t IssuedServices::minute_of(Instant time) {
  return (static_cast<std::uint64_t>(time.ticks) / kMinute) & ((1u << kMinuteBits) - 1);
}

// The minutes run in a circle; what is ahead of now is late evidence, and as good as now.
bool IssuedServices::is_live(std::uint64_t entry) const {
  constexpr std::uint64_t kCircle = 1u << kMinuteBits;
  const std::uint64_t age = (now_ + kCircle - (entry & (kCircle - 1))) & (kCircle - 1);
  return entry != 0 && (age <= kLifeMinutes || age > kCircle / 2);
}

std::optional<Instant> IssuedServices::add(std::uint64_t hash, Instant time) {
  const std::uint64_t minute = minute_of(time);
  now_ = minute;
  std::optional<Instant> forgotten;
  put(hash >> kMinuteBits, minute, forgotten);
  if (forgotten) forgotten = time;
  return forgotten;
}

// The entry of `tag`, else a free or expired one; null when there is none.
std::uint64_t* IssuedServices::place_in(std::size_t bucket, std::uint64_t tag) {
  std::uint64_t* place = nullptr;
  for (std::uint64_t& entry : buckets_[bucket]) {
    if (entry != 0 && entry >> kMinuteBits == tag) return &entry;
    if (!place && !is_live(entry)) place = &entry;
  }
  return place;
}

void IssuedServices::put(std::uint64_t tag, std::uint64_t minute, std::optional<Instant>& forgotten) {
  const std::uint64_t entry = tag << kMinuteBits | minute;
  for (;;) {
    std::uint64_t* first = place_in(first_bucket(tag), tag);
    if (first && *first >> kMinuteBits == tag) return void(*first = entry);
    std::uint64_t* second = place_in(second_bucket(tag), tag);
    if (second && *second >> kMinuteBits == tag) return void(*second = entry);
    if (first || second) return void(*(first ? first : second) = entry);
    if (buckets_.size() * kEntries >= limits::kIdentityServicesMax) break;
    grow();
  }
  Bucket& bucket = buckets_[first_bucket(tag)];
  constexpr std::uint64_t kMinutes = (1u << kMinuteBits) - 1;
  std::uint64_t& oldest =
      *std::ranges::min_element(bucket, {}, [](std::uint64_t one) { return one & kMinutes; });
  forgotten = Instant{};
  oldest = entry;
}

void IssuedServices::grow() {
  std::vector<Bucket> before(buckets_.size() * 2);
  before.swap(buckets_);
  std::optional<Instant> forgotten;
  for (const Bucket& bucket : before)
    for (const std::uint64_t entry : bucket)
      if (is_live(entry)) put(entry >> kMinuteBits, entry & ((1u << kMinuteBits) - 1), forgotten);
}

bool IssuedServices::holds(std::uint64_t hash, Instant time) const {
  const std::uint64_t tag = hash >> kMinuteBits, minute = minute_of(time);
  constexpr std::uint64_t kMinutes = (1u << kMinuteBits) - 1;
  for (const std::size_t bucket : {first_bucket(tag), second_bucket(tag)})
    for (const std::uint64_t entry : buckets_[bucket]) {
      if (entry == 0 || entry >> kMinuteBits != tag) continue;
      const std::uint64_t age = (minute + kAfterMinutes - (entry & kMinutes)) & kMinutes;
      if (age <= kLifeMinutes + kAfterMinutes) return true;
    }
  return false;
}

}  // namespace bartizan::identity
