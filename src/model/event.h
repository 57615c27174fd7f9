// SPDX-License-Identifier: Apache-2.0
// Event: one log record as flat (name, value) pairs in the order of the record. A name may occur more than once (the
// unnamed Data elements of Windows events all carry the name `Data`). Values are UTF-8 text as a rule would compare it:
// numbers in decimal, hexadecimal types as 0x without padding, GUIDs as {lower-case}, times as RFC 3339.
// Present and empty differs from absent: an empty element is a field with empty text.
//
// Events are views. Their text lives in the EventBatch that made them, until its clear(); field names and the texts a
// decoder passes as `lasting` live longer than that. A batch belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/time.h"

namespace bartizan {

struct Columns;  // model/projection.h

struct Field {
  static constexpr std::uint16_t kNoColumn = 0xffff;

  std::string_view name, value;
  std::uint16_t column = kNoColumn;  // in Event::columns
  bool is_number = false;            // shown without quotation marks in JSON
  bool is_null = false;              // present without a value, as null in JSON
};

struct Event {
  std::string_view channel, provider;  // Windows event log; empty for other sources
  std::uint32_t event_id = 0;
  std::string_view record_id;  // the log's own record number
  std::string_view host;
  Instant time;              // when it happened, by the log
  std::uint64_t offset = 0;  // of the record in its file
  // What a rule's logsource is compared with when there is no channel.
  std::string_view product, category, service;
  std::span<const Field> fields;

  // The fields EventID, Channel and Provider_Name occur once each and say what event_id, channel and provider say.
  bool header_is_plain = false;
  // Set: the decoder was told which fields are wanted. Then `fields` holds those only (with their column), and record_id
  // and host are empty; Decoder::decode_record gives the whole.
  const Columns* columns = nullptr;
  const Columns* ruled_out = nullptr;  // set: no rule of the kind with these columns can hold on this event
  bool lacks_keywords =
      false;  // none of the keywords that the kind's rules look for in every field is in the record

  const std::string_view* find(std::string_view name) const {
    for (const Field& field : fields)
      if (field.name == name) return &field.value;
    return nullptr;
  }
};

class EventBatch {
 public:
  // The event being made; add() gives it fields, commit() keeps it, the next start() without a commit drops it.
  Event& start() {
    draft_ = Event{};
    fields_.clear();
    return draft_;
  }
  Event& draft() { return draft_; }
  std::size_t fields_of_draft() const { return fields_.size(); }
  std::span<const Field> draft_fields() const { return fields_; }

  // `name` and `value` must be lasting or from keep().
  void add(const Field& field) { fields_.push_back(field); }
  void add(std::string_view name, std::string_view value, bool is_number = false) {
    fields_.push_back({name, value, Field::kNoColumn, is_number, false});
  }
  // A copy that lives as long as the batch's events.
  std::string_view keep(std::string_view text) { return arena_.copy(text); }
  Arena& arena() { return arena_; }

  void commit() {
    draft_.fields = arena_.copy(std::span<const Field>(fields_));
    events_.push_back(draft_);
  }

  std::span<const Event> events() const { return events_; }
  const Event& operator[](std::size_t index) const { return events_[index]; }
  const Event& back() const { return events_.back(); }
  std::vector<Event>::const_iterator begin() const { return events_.begin(); }
  std::vector<Event>::const_iterator end() const { return events_.end(); }
  bool empty() const { return events_.empty(); }
  std::size_t size() const { return events_.size(); }
  // Forgets the events and keeps the memory for the next ones.
  void clear() {
    events_.clear();
    arena_.clear();
  }

 private:
  Event draft_;
  std::vector<Field> fields_;
  std::vector<Event> events_;
  Arena arena_;
};

}  // namespace bartizan
