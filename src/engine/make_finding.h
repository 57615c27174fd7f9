// SPDX-License-Identifier: Apache-2.0
// Findings from what matched. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "detect/sigma/evaluate.h"
#include "engine/rule_set.h"
#include "model/event.h"
#include "model/finding.h"

namespace bartizan {

// Who and what the record names, by the fields that usually hold it.
std::vector<Entity> entities_of(const Event& event);

Finding make_finding(const RuleSummary& rule, const Event& event, const std::string& file,
                     std::vector<sigma::Reason>&& why);

}  // namespace bartizan
