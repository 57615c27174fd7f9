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
  Finding record;
  record.time = contribution.time;
  record.file = std::move(contribution.file);
  record.record_id = std::move(contribution.record_id);
  record.channel = std::move(contribution.channel);
  record.event_id = contribution.event_id;
  record.host = std::move(contribution.host);
  record.entities = std::move(contribution.entities);
  contributing_rules_.push_back(contribution.rule);
  records_.add(record);
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
  Finding finding, part;
  std::string identity = summary.id;
  std::vector<Entity> entities;
  for (std::size_t index : match.contributing) {
    if (!records_.read(index, part)) part = {};
    const RuleSummary& rule = rules_.summary(contributing_rules_[index]);
    identity += '\n' + part.file + '\n' + part.record_id + '\n' + rule.id;
    for (const Entity& entity : part.entities)
      if (std::find(entities.begin(), entities.end(), entity) == entities.end()) entities.push_back(entity);
    if (finding.why.size() < limits::kCorrelationReasonsMax)
      finding.why.push_back(
          {"", "includes", rule.title,
           "record " + part.record_id + " of " + part.file + " at " + format_instant(part.time)});
  }
  finding.time = match.last;
  finding.rule_id = summary.id;
  finding.rule_title = summary.title;
  finding.level = summary.level;
  finding.file = part.file;  // of the last record
  finding.record_id = part.record_id;
  finding.channel = part.channel;
  finding.event_id = part.event_id;
  finding.host = part.host;
  finding.attack = summary.attack;
  finding.advisory = summary.advisory;
  finding.entities = std::move(entities);
  finding.id = sha256_hex(identity).substr(0, 32);
  return finding;
}

}  // namespace bartizan
