// SPDX-License-Identifier: Apache-2.0
// Reads Sigma rules from YAML text. Every mistake of every document becomes a Diagnostic; a document with a mistake
// gives no rule, the others are still read. Correlations are left to correlation.h, filters to filter.h. Pure, any thread.
#pragma once

#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/yaml.h"
#include "detect/sigma/rule.h"

namespace bartizan::sigma {

void load_rules(std::string_view text, std::string_view file, std::vector<Rule>& rules,
                std::vector<Diagnostic>& diagnostics);
// One document; true when it gave a rule.
bool load_rule(const YamlNode& document, std::string_view file, Rule& rule, std::vector<Diagnostic>& diagnostics);

}  // namespace bartizan::sigma
