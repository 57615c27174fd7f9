// SPDX-License-Identifier: Apache-2.0
// Regular expressions of .NET as far as RE2 has the same answer; others do not compile, and their result is
// Unknown. RE2 takes linear time whatever the pattern. Offsets are UTF-16 units. Immutable after compiling,
// any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "detect/powershell/value.h"

namespace re2 {
class RE2;
}

namespace bartizan::powershell {

struct PatternOptions {
  bool ignore_case = false, right_to_left = false, single_line = false, multi_line = false;
};

struct PatternMatch {
  std::size_t begin = 0, end = 0;
  std::vector<std::optional<std::pair<std::size_t, std::size_t>>> groups;  // [0] is the match
};

class Pattern {
 public:
  static std::optional<Pattern> compile(std::u16string_view pattern, PatternOptions options);
  // Every match from the left (or from the right); nullopt when the text has what .NET and RE2 see
  // differently.
  std::optional<std::vector<PatternMatch>> find_all(const Text& text, std::size_t most) const;
  std::optional<Text> replace(const Text& text, const Text& replacement) const;
  std::optional<std::vector<Value>> split(const Text& text, std::size_t most) const;  // most 0: no bound
  // Whether a literal stands nowhere in the text; a pattern that is none never says so.
  bool lacks_literal(const Text& text) const;
  const std::vector<std::string>& group_names() const { return group_names_; }

 private:
  void take_literal(Text literal);
  std::size_t next_literal(const Text& text, std::size_t from) const;
  std::vector<Value> split_literal(const Text& text, std::size_t matches_max) const;
  std::optional<Text> replace_literal(const Text& text, const Text& replacement) const;
  std::size_t named_group(const Text& replacement, std::size_t at) const;
  std::optional<std::vector<PatternMatch>> find_literal(const Text& text, std::size_t most) const;

  Text literal_;        // used when re_ is null; in lower case if case is ignored
  bool folds_ = false;  // it holds what has cases
  std::shared_ptr<const re2::RE2> re_;
  PatternOptions options_;
  bool ascii_only_ = false;  // \w, \d, \s, \b and case mean more in .NET
  bool end_anchor_ = false;  // $ also matches before a last line feed in .NET
  std::vector<std::string> group_names_;
};

Text escape_pattern(std::u16string_view text);  // [regex]::Escape
std::optional<bool> match_wildcard(std::u16string_view pattern, std::u16string_view text,
                                   bool case_sensitive);

}  // namespace bartizan::powershell
