// SPDX-License-Identifier: Apache-2.0
// An event as rules see it: the JSONL of decode with a member `as`, one entry for each log source of the mapping tables that
// takes the event, with the fields that source gives it beside its own. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "model/event.h"
#include "normalise/logsource.h"

namespace bartizan {

// {…, "as":[{"product","category","service","source":"Sysmon 1","fields":{…}}]}
void append_normalised_json(const Event& event, std::string_view file, const LogsourceTable& table,
                            std::string& out);

}  // namespace bartizan
