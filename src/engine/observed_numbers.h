// SPDX-License-Identifier: Apache-2.0
// ObservedNumbers: every value of an event that an indicator may match, as numbers (intel/value_number.h), for the summary of the
// file it is stored in: those IntelWatch looks up in the record and in the layers of its scripts. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/seen_texts.h"
#include "engine/read_scripts.h"
#include "engine/script_texts.h"
#include "intel/observed.h"
#include "model/event.h"
#include "normalise/logsource.h"

namespace bartizan {

// The fields that hold scripts, by kind of event. One thread.
class ScriptFieldsOfKinds {
 public:
  explicit ScriptFieldsOfKinds(const LogsourceTable& table) : table_(table) {}
  const std::vector<ScriptField>& of(const Event& event);

 private:
  const LogsourceTable& table_;
  std::map<std::string, std::vector<ScriptField>> kinds_;
  std::string key_;
};

class ObservedNumbers final : private intel::KeyReceiver {
 public:
  explicit ObservedNumbers(const LogsourceTable& table) : script_fields_(table) {}

  // Valid until the next call; a number may occur several times.
  std::span<const std::uint64_t> read(const Event& event);

 private:
  void take(intel::Kind kind, std::string_view key) override;
  void read_value(intel::FieldRole role, std::string_view value);
  void read_layers(const ScriptField& wanted, std::string_view value);

  ScriptFieldsOfKinds script_fields_;
  intel::ObservedValues observed_;
  ReadScripts scripts_;
  SeenTexts seen_;  // with the numbers that were found, two halves each
  std::vector<ScriptText> texts_;
  std::vector<std::uint64_t> numbers_;
  std::vector<std::uint32_t> halves_;
};

}  // namespace bartizan
