// SPDX-License-Identifier: Apache-2.0
// Runs the examples kept beside a rule: NAME.yml is tested by NAME.examples.yml, a list of
// `{name, expect: match|no_match, event: {field: value}}`; `rule:` picks one of several documents by name or id, the
// default is the last. `events:` holds several, for correlations.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "engine/rule_set.h"

namespace bartizan {

struct ExampleReport {
  std::size_t passed = 0, failed = 0;
  std::vector<std::string> failures;  // `file: example: what went wrong`
};

// `content` holds the mapping tables.
ExampleReport run_examples(const std::string& rules_path, const std::string& content,
                           std::vector<Diagnostic>& diagnostics);

}  // namespace bartizan
