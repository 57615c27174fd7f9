// SPDX-License-Identifier: Apache-2.0
#include "engine/hit_report.h"

#include "model/jsonl.h"

namespace bartizan {

bool HitReport::explain(const RuleHit& hit, const Event& seen, OddityList& oddities) {
  why_.clear();
  if (matcher_.explain(hit, seen, why_)) return true;
  oddities.add("rule " + rules_.rules().summary(hit.rule).id +
                   " matched, but its tests do not; left out. This is an error of the program",
               seen.offset);
  return false;
}

Reported HitReport::report(const RuleHit& hit, const Event& seen, const Event& record, std::uint64_t sequence,
                           LogName log) {
  Reported reported;
  const Tuning* tuning = rules_.rules().tuning();
  if (tuning && tuning->excludes_rule(hit.rule, record.host, seen, matcher_.lookup())) return reported;
  if (correlations_.needs(hit.rule)) {
    Contribution& contribution = reported.contribution.emplace();
    contribution.rule = hit.rule;
    contribution.sequence = sequence;
    contribution.values = matcher_.values_of(hit, seen, correlations_.fields_of(hit.rule));
    contribution.record = finding_at(record, log);
  }
  if (!correlations_.alerts_alone(hit.rule)) return reported;
  Finding& finding =
      reported.finding.emplace(make_finding(rules_.rules().summary(hit.rule), record, log, std::move(why_)));
  if (keep_records_) append_event_json(record, log.file, finding.record);
  if (tuning) finding.level = tuning->level_of_rule(hit.rule, record.host).value_or(finding.level);
  return reported;
}

}  // namespace bartizan
