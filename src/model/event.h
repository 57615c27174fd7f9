// SPDX-License-Identifier: Apache-2.0
// Event: one log record as flat (name, value) pairs in the order of the record. A name may occur more than once (the
// unnamed Data elements of Windows events all carry the name `Data`). Values are UTF-8 text as a rule would compare it:
// numbers in decimal, hexadecimal types as 0x without padding, GUIDs as {lower-case}, times as RFC 3339.
// Present and empty differs from absent: an empty element is a field with empty text.
//
// The event owns its text. (The projection-driven flat form of docs/design/0001 replaces this one when matching moves to
// the shared index.)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace bartizan {

struct Field {
  std::string name;
  std::string value;
  bool is_number = false;  // shown without quotation marks in JSON
};

struct Event {
  std::string channel;   // Windows event log channel; empty for other sources
  std::string provider;
  std::uint32_t event_id = 0;
  std::string record_id;  // the log's own record number
  std::string host;
  Instant time;           // when it happened, by the log
  std::uint64_t offset = 0;
  // What a rule's logsource is compared with when there is no channel.
  std::string product, category, service;
  std::vector<Field> fields;

  const std::string* find(std::string_view name) const {
    for (const Field& field : fields)
      if (field.name == name) return &field.value;
    return nullptr;
  }
};

}  // namespace bartizan
