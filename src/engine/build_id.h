// SPDX-License-Identifier: Apache-2.0
// What tells one build of the program from another.
#pragma once

#include <string>

namespace bartizan {

// The build id that the linker wrote into the program, in hexadecimal; empty when there is none. Any thread.
const std::string& build_id();

}  // namespace bartizan
