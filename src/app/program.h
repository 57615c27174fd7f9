// SPDX-License-Identifier: Apache-2.0
// Runs another program of this machine and waits for it: no shell, arguments passed as they are, its output
// goes where ours goes. An Error says that it could not be started.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace bartizan::app {

// The exit code; 128 and the signal when one ended it. `words[0]` is looked for in PATH.
Result<int> run_program(const std::vector<std::string>& words);
// Likewise, and what it writes to standard output, at most `size_max` bytes of it.
Result<int> run_program(const std::vector<std::string>& words, std::string& output,
                        std::size_t size_max = 65'536);

}  // namespace bartizan::app
