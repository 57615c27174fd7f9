// SPDX-License-Identifier: Apache-2.0
// Fixed tables: aliases, names of commands in their usual case, and the variables every PowerShell 5.1 has
// with values that differ on few machines, so that loaders slice letters out of them. Constants, any thread.
#pragma once

#include <span>
#include <string_view>

namespace bartizan::powershell {

std::string_view alias_target(std::string_view lower);  // "iex" -> "Invoke-Expression"; empty if none
std::string_view usual_command_case(
    std::string_view lower);  // "invoke-expression" -> "Invoke-Expression"; empty if unknown
std::string_view fixed_variable_text(std::string_view lower);  // with drive: "env:comspec"; null data if none
struct NamedText {
  std::string_view name, text;
};
std::span<const NamedText> fixed_variables();
std::span<const std::string_view> known_commands();  // in their usual case

}  // namespace bartizan::powershell
