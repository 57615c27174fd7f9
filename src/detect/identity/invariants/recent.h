// SPDX-License-Identifier: Apache-2.0
// Recent<Group>: what happened within a sliding window, for each group (an account, a source). At most kIdentityWindowMax
// a group and kIdentityRecentMax in all; when there are more, groups with nothing recent go, then new records are not kept.
#pragma once

#include <map>
#include <vector>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {

struct Occurrence {
  Name what = kNoName;
  Authentication record;
};

template <class Group>
class Recent {
 public:
  explicit Recent(std::int64_t window) : window_(window) {}

  // What is recent in `group` with `record` among it: the last record of each `what`.
  const std::vector<Occurrence>& add(const Group& group, Name what, const Authentication& record) {
    if (count_ >= limits::kIdentityRecentMax) drop_old(record.time);
    if (count_ >= limits::kIdentityRecentMax) return none_;
    std::vector<Occurrence>& all = groups_[group];
    count_ -= std::erase_if(all, [&](const Occurrence& one) {
      return one.what == what || record.time.ticks - one.record.time.ticks > window_;
    });
    if (all.size() >= limits::kIdentityWindowMax) all.erase(all.begin()), --count_;
    all.push_back({what, record});
    ++count_;
    return all;
  }
  const std::vector<Occurrence>& of(const Group& group) const {
    const auto found = groups_.find(group);
    return found == groups_.end() ? none_ : found->second;
  }
  void clear(const Group& group) {
    const auto found = groups_.find(group);
    if (found == groups_.end()) return;
    count_ -= found->second.size();
    groups_.erase(found);
  }
  std::size_t size() const { return count_; }

 private:
  void drop_old(Instant now) {
    if (now.ticks - dropped_.ticks < window_ / 4) return;  // not for every record of a flood
    dropped_ = now;
    std::erase_if(groups_, [&](const auto& group) {
      const bool old = now.ticks - group.second.back().record.time.ticks > window_;
      if (old) count_ -= group.second.size();
      return old;
    });
  }

  std::int64_t window_;
  Instant dropped_{INT64_MIN / 2};
  std::size_t count_ = 0;
  std::map<Group, std::vector<Occurrence>> groups_;
  std::vector<Occurrence> none_;
};

inline std::vector<ProvenBy> chain_of(const std::vector<Occurrence>& all, std::string_view role) {
  std::vector<ProvenBy> chain;
  for (const Occurrence& one : all) chain.push_back({role, proof_of(one.record)});
  return chain;
}

}  // namespace bartizan::identity
