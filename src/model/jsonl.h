// SPDX-License-Identifier: Apache-2.0
// The one JSONL form of each value: one object, no line end. Keys of a finding are a contract with users' scripts.
#pragma once

#include <string>

#include "model/event.h"
#include "model/finding.h"

namespace bartizan {

// {"file","record_id","time","channel","provider","event_id","host","fields":{name: value | [values]}}, and before the
// fields `logsource` {product, category, service} where there is no channel that says it. JSON that is read back as it was.
void append_event_json(const Event& event, std::string_view file, std::string& out);
// {"id","time","rule_id","rule_title","level","file","record_id","channel","event_id","host","attack","advisory","why","entities"}
// and where a view of the record matched, not the record as logged,
// "view":{"view","layer","field","from_command_line","verified","joined","partial","score","assumptions","limits","chain":
// [{"layer","sink","transforms","text"}],"text","cut"}
void append_finding_json(const Finding& finding, std::string& out);

}  // namespace bartizan
