// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/cmd_shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/text.h"
#include "detect/powershell/lexer.h"
#include "detect/powershell/names.h"
#include "detect/powershell/vbscript_text.h"

namespace bartizan::powershell {
namespace {

std::string_view trimmed(std::string_view text, std::string_view leading = " \t\r\n,;=@(") {
  std::size_t begin = text.find_first_not_of(leading);
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

// Characters a caret has made plain, while a line is taken apart.
constexpr std::string_view kSpecial = "&|<>^()", kPlain = "\x01\x02\x03\x04\x05\x06\x0e";
std::string with_plain_marks(std::string text) {
  for (char& c : text)
    if (const std::size_t mark = kPlain.find(c); mark != std::string_view::npos) c = kSpecial[mark];
  return text;
}

template <class Function>
void for_each_line(std::string_view text, Function function) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) function(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Where a command in brackets ends; the end of the text when they do not close.
std::size_t closing_bracket(std::string_view text) {
  unsigned open = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '(') ++open;
    if (text[i] == ')' && --open == 0) return i;
  }
  return text.size();
}

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
  else if (shell_line && program != "cmd" && has_open_caret(text)) read_commands(text);
  else run_program(text, {});
  --depth_;
}

// One line for cmd: carets are taken out, quotes kept.
CmdShell::Piped CmdShell::read_commands(std::string_view line) {
  std::string plain;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') quoted = !quoted;
    if (c != '^' || quoted) {
      plain += c;
      continue;
    }
    carets_ = true;
    if (i + 1 >= line.size()) break;
    if (line[i + 1] == '\r' || line[i + 1] == '\n') {
      i += i + 2 < line.size() && line[i + 1] == '\r' ? 2 : 1;
      continue;
    }
    const std::size_t special = kSpecial.find(line[++i]);
    plain += special == std::string_view::npos ? line[i] : kPlain[special];
  }
  return run_commands(plain, {});
}

// Commands cut at & && || |; for and if take what follows them as a whole.
CmdShell::Piped CmdShell::run_commands(std::string_view line, Piped input) {
  if (!spend(line.size()) || depth_ >= limits::kPowershellShellsMax) return {};
  ++depth_;
  bool quoted = false;
  std::size_t begin = 0;
  Piped out, all;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i == begin) {
      const std::string_view rest = trimmed(line.substr(i), " \t\r\n,;=@");
      const std::string word = lower_ascii(first_word(rest).first);
      if (word == "for" || word == "if") {
        all.text += word == "for" ? run_for(rest.substr(3)).text : run_if(rest.substr(2)).text;
        break;
      }
      if (rest.starts_with('(') && line.size() > 1) {
        const std::size_t open = line.find('(', i), close = open + closing_bracket(line.substr(open));
        if (close < line.size() || line.find_first_of("&|", open) != std::string_view::npos) {
          out = run_commands(line.substr(open + 1, close - open - 1), input);
          i = begin = std::min(close + 1, line.size());
          if (i == line.size()) break;
        }
      }
    }
    const char c = i < line.size() ? line[i] : '\n';
    if (c == '"') quoted = !quoted;
    if (i < line.size() && (quoted || (c != '&' && c != '|' && c != '\n'))) continue;
    const bool doubled = i + 1 < line.size() && line[i + 1] == c;
    const bool into_pipe = c == '|' && !doubled;
    if (i > begin) out = run_simple(with_plain_marks(std::string(line.substr(begin, i - begin))), input);
    input = into_pipe ? std::move(out) : Piped{};
    if (!into_pipe && out.given) all.given = true, all.text += out.text + "\n";
    out = {};
    if (doubled) ++i;
    begin = i + 1;
  }
  --depth_;
  return all;
}

