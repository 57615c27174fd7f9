// SPDX-License-Identifier: Apache-2.0
// DraftEvent: an event that owns its text, for decoders that rename and add fields as they read, and for events written
// by hand (examples, tests). add_to copies it into a batch. Values, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/event.h"

namespace bartizan {

struct DraftField {
  std::string name, value;
  bool is_number = false;
};

struct DraftEvent {
  std::string channel, provider;
  std::uint32_t event_id = 0;
  std::string record_id, host;
  Instant time;
  std::uint64_t offset = 0;
  std::string product, category, service;
  std::vector<DraftField> fields;

  const std::string* find(std::string_view name) const {
    for (const DraftField& field : fields)
      if (field.name == name) return &field.value;
    return nullptr;
  }
  void add_to(EventBatch& batch) const;
};

DraftEvent draft_of(const Event& event);

// Makes the batch's draft a copy of an event of another batch, texts and all. Whether rules are ruled out and columns are
// left to whoever commits it.
Event& start_copy(const Event& from, EventBatch& batch);

// Sets Event::header_is_plain of the draft from its fields: for decoders whose events may hold Windows headers.
void judge_header(EventBatch& batch);

}  // namespace bartizan
