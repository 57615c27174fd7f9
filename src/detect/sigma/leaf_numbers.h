// SPDX-License-Identifier: Apache-2.0
// Numbers for the tests of rules, so that compiling them for a kind of event compares numbers and not texts: rules of a large
// set share most of their fields and many tests. One thread.
#pragma once

#include <span>

#include "detect/sigma/rule.h"

namespace bartizan::sigma {

// Sets Leaf::test_number, field_number and reference_number of every leaf. Numbers begin at 1 and hold within these rules.
void number_leaves(std::span<Rule> rules);

}  // namespace bartizan::sigma