bool CmdShell::run_builtin(const std::string& word, std::string_view rest, const Piped& input, Piped& out) {
  if (word == "set") {
    if (trimmed(rest).empty()) {  // lists them; loaders cut names out of that
      out.given = true;
      for (const NamedText& fixed : fixed_variables())
        if (fixed.name.starts_with("env:"))
          out.text += fmt::format("{}={}\n", fixed.name.substr(4), fixed.text);
      for (auto& [name, value] : variables_) out.text += name + "=" + value + "\n";
      return true;
    }
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
  if ((word == "find" || word == "findstr") && input.given) {
    const std::vector<std::string> words = split_arguments(rest);
    const std::string wanted = words.empty() ? "" : lower_ascii(words.back());
    out.given = true;
    for_each_line(input.text, [&](std::string_view line) {
      if (lower_ascii(line).find(wanted) != std::string::npos) out.text.append(line).append("\n");
    });
    return true;
  }
  return false;
}

CmdShell::Piped CmdShell::run_simple(std::string_view command, const Piped& input) {
  Piped out;
  std::string delayed = expand(command, '!');
  if (!spend(delayed.size())) return out;
  const std::string_view text =
      std::string_view(delayed).substr(std::min(delayed.find_first_not_of(" \t\r\n,;=@("), delayed.size()));
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
      if (input.given)
        for_each_line(input.text, [&](std::string_view typed) { read_commands(expand(typed, '%')); });
      return {};
    }
    std::string_view inner = rest.substr(at + 2);
    inner = inner.substr(std::min(inner.find_first_not_of(" \t"), inner.size()));
    std::string unquoted(inner);
    if (unquoted.starts_with('"')) {  // the first and the last quote are taken off
      unquoted.erase(0, 1);
      if (const std::size_t last = unquoted.rfind('"'); last != std::string::npos) unquoted.erase(last, 1);
    }
    if (depth_ >= limits::kPowershellShellsMax) return {};
    ++depth_;
    Piped out = read_commands(expand(unquoted, '%'));
    --depth_;
    return out;
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
      const std::string unquoted = trimmed(rest).starts_with('"') ? first_argument(rest) : std::string(rest);
      const std::size_t scheme = std::min(lower_ascii(unquoted).find("script:"), unquoted.size());
      for (const std::string& text : script_texts_of(std::string_view(unquoted).substr(scheme))) {
        const std::string inner = lower_ascii(text);
        if (looks_like_command_line(text) ||
            (inner.find("powershell ") < 64 && inner.find('"') == std::string::npos))
          read_line(text);
      }
      return;
    }
    std::size_t comma = lower.find(',');
    if (program == "mshta" || comma == std::string::npos) return;
    std::size_t blank = rest.find_first_of(" \t", comma);
    if (blank != std::string_view::npos) read_line(trimmed(rest.substr(blank)));
  } else if (program == "pcalua") {  // -a program -c "its arguments"
    const std::string arguments = first_argument(after(" -c "));
    read_line(first_argument(after("-a ")) + " " + arguments);
  } else if (program == "schtasks") {
    read_line(first_argument(after("/tr")));
  } else if (program == "sc") {
    read_line(first_argument(after("binpath=")));
  } else if (program == "forfiles") {
    read_line(first_argument(after("/c")));
  } else if (program == "conhost" || program == "psexec" || program == "runas") {
    std::size_t at = std::min(lower.find("powershell"), std::min(lower.find("cmd"), lower.find("pwsh")));
    if (at != std::string::npos) read_line(rest.substr(at));
  } else if (std::size_t at = std::min(lower.find("powershell"), lower.find("pwsh"));
             at != std::string::npos) {
    // A program we do not know: PowerShell named in its arguments is most likely what it starts.
    std::size_t before = found.size();
    const std::vector<std::string> words = split_arguments(rest);
    const auto whole = std::find_if(words.begin(), words.end(), [](const std::string& word) {
      return word.find(' ') != std::string::npos && looks_like_command_line(word);
    });
    read_line(whole != words.end() ? std::string_view(*whole) : rest.substr(at));
    for (std::size_t i = before; i < found.size(); ++i)
      found[i].assumptions.emplace_back("started_by_" + program);
  }
}

}  // namespace bartizan::powershell
