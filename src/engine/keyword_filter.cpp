// SPDX-License-Identifier: Apache-2.0
#include "engine/keyword_filter.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
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

}  // namespace

std::unique_ptr<RawKeywords> RawKeywords::make(std::span<const sigma::Leaf* const> leaves) {
  std::vector<sigma::IndexedLiteral> runs;
  for (const sigma::Leaf* leaf : leaves) {
    const auto literals = sigma::literals_of(*leaf);
    if (!literals) return nullptr;
    for (const std::string& literal : *literals) {
      const std::string_view run = run_of(literal);
      if (run.empty()) return nullptr;
      runs.push_back({sigma::Anchor::kAnywhere, std::string(run), 0});
    }
  }
  std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.text < b.text; });
  auto filter = std::make_unique<RawKeywords>();
  filter->shortest = runs.empty() ? 0 : runs[0].text.size();
  for (const sigma::IndexedLiteral& run : runs) {
    filter->identity_ += run.text + '\n';
    filter->shortest = std::min(filter->shortest, run.text.size());
  }
  filter->index_ = sigma::FieldIndex(runs);
  return filter;
}

bool RawKeywords::may_match(std::string_view text) const {
  bool found = false;
  index_.find(folded(text), [&](std::uint32_t) { found = true; });
  return found;
}

// ASCII is folded a byte at a time; a unit beyond it becomes a byte that no run has.
bool RawKeywords::may_match_utf16(Bytes text) const {
  thread_local std::string letters;  // kept for its memory
  letters.resize(text.size() / 2);
  if (narrow(text.data(), letters.size(), letters.data())) return true;
  bool found = false;
  index_.find(letters, [&](std::uint32_t) { found = true; });
  return found;
}

}  // namespace bartizan
