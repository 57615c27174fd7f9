// SPDX-License-Identifier: Apache-2.0
// Diagnostic: what is wrong with a rule, query or configuration somebody wrote, and where. Whoever reads such a text
// collects all of them and goes on, so that its author sees every mistake at once. A value, any thread.
#pragma once

#include <string>

namespace bartizan {

struct Diagnostic {
  std::string code;  // stable name such as sigma.unknown_modifier
  std::string file;
  int line = 0, column = 0;  // from 1; 0: the file as a whole
  std::string message;
  std::string hint;  // what to do; may be empty

  std::string text() const {
    std::string out = file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + code + ": " + message;
    if (!hint.empty()) out += "\n  hint: " + hint;
    return out;
  }
};

}  // namespace bartizan
