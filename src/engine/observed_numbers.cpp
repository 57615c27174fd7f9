// SPDX-License-Identifier: Apache-2.0
#include "engine/observed_numbers.h"

#include "engine/intel_watch.h"
#include "engine/kind_rules.h"
#include "intel/value_number.h"

namespace bartizan {
namespace {

constexpr std::uint64_t kLayers = 64;  // above all roles: owners in `seen_` of values without script

}  // namespace

const std::vector<ScriptField>& ScriptFieldsOfKinds::of(const Event& event) {
  const EventKind kind = kind_of(event);
  key_.clear();
  append_kind_key(kind, key_);
  if (const auto known = kinds_.find(key_); known != kinds_.end()) return known->second;
  if (kinds_.size() >= limits::kKindsMax) kinds_.clear();
  return kinds_[key_] = script_fields_of(kind, table_);
}

std::span<const std::uint64_t> ObservedNumbers::read(const Event& event) {
  numbers_.clear();
  for (const Field& field : event.fields)
    if (const intel::FieldRole role = intel::role_of_field(field.name);
        role != intel::FieldRole::kNone && !field.value.empty())
      read_value(role, field.value);
  for (const ScriptField& wanted : script_fields_.of(event))
    for (const Field& field : event.fields)
      if (field.name == wanted.name) read_layers(wanted, field.value);
  return numbers_;
}

void ObservedNumbers::take(intel::Kind kind, std::string_view key) {
  numbers_.push_back(intel::value_number(kind, key));
}

void ObservedNumbers::read_value(intel::FieldRole role, std::string_view value) {
  const SeenTexts::Search search{static_cast<std::uint64_t>(role), 0};
  const std::size_t before = numbers_.size();
  if (const auto found = seen_.find(search, value)) {
    for (std::size_t i = 0; i + 1 < found->size(); i += 2)
      numbers_.push_back((*found)[i] | std::uint64_t{(*found)[i + 1]} << 32);
    return;
  }
  observed_.read(role, value, *this);
  halves_.clear();
  for (std::size_t i = before; i < numbers_.size(); ++i) {
    halves_.push_back(static_cast<std::uint32_t>(numbers_[i]));
    halves_.push_back(static_cast<std::uint32_t>(numbers_[i] >> 32));
  }
  seen_.put(search, value, halves_);
}

void ObservedNumbers::read_layers(const ScriptField& wanted, std::string_view value) {
  const SeenTexts::Search search{kLayers + static_cast<std::uint64_t>(wanted.shape), 0};
  if (seen_.find(search, value)) return;
  texts_.clear();
  append_script_texts(wanted.shape, value, texts_);
  if (texts_.empty()) return seen_.put(search, value, {});
  for (const ScriptText& text : texts_) {
    const auto script = scripts_.read(text.text, text.is_command_line);
    for (std::uint32_t at = 0; at < script->layers.layers.size(); ++at)
      if (const std::string_view layer = looked_through(script->layers, at); !layer.empty())
        observed_.read(intel::FieldRole::kText, layer, *this);
  }
}

}  // namespace bartizan
