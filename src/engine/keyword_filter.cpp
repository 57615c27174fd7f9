// SPDX-License-Identifier: Apache-2.0
#include "engine/keyword_filter.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/text.h"
#include "detect/sigma/letter_pairs.h"
#include "detect/sigma/sieve.h"

namespace bartizan {
namespace {

// Numbers, true and false, nan and inf, times, GUIDs, SIDs, hexadecimal text, and the commas between members of arrays.
constexpr std::string_view kNotOnlyText = "0123456789abcdefxstzilnru{}:-.,+ ";
// Shorter runs stand in too many records.
constexpr std::size_t kRunMin = 4;

// The longest run of ASCII with a letter that only text has; empty when there is none.
std::string_view run_of(std::string_view literal) {
  std::string_view best;
  for (std::size_t at = 0; at < literal.size();) {
    std::size_t end = at;
    bool is_text = false;
    for (; end < literal.size() && literal[end] >= ' ' && literal[end] <= '~'; ++end)
      is_text = is_text || kNotOnlyText.find(literal[end]) == kNotOnlyText.npos;
    if (is_text && end - at >= kRunMin && end - at > best.size()) best = literal.substr(at, end - at);
    at = end + 1;
  }
  return best;
}

// Narrow arithmetic alone, so that the compiler works on many units at once. True: a unit folds into ASCII.
bool narrow(const std::uint8_t* text, std::size_t units, char* out) {
  std::uint16_t folds_into_ascii = 0;
  for (std::size_t i = 0; i < units; ++i) {
    std::uint16_t unit;
    std::memcpy(&unit, text + 2 * i, 2);
    folds_into_ascii = static_cast<std::uint16_t>(folds_into_ascii | (unit == 0x017f) | (unit == 0x212a));
    const auto from_a = static_cast<std::uint16_t>(unit - 'A');
    const auto small = static_cast<std::uint16_t>(unit + (from_a < 26 ? 32 : 0));
    out[i] = static_cast<char>(unit < 0x80 ? small : 0xff);
  }
  return folds_into_ascii != 0;
}

// Letters that two units beyond ASCII fold into, the long s and the sign of Kelvin.
constexpr std::string_view kFoldedFromBeyond = "sk";

#ifdef __SSE2__
__m128i sixteen(const std::array<char, 16>& letters) {
  return _mm_load_si128(reinterpret_cast<const __m128i*>(letters.data()));
}
#endif

// Makes letters small, and some marks others: two texts that differ only by case are the same with it.
char with_bit_5(char letter) { return static_cast<char>(letter | 0x20); }

// Each costs three instructions for sixteen letters, and a closer look where it stands.
constexpr std::size_t kPairsMax = 8;
constexpr double kPairCost = 1.0 / 16384, kPairShareMax = 1.0 / 512;  // of all places of texts

double share_of(char first, char second) { return std::exp2(sigma::pair_rarity(first, second) / -4.0); }

}  // namespace

// Greedily, the pair that stands in most of the runs not covered yet for what it costs.
std::vector<RawKeywords::Pair> RawKeywords::pairs_of(const Runs& runs) {
  std::vector<std::string_view> open(runs.begin(), runs.end());
  std::vector<Pair> pairs;
  double shares = 0;
  while (!open.empty()) {
    std::string_view best;
    double best_worth = 0;
    for (const std::string_view run : open)
      for (std::size_t at = 0; at + 2 <= run.size(); ++at) {
        const std::string_view pair = run.substr(at, 2);
        if (pair.find_first_of(kFoldedFromBeyond) != pair.npos) continue;
        const auto covered = std::ranges::count_if(
            open, [&](std::string_view other) { return other.find(pair) != other.npos; });
        const double worth = static_cast<double>(covered) / (share_of(pair[0], pair[1]) + kPairCost);
        if (worth > best_worth) best = pair, best_worth = worth;
      }
    if (best.empty()) return {};
    shares += share_of(best[0], best[1]);
    if (pairs.size() == kPairsMax || shares > kPairShareMax) return {};
    Pair& pair = pairs.emplace_back();
    pair.first.fill(with_bit_5(best[0])), pair.second.fill(with_bit_5(best[1]));
    std::erase_if(open, [best](std::string_view run) { return run.find(best) != run.npos; });
  }
  return pairs;
}

bool RawKeywords::may_have_pair(Bytes utf16) const {
  if (utf16.empty()) return false;
#ifdef __SSE2__
  constexpr std::size_t kUnits = 16;
  const std::size_t units = utf16.size() / 2;
  std::uint8_t brief[2 * kUnits] = {};
  if (units < kUnits) std::memcpy(brief, utf16.data(), 2 * units), utf16 = brief;
  // Blocks overlap by one letter at least, so that every pair is within one.
  for (std::size_t at = 0;; at = std::min(at + kUnits - 1, units - kUnits)) {
    const std::uint8_t* from = utf16.data() + 2 * at;
    const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + kUnits));
    // Units beyond ASCII become bytes beyond it, or a blank.
    const __m128i letters = _mm_or_si128(_mm_packus_epi16(first, second), _mm_set1_epi8(0x20));
    const __m128i next = _mm_srli_si128(letters, 1);
    __m128i found = _mm_setzero_si128();
    for (const Pair& pair : pairs_) {
      const __m128i begins = _mm_cmpeq_epi8(letters, sixteen(pair.first));
      const __m128i goes_on = _mm_cmpeq_epi8(next, sixteen(pair.second));
      found = _mm_or_si128(found, _mm_and_si128(begins, goes_on));
    }
    if (_mm_movemask_epi8(found) != 0) return true;
    if (at + kUnits >= units) return false;
  }
#else
  return true;
#endif
}

std::optional<RawKeywords::Runs> RawKeywords::runs_of(std::span<const sigma::Leaf* const> leaves) {
  Runs runs;
  for (const sigma::Leaf* leaf : leaves) {
    const auto literals = sigma::literals_of(*leaf);
    if (!literals) return {};
    for (const std::string& literal : *literals) {
      const std::string_view run = run_of(literal);
      if (run.empty()) return {};
      runs.emplace_back(run);
    }
  }
  std::sort(runs.begin(), runs.end());
  runs.erase(std::unique(runs.begin(), runs.end()), runs.end());
  return runs;
}

RawKeywords::RawKeywords(const Runs& runs) {
  std::vector<sigma::IndexedLiteral> literals;
  shortest = runs.empty() ? 0 : runs[0].size();
  for (const std::string& run : runs) {
    literals.push_back({sigma::Anchor::kAnywhere, run, 0});
    shortest = std::min(shortest, run.size());
  }
  index_ = sigma::FieldIndex(literals);
#ifdef __SSE2__
  pairs_ = pairs_of(runs);
#endif
  is_quick = !pairs_.empty();
}

bool RawKeywords::may_match(std::string_view text) const {
  bool found = false;
  index_.find(folded(text), [&](std::uint32_t) { found = true; });
  return found;
}

// ASCII is folded a byte at a time; a unit beyond it becomes a byte that no run has.
bool RawKeywords::may_match_utf16(Bytes text) const {
  if (!pairs_.empty() && !may_have_pair(text)) return false;
  thread_local std::string letters;  // kept for its memory
  letters.resize(text.size() / 2);
  if (narrow(text.data(), letters.size(), letters.data())) return true;
  bool found = false;
  index_.find(letters, [&](std::uint32_t) { found = true; });
  return found;
}

}  // namespace bartizan
