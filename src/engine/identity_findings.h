// SPDX-License-Identifier: Apache-2.0
// Findings about identities beside those of rules. Pure, one thread.
#pragma once

#include <vector>

#include "engine/tuning.h"
#include "model/findings.h"

namespace bartizan {

// Applies a tuning file: excluded findings go, levels change. The fields of such a finding are its entities.
void tune(std::vector<Finding>& of_identities, const Tuning& tuning);

// Where a rule reported the same record for the same technique, the finding about identities says so.
void note_rules(std::vector<Finding>& of_identities, const Findings& of_rules);

}  // namespace bartizan
