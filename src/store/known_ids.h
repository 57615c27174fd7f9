// SPDX-License-Identifier: Apache-2.0
// KnownIds: the ids each day has already, so that no row is kept twice. A day's ids are read from its files when the day is
// first touched and stay in memory, 16 bytes each, as long as the store is open. Any thread.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace bartizan::store {

class IdSet {
 public:
  // False: it is there already.
  bool insert(std::uint64_t id);

 private:
  void grow();
  std::vector<std::uint64_t> slots_;  // open addressing; 0: free
  std::size_t size_ = 0;
  bool has_zero_ = false;
};

class KnownIds {
 public:
  // Appends the ids that are on the disk for a day.
  using Load = std::function<Result<void>(const std::string& day, std::vector<std::uint64_t>& ids)>;
  explicit KnownIds(Load load) : load_(std::move(load)) {}

  class Day {
   public:
    // False: the day has it already.
    bool insert(std::uint64_t id) {
      const std::lock_guard lock(mutex_);
      return ids_.insert(id);
    }

   private:
    friend class KnownIds;
    std::mutex mutex_;
    IdSet ids_;
    bool is_loaded_ = false;
  };
  // Lives as long as this.
  Result<Day*> at(const std::string& day);

 private:
  Load load_;
  std::mutex mutex_;  // guards the map and the loading, not the days
  std::map<std::string, Day> days_;
};

}  // namespace bartizan::store
