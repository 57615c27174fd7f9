// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/names.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "base/text.h"

namespace bartizan::identity {
namespace {

constexpr std::size_t kSlotsAtFirst = 256;

// Eight bytes a step; the last step takes the end of the text, some of it again.
std::uint64_t hash_of(std::string_view text) {
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15u;
  std::uint64_t hash = text.size() * kFactor;
  const auto take = [&](std::size_t at, std::size_t bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, bytes);
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 32;
  };
  if (text.size() < 8) {
    if (!text.empty()) take(0, text.size());
  } else {
    for (std::size_t at = 0; at + 8 < text.size(); at += 8) take(at, 8);
    take(text.size() - 8, 8);
  }
  return hash * kFactor ^ hash >> 29;
}
std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

}  // namespace

NameTable::NameTable() : slots_(kSlotsAtFirst) { texts_.push_back({}); }

void NameTable::clear() {
  arena_.clear();
  texts_.resize(1);
  std::ranges::fill(slots_, Slot{});
  bytes_ = 0;
  full_ = false;
}

std::size_t NameTable::slot_of(std::string_view text, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].name != kNoName && (slots_[at].tag != tag_of(hash) || texts_[slots_[at].name] != text))
    at = (at + 1) & mask;
  return at;
}

Name NameTable::find(std::string_view text) const { return slots_[slot_of(text, hash_of(text))].name; }

Name NameTable::number(std::string_view text) {
  if (text.empty() || text == "-") return kNoName;
  text = text.substr(0, limits::kIdentityNameBytesMax);
  const std::uint64_t hash = hash_of(text);
  std::size_t at = slot_of(text, hash);
  if (slots_[at].name != kNoName) return slots_[at].name;
  if (texts_.size() >= limits::kIdentityNamesMax || bytes_ >= limits::kIdentityNamesBytesMax)
    return full_ = true, kNoName;
  if (texts_.size() * 2 >= slots_.size()) grow(), at = slot_of(text, hash);
  const std::string_view kept = arena_.copy(text);
  bytes_ += kept.size();
  texts_.push_back(kept);
  const Name name = static_cast<Name>(texts_.size() - 1);
  slots_[at] = {tag_of(hash), name};
  return name;
}

void NameTable::grow() {
  slots_.assign(slots_.size() * 2, {});
  for (Name name = 1; name < texts_.size(); ++name) {
    const std::uint64_t hash = hash_of(texts_[name]);
    slots_[slot_of(texts_[name], hash)] = {tag_of(hash), name};
  }
}

Name NameTable::folded(std::string_view text) {
  char room[limits::kIdentityNameBytesMax];
  text = text.substr(0, sizeof room);
  std::transform(text.begin(), text.end(), room, fold_ascii);
  return number({room, text.size()});
}

}  // namespace bartizan::identity
