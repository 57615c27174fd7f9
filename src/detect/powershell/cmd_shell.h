// SPDX-License-Identifier: Apache-2.0
// A model of cmd.exe, on text only: percent and delayed expansion, carets, pipes and chained commands, set
// and echo, and the programs that start others from their arguments. It collects the PowerShell it comes
// upon. One a command line.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "detect/powershell/commandline.h"

namespace bartizan::powershell {

std::vector<std::string> split_arguments(std::string_view line);  // as the C runtime does

class CmdShell {
 public:
  std::vector<Peeled> found;

  // A line as a process log or a person has it.
  void read_line(std::string_view line);

 private:
  struct Piped {
    bool given = false;
    std::string text;
  };
  Piped read_commands(std::string_view line);  // with cmd's own rules
  Piped run_commands(std::string_view line, Piped input);
  Piped run_for(std::string_view rest);  // what follows the word
  Piped run_if(std::string_view rest);
  std::vector<std::string> items_of(std::string_view options, std::string_view set,
                                    std::string_view switches);
  bool spend(std::size_t bytes);  // false when enough was done
  Piped run_simple(std::string_view command, const Piped& input);
  Piped run_program(std::string_view line, const Piped& input);
  bool run_builtin(const std::string& word, std::string_view rest, const Piped& input, Piped& out);
  void start_other(const std::string& program, std::string_view rest);
  std::string expand(std::string_view text, char mark) const;
  const std::string* variable(const std::string& lower_name) const;
  PeeledInputs inputs(const Piped& input) const;

  std::map<std::string, std::string> variables_;
  std::string clipboard_;
  bool has_clipboard_ = false, carets_ = false, expanded_ = false;
  unsigned depth_ = 0;
  std::size_t work_ = 0;  // bytes of commands run
};

}  // namespace bartizan::powershell
