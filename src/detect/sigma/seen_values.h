// SPDX-License-Identifier: Apache-2.0
// SeenValues: remembers what the index of a slot found in a value, because logs repeat themselves: the same programs, users
// and paths stand in most records. A value that comes again is compared and not searched. A table of fixed size in which a
// newer entry takes the place of an older one; long values are not kept. One thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/limits.h"

namespace bartizan::sigma {

class SeenValues {
 public:
  // Where an index answers: the program's serial number and the slot in it.
  struct Place {
    std::uint64_t program = 0;
    std::uint32_t slot = 0;
  };

  // What put() was told of the same value at the same place, as long as it is remembered; valid until the next put().
  std::optional<std::span<const std::uint32_t>> find(Place place, std::string_view value) {
    if (value.size() > kRoom) return std::nullopt;
    if (!entries_) entries_ = std::make_unique<Entry[]>(limits::kSeenValuesMax);
    last_ = &entries_[hash(place, value) & (limits::kSeenValuesMax - 1)];
    if (last_->program != place.program || last_->slot != place.slot || last_->value_bytes != value.size() ||
        std::memcmp(last_->room + kRoom - value.size(), value.data(), value.size()) != 0)
      return std::nullopt;
    return std::span(reinterpret_cast<const std::uint32_t*>(last_->room), last_->found);
  }

  // Of the value that was last looked for and not found.
  void put(Place place, std::string_view value, std::span<const std::uint32_t> found) {
    if (value.size() + found.size_bytes() > kRoom) return;
    last_->program = place.program;
    last_->slot = place.slot;
    last_->value_bytes = static_cast<std::uint16_t>(value.size());
    last_->found = static_cast<std::uint16_t>(found.size());
    std::memcpy(last_->room, found.data(), found.size_bytes());
    std::memcpy(last_->room + kRoom - value.size(), value.data(), value.size());
  }

 private:
  static constexpr std::size_t kRoom = 240;
  // What was found stands at the beginning of the room, the value at its end.
  struct Entry {
    std::uint64_t program = 0;  // 0: free
    std::uint32_t slot = 0;
    std::uint16_t value_bytes = 0, found = 0;
    alignas(std::uint32_t) char room[kRoom];
  };
  static_assert(std::has_single_bit(limits::kSeenValuesMax) && sizeof(Entry) == 256);

  static std::size_t hash(Place place, std::string_view value) {
    std::uint64_t sum = place.program * 64 + place.slot + value.size() * 0x9e3779b97f4a7c15u;
    auto mix = [&sum](std::uint64_t part) { sum = std::rotl((sum ^ part) * 0x9e3779b97f4a7c15u, 29); };
    std::uint64_t part = 0;
    std::size_t at = 0;
    for (; at + 8 <= value.size(); at += 8) std::memcpy(&part, value.data() + at, 8), mix(part);
    if (at < value.size()) {
      part = 0;
      if (value.size() >= 8) std::memcpy(&part, value.data() + value.size() - 8, 8);
      else std::memcpy(&part, value.data(), value.size());
      mix(part);
    }
    return sum ^ sum >> 32;
  }

  std::unique_ptr<Entry[]> entries_;
  Entry* last_ = nullptr;
};

}  // namespace bartizan::sigma
