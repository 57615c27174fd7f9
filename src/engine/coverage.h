// SPDX-License-Identifier: Apache-2.0
// What the rules could and could not see in this evidence: silence is only worth something where somebody looked. Pure.
#pragma once

#include <span>

#include "engine/kind_rules.h"
#include "engine/rule_set.h"
#include "sink/report.h"

namespace bartizan {

struct KindEvents {
  const Kind* kind = nullptr;
  std::uint64_t events = 0;
};

// Fills the summary's events by channel, log sources, applicable rules and covered techniques.
void note_coverage(const RuleSet& rules, std::span<const KindEvents> seen, ScanSummary& summary);

}  // namespace bartizan
