// SPDX-License-Identifier: Apache-2.0
// PlainMatcher: asks every rule that may concern an event, one after another. Slow and simple: what Matcher is compared
// with, and what explains a match. One a thread.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "detect/sigma/evaluate.h"
#include "engine/matcher.h"
#include "engine/place_lookup.h"
#include "engine/rule_set.h"

namespace bartizan {

class PlainMatcher {
 public:
  PlainMatcher(const RuleSet& rules, std::function<bool(std::uint32_t rule)> wants)
      : rules_(rules), wants_(std::move(wants)), evaluator_(lookup_) {}

  // Appends the rules that hold on a whole event, in the order they were loaded.
  void match(const Event& event, std::vector<RuleHit>& out);
  // Whether a rule holds at a place, and why.
  bool explain(const RuleHit& hit, const Event& event, std::vector<sigma::Reason>& why);
  // Whether a test that gave a reason for the hit holds on another event as well.
  bool holds(const RuleHit& hit, const sigma::Reason& reason, const Event& event);
  // The fields as the rule last explained reads them.
  const sigma::FieldLookup& lookup() const { return lookup_; }
  // The values of fields as the rule of `hit` reads them; those absent are left out.
  std::vector<std::pair<std::string, std::string>> values_of(const RuleHit& hit, const Event& event,
                                                             const std::vector<std::string>& fields);

 private:
  const RuleSet& rules_;
  std::function<bool(std::uint32_t)> wants_;
  PlaceLookup lookup_;
  sigma::RuleEvaluator evaluator_;
  std::unordered_map<std::string, std::vector<RuleSet::Candidate>> candidates_;  // by kind
  std::string key_;
};

}  // namespace bartizan
