// SPDX-License-Identifier: Apache-2.0
// SeenTexts: remembers what a search found in a text, because logs repeat themselves: the same programs, users and paths stand
// in most records. A text that comes again is compared and not searched. A table of fixed size in which a newer entry takes
// the place of an older one; long texts are not kept. One thread.
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

namespace bartizan {

class SeenTexts {
 public:
  // Who searched: numbers of the user's own, `owner` not 0.
  struct Search {
    std::uint64_t owner = 0;
    std::uint32_t part = 0;
  };

  // What put() was told of the same text and search, as long as it is remembered; valid until the next put().
  std::optional<std::span<const std::uint32_t>> find(Search search, std::string_view text) {
    if (text.size() > kRoom || !look_up(search, text)) return std::nullopt;
    return std::span(reinterpret_cast<const std::uint32_t*>(last_->room), last_->found);
  }

  // Of the text that was last looked for and not found.
  void put(Search search, std::string_view text, std::span<const std::uint32_t> found) {
    if (text.size() + found.size_bytes() > kRoom) return;
    last_->owner = search.owner;
    last_->part = search.part;
    last_->text_bytes = static_cast<std::uint16_t>(text.size());
    last_->found = static_cast<std::uint16_t>(found.size());
    if (!found.empty()) std::memcpy(last_->room, found.data(), found.size_bytes());
    text.copy(last_->room + kRoom - text.size(), text.size());
  }

  // More is known of a text meanwhile: what find() gives as `was` is `is` from now on.
  void replace(Search search, std::string_view text, std::uint32_t was, std::uint32_t is) {
    if (text.size() > kRoom || !look_up(search, text)) return;
    const std::span found(reinterpret_cast<std::uint32_t*>(last_->room), last_->found);
    std::replace(found.begin(), found.end(), was, is);
  }

 private:
  static constexpr std::size_t kRoom = 240;
  // What was found stands at the beginning of the room, the text at its end.
  struct Entry {
    std::uint64_t owner = 0;  // 0: free
    std::uint32_t part = 0;
    std::uint16_t text_bytes = 0, found = 0;
    alignas(std::uint32_t) char room[kRoom];
  };
  static_assert(std::has_single_bit(limits::kSeenTextsMax) && sizeof(Entry) == 256);

  // Leaves in last_ the one entry in which the text may be; whether it is there.
  bool look_up(Search search, std::string_view text) {
    if (!entries_) entries_ = std::make_unique<Entry[]>(limits::kSeenTextsMax);
    last_ = &entries_[hash(search, text) & (limits::kSeenTextsMax - 1)];
    return last_->owner == search.owner && last_->part == search.part && last_->text_bytes == text.size() &&
           std::string_view(last_->room + kRoom - text.size(), text.size()) == text;
  }

  static std::size_t hash(Search search, std::string_view text) {
    std::uint64_t sum = search.owner * 64 + search.part + text.size() * 0x9e3779b97f4a7c15u;
    auto mix = [&sum](std::uint64_t part) { sum = std::rotl((sum ^ part) * 0x9e3779b97f4a7c15u, 29); };
    std::uint64_t part = 0;
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) std::memcpy(&part, text.data() + at, 8), mix(part);
    if (at < text.size()) {
      part = 0;
      if (text.size() >= 8) std::memcpy(&part, text.data() + text.size() - 8, 8);
      else std::memcpy(&part, text.data(), text.size());
      mix(part);
    }
    return sum ^ sum >> 32;
  }

  std::unique_ptr<Entry[]> entries_;
  Entry* last_ = nullptr;
};

}  // namespace bartizan
