// SPDX-License-Identifier: Apache-2.0
// Findings as bytes, to keep many of them. Layout of one, little-endian: the size of what follows u32, the time in ticks i64,
// then what findings are sorted by (file, record id, rule id, id), then all else. A text is its size as LEB128 and its bytes.
// Never leaves the process that made it. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "model/finding.h"

namespace bartizan {

void append_packed(const Finding& finding, std::string& out);
// The first packed finding of `bytes`, which append_packed made.
std::string_view first_packed(std::string_view bytes);
Instant time_of_packed(std::string_view packed);
// The order of reports: by time, file, record, rule, id.
bool is_earlier_packed(std::string_view a, std::string_view b);
// Reuses what `finding` has allocated.
void unpack(std::string_view packed, Finding& finding);

}  // namespace bartizan
