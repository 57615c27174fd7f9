// SPDX-License-Identifier: Apache-2.0
#include "app/verbs.h"

#include <algorithm>
#include <cstdio>

#include "app/hunt_verbs.h"
#include "base/nearest.h"

namespace bartizan::app {
namespace {

// The longer of two names that begin alike stands first.
constexpr const Verb* kVerbs[] = {&kScanVerb,
                                  &kDecodeVerb,
                                  &kNormaliseVerb,
                                  &kDetectVerb,
                                  &kPowershellVerb,
                                  &kIdentityTicketsVerb,
                                  &kIdentityPathsVerb,
                                  &kIdentityNtlmVerb,
                                  &kIdentityPostureVerb,
                                  &kIdentityCoverageVerb,
                                  &kIntelImportVerb,
                                  &kIntelListVerb,
                                  &kIntelExplainVerb,
                                  &kIntelCheckVerb,
                                  &kIntelRemoveVerb,
                                  &kIntelExportVerb,
                                  &kIntelPastVerb,
                                  &kFormatsExplainVerb,
                                  &kFormatsVerb,
                                  &kRulesCheckVerb,
                                  &kRulesTestVerb,
                                  &kRulesListVerb,
                                  &kRulesExplainVerb,
                                  &kRulesFetchVerb,
                                  &kHuntSearchVerb,
                                  &kHuntSqlVerb,
                                  &kHuntRulesVerb,
                                  &kHuntStackVerb,
                                  &kHuntBeaconsVerb,
                                  &kHuntFirstSeenVerb,
                                  &kHuntTreeVerb,
                                  &kHuntAroundVerb,
                                  &kHuntPivotVerb,
                                  &kHuntSessionsVerb,
                                  &kHuntLongConnectionsVerb,
                                  &kHuntFieldsVerb,
                                  &kHuntListVerb,
                                  &kHuntDueVerb,
                                  &kHuntRunVerb,
                                  &kHuntHistoryVerb,
                                  &kHuntTestVerb,
                                  &kStoreShowVerb,
                                  &kStoreRecordVerb,
                                  &kStorePruneVerb,
                                  &kCompletionVerb};

constexpr std::size_t kOverviewColumn = 36;

constexpr const char* kOverviewEnd = R"(
Each verb explains itself with --help. Exit codes: 0 clean, 1 findings at or above --fail-level or a failed check,
2 something could not be read or written, 3 the command line or a setting is wrong.
)";

// The verbs whose name begins with `prefix`, one line each.
std::string overview(std::string_view prefix) {
  std::string out;
  for (const Verb* verb : kVerbs) {
    if (!verb->name.starts_with(prefix)) continue;
    std::string left = "  bartizan " + std::string(verb->name);
    if (!verb->operands.empty()) left += " " + std::string(verb->operands);
    append_padded(out, left, kOverviewColumn);
    out += std::string(verb->summary) + "\n";
  }
  return out;
}

std::string whole_help() {
  return "bartizan: evidence in, explained findings out\n\n" + overview("") + "  bartizan --version\n" +
         kOverviewEnd;
}

std::size_t word_count(const Verb& verb) { return words_of(verb.name).size(); }

bool is_named(const Verb& verb, std::span<const std::string> words) {
  const std::vector<std::string_view> name = words_of(verb.name);
  return words.size() >= name.size() && std::equal(name.begin(), name.end(), words.begin());
}

int say_usage(const std::string& who, const std::string& complaint) {
  const char* see = complaint.ends_with('?') ? " See " : "; see ";
  std::fprintf(stderr, "%s: %s%s%s --help\n", who.c_str(), complaint.c_str(), see, who.c_str());
  return kExitUsage;
}

int unknown_verb(std::span<const std::string> words) {
  const bool is_group = words.size() > 1 && !overview(words[0] + " ").empty();
  const std::string word = is_group ? words[0] + " " + words[1] : words[0];
  std::vector<std::string_view> names;
  for (const Verb* verb : kVerbs) names.push_back(verb->name);
  const std::string_view near = nearest(word, names);
  std::string complaint = "there is no verb '" + word + "'";
  if (!near.empty()) complaint += "; did you mean " + std::string(near) + "?";
  return say_usage("bartizan", complaint);
}

bool asks_for_help(std::string_view word) { return word == "--help" || word == "-h" || word == "help"; }

}  // namespace

std::span<const Verb* const> verbs() { return kVerbs; }

int usage_error(const Verb& verb, const std::string& complaint) {
  return say_usage("bartizan " + std::string(verb.name), complaint);
}

int run(std::span<const std::string> words) {
  if (words.empty()) return std::fputs(whole_help().c_str(), stderr), kExitUsage;
  if (words[0] == "--version") return std::puts("bartizan " BARTIZAN_VERSION), kExitClean;
  const bool help = asks_for_help(words[0]);
  if (help) words = words.subspan(1);
  if (help && words.empty()) return std::fputs(whole_help().c_str(), stdout), kExitClean;
  for (const Verb* verb : kVerbs) {
    if (!is_named(*verb, words)) continue;
    auto arguments = parse_arguments(*verb, words.subspan(word_count(*verb)));
    if (help || (arguments && arguments->help)) return std::fputs(help_of(*verb).c_str(), stdout), kExitClean;
    if (!arguments) return usage_error(*verb, arguments.error());
    return verb->run(*arguments);
  }
  const std::string group = overview(words[0] + " ");
  if (!group.empty() && (words.size() == 1 || asks_for_help(words[1]))) {
    const bool asked = help || words.size() > 1;
    std::fputs((group + "\nEach explains itself with --help.\n").c_str(), asked ? stdout : stderr);
    return asked ? kExitClean : kExitUsage;
  }
  return unknown_verb(words);
}

}  // namespace bartizan::app
