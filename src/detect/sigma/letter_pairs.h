// SPDX-License-Identifier: Apache-2.0
// How rare a pair of letters is in log values, for choosing what to look for first. Tables; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bartizan::sigma {

inline constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyz0123456789 \\/.-_:,\"'=&()[]{}*?%$@+;<>|!~#^`";
inline constexpr std::size_t kLetterClasses = kLetters.size() + 1;  // the last one: every other byte

constexpr std::array<std::uint8_t, 256> make_letter_class() {
  std::array<std::uint8_t, 256> classes{};
  for (auto& letter_class : classes) letter_class = kLetterClasses - 1;
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    classes[static_cast<std::uint8_t>(kLetters[i])] = static_cast<std::uint8_t>(i);
  return classes;
}
inline constexpr std::array<std::uint8_t, 256> kLetterClass = make_letter_class();

// -4 log2 of the share of the pair among all pairs of letters.
extern const std::uint8_t kLetterPairs[kLetterClasses][kLetterClasses];

inline unsigned pair_rarity(char first, char second) {
  return kLetterPairs[kLetterClass[static_cast<std::uint8_t>(first)]]
                     [kLetterClass[static_cast<std::uint8_t>(second)]];
}

}  // namespace bartizan::sigma
