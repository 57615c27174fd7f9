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

// The log a record is in. `is_made`: by another program a moment ago, as Log::is_made.
struct LogName {
  // Implicit: every log has one. NOLINTBEGIN(google-explicit-constructor)
  LogName(const std::string& name) : file(name) {}
  LogName(const Log& log) : file(log.file), is_made(log.is_made) {}
  // NOLINTEND(google-explicit-constructor)
  const std::string& file;
  bool is_made = false;
};

// Where a record is, for the id of its finding. Of a log that was made a moment ago the content stands in, without the numbers
// that are drawn anew each time.
std::string place_of(const Event& event, LogName log);

// What a finding says of its record alone: when, where, and whom it concerns.
Finding finding_at(const Event& event, LogName log);
Finding make_finding(const RuleSummary& rule, const Event& event, LogName log,
                     std::vector<sigma::Reason>&& why);

}  // namespace bartizan
