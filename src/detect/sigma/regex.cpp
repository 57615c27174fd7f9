// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/regex.h"

#include <re2/re2.h>

#include <utility>

namespace bartizan::sigma {

Regex::Regex(std::string pattern, bool ignores_case, bool dot_matches_newline)
    : pattern_(std::move(pattern)), ignores_case_(ignores_case), dot_matches_newline_(dot_matches_newline) {}

Regex::~Regex() = default;

const re2::RE2& Regex::compiled() const {
  std::call_once(once_, [this] {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_case_sensitive(!ignores_case_);
    options.set_dot_nl(dot_matches_newline_);
    compiled_ = std::make_unique<const re2::RE2>(pattern_, options);
  });
  return *compiled_;
}

bool Regex::is_found_in(std::string_view text) const {
  return compiled().Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED,
                          nullptr, 0);
}

}  // namespace bartizan::sigma
