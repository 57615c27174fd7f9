// SPDX-License-Identifier: Apache-2.0
#include "store/known_ids.h"

namespace bartizan::store {

bool IdSet::insert(std::uint64_t id) {
  if (id == 0) return !std::exchange(has_zero_, true);
  if (size_ * 2 >= slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = id & mask;; at = (at + 1) & mask) {
    if (slots_[at] == id) return false;
    if (slots_[at] != 0) continue;
    slots_[at] = id;
    ++size_;
    return true;
  }
}

void IdSet::grow() {
  std::vector<std::uint64_t> before = std::move(slots_);
  slots_.assign(before.empty() ? 256 : before.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (const std::uint64_t id : before) {
    if (id == 0) continue;
    std::size_t at = id & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = id;
  }
}

Result<KnownIds::Day*> KnownIds::at(const std::string& name) {
  const std::lock_guard lock(mutex_);
  Day& day = days_[name];
  if (day.is_loaded_) return &day;
  std::vector<std::uint64_t> ids;
  TRY_VOID(load_(name, ids));
  for (const std::uint64_t one : ids) (void)day.insert(one);
  day.is_loaded_ = true;
  return &day;
}

}  // namespace bartizan::store
