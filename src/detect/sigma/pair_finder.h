// SPDX-License-Identifier: Apache-2.0
// PairFinder: the places of a text where one of some pairs of letters stands, told of sixteen places at once where the
// processor can (SSSE3, asked at run time). How: the pairs are shared out among eight buckets; for each half of the first and
// of the second letter a table of sixteen bytes says which buckets have it, and a shuffle looks sixteen letters up at once.
// Where the four answers have a bucket in common, a bitmap of all pairs decides. (The idea is that of "Teddy" in Hyperscan.)
// Immutable; any thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace bartizan::sigma {

class PairFinder {
 public:
  PairFinder() = default;
  // A pair as it lies in memory, read as a little-endian number.
  explicit PairFinder(std::span<const std::uint16_t> pairs);

  // Calls found(place, pair) for every pair in the text, in order.
  template <class Found>
  void find(std::string_view text, Found found) const {
    std::size_t at = 0;
    if (can_shuffle())
      for (; at + kPlaces < text.size(); at += kPlaces)
        for (std::uint32_t places = candidates(text.data() + at); places; places &= places - 1)
          test(text, at + static_cast<std::size_t>(std::countr_zero(places)), found);
    for (; at + 2 <= text.size(); ++at) test(text, at, found);
  }

 private:
  static constexpr std::size_t kPlaces = 16;
  using Table = std::array<std::uint8_t, 16>;  // half a letter -> buckets, a bit each

  static bool can_shuffle();
  // Of the sixteen places from `from` on, behind which a letter more can be read, those that may begin a pair, a bit each.
  std::uint32_t candidates(const char* from) const;

  template <class Found>
  void test(std::string_view text, std::size_t at, Found& found) const {
    std::uint16_t pair;
    std::memcpy(&pair, text.data() + at, sizeof pair);
    if (bitmap_[pair >> 6] >> (pair & 63) & 1) found(at, pair);
  }

  std::vector<std::uint64_t> bitmap_;  // of all pairs
  alignas(16) Table first_low_{};
  alignas(16) Table first_high_{};
  alignas(16) Table second_low_{};
  alignas(16) Table second_high_{};
};

}  // namespace bartizan::sigma
