// SPDX-License-Identifier: Apache-2.0
// TextCursor: walks along one line of a log. What it hands out are views of the line; a step that does not
// fit leaves the cursor where it was. Bounded by the line. Value, one thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace bartizan {

class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : rest_(text) {}
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool accept(char c) {
    return !rest_.empty() && rest_.front() == c ? (rest_.remove_prefix(1), true) : false;
  }
  bool accept(std::string_view text) {
    return rest_.starts_with(text) ? (rest_.remove_prefix(text.size()), true) : false;
  }
  void skip(std::size_t count) { rest_.remove_prefix(count < rest_.size() ? count : rest_.size()); }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') rest_.remove_prefix(1);
  }
  // What stands before `c`, which is taken too; all the rest when there is none.
  std::string_view until(char c) {
    const std::size_t end = rest_.find(c);
    const std::string_view taken = rest_.substr(0, end);
    skip(end == rest_.npos ? rest_.size() : end + 1);
    return taken;
  }
  // What stands before `c`, only when there is one.
  bool until(char c, std::string_view& out) {
    if (rest_.find(c) == rest_.npos) return false;
    out = until(c);
    return true;
  }
  // The next word; the blanks behind it are taken too. Empty at the end.
  std::string_view word() {
    const std::string_view taken = until(' ');
    skip_blanks();
    return taken;
  }
  bool enclosed(char open, char close, std::string_view& out) {
    if (peek() != open) return false;
    const std::size_t end = rest_.find(close, 1);
    if (end == rest_.npos) return false;
    out = rest_.substr(1, end - 1);
    skip(end + 1);
    return true;
  }
  // "…", where a backslash takes the next character with it. The marks are not part of `out`; escapes stay as
  // written.
  bool quoted(std::string_view& out) {
    if (peek() != '"') return false;
    std::size_t at = 1;
    for (; at < rest_.size() && rest_[at] != '"'; ++at)
      if (rest_[at] == '\\') ++at;
    if (at >= rest_.size()) return false;
    out = rest_.substr(1, at - 1);
    skip(at + 1);
    return true;
  }

 private:
  std::string_view rest_;
};

inline bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}
inline std::string_view without_blanks_around(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}
// A decimal number as JSON takes it: shown without quotation marks.
inline bool is_plain_number(std::string_view text) {
  std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.size() > 1 && digits.front() == '0') return false;
  return digits.size() <= 19 && all_digits(digits);
}
// Dotted IPv4 or IPv6, by the characters: enough to tell an address from a name.
inline bool looks_like_address(std::string_view text) {
  if (text.empty() || text.size() > 45) return false;
  std::size_t dots = 0, colons = 0;
  for (char c : text) {
    const bool digit = c >= '0' && c <= '9', letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    dots += c == '.', colons += c == ':';
    if (!digit && c != '.' && c != ':' && !letter) return false;
    if (letter && colons == 0 && text.find(':') == text.npos) return false;
  }
  return colons >= 2 || (dots == 3 && colons == 0);
}

}  // namespace bartizan
