// SPDX-License-Identifier: Apache-2.0
// Tests saved hunts with the examples they carry: the log is scanned with the rules, its events and findings are kept in a store made
// for it, and that is hunted. A hunt without an example fails: whether it can find anything is not known. Needs DuckDB. One thread.
#pragma once

#include <span>

#include "engine/examples.h"
#include "engine/rule_set.h"
#include "hunt/hunt_runs.h"
#include "hunt/saved_hunt.h"

namespace bartizan {

// `rules` are prepared. An Error: nothing could be tested, such as for want of DuckDB.
Result<ExampleReport> run_hunt_examples(std::span<const hunt::SavedHunt> hunts, RuleSet& rules);

}  // namespace bartizan
