// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace bartizan::powershell {
namespace {

// Characters outside ASCII that the language treats as plain ones; all have two or three bytes.
Symbol plain_equivalent(std::string_view text) {
  auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  if (byte(0) == 0xC2 && (byte(1) == 0xA0 || byte(1) == 0x85)) return {' ', 2};
  if (byte(0) == 0xE2 && byte(1) == 0x80) {
    unsigned last = byte(2);
    if (last >= 0x93 && last <= 0x95) return {'-', 3};
    if (last >= 0x98 && last <= 0x9B) return {'\'', 3};
    if (last >= 0x9C && last <= 0x9E) return {'"', 3};
    if ((last >= 0x80 && last <= 0x8A) || last == 0xA8 || last == 0xA9 || last == 0xAF) return {' ', 3};
  }
  if (byte(0) == 0xE3 && byte(1) == 0x80 && byte(2) == 0x80) return {' ', 3};
  if (byte(0) == 0xEF && byte(1) == 0xBB && byte(2) == 0xBF)
    return {' ', 3};  // a mark of byte order inside the text
  return {kLetter, 1};
}

struct Spelling {
  std::string_view name;
  Operator op;
};

constexpr Spelling kDashOperators[] = {
    {"and", Operator::kAnd},       {"or", Operator::kOr},          {"xor", Operator::kXor},
    {"band", Operator::kBitAnd},   {"bor", Operator::kBitOr},      {"bxor", Operator::kBitXor},
    {"shl", Operator::kShiftLeft}, {"shr", Operator::kShiftRight}, {"is", Operator::kIs},
    {"isnot", Operator::kIsNot},   {"as", Operator::kAs},          {"f", Operator::kFormat},
    {"join", Operator::kJoin},
};

// These also take a leading c (case-sensitive) or i.
constexpr Spelling kCasedOperators[] = {
    {"eq", Operator::kEqual},
    {"ne", Operator::kNotEqual},
    {"gt", Operator::kGreater},
    {"ge", Operator::kGreaterEqual},
    {"lt", Operator::kLess},
    {"le", Operator::kLessEqual},
    {"like", Operator::kLike},
    {"notlike", Operator::kNotLike},
    {"match", Operator::kMatch},
    {"notmatch", Operator::kNotMatch},
    {"replace", Operator::kReplace},
    {"contains", Operator::kContains},
    {"notcontains", Operator::kNotContains},
    {"in", Operator::kIn},
    {"notin", Operator::kNotIn},
    {"split", Operator::kSplit},
};

// The letters after a dash, lower case; longer words are cut, and are no operator then either.
struct OperatorName {
  char letters[12];
  std::size_t size = 0;
  std::string_view text() const { return {letters, size}; }
};
OperatorName read_operator_name(std::string_view text) {
  OperatorName name;
  while (name.size < sizeof name.letters && name.size < text.size() && is_letter(text[name.size]) &&
         text[name.size] > 0) {
    name.letters[name.size] = fold_ascii(text[name.size]);
    ++name.size;
  }
  return name;
}

Op find_dash_operator(std::string_view name) {
  for (const Spelling& known : kDashOperators)
    if (known.name == name) return {known.op, false};
  bool prefixed = name.size() > 2 && (name[0] == 'c' || name[0] == 'i');
  for (const Spelling& known : kCasedOperators) {
    if (known.name == name) return {known.op, false};
    if (prefixed && known.name == name.substr(1)) return {known.op, name[0] == 'c'};
  }
  return {};
}

constexpr bool is_variable_char(char c) { return is_letter(c) || is_digit(c) || c == '?'; }

// What a byte can be, so that runs are passed by one look-up a byte.
enum : unsigned char { kPlain = 1, kInWord = 2, kBlank = 4, kLineEnd = 8 };
constexpr std::array<unsigned char, 256> kClasses = [] {
  std::array<unsigned char, 256> classes{};
  for (unsigned byte = 1; byte < 0x80; ++byte) {
    const char c = static_cast<char>(byte);
    if (c != '`' && c != '$' && c != '"' && c != '\'' && c != '\n' && c != '\r') classes[byte] |= kPlain;
    if (is_variable_char(c)) classes[byte] |= kInWord;
    if (c == ' ' || c == '\t') classes[byte] |= kBlank;
    if (c == '\n' || c == '\r') classes[byte] |= kLineEnd;
  }
  return classes;
}();
unsigned char class_of(char c) { return kClasses[static_cast<unsigned char>(c)]; }

}  // namespace

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = fold_ascii(c);
  return lower;
}

