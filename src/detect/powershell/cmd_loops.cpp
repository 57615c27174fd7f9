// SPDX-License-Identifier: Apache-2.0
// CmdShell: for and if.
#include <algorithm>
#include <charconv>
#include <optional>

#include "base/limits.h"
#include "detect/powershell/cmd_shell.h"
#include "detect/powershell/lexer.h"

namespace bartizan::powershell {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t,;="), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<long> number_of(std::string_view text) {
  long number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string_view> words_of(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = std::min(text.find_first_not_of(separators, at), text.size());
    at = std::min(text.find_first_of(separators, begin), text.size());
    if (at > begin) words.push_back(text.substr(begin, at - begin));
  }
  return words;
}

// Of `for /f "tokens=2,4-5 delims=x skip=1"`: which words of a line, counted from one; 0 is the rest.
struct LineOptions {
  std::vector<std::size_t> tokens = {1};
  std::string delimiters = " \t";
  std::size_t skip = 0;
};
LineOptions line_options(std::string_view text) {
  LineOptions options;
  const std::string lower = lower_ascii(text);
  auto value = [&](std::string_view name) -> std::string_view {
    const std::size_t at = lower.find(name);
    if (at == std::string::npos) return {};
    const std::string_view rest = text.substr(at + name.size());
    return rest.substr(0, rest.find_first_of(" \""));
  };
  if (const std::size_t at = lower.find("delims="); at != std::string::npos) {
    const std::string_view rest = text.substr(at + 7);
    const bool last = lower.find('=', at + 7) == std::string::npos;
    options.delimiters = last ? rest : rest.substr(0, rest.find(' '));
  }
  if (const std::string_view tokens = value("tokens="); !tokens.empty()) {
    options.tokens.clear();
    for (std::string_view word : words_of(tokens, ",")) {
      const std::size_t dash = word.find('-');
      const auto from = number_of(word.substr(0, dash));
      const auto to = dash == std::string_view::npos ? from : number_of(word.substr(dash + 1));
      if (word.starts_with('*')) options.tokens.push_back(0);
      for (long token = from.value_or(1); from && token <= to.value_or(0) && options.tokens.size() < 32;
           ++token)
        options.tokens.push_back(static_cast<std::size_t>(token));
      if (word.ends_with('*') && !word.starts_with('*')) options.tokens.push_back(0);
    }
  }
  if (auto skip = number_of(value("skip=")); skip && *skip > 0)
    options.skip = static_cast<std::size_t>(*skip);
  return options;
}

// %x, and %%x of a batch file, replaced in the body.
std::string with_item(std::string_view body, char name, std::string_view item) {
  std::string out;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '%') {
      out += body[i];
      continue;
    }
    std::size_t at = i + 1;
    if (at < body.size() && body[at] == '%') ++at;
    const bool plain = at < body.size() && body[at] == '~';  // %~x takes quotes off
    if (plain) ++at;
    if (at >= body.size() || body[at] != name) {
      out += body[i];
      continue;
    }
    if (plain && item.size() > 1 && item.starts_with('"') && item.ends_with('"'))
      item = item.substr(1, item.size() - 2);
    out += item;
    i = at;
  }
  return out;
}

}  // namespace

bool CmdShell::spend(std::size_t bytes) {
  work_ += bytes + 1;
  return work_ <= limits::kPowershellShellWorkMax;
}

// The items a loop goes through; of for /f the words of one line, each set joined by NUL.
std::vector<std::string> CmdShell::items_of(std::string_view options, std::string_view set,
                                            std::string_view switches) {
  std::vector<std::string> items;
  if (switches == "l") {
    const auto parts = words_of(set, " ,;=\t");
    const auto from = parts.size() == 3 ? number_of(parts[0]) : std::nullopt,
               by = from ? number_of(parts[1]) : from, to = by ? number_of(parts[2]) : by;
    if (!to || *by == 0) return items;
    for (long i = *from; *by > 0 ? i <= *to : i >= *to; i += *by) {
      if (items.size() >= limits::kPowershellShellTurnsMax) break;
      items.push_back(std::to_string(i));
    }
    return items;
  }
  if (switches != "f") {
    for (std::string_view word : words_of(set, " ,;=\t\r\n"))
      if (items.size() < limits::kPowershellShellTurnsMax) items.emplace_back(word);
    return items;
  }
  const bool back_quotes = lower_ascii(options).find("usebackq") != std::string::npos;
  const char command = back_quotes ? '`' : '\'', text = back_quotes ? '\'' : '"';
  set = trimmed(set);
  std::string lines;
  if (set.size() > 1 && set.front() == command && set.back() == command)
    lines = run_commands(set.substr(1, set.size() - 2), {}).text;
  else if (set.size() > 1 && set.front() == text && set.back() == text) lines = set.substr(1, set.size() - 2);
  if (lines.empty() && set.starts_with(command)) return {""};  // what a program says is not known: once
  const LineOptions wanted = line_options(options);
  std::size_t number = 0;
  for (std::string_view line : words_of(lines, "\r\n")) {
    if (number++ < wanted.skip || items.size() >= limits::kPowershellShellTurnsMax) continue;
    const auto words =
        wanted.delimiters.empty() ? std::vector<std::string_view>{line} : words_of(line, wanted.delimiters);
    std::string item;
    for (const std::size_t& token : wanted.tokens) {
      if (&token != &wanted.tokens.front()) item += '\0';
      if (token > 0 && token <= words.size()) item += words[token - 1];
      if (token == 0) item += wanted.tokens.size() > 1 || words.empty() ? "" : std::string(line);
    }
    items.push_back(std::move(item));
  }
  return items;
}

