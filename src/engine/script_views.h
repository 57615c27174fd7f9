// SPDX-License-Identifier: Apache-2.0
// The views of one text of a record, as events that rules look at whole: the record with the text's field replaced, and
// for command lines also a script block that the record does not hold, so that rules about script blocks see what a command
// line runs where PowerShell logs nothing. Every view has the fields Deob.* besides (docs/user/powershell.md). The events
// live in the batch given. Pure, any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/read_scripts.h"
#include "engine/script_texts.h"
#include "model/event.h"

namespace bartizan {

enum class ViewName : std::uint8_t { kRaw, kNormalised, kMerged };
const char* view_name(ViewName name);

struct ScriptView {
  Event event;
  ViewName name = ViewName::kRaw;
  std::uint32_t layer = 0;
  std::string_view text;  // what stands in the field
  bool from_command_line = false;
};

// Where a text was found and what reading it gave.
struct ViewedText {
  const Event* record = nullptr;  // whole
  std::size_t field = 0;          // of the record
  const ScriptText* text = nullptr;
  const ReadScript* script = nullptr;
  bool is_joined = false;   // the record as it stands was not looked at by rules
  bool is_partial = false;  // parts of it are missing
};

// The fields Deob.*, as the batch's own.
void append_view_fields(const ViewedText& viewed, EventBatch& batch, std::vector<Field>& out);
// The record as it stands, with these fields.
Event record_with_view_fields(const ViewedText& viewed, EventBatch& batch);
void append_script_views(const ViewedText& viewed, EventBatch& batch, std::vector<ScriptView>& out);

}  // namespace bartizan
