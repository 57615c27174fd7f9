// SPDX-License-Identifier: Apache-2.0
#include "engine/identity_findings.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "engine/place_lookup.h"

namespace bartizan {
namespace {

constexpr std::string_view kAlsoFound = "also found by a rule";

// False: it is excluded.
bool tune_one(Finding& finding, const Tuning& tuning) {
  std::vector<std::string> tags;
  for (const std::string& technique : finding.attack) tags.push_back("attack." + technique);
  std::vector<Field> fields;
  for (const Entity& entity : finding.entities) fields.push_back({entity.type, entity.value});
  Event event;
  event.fields = fields;
  const RuleFacts facts{finding.rule_id, {}, finding.rule_title, {}, level_name(finding.level), tags};
  if (tuning.excludes_signature(facts, finding.host, event, PlaceLookup())) return false;
  finding.level = tuning.level_of_signature(facts, finding.host).value_or(finding.level);
  return true;
}

bool share_technique(const Finding& a, const Finding& b) {
  return std::ranges::any_of(a.attack, [&](const std::string& technique) {
    return std::ranges::find(b.attack, technique) != b.attack.end();
  });
}

}  // namespace

void tune(std::vector<Finding>& of_identities, const Tuning& tuning) {
  std::erase_if(of_identities, [&](Finding& one) { return !tune_one(one, tuning); });
}

void note_rules(std::vector<Finding>& of_identities, const Findings& of_rules) {
  using Place = std::pair<std::string_view, std::string_view>;
  std::multimap<Place, Finding*> by_record;
  for (Finding& one : of_identities)
    if (!one.record_id.empty()) by_record.emplace(Place(one.file, one.record_id), &one);
  if (by_record.empty()) return;
  of_rules.for_each([&](const Finding& other) {
    const auto [from, to] = by_record.equal_range(Place(other.file, other.record_id));
    for (auto at = from; at != to; ++at) {
      Finding& one = *at->second;
      const bool is_said = !one.why.empty() && one.why.back().predicate == kAlsoFound;
      if (!is_said && share_technique(one, other))
        one.why.push_back({"", std::string(kAlsoFound), "", other.rule_title});
    }
  });
}

}  // namespace bartizan
