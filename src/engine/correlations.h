// SPDX-License-Identifier: Apache-2.0
// Correlations: gathers the records that rules of correlations matched, in the order of the evidence, and makes the findings
// at the end. What the findings say of a record waits in a scratch file. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "detect/sigma/correlate.h"
#include "engine/finding_log.h"
#include "engine/rule_set.h"
#include "model/finding.h"

namespace bartizan {

// A record that may take part in a correlation: what its findings say of it. Made on any thread.
struct Contribution {
  std::uint32_t rule = 0;
  std::uint64_t sequence =
      0;  // of the event, in the order of the evidence; two rules matching one event have the same
  std::vector<std::pair<std::string, std::string>> values;  // of the rule's correlated fields
  Finding record;                                           // of the record alone, as finding_at makes it
};

class Correlations {
 public:
  // Complaints about correlations that cannot be used go to the rules' diagnostics.
  explicit Correlations(RuleSet& rules);

  bool needs(std::uint32_t rule) const { return correlator_ && correlator_->needs(rule); }
  bool alerts_alone(std::uint32_t rule) const { return !correlator_ || correlator_->alerts_alone(rule); }
  const std::vector<std::string>& fields_of(std::uint32_t rule) const { return correlator_->fields_of(rule); }

  void add(Contribution contribution);
  // Appends the findings, once all contributions are there. Each names its last contributing record.
  void finish(std::vector<Finding>& out);

 private:
  Finding finding_of(const sigma::CorrelationMatch& match);

  const RuleSet& rules_;
  std::unique_ptr<sigma::Correlator> correlator_;
  // Of the contributions, as numbered by the correlator: the rule, and the record as a finding would name it.
  std::vector<std::uint32_t> contributing_rules_;
  FindingLog records_;
};

}  // namespace bartizan
