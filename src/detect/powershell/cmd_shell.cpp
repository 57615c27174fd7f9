// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/cmd_shell.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/text.h"
#include "detect/powershell/lexer.h"
#include "detect/powershell/names.h"

namespace bartizan::powershell {
namespace {

std::string_view trimmed(std::string_view text) {
  std::size_t begin = text.find_first_not_of(" \t\r\n,;=@(");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// The first word of a command, quotes heeded, and what follows it.
std::pair<std::string, std::string_view> first_word(std::string_view line) {
  bool quoted = false;
  std::size_t i = 0;
  for (; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    else if (!quoted &&
             (line[i] == ' ' || line[i] == '\t' || line[i] == '/' || line[i] == ',' || line[i] == ';') &&
             i > 0)
      break;
  }
  return {std::string(line.substr(0, i)), line.substr(i)};
}

bool has_open_caret(std::string_view line) {
  bool quoted = false;
  for (char c : line) {
    if (c == '"') quoted = !quoted;
    if (c == '^' && !quoted) return true;
  }
  return false;
}

// The quoted strings of a script-like argument: Run("..."), Execute('...'); doubled quotes are one.
std::vector<std::string> quoted_strings(std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '"' && text[i] != '\'') continue;
    char quote = text[i];
    std::string value;
    for (++i; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == quote || text[i + 1] == '\\'))
        value += text[++i];
      else if (text[i] == quote && i + 1 < text.size() && text[i + 1] == quote && quote == '"')
        value += text[++i];
      else if (text[i] == quote) break;
      else value += text[i];
    }
    found.push_back(std::move(value));
  }
  return found;
}

std::size_t find_word(std::string_view lower, std::string_view word) { return lower.find(word); }

}  // namespace

const std::string* CmdShell::variable(const std::string& lower_name) const {
  auto own = variables_.find(lower_name);
  return own == variables_.end() ? nullptr : &own->second;
}

// %name%, %name:~from,count%, %name:old=new%; names that are not known stay as they stand.
std::string CmdShell::expand(std::string_view text, char mark) const {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t next = std::min(text.find(mark, i), text.size());
    out.append(text, i, next - i);
    i = next;
    if (i == text.size()) break;
    std::size_t close = text[i] == mark ? text.find(mark, i + 1) : std::string_view::npos;
    if (close == std::string_view::npos || close - i > 256) {
      out += text[i];
      continue;
    }
    std::string_view inner = text.substr(i + 1, close - i - 1);
    std::size_t colon = inner.find(':');
    std::string name = lower_ascii(inner.substr(0, colon));
    std::string value;
    if (const std::string* own = variable(name)) value = *own;
    else if (std::string_view fixed = fixed_variable_text("env:" + name); fixed.data() != nullptr)
      value = fixed;
    else {
      out += text[i];
      continue;
    }
    std::string_view change = colon == std::string_view::npos ? std::string_view() : inner.substr(colon + 1);
    if (change.starts_with('~')) {
      std::size_t comma = change.find(',');
      auto number = [](std::string_view digits, long fallback) {
        while (!digits.empty() && (digits[0] == ' ' || digits[0] == '+')) digits.remove_prefix(1);
        long parsed = fallback;
        std::from_chars(digits.data(), digits.data() + digits.size(), parsed);
        return parsed;
      };
      long size = static_cast<long>(value.size());
      long from = number(change.substr(1, comma == std::string_view::npos ? comma : comma - 1), 0);
      if (from < 0) from = std::max(0l, size + from);
      from = std::min(from, size);
      long count = comma == std::string_view::npos ? size - from : number(change.substr(comma + 1), 0);
      if (count < 0) count = std::max(0l, size - from + count);
      value = value.substr(static_cast<std::size_t>(from),
                           static_cast<std::size_t>(std::min(count, size - from)));
    } else if (std::size_t equals = change.find('='); equals != std::string_view::npos && equals > 0) {
      std::string from = lower_ascii(change.substr(0, equals)), to(change.substr(equals + 1)), changed,
                  lower = lower_ascii(value);
      std::size_t at = 0;
      for (std::size_t hit = lower.find(from); hit != std::string::npos; hit = lower.find(from, at)) {
        changed.append(value, at, hit - at).append(to);
        at = hit + from.size();
      }
      value = changed.append(value, at, std::string::npos);
    }
    if (out.size() + value.size() > limits::kPowershellCommandLineMax) break;
    out += value;
    i = close;
  }
  return out;
}

