// SPDX-License-Identifier: Apache-2.0
// What the columns of a table say it is: exports of Windows events, cloud audit logs, flows. A CsvShape says
// which columns it needs and what becomes of some of them; columns it does not name keep their names. Tables
// of constants, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace bartizan {

enum class CsvRole : std::uint8_t {
  kPlain,
  kTime,
  kDate,  // with a kClock column
  kClock,
  kHost,
  kChannel,
  kProvider,
  kEventId,
  kRecordId,
  kMessage,  // the text of a Windows event, from which fields are read
  kPayload,  // EvtxECmd's JSON of a Windows event's data
  kRecord,   // JSON that is the whole record
  kDropped,  // says again what the payload says
};

struct CsvColumnRule {
  std::string_view column;
  std::string_view name;  // under which it is added; empty: its own
  CsvRole role = CsvRole::kPlain;
};

struct CsvShape {
  std::string_view title;
  std::array<std::string_view, 4> needs;  // columns, all of them; empty ones need nothing
  std::string_view product, category, service;
  std::span<const CsvColumnRule> rules;
  bool is_windows = false;
  bool keeps_names = false;  // a renamed column is added under its own name too

  const CsvColumnRule* rule_of(std::string_view column) const {
    for (const CsvColumnRule& rule : rules)
      if (rule.column == column) return &rule;
    return nullptr;
  }
};

// Puts the English titles in place of those the event viewer has in German, French or Spanish. True: it was one of these,
// which write the day before the month.
bool translate_titles(std::span<std::string_view> columns);
// The shape of a table with these columns; null for a table nobody knows.
const CsvShape* csv_shape_of(std::span<const std::string_view> columns);
// For tables nobody knows: kTime and kHost by the column's name, else kPlain.
CsvRole plain_role_of(std::string_view column);
// Whether a column's name speaks of a time, where no column is known to be the time.
bool may_hold_time(std::string_view column);

}  // namespace bartizan
