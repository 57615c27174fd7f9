// SPDX-License-Identifier: Apache-2.0
// KindRules: the rules of a run compiled for each kind of event as it is first met. Knows which fields of a kind anybody
// needs, and is what decoders are told (Projection). May be used by several threads; compiling happens under a lock, once a
// kind, and what it gives does not change and lives as long as the KindRules.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "detect/sigma/program.h"
#include "engine/keyword_filter.h"
#include "engine/rule_filter.h"
#include "engine/rule_set.h"
#include "engine/script_texts.h"
#include "model/projection.h"

namespace bartizan {

// Where a slot's values come from.
struct SlotSource {
  enum class From : std::uint8_t { kColumn, kMapping, kEveryField, kNowhere };
  From from = From::kNowhere;
  std::uint16_t column = 0;
  const FieldMapping* mapping = nullptr;
};

// The rules of a kind for events that its `where` conditions judge alike.
struct KindProgram {
  sigma::Program program;
  std::vector<SlotSource> slots;
  std::vector<RuleSet::Candidate> candidates;  // by the ids the program reports: the rule and its one place
};

struct Kind : Columns {
  std::uint32_t number = 0;
  std::string channel, product, category, service;
  std::uint32_t event_id = 0;
  std::vector<const EventPlace*> conditional;  // places with a `where`; the condition of the first is bit 0
  std::vector<RuleSet::Candidate> candidates;
  const KindProgram* unconditional = nullptr;  // when there is none of them
  std::unique_ptr<KindProgram> program;        // of every rule at every place
  std::string provider;
  std::vector<ScriptField> script_fields;  // wanted too, whatever the rules ask for
  bool header_is_plain = false;
  bool is_about_posture = false, is_about_identities = false;
  bool is_compiled =
      true;  // false: stands for all kinds beyond limits::kKindsMax, which rules are asked about one by one
};

class KindRules final : public Projection {
 public:
  // Asks for fields of a kind that others than rules want: the identity detector. False: it wants none.
  using FurtherFields = std::function<bool(const EventKind& kind, Columns& columns)>;

  // Rules for which `wants` says no are left out.
  KindRules(const RuleSet& rules, std::function<bool(std::uint32_t rule)> wants,
            FurtherFields further_fields = {});

  const Columns* columns_of(const EventKind& kind) override { return &kind_of(kind); }
  const KeywordFilter* any_rule_of(const Columns& columns) override;
  const Kind& kind_of(const EventKind& kind);
  const KindProgram& program_of(const Kind& kind, std::uint64_t conditions);
  // All kinds met so far, by number; the last stands for those that are not compiled. Not while others call kind_of.
  std::vector<const Kind*> kinds() const;

  const RuleSet& rules() const { return rules_; }

 private:
  class Compiler;
  std::unique_ptr<Kind> make_kind(const EventKind& kind);
  const KeywordFilter* filter_of(const std::optional<RawKeywords::Runs>& keywords);

  const RuleSet& rules_;
  std::function<bool(std::uint32_t)> wants_;
  FurtherFields further_fields_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<Kind>> kinds_;
  Kind further_;
  std::map<std::pair<const Kind*, std::uint64_t>, std::unique_ptr<KindProgram>> programs_;
  std::unordered_map<const Kind*, std::unique_ptr<RuleFilter>>
      filters_;  // null: some rule can hold without text
  std::map<RawKeywords::Runs, std::unique_ptr<RawKeywords>> keywords_;  // most kinds have the same
};

// A text that is the same for the same kind.
void append_kind_key(const EventKind& kind, std::string& out);

}  // namespace bartizan
