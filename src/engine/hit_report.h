// SPDX-License-Identifier: Apache-2.0
// HitReport: from a rule that held to what is reported of it: a finding, a contribution to correlations, both, or nothing
// when tuning leaves it out. One a thread, with the PlainMatcher it explains with.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/correlations.h"
#include "engine/kind_rules.h"
#include "engine/make_finding.h"
#include "engine/plain_matcher.h"
#include "model/oddity.h"

namespace bartizan {

struct Reported {
  std::optional<Finding> finding;
  std::optional<Contribution> contribution;
};

class HitReport {
 public:
  HitReport(const KindRules& rules, const Correlations& correlations, PlainMatcher& matcher,
            bool keep_records)
      : rules_(rules), correlations_(correlations), matcher_(matcher), keep_records_(keep_records) {}

  // Explains the hit on `seen`, the event that the rule looked at; false: the plain evaluator does not agree.
  bool explain(const RuleHit& hit, const Event& seen, OddityList& oddities);
  // Of the hit last explained; `record` is what the evidence holds: `seen` itself, or what `seen` was made from.
  Reported report(const RuleHit& hit, const Event& seen, const Event& record, std::uint64_t sequence,
                  LogName log);

  std::vector<sigma::Reason>& reasons() { return why_; }

 private:
  const KindRules& rules_;
  const Correlations& correlations_;
  PlainMatcher& matcher_;
  bool keep_records_;
  std::vector<sigma::Reason> why_;
};

}  // namespace bartizan
