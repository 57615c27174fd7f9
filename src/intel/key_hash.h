// SPDX-License-Identifier: Apache-2.0
// The 64-bit hash of a kind and a key that index and day summaries use: folded 64x64 multiplications over 16 bytes at a time. Not
// for secrets; with a seed nobody outside knows, nobody can prepare keys that fall together. Pure, any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "intel/indicator.h"

namespace bartizan::intel {

inline std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t key_hash(Kind kind, std::string_view key, std::uint64_t seed) {
  constexpr std::uint64_t kOne = 0xa0761d6478bd642fu, kTwo = 0xe7037ed1a0b428dbu,
                          kThree = 0x8ebc6af09c88c6e3u;
  const auto word = [](const char* at) {
    std::uint64_t value;
    std::memcpy(&value, at, 8);
    return value;
  };
  std::uint64_t hash = seed ^ folded_product(static_cast<std::uint64_t>(kind) + 1, kThree);
  const char* at = key.data();
  std::size_t left = key.size();
  for (; left > 16; at += 16, left -= 16) hash = folded_product(word(at) ^ kOne, word(at + 8) ^ hash);
  char last[16] = {};
  if (left != 0) std::memcpy(last, at, left);
  hash = folded_product(word(last) ^ kTwo, word(last + 8) ^ hash);
  return folded_product(hash ^ kOne, key.size() ^ kThree);
}

}  // namespace bartizan::intel
