// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/pair_finder.h"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bartizan::sigma {
namespace {

constexpr std::size_t kBuckets = 8;

}  // namespace

PairFinder::PairFinder(std::span<const std::uint16_t> pairs) : bitmap_(65'536 / 64) {
  // Neighbours in a bucket share letters, which keeps the tables sparse.
  std::vector<std::uint16_t> sorted(pairs.begin(), pairs.end());
  std::ranges::sort(sorted, {}, [](std::uint16_t pair) { return std::rotl(pair, 8); });
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const std::uint16_t pair = sorted[i];
    bitmap_[pair >> 6] |= std::uint64_t{1} << (pair & 63);
    const auto bucket = static_cast<std::uint8_t>(1u << (i * kBuckets / sorted.size()));
    first_low_[pair & 15] |= bucket;
    first_high_[pair >> 4 & 15] |= bucket;
    second_low_[pair >> 8 & 15] |= bucket;
    second_high_[pair >> 12] |= bucket;
  }
}

#if defined(__x86_64__)

bool PairFinder::can_shuffle() {
  static const bool can = __builtin_cpu_supports("ssse3");
  return can;
}

__attribute__((target("ssse3"))) std::uint32_t PairFinder::candidates(const char* from) const {
  const auto looked_up = [](const Table& table, __m128i halves) __attribute__((target("ssse3"))) {
    return _mm_shuffle_epi8(_mm_load_si128(reinterpret_cast<const __m128i*>(table.data())), halves);
  };
  const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 1));
  const __m128i half = _mm_set1_epi8(15);
  const __m128i low = _mm_and_si128(looked_up(first_low_, _mm_and_si128(first, half)),
                                    looked_up(second_low_, _mm_and_si128(second, half)));
  const __m128i high = _mm_and_si128(looked_up(first_high_, _mm_and_si128(_mm_srli_epi16(first, 4), half)),
                                     looked_up(second_high_, _mm_and_si128(_mm_srli_epi16(second, 4), half)));
  const __m128i none = _mm_cmpeq_epi8(_mm_and_si128(low, high), _mm_setzero_si128());
  return static_cast<std::uint32_t>(_mm_movemask_epi8(none)) ^ 0xffffu;
}

#else

bool PairFinder::can_shuffle() { return false; }
std::uint32_t PairFinder::candidates(const char*) const { return 0xffff; }

#endif

}  // namespace bartizan::sigma
