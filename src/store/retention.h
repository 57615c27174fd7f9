// SPDX-License-Identifier: Apache-2.0
// Which days a retention lets go. Pure, any thread.
#pragma once

#include "store/store.h"

namespace bartizan::store {

// Ascending. A day may occur several times in `uses`, once a table. Days without a date count as the oldest.
std::vector<std::string> days_to_remove(const std::vector<DayUse>& uses, const Retention& retention,
                                        Instant now);

}  // namespace bartizan::store
