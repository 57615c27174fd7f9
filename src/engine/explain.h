// SPDX-License-Identifier: Apache-2.0
// Says in words what a loaded rule does: where its events are found, what its fields are called there, and
// its condition as it is evaluated. For people; the form is no contract. Pure, any thread.
#pragma once

#include <span>
#include <string>

#include "detect/sigma/correlation.h"
#include "detect/sigma/rule.h"
#include "normalise/logsource.h"

namespace bartizan {

std::string explain(const sigma::Rule& rule, const LogsourceTable& table);
std::string explain(const sigma::Correlation& correlation);

}  // namespace bartizan
