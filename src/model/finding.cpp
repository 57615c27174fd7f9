// SPDX-License-Identifier: Apache-2.0
#include "model/finding.h"

namespace bartizan {
namespace {
constexpr const char* kLevelNames[] = {"informational", "low", "medium", "high", "critical"};
}

const char* level_name(Level level) { return kLevelNames[static_cast<int>(level)]; }

Level parse_level(std::string_view name) {
  for (int i = 0; i < 5; ++i)
    if (name == kLevelNames[i]) return static_cast<Level>(i);
  return Level::kInformational;
}

}  // namespace bartizan