int operator_rank(Operator op) {
  if (op >= Operator::kAnd && op <= Operator::kXor) return 1;
  if (op >= Operator::kBitAnd && op <= Operator::kBitXor) return 2;
  if (op >= Operator::kEqual && op <= Operator::kShiftRight) return 3;
  if (op == Operator::kCoalesce) return 4;
  if (op == Operator::kAdd || op == Operator::kSubtract) return 5;
  if (op >= Operator::kMultiply && op <= Operator::kRemainder) return 6;
  if (op == Operator::kFormat) return 7;
  if (op == Operator::kRange) return 8;
  return 0;
}

Symbol Lexer::wide_symbol(std::size_t offset) const {
  return source_[offset] == 0 ? Symbol{kLetter, 1} : plain_equivalent(source_.substr(offset, 3));
}

std::string_view Lexer::read_plain() {
  const std::size_t begin = at;
  while (at < source_.size() && (class_of(source_[at]) & kPlain) != 0) ++at;
  return source_.substr(begin, at - begin);
}

bool Lexer::eat(char c) {
  if (done() || peek() != c) return false;
  step();
  return true;
}

bool Lexer::eat_text(std::string_view ascii) {
  if (done() || !source_.substr(at).starts_with(ascii)) return false;
  at += ascii.size();
  return true;
}

void Lexer::skip_blanks() {
  while (!done()) {
    while (at < source_.size() && (class_of(source_[at]) & kBlank) != 0) ++at;
    char c = peek();
    if (c == ' ' || c == '\f' || c == '\v') {
      step();
    } else if (c == '`' && (after() == '\n' || after() == '\r')) {
      at += after() == '\r' && after(2) == '\n' ? 3 : 2;
    } else if (c == '#') {
      while (at < source_.size() && (class_of(source_[at]) & kLineEnd) == 0) ++at;
    } else if (c == '<' && after() == '#') {
      std::size_t close = source_.find("#>", at + 2);
      at = close == std::string_view::npos ? source_.size() : close + 2;
    } else {
      return;
    }
  }
}

void Lexer::skip_blanks_and_lines() {
  for (skip_blanks(); at_new_line(); skip_blanks()) ++at;
}

bool Lexer::at_word(std::string_view keyword) const {
  if (source_.size() - std::min(at, source_.size()) < keyword.size()) return false;
  for (std::size_t i = 0; i < keyword.size(); ++i)
    if (fold_ascii(source_[at + i]) != keyword[i]) return false;
  char next = after(keyword.size());
  return !is_letter(next) && !is_digit(next) && next != '-' && next != '`' && next != '\\' && next != '.';
}

bool Lexer::read_single_quoted(std::string& value) {
  step();
  while (!done()) {
    Symbol s = symbol(at);
    if (s.c == '\'') {
      Symbol second = symbol(at + s.width);
      at += s.width;
      if (second.c != '\'') return true;
      value += '\'';
      at += second.width;
      continue;
    }
    value.append(source_.substr(at, s.width));
    at += s.width;
    value.append(read_plain());
  }
  return false;
}

