// SPDX-License-Identifier: Apache-2.0
// Makes the leaves of one detection item and the expression that joins them. Fails with a Problem for a regular
// expression RE2 refuses and for values a keyword search cannot take. Pure, any thread.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "detect/sigma/modifiers.h"

namespace bartizan::sigma {

std::expected<Expression, Problem> make_leaves(const Item& item, std::string_view identifier,
                                               std::vector<Leaf>& leaves);
// A whole or decimal number and nothing else.
std::optional<Number> parse_number(std::string_view text);

}  // namespace bartizan::sigma
