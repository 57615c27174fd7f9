// SPDX-License-Identifier: Apache-2.0
// The options that say which rules a verb uses, the same for every verb that uses rules, and what they lead to.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "app/options.h"
#include "engine/rule_set.h"

namespace bartizan::app {

inline constexpr Option kRulesOption{"Rules", "--rules", 0, "DIR", "Sigma rules to use besides the built-in ones, a folder or a file", "", Repeat::kMany};
inline constexpr Option kNoBuiltinRulesOption{"Rules", "--no-builtin-rules", 0, "", "leave the built-in rules out", "", Repeat::kOnce};
inline constexpr Option kFetchedRulesOption{"Rules", "--fetched-rules", 0, "", "use the public rules that `bartizan rules fetch` has brought", "", Repeat::kOnce};
inline constexpr Option kPlaceholdersOption{"Rules", "--placeholders", 0, "FILE", "YAML map that gives the placeholders of rules (%admins%) their values", "", Repeat::kMany};
inline constexpr Option kRuleOption{"Rules", "--rule", 0, "R", "only this rule: its id, name or title; * and ? are wildcards", "", Repeat::kList};
inline constexpr Option kTagOption{"Rules", "--tag", 0, "T", "only rules with this tag, such as attack.t1003*, t1003.001 or d6; * and ? are wildcards", "", Repeat::kList};
inline constexpr Option kStatusOption{"Rules", "--status", 0, "S", "only rules of this status", "stable test experimental deprecated unsupported", Repeat::kList};

// Where `rules fetch` puts rules and --fetched-rules looks: XDG_DATA_HOME/bartizan/rules/sigma.
std::string fetched_rules_folder();

// Loads the mapping tables and every rule that --rules and its like name. Fails with a sentence for the user when the
// content or the fetched rules are not there; mistakes in rules are in diagnostics().
std::expected<void, std::string> load_all_rules(const Arguments& arguments, RuleSet& rules);
// Likewise, and selects by --rule, --tag and --status; fails when one of them fits no rule.
std::expected<void, std::string> load_rules(const Arguments& arguments, RuleSet& rules);

std::vector<Glob> globs_of(const std::vector<std::string>& texts);

}  // namespace bartizan::app
