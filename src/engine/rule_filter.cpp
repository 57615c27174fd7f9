// SPDX-License-Identifier: Apache-2.0
#include "engine/rule_filter.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"

namespace bartizan {
namespace {

// Of a literal in a text joined from several values, the longest piece that stands in one of them. Between two characters
// at least one of which stands in a value there is always such a piece of one character.
std::string piece_of(const std::string& literal, const std::string& separator) {
  std::string best;
  for (std::size_t at = 0; at < literal.size();) {
    std::size_t end = separator.empty() ? at + 1 : literal.find_first_of(separator, at);
    end = std::min(end, literal.size());
    if (end - at > best.size()) best = literal.substr(at, end - at);
    at = separator.empty() ? end : end + 1;
  }
  return best;
}

}  // namespace

std::vector<std::string> literals_before(std::vector<std::string> literals, const FieldMapping& mapping) {
  std::vector<std::string> more;
  for (const auto& [from, to] : mapping.values) {
    const std::string made = folded(to);
    if (std::any_of(literals.begin(), literals.end(),
                    [&](const std::string& literal) { return made.find(literal) != made.npos; }))
      more.push_back(folded(from));
  }
  // A literal may begin in the prefix and end behind it.
  for (const auto& [from, to] : mapping.prefixes) more.push_back(folded(from));
  if (mapping.decimal) more.emplace_back("0x");
  if (!mapping.each && mapping.from.size() > 1)
    for (std::string& literal : literals) literal = piece_of(literal, folded(mapping.with));
  literals.insert(literals.end(), more.begin(), more.end());
  return literals;
}

bool RuleFilter::may_match(std::string_view text) const {
  thread_local std::string letters;  // kept for its memory
  fold_case(text, letters);
  return sieve_->may_hold(letters, text.ends_with('\n'));
}

}  // namespace bartizan
