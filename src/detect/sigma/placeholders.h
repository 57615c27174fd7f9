// SPDX-License-Identifier: Apache-2.0
// Placeholders: what the names between percent signs in rules with `expand` stand for, as only the owner of a
// network knows: `User|expand: '%admins%'`. Read from a YAML map of name: value or list of values. Loaded
// once, then const: any thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace bartizan::sigma {

// Values are texts as a rule would write them: `*` and `?` are wildcards.
using Placeholders = std::map<std::string, std::vector<std::string>, std::less<>>;

// Adds the entries of `text`; one that is named again is an error, as is a value that itself holds a
// placeholder.
void load_placeholders(std::string_view text, std::string_view file, Placeholders& placeholders,
                       std::vector<Diagnostic>& diagnostics);

// The first %name% of `text`, percent signs included, or nothing. `\%` is a plain percent sign.
std::string_view placeholder_in(std::string_view text);

}  // namespace bartizan::sigma
