// SPDX-License-Identifier: Apache-2.0
// The options that say which rules a verb uses, the same for every verb that uses rules, and what they lead to.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "app/options.h"
#include "engine/rule_set.h"

namespace bartizan::app {

inline constexpr std::string_view kStatuses = "stable test experimental deprecated unsupported";

inline constexpr Option kRulesOption =
    option("Rules", "--rules", "DIR", "Sigma rules to use besides the built-in ones, a folder or a file",
           Repeat::kMany);
inline constexpr Option kNoBuiltinRulesOption =
    flag("Rules", "--no-builtin-rules", "leave the built-in rules out");
inline constexpr Option kFetchedRulesOption =
    flag("Rules", "--fetched-rules", "use the public rules that `bartizan rules fetch` has brought");
inline constexpr Option kPlaceholdersOption =
    option("Rules", "--placeholders", "FILE",
           "YAML map that gives the placeholders of rules (%admins%) their values", Repeat::kMany);
inline constexpr Option kRuleOption = option(
    "Rules", "--rule", "R", "only this rule: its id, name or title; * and ? are wildcards", Repeat::kList);
inline constexpr Option kTagOption = option(
    "Rules", "--tag", "T",
    "only rules with this tag, such as attack.t1003*, t1003.001 or d6; * and ? are wildcards", Repeat::kList);
inline constexpr Option kStatusOption =
    option("Rules", "--status", "S", "only rules of this status", Repeat::kList, kStatuses);

inline constexpr Option kNoIdentityOption =
    flag("Rules", "--no-identity",
         "do not follow tickets and logons across hosts; --no-builtin-rules, --rule, --tag and --status "
         "leave that out as well");
inline constexpr Option kIdentityOption =
    flag("Rules", "--identity", "follow tickets and logons across hosts whatever rules are chosen");

// Whether tickets and logons are followed besides the rules.
bool follows_identities(const Arguments& arguments);

// Where `rules fetch` puts rules and --fetched-rules looks: XDG_DATA_HOME/bartizan/rules/sigma.
std::string fetched_rules_folder();

// Loads the mapping tables and every rule that --rules and its like name. Fails with a sentence for the user when the
// content or the fetched rules are not there; mistakes in rules are in diagnostics().
std::expected<void, std::string> load_all_rules(const Arguments& arguments, RuleSet& rules);
// Likewise, and selects by --rule, --tag and --status; fails when one of them fits no rule.
std::expected<void, std::string> load_rules(const Arguments& arguments, RuleSet& rules);

std::vector<Glob> globs_of(const std::vector<std::string>& texts);

}  // namespace bartizan::app
