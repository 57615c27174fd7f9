// SPDX-License-Identifier: Apache-2.0
// The verbs of the command line: one table each, in the file of that name. A verb's run() answers with the
// exit code.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/options.h"

namespace bartizan::app {

// Clean; findings at or above --fail-level, or a failed check; something could not be read or written; the
// command line or a setting is wrong.
inline constexpr int kExitClean = 0, kExitFindings = 1, kExitUnreadable = 2, kExitUsage = 3;

extern const Verb kScanVerb, kDecodeVerb, kNormaliseVerb, kDetectVerb, kPowershellVerb, kCompletionVerb;
extern const Verb kFormatsVerb, kFormatsExplainVerb;
extern const Verb kIdentityTicketsVerb, kIdentityPathsVerb, kIdentityNtlmVerb, kIdentityPostureVerb,
    kIdentityCoverageVerb;
extern const Verb kIntelImportVerb, kIntelListVerb, kIntelExplainVerb, kIntelCheckVerb, kIntelRemoveVerb,
    kIntelExportVerb, kIntelPastVerb;
extern const Verb kRulesCheckVerb, kRulesTestVerb, kRulesListVerb, kRulesExplainVerb, kRulesFetchVerb;

std::span<const Verb* const> verbs();

// Says `bartizan VERB: complaint` and where to read on; answers kExitUsage.
int usage_error(const Verb& verb, const std::string& complaint);

// The program: the words after its name.
int run(std::span<const std::string> words);

std::string completion_script(std::string_view shell, std::span<const Verb* const> verbs);

}  // namespace bartizan::app
