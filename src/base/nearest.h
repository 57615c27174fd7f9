// SPDX-License-Identifier: Apache-2.0
// What somebody who mistyped a word may have meant. Pure, any thread.
#pragma once

#include <span>
#include <string_view>

namespace bartizan {

// The word of `known` with the fewest letters to insert, delete, change or swap with their neighbour, ASCII case ignored;
// empty when more than a third of the letters would be wrong. Of a long word the beginning counts.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace bartizan
