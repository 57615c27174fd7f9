// SPDX-License-Identifier: Apache-2.0
// RuleSet: the rules of a run together with the log-source tables, asked event by event. Rules are picked by the kind of
// the event (channel, event id, declared log source) before their conditions are looked at; the choice is made once a
// kind. load_* while single-threaded, then find() from one thread (it keeps the choices).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "detect/sigma/evaluate.h"
#include "detect/sigma/rule.h"
#include "model/event.h"
#include "model/finding.h"
#include "normalise/logsource.h"

namespace bartizan {

class RuleSet {
 public:
  // Every *.yml under `path` (examples files apart), or the file itself.
  void load_rules(const std::string& path);
  // Reads the tables of `content`/mapping.
  void load_mapping(const std::string& content);

  // Appends a finding for every rule that matches.
  void find(const Event& event, const std::string& file, std::vector<Finding>& out);
  // Whether rule `index` matches: for examples.
  bool matches(std::size_t index, const Event& event) const;

  const std::vector<sigma::Rule>& rules() const { return rules_; }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

  // A correlation document was met and left out, and with it the rules it builds on.
  bool has_correlations() const { return has_correlations_; }

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
  std::vector<std::string> advisory_of(const sigma::Rule& rule) const;

  std::vector<sigma::Rule> rules_;
  std::vector<Diagnostic> diagnostics_;
  LogsourceTable table_;
  std::map<std::string, std::vector<std::string>> advisory_;  // `technique:T1059.001` -> D6 …
  bool has_correlations_ = false;
  std::unordered_map<std::string, std::vector<Candidate>> by_kind_;
};

}  // namespace bartizan
