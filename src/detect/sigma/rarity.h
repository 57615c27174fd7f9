// SPDX-License-Identifier: Apache-2.0
// How often a literal is expected in the values of a field: only the order matters, and only for speed. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "detect/sigma/field_index.h"
#include "detect/sigma/rule.h"

namespace bartizan::sigma {

// Between 0 and 1. From the likeliness of its letters, and a short list of names every log is full of.
double expected_share(Anchor anchor, std::string_view folded_literal);

// What makes two regular expressions the same.
struct RegexKey {
  std::string pattern;
  bool ignores_case = false, dot_matches_newline = false;
};
RegexKey regex_key(const Leaf& leaf);

}  // namespace bartizan::sigma
