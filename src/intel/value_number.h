// SPDX-License-Identifier: Apache-2.0
// Observed values as numbers, for summaries of what stored files hold (store/value_summary.h). Addresses keep their order, so that a
// network is a range of numbers; all else is a hash. Two values may have one number: a summary only says where to look, the index
// decides. The numbers are written to files: whoever changes them raises the version there. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "intel/indicator.h"

namespace bartizan::intel {

std::uint64_t value_number(Kind kind, std::string_view key);

// First and last of the numbers whose values an indicator may match; nothing for patterns.
std::optional<std::pair<std::uint64_t, std::uint64_t>> numbers_of(const Indicator& indicator);

}  // namespace bartizan::intel
