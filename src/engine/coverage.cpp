// SPDX-License-Identifier: Apache-2.0
#include "engine/coverage.h"

#include <algorithm>
#include <map>
#include <set>

namespace bartizan {
namespace {

std::string name_of(const sigma::LogSource& source) {
  std::string name;
  for (const std::string* part : {&source.product, &source.category, &source.service})
    if (!part->empty()) name += (name.empty() ? "" : " / ") + *part;
  return name.empty() ? "any" : name;
}

}  // namespace

void note_coverage(const RuleSet& rules, std::span<const KindEvents> seen, ScanSummary& summary) {
  std::map<std::string, LogSourceUse> sources;
  for (const sigma::Rule& rule : rules.rules()) {
    const std::string name = name_of(rule.logsource);
    LogSourceUse& use = sources[name];
    use.name = name;
    ++use.rules;
  }
  std::vector<bool> applies(rules.rules().size());
  for (const auto& [kind, events] : seen) {
    const std::string& channel = kind->channel.empty() ? kind->product : kind->channel;
    summary.events_by_channel[channel.empty() ? "(other)" : channel] += events;
    std::set<std::string> here;
    for (const RuleSet::Candidate& candidate : kind->candidates) {
      applies[candidate.rule] = true;
      here.insert(name_of(rules.rules()[candidate.rule].logsource));
    }
    for (const std::string& name : here) sources[name].events += events;
  }
  std::set<std::string> techniques;
  for (std::size_t rule = 0; rule < applies.size(); ++rule) {
    if (!applies[rule]) continue;
    ++summary.rules_applicable;
    techniques.insert(rules.summary(rule).attack.begin(), rules.summary(rule).attack.end());
  }
  for (auto& [name, use] : sources) summary.log_sources.push_back(std::move(use));
  summary.techniques_covered.assign(techniques.begin(), techniques.end());
}

}  // namespace bartizan
