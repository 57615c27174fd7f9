// SPDX-License-Identifier: Apache-2.0
// Groups: findings put together by rule and by host, and their order of importance: the higher level first,
// then the rule that fired less often (a rule that fires everywhere is more often noise), then the earlier.
// Findings are read, not kept: memory grows with the rules and hosts that they name. A time of zero ticks means that the
// record had none. Values, one thread.
#pragma once

#include <array>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/findings.h"

namespace bartizan {

inline constexpr std::size_t kLevels = 5;
using LevelCounts = std::array<std::uint64_t, kLevels>;

struct TimeRange {
  Instant first, last;
  void add(Instant time);
};

using TextSet = std::set<std::string, std::less<>>;

struct RuleGroup {
  std::string title, id;
  Level level = Level::kInformational;  // the highest of its findings
  std::uint64_t count = 0;
  TextSet hosts;
  TimeRange range;
};

struct HostGroup {
  std::string host;
  LevelCounts by_level{};
  TextSet rules;
  TimeRange range;
};

// All that a report says of its findings as a whole.
class FindingGroups {
 public:
  explicit FindingGroups(const Findings& findings);

  std::uint64_t total() const { return total_; }
  const LevelCounts& by_level() const { return by_level_; }
  const TimeRange& range() const { return range_; }
  std::vector<RuleGroup> rules() const;  // the gravest and rarest first
  std::vector<HostGroup> hosts() const;  // those with the gravest first
  // How often the rule of a finding fired.
  std::uint64_t count_of(const Finding& finding) const;

 private:
  void add(const Finding& finding);

  std::uint64_t total_ = 0;
  LevelCounts by_level_{};
  TimeRange range_;
  std::unordered_map<std::string, RuleGroup> rules_;
  std::unordered_map<std::string, HostGroup> hosts_;
};

// The most important findings in their order, at most `count`, of each rule at most `per_rule`.
std::vector<Finding> most_important(const Findings& findings, const FindingGroups& groups, std::size_t count,
                                    std::size_t per_rule);

// What names a rule: its id, or its title where it has none.
std::string_view rule_key(const Finding& finding);

// What a reason is about, with a blank behind it; nothing where a correlation names the records it counted.
std::string reason_subject(const FindingReason& reason);
// A reason that is no test of a value: its predicate says what kind of statement its value is.
bool is_statement(const FindingReason& reason);

}  // namespace bartizan
