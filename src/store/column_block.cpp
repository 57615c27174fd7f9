// SPDX-License-Identifier: Apache-2.0
#include "store/column_block.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/text.h"

namespace bartizan::store {

std::size_t TextColumn::add(std::size_t row, std::string_view text) {
  if (!is_ascii(text)) {
    valid_.clear();
    append_valid_utf8(text, valid_);
    text = valid_;
  }
  const std::size_t rows_before = places_.size(), entries_before = entries_.size();
  if (last_ == kNull || entries_[last_ - 1] != text) last_ = place_of(text);
  places_.resize(row, kNull);
  places_.push_back(last_);
  const std::size_t bytes = (places_.size() - rows_before) * sizeof(std::uint32_t);
  // Besides the text: its view, its hash, and two to four slots.
  return entries_.size() == entries_before ? bytes : bytes + text.size() + 40;
}

void PlainColumn::add(std::string_view text) {
  if (!is_ascii(text)) {
    valid_.clear();
    append_valid_utf8(text, valid_);
    text = valid_;
  }
  add_bytes(text);
}

void PlainColumn::add_bytes(std::string_view bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  bytes_.append(reinterpret_cast<const char*>(&size), sizeof size);
  bytes_.append(bytes);
  is_null_.push_back(false);
}

std::uint32_t TextColumn::place_of(std::string_view text) {
  if (entries_.size() * 2 >= slots_.size()) grow();
  const std::uint64_t hash = XXH3_64bits(text.data(), text.size());
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const std::uint32_t place = slots_[at];
    if (place == kNull) {
      entries_.push_back(arena_.copy(text));
      hashes_.push_back(hash);
      return slots_[at] = static_cast<std::uint32_t>(entries_.size());
    }
    if (hashes_[place - 1] == hash && entries_[place - 1] == text) return place;
  }
}

void TextColumn::grow() {
  slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, kNull);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t place = 1; place <= entries_.size(); ++place) {
    std::size_t at = hashes_[place - 1] & mask;
    while (slots_[at] != kNull) at = (at + 1) & mask;
    slots_[at] = place;
  }
}

void TextColumn::clear() {
  places_.clear();
  entries_.clear();
  hashes_.clear();
  slots_.clear();
  last_ = kNull;
  arena_.clear();
}

}  // namespace bartizan::store
