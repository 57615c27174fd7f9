// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/names.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace bartizan::identity {

Name NameTable::find(std::string_view text) const {
  const auto known = numbers_.find(text);
  return known == numbers_.end() ? kNoName : known->second;
}

Name NameTable::number(std::string_view text) {
  if (text.empty() || text == "-") return kNoName;
  text = text.substr(0, limits::kIdentityNameBytesMax);
  if (const Name known = find(text)) return known;
  if (texts_.size() >= limits::kIdentityNamesMax || bytes_ >= limits::kIdentityNamesBytesMax)
    return full_ = true, kNoName;
  const std::string_view kept = arena_.copy(text);
  bytes_ += kept.size();
  texts_.push_back(kept);
  const Name name = static_cast<Name>(texts_.size() - 1);
  numbers_.emplace(kept, name);
  return name;
}

Name NameTable::folded(std::string_view text) {
  char room[limits::kIdentityNameBytesMax];
  text = text.substr(0, sizeof room);
  std::transform(text.begin(), text.end(), room, fold_ascii);
  return number({room, text.size()});
}

}  // namespace bartizan::identity