bool Lexer::at_here_string(char quote) const {
  if (peek() != '@' || symbol(at + 1).c != quote) return false;
  std::size_t i = at + 1 + symbol(at + 1).width;
  while (symbol(i).c == ' ' || symbol(i).c == '\t') i += symbol(i).width;
  return symbol(i).c == '\n' || symbol(i).c == '\r';
}

bool Lexer::read_verbatim_here_string(std::string& value) {
  std::size_t line = source_.find_first_of("\r\n", at);
  std::size_t begin = line + (source_[line] == '\r' && symbol(line + 1).c == '\n' ? 2 : 1);
  for (std::size_t i = begin; i < source_.size(); ++i) {
    bool at_start = i == begin || source_[i - 1] == '\n' || source_[i - 1] == '\r';
    Symbol quote = at_start ? symbol(i) : Symbol{};
    if (!at_start) {
      while (i + 1 < source_.size() && (class_of(source_[i]) & kLineEnd) == 0) ++i;
      continue;
    }
    if (quote.c != '\'' || symbol(i + quote.width).c != '@') continue;
    std::size_t end = i > begin ? i - 1 : i;
    if (end > begin && source_[end] == '\n' && source_[end - 1] == '\r') --end;
    value = source_.substr(begin, end - begin);
    at = i + quote.width + 1;
    return true;
  }
  value = source_.substr(begin);
  at = source_.size();
  return false;
}

bool Lexer::read_variable(VariableName& out) {
  std::size_t start = at;
  out.splat = peek() == '@';
  ++at;
  if (peek() == '{' && !out.splat) {
    out.braced = true;
    for (++at; !done() && peek() != '}';) {
      if (peek() == '`') out.name += read_escape();
      else out.name += source_[at++];
    }
    eat('}');
    out.name = lower_ascii(out.name);
    return true;
  }
  char first = peek();
  if (first == '$' || first == '^' || (first == '?' && !is_variable_char(after()))) {
    out.name = first;
    return ++at, true;
  }
  while (!done()) {
    const std::size_t begin = at;
    while (at < source_.size() && (class_of(source_[at]) & kInWord) != 0) ++at;
    out.name.append(source_, begin, at - begin);
    char c = peek();
    if (is_variable_char(c)) out.name += source_[at++];
    else if (c == ':' && !out.name.empty() && out.name.find(':') == std::string::npos &&
             is_variable_char(after()))
      out.name += source_[at++];
    else break;
  }
  if (out.name.empty()) return at = start, false;
  for (char& c : out.name) c = fold_ascii(c);
  return true;
}

bool Lexer::read_number(std::string& text) {
  std::size_t i = at;
  auto digits = [&](auto accepts) {
    std::size_t from = i;
    while (i < source_.size() && accepts(source_[i])) ++i;
    return i - from;
  };
  auto is_hex = [](char c) { return is_digit(c) || (fold_ascii(c) >= 'a' && fold_ascii(c) <= 'f'); };
  char second = fold_ascii(after());
  if (peek() == '0' && second == 'x') {
    i += 2;
    if (digits(is_hex) == 0) return false;
  } else {
    std::size_t whole = digits(is_digit);
    bool fraction = symbol(i).c == '.' && is_digit(symbol(i + 1).c);
    if (fraction) ++i, digits(is_digit);
    else if (whole != 0 && symbol(i).c == '.' && symbol(i + 1).c != '.' && !is_letter(symbol(i + 1).c)) ++i;
    if (whole == 0 && !fraction) return false;
    char exponent = fold_ascii(symbol(i).c);
    std::size_t sign = symbol(i + 1).c == '+' || symbol(i + 1).c == '-' ? 2 : 1;
    if (exponent == 'e' && is_digit(symbol(i + sign).c)) i += sign, digits(is_digit);
  }
  std::size_t suffix = i;
  while (i - suffix < 3 && is_letter(symbol(i).c) && symbol(i).c != kLetter) ++i;
  std::string unit = lower_ascii(source_.substr(suffix, i - suffix));
  constexpr std::string_view kSuffixes[] = {"",   "l", "d",  "u",  "ul", "y",  "s", "us",
                                            "uy", "n", "kb", "mb", "gb", "tb", "pb"};
  if (std::find(std::begin(kSuffixes), std::end(kSuffixes), unit) == std::end(kSuffixes)) return false;
  if (is_letter(symbol(i).c) || is_digit(symbol(i).c)) return false;
  text = lower_ascii(source_.substr(at, i - at));
  at = i;
  return true;
}

