// SPDX-License-Identifier: Apache-2.0
#include "engine/matcher.h"

#include <algorithm>

#include "base/limits.h"
#include "base/must.h"

namespace bartizan {
namespace {

constexpr std::uint16_t kNoField = 0xffff;
static_assert(limits::kFieldsPerEventMax < kNoField);

bool is_of(const Kind& kind, const EventKind& wanted) {
  return kind.event_id == wanted.event_id && kind.header_is_plain == wanted.header_is_plain &&
         kind.service == wanted.service && kind.category == wanted.category &&
         kind.product == wanted.product && kind.provider == wanted.provider && kind.channel == wanted.channel;
}

}  // namespace

const Kind& Matcher::counted(const Event& event) {
  const Kind& kind = kind_of_event(event);
  if (kind.number >= events_by_kind_.size()) events_by_kind_.resize(kind.number + 1);
  ++events_by_kind_[kind.number];
  kind_ = &kind;
  return kind;
}

bool Matcher::match(const Event& event, std::vector<RuleHit>& out) {
  const Kind& kind = counted(event);
  if (!kind.is_compiled) return false;
  if (event.ruled_out) return true;
  if (kind.candidates.empty()) return true;
  program_ = kind.unconditional ? kind.unconditional : &rules_.program_of(kind, conditions_of(kind, event));
  if (program_->program.is_empty()) return true;
  event_ = &event;
  ++event_number_;
  while (slots_.size() < program_->slots.size()) slots_.emplace_back();
  sort_into_columns(kind, event);
  ids_.clear();
  run_.run(program_->program, *this, ids_);
  for (std::uint32_t id : ids_)
    out.push_back({program_->candidates[id].rule, program_->candidates[id].places[0]});
  return true;
}

const Kind& Matcher::kind_of_event(const Event& event) {
  if (event.columns) return static_cast<const Kind&>(*event.columns);
  if (event.ruled_out) return static_cast<const Kind&>(*event.ruled_out);
  const EventKind kind = bartizan::kind_of(event);
  if (kind_ && kind_->is_compiled && is_of(*kind_, kind)) return *kind_;
  key_.clear();
  append_kind_key(kind, key_);
  if (const auto known = kinds_.find(key_); known != kinds_.end()) return *known->second;
  const Kind& found = rules_.kind_of(kind);
  if (kinds_.size() >= limits::kKindsMax) kinds_.clear();
  kinds_.emplace(key_, &found);
  return found;
}

std::uint64_t Matcher::conditions_of(const Kind& kind, const Event& event) const {
  std::uint64_t conditions = 0;
  for (std::size_t i = 0; i < kind.conditional.size(); ++i)
    if (kind.conditional[i]->accepts(event)) conditions |= std::uint64_t{1} << i;
  return conditions;
}

std::uint16_t Matcher::column_of(const Kind& kind, std::size_t place, std::string_view name) {
  if (columns_.size() <= kind.number) columns_.resize(kind.number + 1);
  std::vector<NamedColumn>& known = columns_[kind.number];
  if (known.size() <= place) known.resize(place + 1);
  if (known[place].name == name) return known[place].column;
  const auto at = std::lower_bound(kind.names.begin(), kind.names.end(), name);
  const bool is_asked_for = at != kind.names.end() && *at == name;
  known[place] = {std::string(name),
                  is_asked_for ? static_cast<std::uint16_t>(at - kind.names.begin()) : Field::kNoColumn};
  return known[place].column;
}

// Chains the fields of each column, in the order of the event.
void Matcher::sort_into_columns(const Kind& kind, const Event& event) {
  first_in_column_.assign(kind.names.size(), kNoField);
  if (next_in_column_.size() < event.fields.size()) next_in_column_.resize(event.fields.size());
  for (std::size_t i = event.fields.size(); i-- > 0;) {
    const Field& field = event.fields[i];
    std::uint16_t column = field.column;
    if (!event.columns) {
      column = column_of(kind, i, field.name);
    }
    if (column == Field::kNoColumn) continue;
    next_in_column_[i] = first_in_column_[column];
    first_in_column_[column] = static_cast<std::uint16_t>(i);
  }
}

std::span<const sigma::FieldValue> Matcher::values(sigma::SlotId slot) {
  SlotValues& gathered = slots_[slot];
  if (gathered.event == event_number_) return gathered.values;
  gathered.event = event_number_;
  gathered.values.clear();
  const SlotSource& source = program_->slots[slot];
  auto add = [&](const Field& field) {
    gathered.values.push_back({field.value, field.is_number, field.is_null});
  };
  switch (source.from) {
    case SlotSource::From::kColumn:
      for (std::uint16_t i = first_in_column_[source.column]; i != kNoField; i = next_in_column_[i])
        add(event_->fields[i]);
      break;
    case SlotSource::From::kEveryField:
      if (event_->lacks_keywords) break;
      for (const Field& field : event_->fields) add(field);
      break;
    case SlotSource::From::kMapping: {
      if (!gathered.made.empty()) gathered.made.clear();
      mapped_.clear();
      append_mapped(*event_, *source.mapping, gathered.made, mapped_);
      for (std::string_view value : mapped_) gathered.values.push_back({value, false, false});
      break;
    }
    case SlotSource::From::kNowhere: break;
  }
  return gathered.values;
}

}  // namespace bartizan
