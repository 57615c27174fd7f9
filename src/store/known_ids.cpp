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

Result<bool> KnownIds::insert(const std::string& day, std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = days_.try_emplace(day);
  if (is_new) {
    std::vector<std::uint64_t> ids;
    if (auto loaded = load_(day, ids); !loaded.has_value()) {
      days_.erase(known);
      return std::unexpected(std::move(loaded.error()));
    }
    for (const std::uint64_t one : ids) (void)known->second.insert(one);
  }
  return known->second.insert(id);
}

}  // namespace bartizan::store
