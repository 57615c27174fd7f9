// SPDX-License-Identifier: Apache-2.0
// Objects of JSON formats become statements, one at a time. Each remembers what later objects need, within bounds. One thread.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "intel/import.h"

namespace bartizan::intel {

// Where an object stands: `objects[12]`.
struct ObjectPlace {
  const std::string& path;
  TextPlace place;
};

struct Import {
  const ImportOptions& options;
  ImportReceiver& receiver;
  ImportReport& report;

  void take(const Statement& statement) const {
    ++report.statements;
    receiver.take(statement);
  }
  void mistake(const ObjectPlace& at, std::string_view member, std::string code, std::string message) const;
};

class StixObjects {
 public:
  explicit StixObjects(const Import& import) : import_(import) {}
  void take(const JsonValue& object, const ObjectPlace& at);
  void finish();  // relationships, once all objects were seen

 private:
  void take_indicator(const JsonValue& object, const ObjectPlace& at);
  void take_sighting(const JsonValue& object);

  const Import& import_;
  std::unordered_map<std::string, std::string> techniques_;     // attack-pattern id: T1059
  std::vector<std::pair<std::string, std::string>> indicates_;  // indicator id, attack-pattern id
};

// {"info":…, "Attribute":[…], "Object":[…]}
void take_misp_event(const Import& import, const JsonValue& event, const ObjectPlace& at);
void take_misp_attribute(const Import& import, const JsonValue& attribute, const Statement& event,
                         const ObjectPlace& at);
// {"name":…, "type":…, "list":[…]}
void take_warning_list(const Import& import, const JsonValue& list, const ObjectPlace& at);
// {"kind":…, "value":…}
void take_exported(const Import& import, const JsonValue& object, const ObjectPlace& at);

Instant instant_of(std::string_view text);  // zero: none
int percent_of(std::string_view text);      // -1: none
// Ids of techniques that the text ends with or consists of; T1059_001 is one too. Each once.
void add_technique(std::string_view text, std::vector<std::string>& attack);

}  // namespace bartizan::intel
