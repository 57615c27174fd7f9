// SPDX-License-Identifier: Apache-2.0
// Reads Sigma rules from the YAML documents of one file. Every mistake of every document becomes a Diagnostic; a document
// with an error gives no rule, the others are still read. Correlations are left to correlation.h, filters to filter.h.
// Placeholders may be null: rules that need one are then refused. Pure, any thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/yaml.h"
#include "detect/sigma/placeholders.h"
#include "detect/sigma/rule.h"

namespace bartizan::sigma {

void load_rules(std::span<const YamlNode> documents, std::string_view file, const Placeholders* placeholders,
                std::vector<Rule>& rules, std::vector<Diagnostic>& diagnostics);
// One document; true when it gave a rule.
bool load_rule(const YamlNode& document, std::string_view file, const Placeholders* placeholders, Rule& rule,
               std::vector<Diagnostic>& diagnostics);

}  // namespace bartizan::sigma
