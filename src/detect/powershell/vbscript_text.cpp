// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/vbscript_text.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "detect/powershell/lexer.h"

namespace bartizan::powershell {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view line) : line_(line), lower_(lower_ascii(line)) {}

  std::vector<std::string> texts() {
    std::vector<std::string> found;
    std::string sum;
    while (at_ < line_.size()) {
      std::string piece;
      if (!read_piece(piece)) {
        ++at_;
        continue;
      }
      sum = std::move(piece);
      while (read_plus() && read_piece(piece)) sum += piece;
      found.push_back(std::move(sum));
    }
    return found;
  }

 private:
  void skip_blanks() {
    while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t')) ++at_;
  }
  bool read_plus() {
    skip_blanks();
    if (at_ >= line_.size() || (line_[at_] != '&' && line_[at_] != '+')) return false;
    ++at_;
    skip_blanks();
    return true;
  }
  bool begins_word(std::string_view word) const {
    return lower_.compare(at_, word.size(), word) == 0 && (at_ == 0 || !is_letter(line_[at_ - 1]));
  }

  // A literal, Chr(n), ChrW(n) or StrReverse(literal).
  bool read_piece(std::string& piece) {
    piece.clear();
    if (at_ >= line_.size()) return false;
    if (line_[at_] == '"' || line_[at_] == '\'') return read_literal(piece);
    for (std::string_view word : {"chr(", "chrw(", "string.fromcharcode("}) {
      if (!begins_word(word)) continue;
      unsigned code = 0;
      const char* begin = line_.data() + at_ + word.size();
      auto [end, error] = std::from_chars(begin, line_.data() + line_.size(), code);
      if (error != std::errc() || end == line_.data() + line_.size() || *end != ')' || code > 126)
        return false;
      piece = static_cast<char>(code);
      at_ = static_cast<std::size_t>(end - line_.data()) + 1;
      return true;
    }
    if (begins_word("strreverse(")) {
      at_ += 11;
      if (!read_piece(piece)) return false;
      std::string more;
      while (read_plus() && read_piece(more)) piece += more;
      std::reverse(piece.begin(), piece.end());
      if (at_ < line_.size() && line_[at_] == ')') ++at_;
      return true;
    }
    return false;
  }

  bool read_literal(std::string& piece) {
    const char quote = line_[at_];
    for (++at_; at_ < line_.size(); ++at_) {
      const char c = line_[at_], next = at_ + 1 < line_.size() ? line_[at_ + 1] : '\0';
      if (c == '\\' && (next == quote || next == '\\')) piece += line_[++at_];
      else if (c == quote && next == quote && quote == '"') piece += line_[++at_];
      else if (c == quote) break;
      else piece += c;
    }
    ++at_;
    return true;
  }

  std::string_view line_;
  std::string lower_;
  std::size_t at_ = 0;
};

void append_texts(std::string_view line, unsigned depth, std::vector<std::string>& found) {
  for (std::string& text : Reader(line).texts()) {
    if (found.size() >= limits::kPowershellLayersMax * 4) return;
    const bool holds_texts = text.find('"') != std::string::npos;
    const std::string inner = holds_texts ? text : std::string();
    found.push_back(std::move(text));
    if (holds_texts && depth < limits::kPowershellShellsMax) append_texts(inner, depth + 1, found);
  }
}

}  // namespace

std::vector<std::string> script_texts_of(std::string_view line) {
  std::vector<std::string> found;
  append_texts(line, 0, found);
  return found;
}

}  // namespace bartizan::powershell
