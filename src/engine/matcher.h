// SPDX-License-Identifier: Apache-2.0
// Matcher: asks the compiled rules about events. One a thread; the KindRules it works with may be shared. Nothing is
// allocated an event once it is warm. It counts the events of each kind it has seen.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/kind_rules.h"

namespace bartizan {

struct RuleHit {
  std::uint32_t rule = 0;
  const EventPlace* place = nullptr;  // under whose names the rule read the event; null: the event's own
};

class Matcher final : private sigma::SlotReader {
 public:
  explicit Matcher(KindRules& rules) : rules_(rules) {}

  // Appends the rules that hold, in the order they were loaded. The event comes from a decoder that was told the columns of
  // `rules`, or is whole. False: rules of its kind are not compiled, PlainMatcher has to be asked.
  bool match(const Event& event, std::vector<RuleHit>& out);

  // Counts the event without matching it.
  void count(const Event& event) { (void)counted(event); }

  // Of the event last matched or counted.
  const Kind& kind() const { return *kind_; }

  const std::vector<std::uint64_t>& events_by_kind() const { return events_by_kind_; }

 private:
  const Kind& counted(const Event& event);
  const Kind& kind_of_event(const Event& event);
  std::uint16_t column_of(const Kind& kind, std::size_t place, std::string_view name);
  std::uint64_t conditions_of(const Kind& kind, const Event& event) const;
  void sort_into_columns(const Kind& kind, const Event& event);
  std::span<const sigma::FieldValue> values(sigma::SlotId slot) override;

  // The values of a slot in the event at hand; `event` says for which event they were gathered.
  struct SlotValues {
    std::uint64_t event = 0;
    std::vector<sigma::FieldValue> values;
    std::deque<std::string> made;  // what a mapping has made
  };

  KindRules& rules_;
  std::unordered_map<std::string, const Kind*> kinds_;
  std::vector<std::uint64_t> events_by_kind_;
  std::string key_;
  sigma::ProgramRun run_;
  std::vector<std::uint32_t> ids_;
  std::vector<std::string_view> mapped_;

  const Kind* kind_ = nullptr;
  const Event* event_ = nullptr;
  const KindProgram* program_ = nullptr;
  std::uint64_t event_number_ = 0;
  std::deque<SlotValues> slots_;
  std::vector<std::uint16_t> first_in_column_, next_in_column_;  // fields of the event; kNoField ends
  // By kind and place in the event: the field that stood there last. Events of a kind are alike.
  struct NamedColumn {
    std::string name;
    std::uint16_t column = Field::kNoColumn;
  };
  std::vector<std::vector<NamedColumn>> columns_;
};

}  // namespace bartizan
