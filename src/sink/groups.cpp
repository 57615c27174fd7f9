// SPDX-License-Identifier: Apache-2.0
#include "sink/groups.h"

#include <algorithm>
#include <tuple>

namespace bartizan {
namespace {

void insert_once(TextSet& texts, const std::string& text) {
  if (!texts.contains(text)) texts.insert(text);
}

// What the order of importance looks at, and which finding it was of all.
struct Rank {
  Level level = Level::kInformational;
  std::uint64_t count = 0;
  Instant time;
  std::string id;
  std::uint64_t number = 0;
};

bool is_more_important(const Rank& a, const Rank& b) {
  if (a.level != b.level) return a.level > b.level;
  return std::tie(a.count, a.time, a.id, a.number) < std::tie(b.count, b.time, b.id, b.number);
}

// The most important of those put in, the least important of them on top.
class Best {
 public:
  explicit Best(std::size_t count) : count_(count) {}
  void put(Rank rank) {
    if (count_ == 0 || (ranks_.size() == count_ && !is_more_important(rank, ranks_.front()))) return;
    if (ranks_.size() == count_)
      std::pop_heap(ranks_.begin(), ranks_.end(), is_more_important), ranks_.pop_back();
    ranks_.push_back(std::move(rank));
    std::push_heap(ranks_.begin(), ranks_.end(), is_more_important);
  }
  std::vector<Rank> sorted() && {
    std::sort(ranks_.begin(), ranks_.end(), is_more_important);
    return std::move(ranks_);
  }

 private:
  std::size_t count_;
  std::vector<Rank> ranks_;
};

}  // namespace

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

FindingGroups::FindingGroups(const Findings& findings) {
  findings.for_each([this](const Finding& finding) { add(finding); });
}

void FindingGroups::add(const Finding& finding) {
  ++total_;
  ++by_level_[static_cast<std::size_t>(finding.level)];
  range_.add(finding.time);

  RuleGroup& rule = rules_[std::string(rule_key(finding))];
  if (rule.count == 0 || finding.level > rule.level)
    rule.title = finding.rule_title, rule.id = finding.rule_id, rule.level = finding.level;
  ++rule.count;
  if (!finding.host.empty()) insert_once(rule.hosts, finding.host);
  rule.range.add(finding.time);

  HostGroup& host = hosts_[finding.host];
  host.host = finding.host;
  ++host.by_level[static_cast<std::size_t>(finding.level)];
  insert_once(host.rules, std::string(rule_key(finding)));
  host.range.add(finding.time);
}

std::uint64_t FindingGroups::count_of(const Finding& finding) const {
  const auto rule = rules_.find(std::string(rule_key(finding)));
  return rule == rules_.end() ? 0 : rule->second.count;
}

std::vector<RuleGroup> FindingGroups::rules() const {
  std::vector<RuleGroup> groups;
  for (const auto& [key, group] : rules_) groups.push_back(group);
  std::sort(groups.begin(), groups.end(), [](const RuleGroup& a, const RuleGroup& b) {
    if (a.level != b.level) return a.level > b.level;
    return std::tie(a.count, a.title, a.id) < std::tie(b.count, b.title, b.id);
  });
  return groups;
}

std::vector<HostGroup> FindingGroups::hosts() const {
  std::vector<HostGroup> groups;
  for (const auto& [host, group] : hosts_) groups.push_back(group);
  std::sort(groups.begin(), groups.end(), [](const HostGroup& a, const HostGroup& b) {
    for (std::size_t level = kLevels; level-- > 0;)
      if (a.by_level[level] != b.by_level[level]) return a.by_level[level] > b.by_level[level];
    return a.host < b.host;
  });
  return groups;
}

std::vector<Finding> most_important(const Findings& findings, const FindingGroups& groups, std::size_t count,
                                    std::size_t per_rule) {
  // First which, then what: only the chosen are ever held as a whole.
  std::unordered_map<std::string, Best> by_rule;
  Best best(count);
  std::uint64_t number = 0;
  findings.for_each([&](const Finding& finding) {
    Rank rank{finding.level, groups.count_of(finding), finding.time, finding.id, number++};
    if (per_rule >= count) best.put(std::move(rank));
    else by_rule.try_emplace(std::string(rule_key(finding)), per_rule).first->second.put(std::move(rank));
  });
  for (auto& [key, of_rule] : by_rule)
    for (Rank& rank : std::move(of_rule).sorted()) best.put(std::move(rank));
  const std::vector<Rank> order = std::move(best).sorted();
  std::unordered_map<std::uint64_t, std::size_t> places;
  for (std::size_t i = 0; i < order.size(); ++i) places.emplace(order[i].number, i);
  std::vector<Finding> chosen(order.size());
  number = 0;
  findings.for_each([&](const Finding& finding) {
    if (const auto place = places.find(number++); place != places.end()) chosen[place->second] = finding;
  });
  return chosen;
}

}  // namespace bartizan
