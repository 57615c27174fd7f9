// SPDX-License-Identifier: Apache-2.0
// Filter: a Sigma filter document, which narrows rules written elsewhere: each condition C becomes (C) and (F), so a
// filter that excludes says `not`. load_filters reads the documents with a `filter` map and leaves the others alone.
// apply_filters changes the rules a filter names and whose logsource the filter's contains. Mistakes become
// Diagnostics. Pure, any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/yaml.h"
#include "detect/sigma/placeholders.h"
#include "detect/sigma/rule.h"

namespace bartizan::sigma {

struct Filter {
  Rule body;                       // its searches and condition, as those of a rule
  std::vector<std::string> rules;  // ids or names; empty: all of the logsource
};

void load_filters(std::span<const YamlNode> documents, std::string_view file,
                  const Placeholders* placeholders, std::vector<Filter>& filters,
                  std::vector<Diagnostic>& diagnostics);
void apply_filters(std::vector<Rule>& rules, std::span<const Filter> filters,
                   std::vector<Diagnostic>& diagnostics);

}  // namespace bartizan::sigma
