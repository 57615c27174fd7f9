// SPDX-License-Identifier: Apache-2.0
// Sigma rules as SQL over stored events: the answer is that of the streaming engine on the records as they were logged
// (docs/sigma.md says what matching means). What differs is small and written there: case is folded by lower(), and a number
// equals only the same digits. Correlations, and views of scripts, are the engine's alone. Pure, any thread.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "detect/sigma/rule.h"
#include "hunt/search_sql.h"
#include "normalise/logsource.h"

namespace bartizan::hunt {

struct RuleQuestions {
  // Each a SELECT of time, host, evidence, record_id, id and rule, the place of the rule that matches in `rules`. Rules of one
  // log source share a question, because reading the events and planning cost more than one rule more.
  std::vector<std::string> questions;
  std::vector<std::pair<std::uint32_t, std::string>> refused;  // rules that cannot be said in SQL, and why
};

// `repeated`: the names that some record has more than once, as repeated_names_sql() tells; their values are looked at one by
// one, which is slower.
// Rules for which `wants` says no are left out.
RuleQuestions questions_of(const std::vector<sigma::Rule>& rules, const LogsourceTable& table,
                           const TimeRange& range, const std::vector<std::string>& repeated,
                           const std::function<bool(std::uint32_t rule)>& wants,
                           const Dialect& dialect = duckdb_dialect());
std::string repeated_names_sql(const TimeRange& range, const Dialect& dialect = duckdb_dialect());

}  // namespace bartizan::hunt
