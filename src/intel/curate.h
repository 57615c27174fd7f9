// SPDX-License-Identifier: Apache-2.0
// Curation: what all sources together say about an indicator, whether it is kept, why, and what it is worth at a given time.
// `assess` is asked by everything that builds, lists or explains, so that they cannot disagree. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "intel/harmless.h"
#include "intel/indicator.h"
#include "model/finding.h"

namespace bartizan::intel {

// One source's statement, as kept. Times of zero were not said.
struct SourceStatement {
  std::string source;
  int confidence = 0;
  Instant first, last;  // the earliest and the latest time it was said to be valid from
  Instant until;
  std::string title, reference;
  std::vector<std::string> attack;
};

struct Known {
  std::uint32_t id = 0;
  Indicator indicator;
  std::vector<SourceStatement> statements;
  std::uint64_t sightings = 0;
  Instant sighted_first, sighted_last;
  bool is_removed = false;
  std::string removed_because;
};

// What an indicator is worth, joined over its sources.
struct Worth {
  int confidence = 0;  // the best of the sources, and kAgreement for each further one
  Instant first, last, until;
};

struct Assessment {
  bool is_kept = false;
  std::string reason;  // a sentence without a full stop
  Worth worth;
  std::vector<std::string> attack;
};

inline constexpr int kConfidenceUnsaid = 50;  // of sources that say nothing
inline constexpr int kAgreement = 5, kAgreementMax = 15;
inline constexpr int kConfidenceMin = 10;  // below it nothing is reported

Assessment assess(const Known& known, const HarmlessList& harmless);

// Days over which a value of the kind loses its worth; 0: never. Addresses change hands within months, names are given up within a
// year, a hash is always the same file.
int lifetime_days(Kind kind);

// At the time of an event. Falls evenly to nothing over the kind's lifetime before `first` and after `last`; nothing after `until`.
// Of events without a time, and where nobody said when, the whole.
int confidence_at(Kind kind, const Worth& worth, Instant time);

Level level_of_confidence(int confidence);

}  // namespace bartizan::intel
