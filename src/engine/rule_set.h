// SPDX-License-Identifier: Apache-2.0
// RuleSet: the rules of a run together with the tables that say which events a log source means. load_*, then prepare;
// after that it does not change and any thread may read it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "detect/sigma/correlation.h"
#include "detect/sigma/filter.h"
#include "detect/sigma/metadata.h"
#include "detect/sigma/placeholders.h"
#include "detect/sigma/rule.h"
#include "engine/rule_cache.h"
#include "engine/selection.h"
#include "engine/tuning.h"
#include "model/event.h"
#include "model/finding.h"
#include "model/projection.h"
#include "normalise/logsource.h"

namespace bartizan {

// What a finding says of its rule.
struct RuleSummary {
  std::string id, title;
  Level level = Level::kInformational;
  std::vector<std::string> attack, advisory;
};

class RuleSet {
 public:
  // Where rules loaded from now on may be kept for the next run, and found.
  void use_cache(std::string folder) { cache_ = RuleCache(std::move(folder)); }
  // What `expand` in rules loaded from now on stands for.
  void load_placeholders(const std::string& path);
  // Every *.yml under `path` (examples files apart), or the file itself. With a check, its warnings are added.
  void load_rules(const std::string& path, sigma::MetadataCheck* check = nullptr);
  // Reads the tables of `content`/mapping.
  void load_mapping(const std::string& content);

  // Which rules take part; the others are dropped by prepare, once filters have found theirs.
  void select(Selection selection) { selection_ = std::move(selection); }
  // Whether what is no rule of ours, a signature of a sensor, is among what was asked for.
  bool selects(const RuleFacts& facts) const { return selection_.wants_rule(facts); }
  // Must outlive the rule set; bound in prepare.
  void use_tuning(Tuning* tuning) { tuning_ = tuning; }

  // Forgets correlations built on the one of this name or id, so that it alerts by itself; before prepare. For examples.
  void drop_users_of(const std::string& name);
  // Applies filters and gathers what findings say of rules; after the last load_rules.
  void prepare();

  const std::vector<sigma::Rule>& rules() const { return rules_; }
  std::size_t unusable() const { return unusable_; }  // documents with errors: rules, correlations, filters
  const LogsourceTable& logsources() const { return table_; }
  const sigma::Placeholders& placeholders() const { return placeholders_; }
  bool is_prepared() const { return is_prepared_; }
  Tuning* tuning() const { return tuning_; }  // null: none
  const std::vector<sigma::Correlation>& correlations() const { return correlations_; }
  const RuleSummary& summary(std::size_t rule) const { return summaries_[rule]; }
  const RuleSummary& correlation_summary(std::size_t correlation) const {
    return correlation_summaries_[correlation];
  }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  std::vector<Diagnostic>& diagnostics() { return diagnostics_; }

  // A rule that may concern a kind of event, and the places that decide under which names it reads the fields.
  struct Candidate {
    std::uint32_t rule = 0;
    std::vector<const EventPlace*> places;  // null: the event's own names
  };
  std::vector<Candidate> candidates_for(const EventKind& kind) const;
  // The first place that takes the event; nothing when their `where` conditions turn it away.
  static std::optional<const EventPlace*> place_of(const Candidate& candidate, const Event& event);

  // Files of rules below `path`, in order.
  static std::vector<std::string> rule_files(const std::string& path, std::vector<Diagnostic>& diagnostics);

 private:
  void load_text(const RuleText& text, sigma::MetadataCheck* check, LoadedRules& out) const;
  void take(LoadedRules&& loaded);
  void load_advisory(const std::string& file);
  std::vector<std::string> advisory_of(const std::vector<std::string>& tags) const;
  RuleSummary summary_of(const std::string& id, const std::string& title, const std::string& level,
                         const std::vector<std::string>& tags) const;

  RuleCache cache_{{}};
  std::vector<sigma::Rule> rules_;
  std::vector<sigma::Correlation> correlations_;
  std::vector<sigma::Filter> filters_;  // until prepare
  std::map<LogsourceName, std::vector<std::uint32_t>> by_logsource_;
  std::vector<RuleSummary> summaries_, correlation_summaries_;
  std::vector<Diagnostic> diagnostics_;
  std::size_t unusable_ = 0;
  sigma::Placeholders placeholders_;
  Selection selection_;
  Tuning* tuning_ = nullptr;
  bool is_prepared_ = false;
  LogsourceTable table_;
  std::map<std::string, std::vector<std::string>> advisory_;  // `technique:T1059.001` -> D6 …
};

}  // namespace bartizan
