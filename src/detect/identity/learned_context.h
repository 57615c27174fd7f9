// SPDX-License-Identifier: Apache-2.0
// LearnedContext: which accounts were seen to log on to which hosts, from which, and which hosts talk to which, with the days
// they were first and last seen; 16 bytes a pair. It is kept between runs as one block of bytes with a version and a
// checksum; what was not seen for limits::kIdentityContextDays is left out of it. A full table learns no new pairs. Texts are
// not kept, only hashes of them. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace bartizan::identity {

class LearnedContext {
 public:
  enum class Pair : std::uint8_t { kAccountOnHost = 1, kAccountFromHost, kHostToHost, kAccountForService };

  static std::uint64_t key_of(Pair pair, std::string_view a, std::string_view b);
  void note(std::uint64_t key, Instant time);
  // Whether it was seen on an earlier day than `time`.
  bool knew(std::uint64_t key, Instant time) const;
  // How many days before `time` learning began.
  std::uint32_t days_learned(Instant time) const;

  std::size_t size() const { return used_; }
  bool full() const { return full_; }

  std::string bytes() const;
  // Replaces what is known by what bytes() gave once.
  Result<void> parse(std::string_view bytes);

 private:
  struct Seen {
    std::uint64_t key = 0;  // 0: free
    std::uint16_t first = 0, last = 0;
    std::uint32_t count = 0;
  };
  std::size_t slot_of(std::uint64_t key) const;
  void grow();
  void put(const Seen& seen);

  std::vector<Seen> slots_ = std::vector<Seen>(1024);
  std::size_t used_ = 0;
  std::uint16_t first_day_ = 0xffff, last_day_ = 0;
  bool full_ = false;
};

}  // namespace bartizan::identity
