// SPDX-License-Identifier: Apache-2.0
// Groups: findings put together by rule and by host, and their order of importance: the higher level first,
// then the rule that fired less often (a rule that fires everywhere is more often noise), then the earlier.
// Groups point into the findings, which must outlive them. A time of zero ticks means that the record had
// none.
#pragma once

#include <array>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"

namespace bartizan {

inline constexpr std::size_t kLevels = 5;
using LevelCounts = std::array<std::uint64_t, kLevels>;

struct TimeRange {
  Instant first, last;
  void add(Instant time);
};

struct RuleGroup {
  const Finding* sample = nullptr;  // one finding of the rule, of its highest level
  std::uint64_t count = 0;
  std::set<std::string_view> hosts;
  TimeRange range;
};

struct HostGroup {
  std::string_view host;
  LevelCounts by_level{};
  std::set<std::string_view> rules;
  TimeRange range;
};

LevelCounts count_levels(std::span<const Finding> findings);
std::vector<RuleGroup> group_by_rule(std::span<const Finding> findings);
std::vector<HostGroup> group_by_host(std::span<const Finding> findings);
std::vector<const Finding*> ranked(std::span<const Finding> findings);

// What names a rule: its id, or its title where it has none.
std::string_view rule_key(const Finding& finding);

// What a reason is about, with a blank behind it; nothing where a correlation names the records it counted.
std::string reason_subject(const FindingReason& reason);
// A reason that is no test of a value: its predicate says what kind of statement its value is.
bool is_statement(const FindingReason& reason);

}  // namespace bartizan
