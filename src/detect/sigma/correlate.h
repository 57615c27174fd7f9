// SPDX-License-Identifier: Apache-2.0
// Correlator: gathers the matches of rules and, once all are there, finds what the correlations say. Refers to the
// correlations and rules given, which must outlive it; keeps its own copy of field values. A correlation that refers to
// something unknown, ambiguous or faulty, or to itself, becomes a Diagnostic and takes no part. One thread.
//
// What the language leaves open is settled so: matches are ordered by (time, sequence), whatever the order of add().
// A window opens with a match and reaches to those at most a timespan later, the end included. When all comparisons are
// gt or gte (or a temporal condition has no `not`), a window that holds gives one result with all its matches and the
// next opens after it; one that does not hold drops its oldest match. Otherwise a window is judged once, when it
// closes, and the next opens after it. A group without any match does not exist, so silence is never found. The result
// of a correlation stands at the time of its last match and takes part in each group its matches belong to.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "detect/sigma/correlation.h"
#include "detect/sigma/rule.h"

namespace bartizan::sigma {

struct RuleMatch {
  std::size_t rule = 0;
  Instant time;
  std::uint64_t sequence = 0;  // of the event: two rules matching one event have the same
  std::vector<std::pair<std::string, std::string>> values;  // of fields_of(rule), those present
};

struct CorrelationCounts {
  std::size_t dropped_matches = 0;  // beyond the bounds of base/limits.h
  std::size_t dropped_results = 0;  // likewise
  std::size_t without_group = 0;    // matches that lack a group-by field and so took no part
};

class Correlator {
 public:
  Correlator(std::span<const Correlation> correlations, std::span<const Rule> rules,
             std::vector<Diagnostic>& diagnostics);

  bool needs(std::size_t rule) const { return rules_[rule].needed; }
  const std::vector<std::string>& fields_of(std::size_t rule) const { return rules_[rule].fields; }
  bool alerts_alone(std::size_t rule) const { return rules_[rule].alerts; }

  // False when the match was dropped because there are too many; it then has no index.
  bool add(const RuleMatch& match);
  // The results that alert, ordered by time. The matches are used up.
  std::vector<CorrelationMatch> finish();
  const CorrelationCounts& counts() const { return counts_; }

 private:
  struct Reference {
    bool is_rule = true;
    std::size_t index = 0;
    std::vector<std::string> group_by, fields;  // as this rule calls them
  };
  struct RuleUse {
    bool needed = false, alerts = true;
    std::vector<std::string> fields;
  };
  struct Plan {
    std::vector<Reference> references;
    bool usable = true, alerts = true;
  };
  struct Stored {
    std::uint32_t rule = 0;
    std::uint32_t values = 0, value_count = 0;  // in values_
    Instant time;
    std::uint64_t sequence = 0;
  };
  struct Result {
    std::vector<std::uint32_t> contributing;
    Instant first, last;
    std::uint64_t sequence = 0;
    std::vector<std::uint32_t> group;
  };
  // A match or a result as one correlation sees it.
  struct Item {
    std::uint32_t reference = 0,
                  index = 0;  // into Plan::references; into matches_ or the results of the reference
    Instant time;
    std::uint64_t sequence = 0;
    bool counts = true;  // false: the next item of the group is the same event
  };
  using Groups = std::vector<std::pair<std::vector<std::uint32_t>, std::vector<Item>>>;

  struct Names;
  void resolve(std::size_t correlation, const Names& names, std::vector<Diagnostic>& diagnostics);
  void resolve_aliases(std::size_t correlation, const Names& names, std::vector<Diagnostic>& diagnostics);
  void order(std::vector<Diagnostic>& diagnostics);
  void collect_uses();
  void refuse(std::size_t correlation, std::string message, std::vector<Diagnostic>& diagnostics);

  std::uint32_t intern(std::string_view text);
  std::uint32_t value_of(const Stored& match, std::uint32_t field) const;
  bool tuple_of(const Stored& match, const std::vector<std::uint32_t>& fields,
                std::vector<std::uint32_t>& out) const;
  std::vector<std::uint32_t> ids_of(const std::vector<std::string>& fields);
  std::vector<Item> items_of(std::size_t correlation);
  Groups groups_of(std::size_t correlation);
  void run(std::size_t correlation);
  void run_group(std::size_t correlation, const std::vector<std::uint32_t>& group,
                 const std::vector<Item>& items);
  void emit(std::size_t correlation, const std::vector<std::uint32_t>& group, std::span<const Item> items);
  std::span<const std::uint32_t> contributing_of(const Plan& plan, const Item& item) const;

  std::span<const Correlation> correlations_;
  std::vector<RuleUse> rules_;
  std::vector<Plan> plans_;
  std::vector<std::size_t> order_;  // of the usable correlations: each after those it refers to
  std::vector<Stored> matches_;
  std::vector<std::uint32_t> own_;  // own_[i] == i: a match as the list of its contributing matches
  std::vector<std::pair<std::uint32_t, std::uint32_t>> values_;  // field, value
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::vector<std::string_view> texts_;  // of the keys of ids_, which stay in place
  std::vector<std::vector<Result>> results_;
  std::size_t text_bytes_ = 0, contributing_ = 0;
  CorrelationCounts counts_;
};

}  // namespace bartizan::sigma
