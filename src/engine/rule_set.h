// SPDX-License-Identifier: Apache-2.0
// RuleSet: the rules of a run together with the log-source tables, asked event by event. Rules are picked by the kind of
// the event (channel, event id, declared log source) before their conditions are looked at; the choice is made once a
// kind. load_*, select and use_tuning, then prepare, then find from one thread (it keeps the choices and what
// correlations need), then finish.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "detect/sigma/correlate.h"
#include "detect/sigma/correlation.h"
#include "detect/sigma/evaluate.h"
#include "detect/sigma/filter.h"
#include "detect/sigma/metadata.h"
#include "detect/sigma/placeholders.h"
#include "detect/sigma/rule.h"
#include "engine/selection.h"
#include "engine/tuning.h"
#include "model/event.h"
#include "model/finding.h"
#include "normalise/logsource.h"

namespace bartizan {

class RuleSet {
 public:
  // What `expand` in rules loaded from now on stands for.
  void load_placeholders(const std::string& path);
  // Every *.yml under `path` (examples files apart), or the file itself. With a check, its warnings are added.
  void load_rules(const std::string& path, sigma::MetadataCheck* check = nullptr);
  // Reads the tables of `content`/mapping.
  void load_mapping(const std::string& content);

  // Which rules take part; the others are dropped by prepare, once filters have found theirs.
  void select(Selection selection) { selection_ = std::move(selection); }
  // Must outlive the rule set; bound in prepare.
  void use_tuning(Tuning* tuning) { tuning_ = tuning; }

  // Forgets correlations built on the one of this name or id, so that it alerts by itself; before prepare. For examples.
  void drop_users_of(const std::string& name);
  // Applies filters and resolves what correlations refer to; after the last load_rules, before find.
  void prepare();
  // Appends a finding for every rule that matches, except rules that only feed correlations.
  void find(const Event& event, const std::string& file, std::vector<Finding>& out);
  // Appends the findings of the correlations, once all events have been seen. Each names its last contributing record.
  void finish(std::vector<Finding>& out);
  // Whether rule `index` matches: for examples.
  bool matches(std::size_t index, const Event& event) const;

  const std::vector<sigma::Rule>& rules() const { return rules_; }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  std::size_t unusable() const { return unusable_; }  // documents with errors: rules, correlations, filters
  const LogsourceTable& logsources() const { return table_; }
  const sigma::Placeholders& placeholders() const { return placeholders_; }

  const std::vector<sigma::Correlation>& correlations() const { return correlations_; }

  // Files of rules below `path`, in order.
  static std::vector<std::string> rule_files(const std::string& path, std::vector<Diagnostic>& diagnostics);

 private:
  // A rule that may concern a kind of event, and the places that decide under which names it reads the fields.
  struct Candidate {
    const sigma::Rule* rule;
    std::vector<const EventPlace*> places;  // null: the event's own names
  };
  std::vector<Candidate> candidates_for(const Event& event) const;
  static std::optional<const EventPlace*> place_of(const Candidate& candidate, const Event& event);
  Finding finding_of(const sigma::Rule& rule, const Event& event, const std::string& file,
                     const std::vector<sigma::Reason>& why) const;
  void load_advisory(const std::string& file);
  std::vector<std::string> advisory_of(const std::vector<std::string>& tags) const;

  std::vector<sigma::Rule> rules_;
  std::vector<Diagnostic> diagnostics_;
  std::size_t unusable_ = 0;
  sigma::Placeholders placeholders_;
  Selection selection_;
  Tuning* tuning_ = nullptr;
  LogsourceTable table_;
  std::map<std::string, std::vector<std::string>> advisory_;  // `technique:T1059.001` -> D6 …

  // A record that may take part in a correlation: what a finding says of it.
  struct Contribution {
    std::size_t rule;
    Event event;  // without its fields
    std::string file;
    std::vector<Entity> entities;
  };
  void contribute(std::size_t rule, const Event& event, const std::string& file, const sigma::FieldLookup& lookup);
  Finding finding_of(const sigma::CorrelationMatch& match) const;

  std::vector<sigma::Correlation> correlations_;
  std::vector<sigma::Filter> filters_;  // until prepare
  std::unique_ptr<sigma::Correlator> correlator_;
  std::vector<Contribution> contributions_;  // as numbered by the correlator
  std::uint64_t sequence_ = 0;
  std::unordered_map<std::string, std::vector<Candidate>> by_kind_;
};

}  // namespace bartizan
