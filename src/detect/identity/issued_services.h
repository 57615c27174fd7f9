// SPDX-License-Identifier: Apache-2.0
// IssuedServices: remembers, for a ticket's life, that a service ticket was issued, in eight bytes each: 44 bits of a hash and
// the minute. Buckets of one cache line, two to choose from; the table doubles until limits::kIdentityServicesMax, then the
// oldest goes and add() says since when memory is whole. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace bartizan::identity {

class IssuedServices {
 public:
  IssuedServices() : buckets_(kBucketsAtFirst) {}

  // Answers the time of what had to be forgotten before its time.
  std::optional<Instant> add(std::uint64_t hash, Instant time);
  // Whether it was issued in the ticket life before `time`, or shortly after it (clocks and logs differ).
  bool holds(std::uint64_t hash, Instant time) const;
  std::size_t bytes() const { return buckets_.size() * sizeof(Bucket); }

 private:
  static constexpr std::size_t kBucketsAtFirst = 1024, kEntries = 8;
  static constexpr unsigned kMinuteBits = 20;          // two years of minutes
  using Bucket = std::array<std::uint64_t, kEntries>;  // 0: free

  static std::uint64_t minute_of(Instant time);
  bool is_live(std::uint64_t entry) const;
  std::uint64_t* place_in(std::size_t bucket, std::uint64_t tag);
  std::size_t first_bucket(std::uint64_t tag) const { return tag & (buckets_.size() - 1); }
  std::size_t second_bucket(std::uint64_t tag) const { return tag >> 20 & (buckets_.size() - 1); }
  void put(std::uint64_t tag, std::uint64_t minute, std::optional<Instant>& forgotten);
  void grow();

  std::vector<Bucket> buckets_;
  std::uint64_t now_ = 0;  // the latest minute
};

}  // namespace bartizan::identity
