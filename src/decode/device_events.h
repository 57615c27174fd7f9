// SPDX-License-Identifier: Apache-2.0
// CEF and LEEF, the two forms security products export events in: a head of fields between bars, then
// key=value pairs.
//   CEF:0|Vendor|Product|Version|Event class id|Name|Severity|src=192.0.2.1 msg=text with blanks
//   cs1Label=Rule cs1=17 LEEF:1.0|Vendor|Product|Version|Event id|src=192.0.2.1<tab>dst=… LEEF:2.0|…|Event
//   id|^|src=…^dst=…
// Both with a syslog header in front or without. Pure, one thread; fields are views of the line or lie in the
// arena.
#pragma once

#include "decode/line_decoder.h"

namespace bartizan {

bool read_cef_line(std::string_view line, const LinePlace& place, EventBatch& draft);
bool read_leef_line(std::string_view line, const LinePlace& place, EventBatch& draft);

}  // namespace bartizan
