// SPDX-License-Identifier: Apache-2.0
// Regex: a regular expression of a rule, of RE2's syntax, compiled when it is first used: most rules of a large set are never
// asked for theirs. Immutable, any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace bartizan::sigma {

class Regex {
 public:
  Regex(std::string pattern, bool ignores_case, bool dot_matches_newline);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  const std::string& pattern() const { return pattern_; }
  bool ignores_case() const { return ignores_case_; }
  bool dot_matches_newline() const { return dot_matches_newline_; }

  bool is_found_in(std::string_view text) const;  // false for an expression that RE2 refuses
  const re2::RE2& compiled() const;

 private:
  std::string pattern_;
  bool ignores_case_, dot_matches_newline_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<const re2::RE2> compiled_;
};

}  // namespace bartizan::sigma
