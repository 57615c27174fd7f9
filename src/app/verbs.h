// SPDX-License-Identifier: Apache-2.0
// The verbs of the command line, one file each. A verb gets the arguments after its name and returns the exit code:
// 0 clean, 1 findings at or above --fail-level (or a failed check), 2 something could not be read, 3 usage.
#pragma once

#include <string>
#include <vector>

namespace bartizan::app {

inline constexpr int kExitClean = 0, kExitFindings = 1, kExitUnreadable = 2, kExitUsage = 3;

using Arguments = std::vector<std::string>;

int run_decode(const Arguments& arguments);
int run_scan(const Arguments& arguments);
int run_rules(const Arguments& arguments);

}  // namespace bartizan::app
