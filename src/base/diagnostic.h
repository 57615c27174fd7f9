// SPDX-License-Identifier: Apache-2.0
// Diagnostic: what is wrong with a rule, query or configuration somebody wrote, and where. Whoever reads such a text
// collects all of them and goes on, so that its author sees every mistake at once. What has an error is not used; what
// has only warnings is. A value, any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace bartizan {

enum class Severity { kError, kWarning };

struct Diagnostic {
  std::string code;  // stable name such as sigma.unknown_modifier
  std::string file;
  int line = 0, column = 0;  // from 1; 0: the file as a whole
  std::string message;
  std::string hint;  // what to do; may be empty
  Severity severity = Severity::kError;

  std::string text() const {
    std::string out = file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
    if (severity == Severity::kWarning) out += "warning: ";
    out += code + ": " + message;
    if (!hint.empty()) out += "\n  hint: " + hint;
    return out;
  }
};

inline std::size_t count_errors(std::span<const Diagnostic> diagnostics) {
  std::size_t errors = 0;
  for (const Diagnostic& diagnostic : diagnostics) errors += diagnostic.severity == Severity::kError;
  return errors;
}

}  // namespace bartizan
