// SPDX-License-Identifier: Apache-2.0
// From everything that is known to the index of what is kept. One pass over the store. One thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>

#include "base/result.h"
#include "intel/harmless.h"
#include "intel/index.h"
#include "intel/intel_store.h"

namespace bartizan::intel {

struct BuildFacts {
  std::uint64_t kept = 0, dropped = 0, patterns = 0;
};

// `file` is empty and open for writing and reading; `version` is the index's.
// Of indicators for which `wants`, where there is one, says no nothing is written.
Result<BuildFacts> build_index(const IntelStore& store, const HarmlessList& harmless, std::uint64_t version,
                               std::uint64_t seed, std::FILE* file,
                               const std::function<bool(const Known&)>& wants = {});

}  // namespace bartizan::intel
