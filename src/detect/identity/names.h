// SPDX-License-Identifier: Apache-2.0
// NameTable: accounts, hosts, addresses and services as numbers, so that an authentication is small and comparing is cheap.
// Number 0 is "none": absent, empty, `-`, or one name too many (limits::kIdentityNamesMax); full() says the last happened.
// A name's text lives as long as the table. One thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"

namespace bartizan::identity {

using Name = std::uint32_t;
inline constexpr Name kNoName = 0;

class NameTable {
 public:
  NameTable();

  Name number(std::string_view text);
  Name folded(std::string_view text);  // of its lower-case form
  // The number of a name that is there already; kNoName otherwise. `text` is lower case.
  Name find(std::string_view text) const;
  std::string_view text(Name name) const { return texts_[name]; }
  bool full() const { return full_; }
  std::size_t size() const { return texts_.size(); }
  void clear();

 private:
  // Open addressing: the number of a name and a part of its hash; number 0 is a free slot.
  struct Slot {
    std::uint32_t tag = 0;
    Name name = kNoName;
  };
  std::size_t slot_of(std::string_view text, std::uint64_t hash) const;
  void grow();

  Arena arena_;
  std::vector<std::string_view> texts_;
  std::vector<Slot> slots_;
  std::size_t bytes_ = 0;
  bool full_ = false;
};

}  // namespace bartizan::identity
