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
  if (!correlator_->add({contribution.rule, contribution.record.time, contribution.sequence,
                         std::move(contribution.values)}))
    return;
  contributing_rules_.push_back(contribution.rule);
  records_.add(contribution.record);
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

// Of a record that cannot be read back the finding names the rule alone.
Finding Correlations::finding_of(const sigma::CorrelationMatch& match) {
  MUST(!match.contributing.empty());
  const RuleSummary& summary = rules_.correlation_summary(match.correlation);
  Finding part;  // in the end the last
  std::vector<FindingReason> why;
  std::string identity = summary.id;
  std::vector<Entity> entities;
  for (std::size_t index : match.contributing) {
    if (!records_.read(index, part)) part = {};
    const RuleSummary& rule = rules_.summary(contributing_rules_[index]);
    identity += '\n' + part.file + '\n' + part.record_id + '\n' + rule.id;
    for (const Entity& entity : part.entities)
      if (std::find(entities.begin(), entities.end(), entity) == entities.end()) entities.push_back(entity);
    if (why.size() < limits::kCorrelationReasonsMax)
      why.push_back({"", "includes", rule.title,
                     "record " + part.record_id + " of " + part.file + " at " + format_instant(part.time)});
  }
  part.time = match.last;
  part.rule_id = summary.id;
  part.rule_title = summary.title;
  part.level = summary.level;
  part.attack = summary.attack;
  part.advisory = summary.advisory;
  part.why = std::move(why);
  part.entities = std::move(entities);
  part.id = sha256_hex(identity).substr(0, 32);
  return part;
}

}  // namespace bartizan
