// SPDX-License-Identifier: Apache-2.0
// The condition language of Sigma: or, and, not, `1 of`, `all of`, brackets, search identifiers. The answer refers to
// the rule's searches by index. Fails with a Problem for bad syntax, an unknown identifier, a pattern that matches none,
// v1 aggregations, and beyond the bounds of base/limits.h. Pure, any thread.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/rule.h"

namespace bartizan::sigma {

// What is wrong with a part of a rule; whoever knows the place makes it a Diagnostic.
struct Problem {
  std::string code, message, hint;
};

std::expected<Expression, Problem> parse_condition(std::string_view text,
                                                   const std::vector<Search>& searches);

}  // namespace bartizan::sigma
