// SPDX-License-Identifier: Apache-2.0
// Composite formatting (-f and [string]::Format) and ToString with a format, as far as no culture takes part.
#pragma once

#include <optional>

#include "detect/powershell/evaluate.h"

namespace bartizan::powershell {

Value format_text(Evaluator& evaluator, const Value& pattern, const Value& arguments);
std::optional<Text> format_number(const Value& number, std::u16string_view form);  // D, X and 0s

}  // namespace bartizan::powershell