std::string Lexer::read_escape() {
  ++at;
  if (done()) return {};
  Symbol s = symbol(at);
  std::string plain(source_.substr(at, s.width));
  at += s.width;
  switch (s.c) {
    case '0': return std::string(1, '\0');
    case 'a': return "\a";
    case 'b': return "\b";
    case 'e': return peek() == '[' ? "\x1b" : "e";  // Windows PowerShell knows no `e; only colours need it
    case 'f': return "\f";
    case 'n': return "\n";
    case 'r': return "\r";
    case 't': return "\t";
    case 'v': return "\v";
    case 'u': break;
    default: return plain;
  }
  std::size_t close = source_.find('}', at);
  if (peek() != '{' || close == std::string_view::npos || close - at > 7) return plain;
  std::uint32_t code = 0;
  const char* end = source_.data() + close;
  auto [stopped, error] = std::from_chars(source_.data() + at + 1, end, code, 16);
  if (error != std::errc() || stopped != end || code > 0x10FFFF) return plain;
  at = close + 1;
  std::string out;
  append_code_point(code, out);
  return out;
}

Op Lexer::peek_operator(std::size_t& bytes) const {
  Symbol s = symbol(at);
  char next = symbol(at + s.width).c;
  bytes = s.width;
  switch (s.c) {
    case '+': return next == '=' || next == '+' ? Op{} : Op{Operator::kAdd};
    case '*': return next == '=' ? Op{} : Op{Operator::kMultiply};
    case '/': return next == '=' ? Op{} : Op{Operator::kDivide};
    case '%': return next == '=' ? Op{} : Op{Operator::kRemainder};
    case '.': bytes = 2; return next == '.' ? Op{Operator::kRange} : Op{};
    case '?': bytes = 2; return next == '?' && symbol(at + 2).c != '=' ? Op{Operator::kCoalesce} : Op{};
    case '-': break;
    default: return {};
  }
  if (!is_letter(next)) return next == '=' || next == '-' ? Op{} : Op{Operator::kSubtract};
  const OperatorName name = read_operator_name(source_.substr(at + s.width));
  Op found = find_dash_operator(name.text());
  if (found.kind == Operator::kNone) return Op{Operator::kSubtract};
  bytes = s.width + name.size;
  return found;
}

Op Lexer::peek_unary(std::size_t& bytes) const {
  Symbol s = symbol(at);
  Symbol next = symbol(at + s.width);
  bytes = s.width;
  switch (s.c) {
    case '!': return {Operator::kNot};
    case ',': return {Operator::kComma};
    case '+':
      if (next.c != '+') return {Operator::kAdd};
      bytes = 2;
      return {Operator::kIncrement};
    case '-': break;
    default: return {};
  }
  if (next.c == '-') return bytes = static_cast<std::size_t>(s.width + next.width), Op{Operator::kDecrement};
  if (!is_letter(next.c)) return {Operator::kSubtract};
  const OperatorName read = read_operator_name(source_.substr(at + s.width));
  const std::string_view name = read.text();
  bytes = s.width + name.size();
  if (name == "not") return {Operator::kNot};
  if (name == "bnot") return {Operator::kBitNot};
  if (name == "join") return {Operator::kJoin};
  if (name == "split" || name == "isplit") return {Operator::kSplit};
  if (name == "csplit") return {Operator::kSplit, true};
  return {};
}

}  // namespace bartizan::powershell
