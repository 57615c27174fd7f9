// SPDX-License-Identifier: Apache-2.0
#include "engine/plain_matcher.h"

#include "base/limits.h"

namespace bartizan {

void PlainMatcher::match(const Event& event, std::vector<RuleHit>& out) {
  key_.clear();
  const EventKind kind = kind_of(event);
  append_kind_key(kind, key_);
  if (candidates_.size() >= limits::kKindsMax) candidates_.clear();
  const auto [known, is_new] = candidates_.try_emplace(key_);
  if (is_new) known->second = rules_.candidates_for(kind);
  for (const RuleSet::Candidate& candidate : known->second) {
    if (!wants_(candidate.rule)) continue;
    const auto place = RuleSet::place_of(candidate, event);
    if (!place) continue;
    lookup_.look_at(*place);
    if (evaluator_.matches(rules_.rules()[candidate.rule], event)) out.push_back({candidate.rule, *place});
  }
}

bool PlainMatcher::explain(const RuleHit& hit, const Event& event, std::vector<sigma::Reason>& why) {
  lookup_.look_at(hit.place);
  return evaluator_.matches(rules_.rules()[hit.rule], event, &why);
}

bool PlainMatcher::holds(const RuleHit& hit, const sigma::Reason& reason, const Event& event) {
  lookup_.look_at(hit.place);
  for (const sigma::Leaf& leaf : rules_.rules()[hit.rule].leaves)
    if (leaf.field == reason.field && leaf.source == reason.pattern && leaf.identifier == reason.identifier)
      return evaluator_.holds(leaf, event);
  return false;
}

std::vector<std::pair<std::string, std::string>> PlainMatcher::values_of(
    const RuleHit& hit, const Event& event, const std::vector<std::string>& fields) {
  lookup_.look_at(hit.place);
  std::vector<std::pair<std::string, std::string>> out;
  std::vector<sigma::FieldValue> values;
  for (const std::string& field : fields) {
    values.clear();
    lookup_.values(event, field, values);
    if (!values.empty()) out.emplace_back(field, values.front().text);
  }
  return out;
}

}  // namespace bartizan
