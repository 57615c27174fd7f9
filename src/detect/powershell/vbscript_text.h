// SPDX-License-Identifier: Apache-2.0
// The texts a line of VBScript or JScript works with, as mshta and rundll32 take one: literals, Chr(n),
// StrReverse(..) and their sums. It does not run anything. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bartizan::powershell {

// Each whole sum of texts, in order; of a text that holds a script of its own (Execute "..."), its texts too.
std::vector<std::string> script_texts_of(std::string_view line);

}  // namespace bartizan::powershell
