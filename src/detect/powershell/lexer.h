// SPDX-License-Identifier: Apache-2.0
// Readers for the tokens of PowerShell 5.1 and 7. What a token is depends on where it stands (an argument or
// an expression), so the parser asks for the one it expects instead of being fed a stream. Characters follow
// the language: all dashes of Unicode's U+2013..2015 are one, so are U+2018..201B and U+201C..201E with the
// straight quotes, and U+00A0 and U+0085 are blanks. Views the text, which must outlive it; a value, one
// thread; reads never pass the end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "detect/powershell/ast.h"

namespace bartizan::powershell {

// One character as the language sees it: its plain equivalent, or kLetter for any other outside ASCII.
inline constexpr char kLetter = '\x80';
struct Symbol {
  char c = 0;  // 0 at the end
  unsigned char width = 0;
};

struct VariableName {
  std::string
      name;  // lower case, with its drive: "env:comspec"; a scope of global, script, local, private is kept
  bool braced = false;
  bool splat = false;
};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::size_t at = 0;

  bool done() const { return at >= source_.size(); }
  std::string_view source() const { return source_; }
  Symbol symbol(std::size_t offset) const {
    if (offset >= source_.size()) return {};
    const char c = source_[offset];
    return c > 0 ? Symbol{c, 1} : wide_symbol(offset);
  }
  char peek() const { return symbol(at).c; }
  char after(std::size_t skipped = 1) const { return symbol(at + skipped).c; }  // past `skipped` bytes
  void step() { at += symbol(at).width; }
  bool eat(char c);
  bool eat_text(std::string_view ascii);  // punctuation, compared byte by byte

  void skip_blanks();            // and comments and continued lines
  void skip_blanks_and_lines();  // and ends of lines
  bool at_new_line() const { return peek() == '\n' || peek() == '\r'; }
  bool at_word(std::string_view keyword)
      const;  // lower-case keyword, not followed by a letter, digit, dash or underscore

  // From here on, what no reader looks at twice: all but ends of lines, ` $ " ' and characters outside ASCII.
  std::string_view read_plain();
  bool read_single_quoted(std::string& value);  // at a quote; false when it is not closed
  bool read_verbatim_here_string(std::string& value);
  bool read_variable(VariableName& name);      // at '$' or '@'; false and unmoved when no name follows
  bool read_number(std::string& text);         // false and unmoved when the word is no number
  std::string read_escape();                   // at a backtick
  Op peek_operator(std::size_t& bytes) const;  // a binary operator standing here
  Op peek_unary(std::size_t& bytes) const;
  bool at_here_string(char quote) const;  // @" or @' followed by the end of the line

 private:
  Symbol wide_symbol(std::size_t offset) const;  // outside ASCII, or NUL

  std::string_view source_;
};

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == kLetter;
}
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
std::string lower_ascii(std::string_view text);
int operator_rank(Operator op);  // 0 for those that are not binary; larger binds tighter
inline constexpr int kRankLowest = 1;

}  // namespace bartizan::powershell
