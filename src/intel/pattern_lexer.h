// SPDX-License-Identifier: Apache-2.0
// The words of a STIX pattern, each with its place. Pure; one thread a lexer. A mistake is a word of its own, whose text says
// what is wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bartizan::intel {

struct PatternWord {
  enum class Type : std::uint8_t {
    kName,  // also keywords
    kText,  // 'text', without its marks and escapes
    kNumber,
    kTime,
    kBytes,
    kSign,  // text: = == != <> < <= > >= ( ) [ ] : . , * -
    kEnd,
    kMistake,
  };
  Type type = Type::kEnd;
  std::string text;
  std::size_t at = 0;
};

class PatternLexer {
 public:
  explicit PatternLexer(std::string_view text) : text_(text) {}
  PatternWord next();

 private:
  PatternWord quoted(PatternWord::Type type, std::size_t at);
  PatternWord number(std::size_t at);
  void skip_blanks();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace bartizan::intel
