// SPDX-License-Identifier: Apache-2.0
// Sigma rules as SQL over stored events: the answer is that of the streaming engine on the records as they were logged
// (docs/sigma.md says what matching means). What differs is small and written there: case is folded by lower(), and a number
// equals only the same digits. Correlations, and views of scripts, are the engine's alone. Pure, any thread.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "detect/sigma/rule.h"
#include "normalise/logsource.h"

namespace bartizan::hunt {

struct RuleSql {
  std::string kinds;      // which events the rule's log source means
  std::string condition;  // of these, which match; never null
};

// Or why the rule cannot be said in SQL.
std::expected<RuleSql, std::string> sql_of_rule(const sigma::Rule& rule, const LogsourceTable& table);

}  // namespace bartizan::hunt
