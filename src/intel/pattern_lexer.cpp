// SPDX-License-Identifier: Apache-2.0
#include "intel/pattern_lexer.h"

#include "base/text.h"
#include "intel/indicator.h"

namespace bartizan::intel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (fold_ascii(c) >= 'a' && fold_ascii(c) <= 'z') || c == '_'; }

// RFC 4648; padding at the end only.
bool decode_base64(std::string_view text, std::string& out) {
  std::uint32_t bits = 0;
  int held = 0;
  while (text.ends_with('=')) text.remove_suffix(1);
  for (const char c : text) {
    int value = -1;
    if (c >= 'A' && c <= 'Z') value = c - 'A';
    else if (c >= 'a' && c <= 'z') value = c - 'a' + 26;
    else if (is_digit(c)) value = c - '0' + 52;
    else if (c == '+') value = 62;
    else if (c == '/') value = 63;
    if (value < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) held -= 8, out += static_cast<char>(bits >> held & 0xFF);
  }
  return true;
}

}  // namespace

void PatternLexer::skip_blanks() {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  for (;;) {
    while (at_ < text_.size() && kBlanks.find(text_[at_]) != kBlanks.npos) ++at_;
    const std::string_view rest = text_.substr(at_);
    std::size_t end;
    if (rest.starts_with("//")) end = rest.find('\n');
    else if (rest.starts_with("/*")) end = rest.find("*/", 2);
    else return;
    at_ = end == rest.npos ? text_.size() : at_ + end + (rest[1] == '*' ? 2 : 1);
  }
}

PatternWord PatternLexer::next() {
  skip_blanks();
  const std::size_t at = at_;
  if (at == text_.size()) return {PatternWord::Type::kEnd, {}, at};
  const char c = text_[at];
  const char after = at + 1 < text_.size() ? text_[at + 1] : '\0';
  if (c == '\'') return quoted(PatternWord::Type::kText, at);
  if (after == '\'' && (c == 't' || c == 'b' || c == 'h')) {
    ++at_;
    PatternWord word = quoted(c == 't' ? PatternWord::Type::kTime : PatternWord::Type::kBytes, at);
    if (word.type != PatternWord::Type::kBytes) return word;
    std::string bytes;
    const bool is_good =
        word.text.empty() || (c == 'h' ? parse_hex(word.text, bytes) : decode_base64(word.text, bytes));
    if (!is_good)
      return {PatternWord::Type::kMistake, c == 'h' ? "is no hexadecimal text" : "is no base64 text", at};
    word.text = bytes;
    return word;
  }
  if (is_digit(c) || ((c == '-' || c == '+') && is_digit(after))) return number(at);
  if (is_name_start(c)) {
    while (at_ < text_.size() && (is_name_start(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '-'))
      ++at_;
    return {PatternWord::Type::kName, std::string(text_.substr(at, at_ - at)), at};
  }
  for (const std::string_view sign : {"==", "!=", "<>", "<=", ">="})
    if (text_.substr(at).starts_with(sign))
      return at_ += 2, PatternWord{PatternWord::Type::kSign, std::string(sign), at};
  if (std::string_view("=<>()[]:.,*").find(c) == std::string_view::npos) {
    return {PatternWord::Type::kMistake,
            c == '"' ? "texts stand in single quotation marks" : "this character means nothing here", at};
  }
  ++at_;
  return {PatternWord::Type::kSign, std::string(1, c), at};
}

PatternWord PatternLexer::quoted(PatternWord::Type type, std::size_t at) {
  std::string out;
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '\'') return ++at_, PatternWord{type, std::move(out), at};
    if (text_[at_] == '\\') {
      if (++at_ == text_.size() || (text_[at_] != '\\' && text_[at_] != '\''))
        return {PatternWord::Type::kMistake, "only \\\\ and \\' may follow a backslash in a text", at_ - 1};
    }
    out += text_[at_];
  }
  return {PatternWord::Type::kMistake, "this text does not end", at};
}

PatternWord PatternLexer::number(std::size_t at) {
  if (!is_digit(text_[at_])) ++at_;
  bool has_point = false;
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == '.' && !has_point && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))
      has_point = true;
    else if (!is_digit(text_[at_])) break;
  }
  return {PatternWord::Type::kNumber, std::string(text_.substr(at, at_ - at)), at};
}

}  // namespace bartizan::intel
