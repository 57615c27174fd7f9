// SPDX-License-Identifier: Apache-2.0
// Oddity: bad or surprising input, kept because malformed logs are evidence. A decoder records it and goes on. The list
// is bounded; what no longer fits is counted. Value types, one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.h"

namespace bartizan {

struct Oddity {
  std::string what;          // one sentence without a final full stop
  std::uint64_t offset = 0;  // byte offset in the file
};

struct OddityList {
  std::vector<Oddity> kept;
  std::uint64_t total = 0;

  void add(std::string what, std::uint64_t offset) {
    if (++total <= limits::kOdditiesKeptPerFile) kept.push_back({std::move(what), offset});
  }
};

}  // namespace bartizan
