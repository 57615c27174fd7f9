// SPDX-License-Identifier: Apache-2.0
#include "sink/groups.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace bartizan {

void TimeRange::add(Instant time) {
  if (time.ticks == 0) return;
  if (first.ticks == 0 || time < first) first = time;
  if (last.ticks == 0 || time > last) last = time;
}

std::string_view rule_key(const Finding& finding) {
  return finding.rule_id.empty() ? finding.rule_title : finding.rule_id;
}

std::string reason_subject(const FindingReason& reason) {
  if (!reason.field.empty()) return reason.field + ' ';
  return reason.predicate == "includes" || is_statement(reason) ? "" : "any field ";
}

bool is_statement(const FindingReason& reason) { return reason.field.empty() && reason.pattern.empty(); }

LevelCounts count_levels(std::span<const Finding> findings) {
  LevelCounts counts{};
  for (const Finding& finding : findings) ++counts[static_cast<std::size_t>(finding.level)];
  return counts;
}

std::vector<RuleGroup> group_by_rule(std::span<const Finding> findings) {
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<RuleGroup> groups;
  for (const Finding& finding : findings) {
    const auto [place, is_new] = places.try_emplace(rule_key(finding), groups.size());
    if (is_new) groups.emplace_back();
    RuleGroup& group = groups[place->second];
    if (!group.sample || finding.level > group.sample->level) group.sample = &finding;
    ++group.count;
    if (!finding.host.empty()) group.hosts.insert(finding.host);
    group.range.add(finding.time);
  }
  std::sort(groups.begin(), groups.end(), [](const RuleGroup& a, const RuleGroup& b) {
    if (a.sample->level != b.sample->level) return a.sample->level > b.sample->level;
    return std::tie(a.count, a.sample->rule_title, a.sample->rule_id) <
           std::tie(b.count, b.sample->rule_title, b.sample->rule_id);
  });
  return groups;
}

std::vector<HostGroup> group_by_host(std::span<const Finding> findings) {
  std::unordered_map<std::string_view, std::size_t> places;
  std::vector<HostGroup> groups;
  for (const Finding& finding : findings) {
    const auto [place, is_new] = places.try_emplace(finding.host, groups.size());
    if (is_new) groups.emplace_back().host = finding.host;
    HostGroup& group = groups[place->second];
    ++group.by_level[static_cast<std::size_t>(finding.level)];
    group.rules.insert(rule_key(finding));
    group.range.add(finding.time);
  }
  std::sort(groups.begin(), groups.end(), [](const HostGroup& a, const HostGroup& b) {
    for (std::size_t level = kLevels; level-- > 0;)
      if (a.by_level[level] != b.by_level[level]) return a.by_level[level] > b.by_level[level];
    return a.host < b.host;
  });
  return groups;
}

std::vector<const Finding*> ranked(std::span<const Finding> findings) {
  std::unordered_map<std::string_view, std::uint64_t> counts;
  for (const Finding& finding : findings) ++counts[rule_key(finding)];
  struct Entry {
    std::uint64_t count;
    const Finding* finding;
  };
  std::vector<Entry> entries;
  entries.reserve(findings.size());
  for (const Finding& finding : findings) entries.push_back({counts[rule_key(finding)], &finding});
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    if (a.finding->level != b.finding->level) return a.finding->level > b.finding->level;
    return std::tie(a.count, a.finding->time, a.finding->id, a.finding) <
           std::tie(b.count, b.finding->time, b.finding->id, b.finding);
  });
  std::vector<const Finding*> order;
  order.reserve(entries.size());
  for (const Entry& entry : entries) order.push_back(entry.finding);
  return order;
}

}  // namespace bartizan
