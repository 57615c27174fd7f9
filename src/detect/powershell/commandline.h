// SPDX-License-Identifier: Apache-2.0
// Finds PowerShell text in command lines by reading them as cmd, the C runtime and the programs named in them
// would, text only: nothing is looked up on a disk. Pure, bounded, any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/powershell/deobfuscate.h"

namespace bartizan::powershell {

// What a script finds around it when it starts.
struct PeeledInputs {
  std::vector<std::pair<std::string, std::string>> environment;  // names in lower case
  std::string standard_input, clipboard;
  bool has_input = false, has_clipboard = false;
};

struct Peeled {
  std::string text;
  LayerKind kind = LayerKind::kScript;
  std::string sink;  // "powershell -EncodedCommand"
  std::vector<std::string> transforms, assumptions;
  PeeledInputs inputs;
};

// Every script a command line starts, outermost first. Empty when there is none.
std::vector<Peeled> peel(std::string_view command_line);
// The same for the arguments of powershell.exe or pwsh, already split. `input` is what is piped into it.
std::vector<Peeled> peel_powershell(const std::vector<std::string>& arguments, const PeeledInputs& inputs);
// Whether a text begins like a command line that starts a program known here.
bool looks_like_command_line(std::string_view text);
// "C:\Windows\System32\cmd.exe" -> "cmd"
std::string program_name(std::string_view path);

}  // namespace bartizan::powershell
