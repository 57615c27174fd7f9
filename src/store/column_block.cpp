// SPDX-License-Identifier: Apache-2.0
#include "store/column_block.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/text.h"

namespace bartizan::store {

void TextColumn::add(std::string_view text) {
  if (!is_ascii(text)) {
    valid_.clear();
    append_valid_utf8(text, valid_);
    text = valid_;
  }
  text_bytes_ += text.size();
  places_.push_back(place_of(text));
}

void PlainColumn::add(std::string_view text) {
  if (!is_ascii(text)) {
    valid_.clear();
    append_valid_utf8(text, valid_);
    text = valid_;
  }
  const auto size = static_cast<std::uint32_t>(text.size());
  bytes_.append(reinterpret_cast<const char*>(&size), sizeof size);
  bytes_.append(text);
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
      entry_bytes_ += text.size();
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
  text_bytes_ = entry_bytes_ = 0;
  arena_.clear();
}

}  // namespace bartizan::store