PeeledInputs CmdShell::inputs(const Piped& input) const {
  PeeledInputs made;
  made.environment.assign(variables_.begin(), variables_.end());
  made.has_input = input.given;
  made.standard_input = input.text;
  made.has_clipboard = has_clipboard_;
  made.clipboard = clipboard_;
  return made;
}

void CmdShell::read_line(std::string_view line) {
  if (depth_ >= limits::kPowershellShellsMax) return;
  std::string expanded = expand(line, '%');
  expanded_ |= expanded != line;
  std::string_view text = trimmed(expanded);
  auto [word, rest] = first_word(text);
  std::string program = program_name(word);
  bool shell_line = (program != "powershell" && program != "pwsh") || has_open_caret(text);
  ++depth_;
  if (shell_line && program != "cmd" && program != "mshta" && program != "wmic" && program != "rundll32" &&
      program != "schtasks")
    read_commands(text);
  else if (shell_line && has_open_caret(text)) read_commands(text);
  else run_program(text, {});
  --depth_;
}

// One line for cmd: cut at & && || |, carets taken out, quotes kept.
void CmdShell::read_commands(std::string_view line) {
  std::string command;
  bool quoted = false;
  Piped input;
  auto run = [&](bool into_pipe) {
    Piped out = run_simple(command, input);
    input = into_pipe ? std::move(out) : Piped{};
    command.clear();
  };
  for (std::size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (c == '"') quoted = !quoted;
    if (quoted || (c != '^' && c != '&' && c != '|' && c != '\n')) {
      command += c;
      continue;
    }
    if (c == '^') {
      carets_ = true;
      if (i + 1 < line.size() && line[i + 1] != '\r' && line[i + 1] != '\n') command += line[++i];
      else i += i + 2 < line.size() && line[i + 1] == '\r' ? 2 : 1;
      continue;
    }
    bool doubled = i + 1 < line.size() && line[i + 1] == c;
    if (doubled) ++i;
    run(c == '|' && !doubled);
  }
  run(false);
}

bool CmdShell::run_builtin(const std::string& word, std::string_view rest, const Piped& input, Piped& out) {
  if (word == "set") {
    std::string_view text = trimmed(rest);
    if (text.starts_with('"')) {
      text.remove_prefix(1);
      text = text.substr(0, text.rfind('"'));
    } else {
      text = rest.substr(std::min(rest.find_first_not_of(" \t"), rest.size()));
    }
    std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      variables_[lower_ascii(text.substr(0, equals))] = text.substr(equals + 1);
    return true;
  }
  if (word == "echo" || word == "echo.") {
    out.given = true;
    out.text = rest.starts_with(' ') ? rest.substr(1) : rest;
    return true;
  }
  if (word == "clip") {
    if (input.given) clipboard_ = input.text, has_clipboard_ = true;
    return true;
  }
  if (word == "call") {
    run_simple(expand(trimmed(rest), '%'), input);
    return true;
  }
  if (word == "start") {
    std::string_view text = trimmed(rest);
    if (text.starts_with('"')) text = trimmed(text.substr(std::min(text.find('"', 1), text.size() - 1) + 1));
    while (text.starts_with('/'))
      text = trimmed(text.substr(std::min(text.find_first_of(" \t"), text.size())));
    run_simple(text, input);
    return true;
  }
  if (word == "for" || word == "if") {
    std::string lower = lower_ascii(rest);
    std::size_t body = word == "for" ? find_word(lower, " do ") : std::string::npos;
    if (body != std::string::npos) run_simple(trimmed(rest.substr(body + 4)), input);
    return true;
  }
  return false;
}

CmdShell::Piped CmdShell::run_simple(std::string_view command, const Piped& input) {
  Piped out;
  std::string delayed = expand(command, '!');
  std::string_view text = trimmed(delayed);
  if (text.empty() || depth_ >= limits::kPowershellShellsMax) return out;
  ++depth_;
  auto [word, rest] = first_word(text);
  if (!run_builtin(lower_ascii(word), rest, input, out)) out = run_program(text, input);
  --depth_;
  return out;
}

