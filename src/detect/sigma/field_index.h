// SPDX-License-Identifier: Apache-2.0
// FieldIndex: finds all literals that rules look for in one field, in one pass over the value, whatever their number.
// Literals and values are case-folded alike. Immutable once made; find() from any thread. Memory: some 60 bytes a literal.
//
// Whole values, beginnings and ends are looked up by hash. For literals anywhere in the value, a bitmap says which four
// letters in a row (grams) are worth a closer look. Each literal is entered with two neighbouring grams, its rarest ones,
// so that every second place of the value needs to be looked at; literals of up to four letters are found by one of their
// pairs (pair_finder.h).
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/sigma/pair_finder.h"

namespace bartizan::sigma {

enum class Anchor : std::uint8_t { kWhole, kStart, kEnd, kAnywhere };

struct IndexedLiteral {
  Anchor anchor = Anchor::kWhole;
  std::string text;      // folded; empty only with kWhole
  std::uint32_t id = 0;  // what find() reports; several literals may have the same
};

class FieldIndex {
 public:
  FieldIndex() = default;
  explicit FieldIndex(const std::vector<IndexedLiteral>& literals);

  // Calls found(id) for every literal in `value`; one that occurs several times may be reported several times.
  template <class Found>
  void find(std::string_view value, Found found) const {
    if (has_whole_) find_whole(value, found);
    for (const EdgeTable& table : starts_)
      if (value.size() >= table.width) find_edge(table, value, load(value.data(), table.width), false, found);
    for (const EdgeTable& table : ends_)
      if (value.size() >= table.width)
        find_edge(table, value, load(value.data() + value.size() - table.width, table.width), true, found);
    if (has_grams_) find_grams(value, found);
    if (has_pairs_) find_pairs(value, found);
    find_single(value, found);
  }

 private:
  struct Entry {
    std::uint32_t text = 0;  // place in texts_
    std::uint32_t size = 0;
    std::uint32_t id = 0;
    std::uint32_t position = 0;  // of the gram or pair within the text
  };
  // Open addressing from a key to a run of entries.
  struct Bucket {
    std::uint64_t key = 0;
    std::uint32_t first = 0, count = 0;  // count 0: free
  };
  struct Table {
    std::vector<Bucket> buckets;
    std::vector<Entry> entries;
    unsigned shift = 63;

    const Bucket* find(std::uint64_t key) const {
      for (std::size_t at = spread(key) >> shift;; at = (at + 1) & (buckets.size() - 1)) {
        const Bucket& bucket = buckets[at];
        if (bucket.count == 0) return nullptr;
        if (bucket.key == key) return &bucket;
      }
    }
  };
  struct EdgeTable {
    std::size_t width = 0;  // bytes of the key: 8, 4, 2 or 1
    Table table;
  };
  using KeyedEntries = std::vector<std::pair<std::uint64_t, Entry>>;

  static std::uint64_t spread(std::uint64_t key) { return key * 0x9e3779b97f4a7c15u; }
  static std::uint64_t load(const char* from, std::size_t width) {
    std::uint64_t key = 0;
    switch (width) {
      case 8: std::memcpy(&key, from, 8); break;
      case 4: std::memcpy(&key, from, 4); break;
      case 2: std::memcpy(&key, from, 2); break;
      default: key = static_cast<unsigned char>(*from);
    }
    return key;
  }
  static std::uint64_t hash(std::string_view text);
  static Table make_table(KeyedEntries keyed);
  Entry add_text(const IndexedLiteral& literal);
  void add_edges(const std::vector<IndexedLiteral>& literals, Anchor anchor, std::vector<EdgeTable>& tables);
  void add_anywhere(const std::vector<IndexedLiteral>& literals);

  std::uint32_t gram_slot(std::uint32_t gram) const { return (gram * 0x9e3779b1u) >> gram_shift_; }
  // Most candidates differ in their first letters already.
  bool same(const Entry& entry, const char* at) const {
    const char* text = texts_.data() + entry.text;
    if (entry.size >= 8 && load(text, 8) != load(at, 8)) return false;
    return std::string_view(text, entry.size) == std::string_view(at, entry.size);
  }

  template <class Found>
  void find_whole(std::string_view value, Found& found) const {
    if (!(whole_sizes_ >> (value.size() < 63 ? value.size() : 63) & 1)) return;
    const Bucket* bucket = whole_.find(hash(value));
    if (!bucket) return;
    for (std::uint32_t i = bucket->first; i < bucket->first + bucket->count; ++i)
      if (whole_.entries[i].size == value.size() && same(whole_.entries[i], value.data()))
        found(whole_.entries[i].id);
  }

  template <class Found>
  void find_edge(const EdgeTable& edge, std::string_view value, std::uint64_t key, bool at_end,
                 Found& found) const {
    const Bucket* bucket = edge.table.find(key);
    if (!bucket) return;
    for (std::uint32_t i = bucket->first; i < bucket->first + bucket->count; ++i) {
      const Entry& entry = edge.table.entries[i];
      if (entry.size <= value.size() && same(entry, value.data() + (at_end ? value.size() - entry.size : 0)))
        found(entry.id);
    }
  }

  template <class Found>
  void verify(const Table& table, std::uint64_t key, std::string_view value, std::size_t at,
              Found& found) const {
    const Bucket* bucket = table.find(key);
    if (!bucket) return;
    for (std::uint32_t i = bucket->first; i < bucket->first + bucket->count; ++i) {
      const Entry& entry = table.entries[i];
      if (entry.position <= at && value.size() - (at - entry.position) >= entry.size &&
          same(entry, value.data() + (at - entry.position)))
        found(entry.id);
    }
  }

  template <class Found>
  void find_grams(std::string_view value, Found& found) const {
    for (std::size_t at = 0; at + 4 <= value.size(); at += 2) {
      std::uint32_t gram;
      std::memcpy(&gram, value.data() + at, 4);
      const std::uint32_t slot = gram_slot(gram);
      if (grams_[slot >> 6] >> (slot & 63) & 1) verify(gram_table_, gram, value, at, found);
    }
  }

  template <class Found>
  void find_pairs(std::string_view value, Found& found) const {
    pairs_.find(value,
                [&](std::size_t at, std::uint16_t pair) { verify(pair_table_, pair, value, at, found); });
  }

  template <class Found>
  void find_single(std::string_view value, Found& found) const {
    for (const auto& [letter, id] : singles_)
      if (value.find(letter) != value.npos) found(id);
  }

  std::string texts_;
  Table whole_;
  std::uint64_t whole_sizes_ = 0;  // bit n: a whole literal of n bytes; bit 63: of 63 or more
  bool has_whole_ = false, has_grams_ = false, has_pairs_ = false;
  std::vector<EdgeTable> starts_, ends_;
  unsigned gram_shift_ = 16;
  std::vector<std::uint64_t> grams_;  // bitmap
  PairFinder pairs_;
  std::vector<std::pair<char, std::uint32_t>> singles_;  // literals of one letter, with their ids
  Table gram_table_, pair_table_;
};

}  // namespace bartizan::sigma
