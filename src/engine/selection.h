// SPDX-License-Identifier: Apache-2.0
// Selection: which rules of those loaded take part, and which findings are shown, as an analyst asks on the
// command line. An empty list of a kind asks for nothing; several values of one kind are alternatives, and
// every kind must agree. Values and pure functions, any thread once filled.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/sigma/correlation.h"
#include "detect/sigma/pattern.h"
#include "detect/sigma/rule.h"
#include "model/finding.h"

namespace bartizan {

// `*` any run, `?` one character, case ignored, the whole text.
class Glob {
 public:
  explicit Glob(std::string_view text);
  bool matches(std::string_view text) const;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  sigma::Pattern pattern_;
};

// What rules and correlations have in common. Views into the rule.
struct RuleFacts {
  std::string_view id, name, title, status, level;
  std::span<const std::string> tags;
};
RuleFacts facts_of(const sigma::Rule& rule);
RuleFacts facts_of(const sigma::Correlation& correlation);

bool names_rule(const Glob& glob, const RuleFacts& facts);  // the id, the name or the title
// A tag, with or without what stands before its first dot: attack.t1003.001, t1003*, d6.
bool names_tag(const Glob& glob, const RuleFacts& facts);

struct Selection {
  std::vector<Glob> rules, tags, hosts;
  std::vector<std::string> statuses;

  bool asks_for_rules() const { return !rules.empty() || !tags.empty() || !statuses.empty(); }
  bool wants_rule(const RuleFacts& facts) const;
  bool wants_rule(const sigma::Rule& rule) const { return wants_rule(facts_of(rule)); }
  bool wants_rule(const sigma::Correlation& correlation) const { return wants_rule(facts_of(correlation)); }
  // By its host; whether its rule is wanted was decided when the rules were chosen.
  bool wants(const Finding& finding) const;
};

// Drops what is not wanted. A correlation that is wanted brings the rules and correlations it rests on.
void keep_wanted(const Selection& selection, std::vector<sigma::Rule>& rules,
                 std::vector<sigma::Correlation>& correlations);

}  // namespace bartizan