CmdShell::Piped CmdShell::run_program(std::string_view line, const Piped& input) {
  auto [word, rest] = first_word(line);
  std::string program = program_name(word);
  if (program == "powershell" || program == "pwsh") {
    for (Peeled& peeled : peel_powershell(split_arguments(rest), inputs(input))) {
      if (carets_) peeled.transforms.emplace_back("carets");
      if (expanded_) peeled.assumptions.emplace_back("env_assumed");
      if (found.size() < limits::kPowershellLayersMax) found.push_back(std::move(peeled));
    }
    return {};
  }
  if (program == "cmd") {
    std::string lower = lower_ascii(rest);
    std::size_t at = std::string::npos;
    for (std::string_view flag : {"/c", "/k", "/r", "-c"}) at = std::min(at, lower.find(flag));
    if (at == std::string::npos) {
      if (input.given) read_commands(expand(input.text, '%'));
      return {};
    }
    std::string_view inner = rest.substr(at + 2);
    inner = inner.substr(std::min(inner.find_first_not_of(" \t"), inner.size()));
    if (inner.starts_with('"')) {
      inner.remove_prefix(1);
      std::size_t last = inner.rfind('"');
      std::string unquoted(inner);
      if (last != std::string_view::npos) unquoted.erase(last, 1);
      if (depth_ < limits::kPowershellShellsMax) {
        ++depth_;
        read_commands(expand(unquoted, '%'));
        --depth_;
      }
      return {};
    }
    ++depth_;
    read_commands(expand(inner, '%'));
    --depth_;
    return {};
  }
  start_other(program, rest);
  return {};
}

// Programs that start what their arguments name.
void CmdShell::start_other(const std::string& program, std::string_view rest) {
  std::string lower = lower_ascii(rest);
  auto after = [&](std::string_view word) -> std::string_view {
    std::size_t at = lower.find(word);
    return at == std::string::npos ? std::string_view() : rest.substr(at + word.size());
  };
  auto first_argument = [](std::string_view text) {
    auto words = split_arguments(text);
    return words.empty() ? std::string() : words[0];
  };
  if (program == "wmic") {
    std::string_view created = after("call");
    std::size_t create = lower_ascii(created).find("create");
    if (create == std::string::npos) return;
    created = created.substr(create + 6);
    std::size_t quote = created.find_first_not_of(" \t('\"");
    if (quote == std::string_view::npos) return;
    bool quoted = quote > 0 && (created[quote - 1] == '"' || created[quote - 1] == '\'');
    std::string line = quoted && created[quote - 1] == '\''
                           ? std::string(created.substr(quote, created.rfind('\'') - quote))
                           : first_argument(created);
    read_line(line);
  } else if (program == "rundll32" || program == "mshta") {
    if (lower.find("script:") != std::string::npos) {
      for (const std::string& text :
           quoted_strings(split_arguments(rest).empty() ? std::string()
                                                        : std::string(rest.substr(lower.find("script:"))))) {
        std::string inner = lower_ascii(text);
        if (inner.find("powershell") != std::string::npos || inner.find("pwsh") != std::string::npos ||
            inner.starts_with("cmd"))
          read_line(text);
      }
      return;
    }
    std::size_t comma = lower.find(',');
    if (program == "mshta" || comma == std::string::npos) return;
    std::size_t blank = rest.find_first_of(" \t", comma);
    if (blank != std::string_view::npos) read_line(trimmed(rest.substr(blank)));
  } else if (program == "schtasks") {
    read_line(first_argument(after("/tr")));
  } else if (program == "sc") {
    read_line(first_argument(after("binpath=")));
  } else if (program == "forfiles") {
    read_line(first_argument(after("/c")));
  } else if (program == "conhost" || program == "pcalua" || program == "psexec" || program == "runas") {
    std::size_t at = std::min(lower.find("powershell"), std::min(lower.find("cmd"), lower.find("pwsh")));
    if (at != std::string::npos) read_line(rest.substr(at));
  } else if (std::size_t at = lower.find("powershell"); at != std::string::npos) {
    // A program we do not know: PowerShell named in its arguments is most likely what it starts.
    std::size_t before = found.size();
    read_line(rest.substr(at));
    for (std::size_t i = before; i < found.size(); ++i)
      found[i].assumptions.emplace_back("started_by_" + program);
  }
}

}  // namespace bartizan::powershell