// [/l | /f ["options"]] %x in (set) do body
CmdShell::Piped CmdShell::run_for(std::string_view rest) {
  const std::string lower = lower_ascii(rest);
  const std::size_t in = lower.find(" in "), open = in == std::string::npos ? in : rest.find('(', in);
  if (open == std::string::npos) return {};
  std::size_t close = lower.find(") do", open);
  if (close == std::string::npos) close = lower.find(")do", open);
  if (close == std::string::npos) return {};
  const std::size_t body_at = lower.find("do", close) + 2;
  const std::string_view head = trimmed(rest.substr(0, in)), body = rest.substr(body_at);
  if (head.empty()) return {};
  const char name = head.back();
  const std::string switches =
      head.size() > 1 && head[0] == '/' ? std::string(1, lower_ascii(head.substr(1, 1))[0]) : "";
  std::string_view options;
  if (const std::size_t quote = head.find('"'); quote != std::string_view::npos)
    options = head.substr(quote + 1, head.rfind('"') - quote - 1);
  Piped all;
  for (const std::string& item : items_of(options, rest.substr(open + 1, close - open - 1), switches)) {
    std::string line(body);
    char letter = name;
    for (std::size_t at = 0; at <= item.size(); ++letter) {
      const std::size_t end = std::min(item.find('\0', at), item.size());
      line = with_item(line, letter, std::string_view(item).substr(at, end - at));
      at = end + 1;
    }
    if (!spend(line.size())) break;
    const Piped out = run_commands(line, {});
    if (out.given) all.given = true, all.text += out.text;
  }
  return all;
}

// [/i] [not] a==b | a equ b | exist f | defined v | errorlevel n, then a command [else another]. What is not
// known is taken both ways.
CmdShell::Piped CmdShell::run_if(std::string_view rest) {
  auto next_word = [&] {
    rest = trimmed(rest);
    std::size_t end = 0;
    for (bool quoted = false; end < rest.size(); ++end) {
      if (rest[end] == '"') quoted = !quoted;
      if (!quoted && (rest[end] == ' ' || rest[end] == '\t' || rest[end] == '(')) break;
    }
    std::string word(rest.substr(0, end));
    rest.remove_prefix(end);
    return word;
  };
  bool negated = false;
  std::string word = next_word();
  if (lower_ascii(word) == "/i") word = next_word();
  if (lower_ascii(word) == "not") negated = true, word = next_word();
  std::optional<bool> holds;
  const std::string lower = lower_ascii(word);
  if (lower == "exist" || lower == "errorlevel" || lower == "cmdextversion") {
    next_word();
  } else if (lower == "defined") {
    holds = variable(lower_ascii(next_word())) != nullptr;
  } else {
    const std::string whole = expand(word, '!');
    std::size_t equals = whole.find("==");
    std::string left = whole.substr(0, equals), right, test = "equ";
    if (equals != std::string::npos) {
      right = whole.substr(equals + 2);
      if (right.empty()) right = next_word();
    } else {
      test = lower_ascii(next_word());
      if (test.starts_with("==")) right = test.substr(2), test = "equ";
      if (right.empty()) right = expand(next_word(), '!');
    }
    const auto a = number_of(left), b = number_of(right);
    const int order = a && b ? (*a < *b   ? -1
                                : *a > *b ? 1
                                          : 0)
                             : lower_ascii(left).compare(lower_ascii(right));
    holds = test == "equ"   ? order == 0
            : test == "neq" ? order != 0
            : test == "lss" ? order < 0
            : test == "leq" ? order <= 0
            : test == "gtr" ? order > 0
                            : order >= 0;
  }
  if (holds && negated) holds = !*holds;
  const std::size_t otherwise = lower_ascii(rest).find(" else ");
  Piped out;
  if (holds.value_or(true)) out = run_commands(rest.substr(0, otherwise), {});
  if (!holds.value_or(false) && otherwise != std::string::npos)
    out = run_commands(rest.substr(otherwise + 6), {});
  return out;
}

}  // namespace bartizan::powershell
