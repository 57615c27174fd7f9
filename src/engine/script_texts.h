// SPDX-License-Identifier: Apache-2.0
// Where records hold script text: which fields of a kind of event, and where in their values. Field names come from the
// mapping tables, so that every source whose events are process creations, script blocks and the like is read. Pure, any
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/projection.h"
#include "normalise/logsource.h"

namespace bartizan {

enum class ScriptShape : std::uint8_t {
  kScript,       // the value is a script: 4104
  kCommandLine,  // 4688, Sysmon 1, services
  kHost,         // lines of which one says `HostApplication=` or `Host Application = `: 400, 600, 4103
  kBindings,     // `ParameterBinding(Invoke-Expression): name="Command"; value="…"`: 4103, 800
  kTask,         // the XML of a scheduled task: 4698
  kRegistry,     // data of a registry value, script or command line
};

struct ScriptField {
  std::string name;  // in the record
  ScriptShape shape = ScriptShape::kScript;
  std::uint16_t column = Field::kNoColumn;  // in the columns of the kind
};

std::vector<ScriptField> script_fields_of(const EventKind& kind, const LogsourceTable& table);

struct ScriptText {
  std::size_t begin = 0, end = 0;  // bytes of the value it stands for
  std::string text;
  bool is_command_line = false;
};

// Appends the texts in a value that may start or hide a script. Most values have none, which is told in one pass.
void append_script_texts(ScriptShape shape, std::string_view value, std::vector<ScriptText>& out);

// Whether reading a script could show more than it says: it has a mark of obfuscation or runs text. Command lines: whether
// PowerShell may be started. Errs on the side of yes.
bool may_hide_script(std::string_view text, bool is_command_line);

}  // namespace bartizan
