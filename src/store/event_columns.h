// SPDX-License-Identifier: Apache-2.0
// The columns of stored events: what an analyst types. docs/schema.md is this table for people, and a test compares them.
//
// Every field of a record is stored once: in the column that bears its Sigma name when it occurs once and the log source's
// mapping gives that name no other meaning, else in `fields` (the second and further ones of a name as `name#2`, `name#3`).
// A column may also hold a copy: a value that the mapping tables make of other fields, or a number. Then its bit is set in
// `copied`, and what the record itself says stands in `fields`. So any record can be put together again. Constants.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "store/table_shape.h"

namespace bartizan::store {

struct EventColumn {
  std::string_view name;
  std::string_view sigma;  // the field of the Sigma taxonomy; empty: none
  ColumnType type = ColumnType::kText;
  bool is_searched = false;
  // Fields that serve when neither the record nor the mapping has the Sigma field, most telling first; blanks between.
  std::string_view otherwise;
  std::string_view about;
};

// Of the columns behind time and id. Those up to kFirstField come from the event itself, the rest from its fields.
std::span<const EventColumn> event_columns();
enum EventColumnPlace : std::size_t {
  kHost,
  kProduct,
  kCategory,
  kService,
  kChannel,
  kProvider,
  kEventId,
  kRecordId,
  kEvidence,
  kPosition,
  kCopied,   // bit i: column kFirstField + i is a copy
  kRepeats,  // 1: a name occurs more than once
  kFirstField,
};

std::optional<std::size_t> find_event_column(std::string_view name);
// By Sigma name.
std::optional<std::size_t> find_sigma_column(std::string_view field);

inline constexpr std::string_view kRestName = "fields";

}  // namespace bartizan::store
