// SPDX-License-Identifier: Apache-2.0
// The arguments of programs: the C runtime's rules, powershell.exe's switches, and programs that start
// others.
#include "detect/powershell/commandline.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "detect/powershell/cmd_shell.h"
#include "detect/powershell/codec.h"
#include "detect/powershell/lexer.h"

namespace bartizan::powershell {
namespace {

enum class Switch { kNone, kFlag, kValue, kCommand, kEncoded, kFile };

struct SwitchName {
  std::string_view name;
  std::size_t shortest;  // letters needed
  Switch what;
};
// powershell.exe takes any prefix that is long enough; first match wins. Source: its own help and PowerShell
// 7's CommandLineParameterParser.
constexpr SwitchName kSwitches[] = {{"encodedcommand", 1, Switch::kEncoded},
                                    {"ec", 2, Switch::kEncoded},
                                    {"encodedarguments", 8, Switch::kValue},
                                    {"ea", 2, Switch::kValue},
                                    {"executionpolicy", 2, Switch::kValue},
                                    {"ep", 2, Switch::kValue},
                                    {"command", 1, Switch::kCommand},
                                    {"commandwithargs", 8, Switch::kCommand},
                                    {"cwa", 3, Switch::kCommand},
                                    {"configurationname", 6, Switch::kValue},
                                    {"file", 1, Switch::kFile},
                                    {"windowstyle", 1, Switch::kValue},
                                    {"workingdirectory", 2, Switch::kValue},
                                    {"wd", 2, Switch::kValue},
                                    {"version", 1, Switch::kValue},
                                    {"inputformat", 2, Switch::kValue},
                                    {"if", 2, Switch::kValue},
                                    {"outputformat", 1, Switch::kValue},
                                    {"of", 2, Switch::kValue},
                                    {"psconsolefile", 1, Switch::kValue},
                                    {"custompipename", 2, Switch::kValue},
                                    {"settingsfile", 8, Switch::kValue},
                                    {"noprofile", 3, Switch::kFlag},
                                    {"noninteractive", 4, Switch::kFlag},
                                    {"nologo", 3, Switch::kFlag},
                                    {"noexit", 3, Switch::kFlag},
                                    {"sta", 1, Switch::kFlag},
                                    {"mta", 1, Switch::kFlag},
                                    {"help", 1, Switch::kFlag},
                                    {"interactive", 1, Switch::kFlag},
                                    {"login", 1, Switch::kFlag},
                                    {"sshservermode", 4, Switch::kFlag}};

// The switch an argument is, with one dash of any kind, two dashes, or a slash.
Switch find_switch(std::string_view argument) {
  Lexer dashes(argument);
  bool dash = dashes.peek() == '-' || dashes.peek() == '/';
  if (!dash) return Switch::kNone;
  dashes.step();
  if (dashes.peek() == '-') dashes.step();
  std::string name = lower_ascii(argument.substr(dashes.at));
  if (std::size_t colon = name.find(':'); colon != std::string::npos) name.resize(colon);
  for (const SwitchName& known : kSwitches)
    if (name.size() >= known.shortest && known.name.starts_with(name)) return known.what;
  return Switch::kNone;
}

Peeled decode_command(std::string_view base64, const PeeledInputs& inputs) {
  Peeled found;
  found.sink = "powershell -EncodedCommand";
  found.inputs = inputs;
  std::string digits(base64);
  std::erase_if(digits, [](char c) { return c == ' ' || c == '"' || c == '\r' || c == '\n'; });
  auto bytes = decode_base64(widen(digits));
  while (!bytes && digits.size() % 4 != 0) {
    digits += '=';
    if (digits.size() % 4 == 0 && (bytes = decode_base64(widen(digits))))
      found.assumptions.emplace_back("padding_added");
  }
  if (!bytes) return found;
  auto text = decode_text(Encoding::kUtf16, *bytes);
  if (text) append_valid_utf8(narrow(*text), found.text);
  found.transforms = {"base64", "utf16"};
  return found;
}

}  // namespace

std::vector<std::string> split_arguments(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false, quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (c == '\\') {
      std::size_t run = std::min(line.find_first_not_of('\\', i), line.size()) - i;
      in_word = true;
      if (i + run < line.size() && line[i + run] == '"') {
        word.append(run / 2, '\\');
        if (run % 2 == 1) word += '"', i += run;
        else i += run - 1;
      } else {
        word.append(run, '\\');
        i += run - 1;
      }
    } else if (c == '"') {
      in_word = true;
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') word += '"', ++i;
      else quoted = !quoted;
    } else if ((c == ' ' || c == '\t') && !quoted) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

std::string program_name(std::string_view path) {
  std::size_t slash = path.find_last_of("\\/");
  std::string name = lower_ascii(slash == std::string_view::npos ? path : path.substr(slash + 1));
  std::erase(name, '"');
  for (std::string_view ending : {".exe", ".com"})
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  if (name.starts_with("pwsh-preview")) name = "pwsh";
  return name;
}

std::vector<Peeled> peel_powershell(const std::vector<std::string>& arguments, const PeeledInputs& inputs) {
  auto joined = [&](std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < arguments.size(); ++i) text += (i == from ? "" : " ") + arguments[i];
    return text;
  };
  auto script = [&](std::string text, std::string_view sink) {
    Peeled found;
    found.text = std::move(text);
    found.sink = sink;
    found.inputs = inputs;
    return found;
  };
  auto from_input = [&]() -> std::vector<Peeled> {
    if (!inputs.has_input) return {};
    return {script(inputs.standard_input, "powershell -")};
  };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "-") return from_input();
    Switch what = find_switch(arguments[i]);
    if (what == Switch::kFlag) continue;
    if (what == Switch::kValue) {
      ++i;
      continue;
    }
    if (what == Switch::kFile) {
      if (i + 1 < arguments.size() && arguments[i + 1] == "-") return from_input();
      return {};
    }
    if (what == Switch::kEncoded) {
      if (i + 1 >= arguments.size()) return {};
      Peeled decoded = decode_command(arguments[i + 1], inputs);
      // What is no base64 is run as it stands by nobody; loaders that get this wrong still show their text.
      if (decoded.text.empty())
        decoded = script(joined(i + 1), "powershell -EncodedCommand"),
        decoded.assumptions.emplace_back("not_base64");
      return {decoded};
    }
    if (what == Switch::kCommand) {
      std::string text = joined(i + 1);
      if (text == "-") return from_input();
      return {script(std::move(text), "powershell -Command")};
    }
    return {script(joined(i), "powershell -Command")};
  }
  return from_input();
}

bool looks_like_command_line(std::string_view text) {
  std::size_t begin = text.find_first_not_of(" \t\r\n\"@");
  if (begin == std::string_view::npos) return false;
  std::size_t last = text.find_last_not_of(" \t\r\n");
  text = text.substr(begin, last - begin + 1);
  if (text.find('\n') != std::string_view::npos || text.size() > limits::kPowershellCommandLineMax)
    return false;
  if (lower_ascii(text.substr(0, 9)) == "%comspec%") return true;
  std::string name = program_name(text.substr(0, text.find_first_of(" \t\"", 1)));
  for (std::string_view known : {"powershell", "pwsh", "cmd", "mshta", "wmic", "rundll32"})
    if (name == known) return true;
  return false;
}

std::vector<Peeled> peel(std::string_view command_line) {
  CmdShell shell;
  shell.read_line(command_line.substr(0, limits::kPowershellCommandLineMax));
  return std::move(shell.found);
}

}  // namespace bartizan::powershell
