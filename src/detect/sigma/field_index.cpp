// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/field_index.h"

#include <algorithm>
#include <bit>

#include "detect/sigma/letter_pairs.h"

namespace bartizan::sigma {
namespace {

constexpr std::size_t kGramBytes = 4;
constexpr std::size_t kPairLiteralBytesMax = 4;  // longer literals have two grams
constexpr std::size_t kEdgeWidths[] = {8, 4, 2, 1};

// The bitmap of grams is kept this sparse, within these sizes: 2^13 bits fit a corner of the first-level cache, 2^19 (64 KiB)
// still leave the second level to the rest.
constexpr std::size_t kBitsAGram = 16;
constexpr unsigned kGramBitsMin = 13, kGramBitsMax = 19;

std::size_t width_of(std::size_t size) {
  for (std::size_t width : kEdgeWidths)
    if (size >= width) return width;
  return 0;
}

// The place of the `letters` letters in a row that are least likely.
std::size_t rarest(std::string_view text, std::size_t letters) {
  std::size_t best = 0;
  unsigned best_rarity = 0;
  for (std::size_t at = 0; at + letters <= text.size(); ++at) {
    unsigned rarity = 0;
    for (std::size_t i = at; i + 1 < at + letters; ++i) rarity += pair_rarity(text[i], text[i + 1]);
    if (at == 0 || rarity > best_rarity) best = at, best_rarity = rarity;
  }
  return best;
}

}  // namespace

// FNV-1a over eight bytes at a time, mixed; only has to be quick and spread.
std::uint64_t FieldIndex::hash(std::string_view text) {
  std::uint64_t sum = 0xcbf29ce484222325u ^ text.size();
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8)
    sum = std::rotl((sum ^ load(text.data() + at, 8)) * 0x9e3779b97f4a7c15u, 29);
  if (at + 4 <= text.size())
    sum = std::rotl((sum ^ load(text.data() + at, 4)) * 0x9e3779b97f4a7c15u, 29), at += 4;
  for (; at < text.size(); ++at)
    sum = std::rotl((sum ^ static_cast<unsigned char>(text[at])) * 0x9e3779b97f4a7c15u, 29);
  return sum;
}

FieldIndex::Table FieldIndex::make_table(KeyedEntries keyed) {
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Table table;
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(keyed.size() * 2, 2));
  table.buckets.resize(size);
  table.shift = static_cast<unsigned>(64 - std::countr_zero(size));
  for (std::size_t i = 0; i < keyed.size();) {
    std::size_t end = i;
    while (end < keyed.size() && keyed[end].first == keyed[i].first)
      table.entries.push_back(keyed[end++].second);
    std::size_t at = spread(keyed[i].first) >> table.shift;
    while (table.buckets[at].count != 0) at = (at + 1) & (size - 1);
    table.buckets[at] = {keyed[i].first, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(end - i)};
    i = end;
  }
  return table;
}

FieldIndex::Entry FieldIndex::add_text(const IndexedLiteral& literal) {
  const Entry entry{static_cast<std::uint32_t>(texts_.size()),
                    static_cast<std::uint32_t>(literal.text.size()), literal.id, 0};
  texts_ += literal.text;
  return entry;
}

FieldIndex::FieldIndex(const std::vector<IndexedLiteral>& literals) {
  KeyedEntries whole;
  for (const IndexedLiteral& literal : literals) {
    if (literal.anchor != Anchor::kWhole) continue;
    whole.emplace_back(hash(literal.text), add_text(literal));
    whole_sizes_ |= std::uint64_t{1} << std::min<std::size_t>(literal.text.size(), 63);
  }
  has_whole_ = !whole.empty();
  whole_ = make_table(std::move(whole));
  add_edges(literals, Anchor::kStart, starts_);
  add_edges(literals, Anchor::kEnd, ends_);
  add_anywhere(literals);
}

void FieldIndex::add_edges(const std::vector<IndexedLiteral>& literals, Anchor anchor,
                           std::vector<EdgeTable>& tables) {
  for (std::size_t width : kEdgeWidths) {
    KeyedEntries keyed;
    for (const IndexedLiteral& literal : literals) {
      if (literal.anchor != anchor || width_of(literal.text.size()) != width) continue;
      const char* key = literal.text.data() + (anchor == Anchor::kEnd ? literal.text.size() - width : 0);
      keyed.emplace_back(load(key, width), add_text(literal));
    }
    if (!keyed.empty()) tables.push_back({width, make_table(std::move(keyed))});
  }
}

void FieldIndex::add_anywhere(const std::vector<IndexedLiteral>& literals) {
  KeyedEntries grams, pairs;
  for (const IndexedLiteral& literal : literals) {
    if (literal.anchor != Anchor::kAnywhere) continue;
    Entry entry = add_text(literal);
    const char* text = literal.text.data();
    if (literal.text.size() > kPairLiteralBytesMax) {
      const std::size_t first = rarest(literal.text, kGramBytes + 1);
      for (std::size_t at : {first, first + 1}) {
        entry.position = static_cast<std::uint32_t>(at);
        grams.emplace_back(load(text + at, kGramBytes), entry);
      }
    } else if (literal.text.size() >= 2) {
      entry.position = static_cast<std::uint32_t>(rarest(literal.text, 2));
      pairs.emplace_back(load(text + entry.position, 2), entry);
    } else {
      singles_.emplace_back(*text, literal.id);
    }
  }
  has_grams_ = !grams.empty(), has_pairs_ = !pairs.empty();
  if (has_grams_) {
    const auto wanted = static_cast<unsigned>(std::bit_width(grams.size() * kBitsAGram));
    const unsigned bits = std::clamp(wanted, kGramBitsMin, kGramBitsMax);
    gram_shift_ = 32 - bits;
    grams_.resize((std::size_t{1} << bits) / 64);
    for (const auto& [gram, entry] : grams) {
      const std::uint32_t slot = gram_slot(static_cast<std::uint32_t>(gram));
      grams_[slot >> 6] |= std::uint64_t{1} << (slot & 63);
    }
  }
  if (has_pairs_) {
    std::vector<std::uint16_t> keys;
    for (const auto& [pair, entry] : pairs) keys.push_back(static_cast<std::uint16_t>(pair));
    pairs_ = PairFinder(keys);
  }
  gram_table_ = make_table(std::move(grams));
  pair_table_ = make_table(std::move(pairs));
}

}  // namespace bartizan::sigma
