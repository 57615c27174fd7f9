// SPDX-License-Identifier: Apache-2.0
// SeenTexts: remembers what a search found in a text, because logs repeat themselves: the same programs, users, paths and scripts
// stand in most records. A text that comes again is compared and not searched. Tables of fixed size in which a newer entry takes
// the place of an older one; one for short texts with little found, whose entries lie side by side, and one for longer texts
// within a sum of bytes. One thread.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
    if (const auto found = look_up(search, text)) return *found;
    return std::nullopt;
  }

  // Of the text that was last looked for and not found.
  void put(Search search, std::string_view text, std::span<const std::uint32_t> found) {
    if (text.size() + found.size_bytes() <= kRoom) put_short(search, text, found);
    else if (text.size() > kShortMax && text.size() <= limits::kSeenTextBytesMax)
      put_long(search, text, found);
  }

  // More is known of a text meanwhile: what find() gives as `was` is `is` from now on.
  void replace(Search search, std::string_view text, std::uint32_t was, std::uint32_t is) {
    if (const auto found = look_up(search, text)) std::replace(found->begin(), found->end(), was, is);
  }

 private:
  static constexpr std::size_t kRoom = 240;
  static constexpr std::size_t kShortMax = 128;  // no longer text is looked for among the long ones
  // What was found stands at the beginning of the room, the text at its end.
  struct Entry {
    std::uint64_t owner = 0;  // 0: free
    std::uint32_t part = 0;
    std::uint16_t text_bytes = 0, found = 0;
    alignas(std::uint32_t) char room[kRoom];

    bool is(Search search, std::string_view text) const {
      return owner == search.owner && part == search.part && text_bytes == text.size() &&
             std::string_view(room + kRoom - text.size(), text.size()) == text;
    }
  };
  struct LongEntry {
    Search search;
    std::string text;
    std::vector<std::uint32_t> found;
  };
  static_assert(std::has_single_bit(limits::kSeenTextsMax) && sizeof(Entry) == 256);
  static_assert(std::has_single_bit(limits::kSeenLongTextsMax) && kRoom <= UINT16_MAX);

  // Leaves in hash_ the place where the text may be.
  std::optional<std::span<std::uint32_t>> look_up(Search search, std::string_view text) {
    if (text.size() > limits::kSeenTextBytesMax) return std::nullopt;
    hash_ = hash(search, text);
    if (text.size() <= kRoom) {
      if (!entries_) entries_.reset(allocate());
      Entry& entry = entries_[hash_ & (limits::kSeenTextsMax - 1)];
      if (entry.is(search, text)) return std::span(reinterpret_cast<std::uint32_t*>(entry.room), entry.found);
    }
    if (text.size() <= kShortMax || long_entries_.empty()) return std::nullopt;
    LongEntry& entry = long_entries_[hash_ & (limits::kSeenLongTextsMax - 1)];
    if (entry.search.owner != search.owner || entry.search.part != search.part || entry.text != text)
      return std::nullopt;
    return entry.found;
  }

  void put_short(Search search, std::string_view text, std::span<const std::uint32_t> found) {
    Entry& entry = entries_[hash_ & (limits::kSeenTextsMax - 1)];
    entry.owner = search.owner;
    entry.part = search.part;
    entry.text_bytes = static_cast<std::uint16_t>(text.size());
    entry.found = static_cast<std::uint16_t>(found.size());
    if (!found.empty()) std::memcpy(entry.room, found.data(), found.size_bytes());
    text.copy(entry.room + kRoom - text.size(), text.size());
  }

  void put_long(Search search, std::string_view text, std::span<const std::uint32_t> found) {
    if (long_entries_.empty()) long_entries_.resize(limits::kSeenLongTextsMax);
    LongEntry& entry = long_entries_[hash_ & (limits::kSeenLongTextsMax - 1)];
    forget(entry);
    long_bytes_ += text.size() + found.size_bytes();
    while (long_bytes_ > limits::kSeenLongTextsBytesMax)
      forget(long_entries_[next_forgotten_++ & (limits::kSeenLongTextsMax - 1)]);
    entry.search = search;
    entry.text = text;
    entry.found.assign(found.begin(), found.end());
  }

  void forget(LongEntry& entry) {
    long_bytes_ -= entry.text.size() + entry.found.size() * sizeof(std::uint32_t);
    entry = {};
  }

  static std::size_t hash(Search search, std::string_view text) {
    std::uint64_t sum = search.owner * 64 + search.part + text.size() * 0x9e3779b97f4a7c15u;
    auto mix = [&sum](std::uint64_t part) { sum = std::rotl((sum ^ part) * 0x9e3779b97f4a7c15u, 29); };
    std::uint64_t part = 0;
    std::size_t at = 0;
    const std::size_t step = text.size() <= kRoom ? 8 : 32;  // of a long text a part will do
    for (; at + 8 <= text.size(); at += step) std::memcpy(&part, text.data() + at, 8), mix(part);
    if (at < text.size()) {
      part = 0;
      if (text.size() >= 8) std::memcpy(&part, text.data() + text.size() - 8, 8);
      else std::memcpy(&part, text.data(), text.size());
      mix(part);
    }
    return sum ^ sum >> 32;
  }

  // All zero, which is free, in pages that the system hands out as they are touched: a short run does not pay for the table.
  static Entry* allocate() {
    void* const room = std::calloc(limits::kSeenTextsMax, sizeof(Entry));
    if (!room) throw std::bad_alloc();
    return static_cast<Entry*>(room);
  }
  struct Free {
    void operator()(Entry* entries) const { std::free(entries); }
  };

  std::unique_ptr<Entry[], Free> entries_;
  std::vector<LongEntry> long_entries_;
  std::size_t long_bytes_ = 0;  // of texts and what was found in them
  std::size_t next_forgotten_ = 0;
  std::size_t hash_ = 0;  // of the text last looked for
};

}  // namespace bartizan
