// SPDX-License-Identifier: Apache-2.0
#include "engine/correlations.h"

#include <algorithm>

#include "base/hash.h"
#include "base/limits.h"
#include "base/must.h"

namespace bartizan {

Correlations::Correlations(RuleSet& rules) : rules_(rules) {
  if (!rules.correlations().empty())
    correlator_ =
        std::make_unique<sigma::Correlator>(rules.correlations(), rules.rules(), rules.diagnostics());
}

void Correlations::add(Contribution contribution) {
  if (!correlator_->add(
          {contribution.rule, contribution.time, contribution.sequence, std::move(contribution.values)}))
    return;
  contribution.values.clear();
  contributions_.push_back(std::move(contribution));
}

void Correlations::finish(std::vector<Finding>& out) {
  if (!correlator_) return;
  const Tuning* tuning = rules_.tuning();
  for (const sigma::CorrelationMatch& match : correlator_->finish()) {
    Finding finding = finding_of(match);
    if (tuning && tuning->excludes_correlation(match.correlation, finding.host)) continue;
    if (tuning)
      finding.level = tuning->level_of_correlation(match.correlation, finding.host).value_or(finding.level);
    out.push_back(std::move(finding));
  }
}

Finding Correlations::finding_of(const sigma::CorrelationMatch& match) const {
  MUST(!match.contributing.empty());
  const RuleSummary& summary = rules_.correlation_summary(match.correlation);
  const Contribution& last = contributions_[match.contributing.back()];
  Finding finding;
  finding.time = match.last;
  finding.rule_id = summary.id;
  finding.rule_title = summary.title;
  finding.level = summary.level;
  finding.file = last.file;
  finding.record_id = last.record_id;
  finding.channel = last.channel;
  finding.event_id = last.event_id;
  finding.host = last.host;
  finding.attack = summary.attack;
  finding.advisory = summary.advisory;
  std::string identity = finding.rule_id;
  for (std::size_t index : match.contributing) {
    const Contribution& part = contributions_[index];
    const RuleSummary& rule = rules_.summary(part.rule);
    identity += '\n' + part.file + '\n' + part.record_id + '\n' + rule.id;
    for (const Entity& entity : part.entities)
      if (std::find(finding.entities.begin(), finding.entities.end(), entity) == finding.entities.end())
        finding.entities.push_back(entity);
    if (finding.why.size() < limits::kCorrelationReasonsMax)
      finding.why.push_back(
          {"", "includes", rule.title,
           "record " + part.record_id + " of " + part.file + " at " + format_instant(part.time)});
  }
  finding.id = sha256_hex(identity).substr(0, 32);
  return finding;
}

}  // namespace bartizan
