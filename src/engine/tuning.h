// SPDX-License-Identifier: Apache-2.0
// Tuning: what the owner of a network knows to be harmless or weighs differently, read from a YAML file
// (docs/user/tuning.md): exclusions of rules by id, title, tag, host and field values, and levels of one's
// own. Every entry gives its reason, and what it left out is counted: nothing disappears without a word.
// load, then bind once the rules are known; after that const and usable from any thread (the counters are
// atomic). Mistakes become Diagnostics.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "base/yaml.h"
#include "detect/sigma/evaluate.h"
#include "detect/sigma/placeholders.h"
#include "engine/selection.h"

namespace bartizan {

class Tuning {
 public:
  // Adds the entries of a file. An entry whose `until` lies before `today` is left out with a warning.
  void load(std::string_view text, std::string_view file, Instant today,
            const sigma::Placeholders* placeholders, std::vector<Diagnostic>& diagnostics);
  // Decides which entries concern which rule; those that concern none get a warning. The vectors may not
  // change any more.
  void bind(std::span<const sigma::Rule> rules, std::span<const sigma::Correlation> correlations,
            std::vector<Diagnostic>& diagnostics);

  // Whether a match is left out; counts it when it is. Exclusions with `when` concern single events, so never
  // correlations.
  bool excludes_rule(std::size_t rule, std::string_view host, const Event& event,
                     const sigma::FieldLookup& lookup) const;
  bool excludes_correlation(std::size_t correlation, std::string_view host) const;
  // Signatures of sensors are not known before they match; entries are looked for each time.
  bool excludes_signature(const RuleFacts& facts, std::string_view host, const Event& event,
                          const sigma::FieldLookup& lookup) const;
  std::optional<Level> level_of_signature(const RuleFacts& facts, std::string_view host) const;
  // The level given instead of the rule's own; counts it.
  std::optional<Level> level_of_rule(std::size_t rule, std::string_view host) const;
  std::optional<Level> level_of_correlation(std::size_t correlation, std::string_view host) const;

  // The rules whose fields the entries look at, for whoever decodes only fields that are needed.
  std::vector<const sigma::Rule*> conditions() const;

  struct Used {
    std::string place;  // file:line
    std::string reason;
    bool excludes = true;  // else it changed a level
    std::uint64_t matches = 0;
  };
  std::vector<Used> used() const;  // every entry, in the order written

 private:
  struct Entry {
    std::vector<Glob> rules, tags, hosts;
    std::optional<sigma::Rule> when;  // its condition must hold for the event
    std::optional<Level> level;       // absent: an exclusion
    std::string reason, file;
    int line = 0, column = 0;
    mutable std::atomic<std::uint64_t> matches{0};
  };
  class Reader;
  using Entries = std::vector<const Entry*>;

  static bool excludes(const Entries& entries, std::string_view host, const Event& event,
                       const sigma::FieldLookup& lookup);
  static std::optional<Level> level_of(const Entries& entries, std::string_view host);
  Entries entries_for(const RuleFacts& facts) const;

  std::deque<Entry> entries_;  // a deque: entries stay where they are
  std::vector<Entries> by_rule_, by_correlation_;
};

}  // namespace bartizan
