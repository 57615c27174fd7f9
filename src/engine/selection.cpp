// SPDX-License-Identifier: Apache-2.0
#include "engine/selection.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"

namespace bartizan {
namespace {

bool any_matches(std::span<const Glob> globs, std::string_view text) {
  return std::ranges::any_of(globs, [&](const Glob& glob) { return glob.matches(text); });
}

using Names = std::unordered_set<std::string>;

bool is_in(const Names& names, const std::string& id, const std::string& name) {
  return (!id.empty() && names.contains(id)) || (!name.empty() && names.contains(name));
}

}  // namespace

Glob::Glob(std::string_view text) : text_(text) {
  using enum sigma::Token::Kind;
  for (char c : folded(text)) {
    if (c == '*') pattern_.push_back({kAnyRun, {}});
    else if (c == '?') pattern_.push_back({kAnyOne, {}});
    else if (pattern_.empty() || pattern_.back().kind != kLiteral)
      pattern_.push_back({kLiteral, std::string(1, c)});
    else pattern_.back().text += c;
  }
}

bool Glob::matches(std::string_view text) const { return sigma::matches_glob(pattern_, folded(text)); }

RuleFacts facts_of(const sigma::Rule& rule) {
  return {rule.id, rule.name, rule.title, rule.status, rule.level, rule.tags};
}

RuleFacts facts_of(const sigma::Correlation& correlation) {
  return {correlation.id,     correlation.name,  correlation.title,
          correlation.status, correlation.level, correlation.tags};
}

bool names_rule(const Glob& glob, const RuleFacts& facts) {
  return (!facts.id.empty() && glob.matches(facts.id)) || (!facts.name.empty() && glob.matches(facts.name)) ||
         glob.matches(facts.title);
}

bool names_tag(const Glob& glob, const RuleFacts& facts) {
  return std::ranges::any_of(facts.tags, [&](std::string_view tag) {
    const std::size_t dot = tag.find('.');
    return glob.matches(tag) || (dot != tag.npos && glob.matches(tag.substr(dot + 1)));
  });
}

bool Selection::wants_rule(const RuleFacts& facts) const {
  if (!rules.empty() &&
      std::ranges::none_of(rules, [&](const Glob& glob) { return names_rule(glob, facts); }))
    return false;
  if (!tags.empty() && std::ranges::none_of(tags, [&](const Glob& glob) { return names_tag(glob, facts); }))
    return false;
  return statuses.empty() || std::ranges::find(statuses, facts.status) != statuses.end();
}

bool Selection::wants(const Finding& finding) const {
  return hosts.empty() || any_matches(hosts, finding.host);
}

void keep_wanted(const Selection& selection, std::vector<sigma::Rule>& rules,
                 std::vector<sigma::Correlation>& correlations) {
  if (!selection.asks_for_rules()) return;
  Names needed;
  std::vector<bool> kept(correlations.size());
  // Until nothing new: a correlation may rest on another that stands before it.
  for (bool grew = true; grew;) {
    grew = false;
    for (std::size_t i = 0; i < correlations.size(); ++i) {
      const sigma::Correlation& correlation = correlations[i];
      if (kept[i] || !(selection.wants_rule(correlation) || is_in(needed, correlation.id, correlation.name)))
        continue;
      kept[i] = grew = true;
      needed.insert(correlation.rules.begin(), correlation.rules.end());
    }
  }
  std::size_t at = 0;
  std::erase_if(correlations, [&](const sigma::Correlation&) { return !kept[at++]; });
  std::erase_if(rules, [&](const sigma::Rule& rule) {
    return !selection.wants_rule(rule) && !is_in(needed, rule.id, rule.name);
  });
}

}  // namespace bartizan
