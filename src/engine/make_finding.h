// SPDX-License-Identifier: Apache-2.0
// Findings from what matched. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include "detect/sigma/evaluate.h"
#include "engine/log_reader.h"
#include "engine/rule_set.h"
#include "model/event.h"
#include "model/finding.h"

namespace bartizan {

// Who and what the record names, by the fields that usually hold it.
std::vector<Entity> entities_of(const Event& event);

// Where a record is, for the id of its finding. Of a log that another program wrote a moment ago the content stands in,
// without the numbers it draws anew each time.
std::string place_of(const Event& event, const Log& log);

Finding make_finding(const RuleSummary& rule, const Event& event, const Log& log,
                     std::vector<sigma::Reason>&& why);

}  // namespace bartizan
