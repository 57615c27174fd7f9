// SPDX-License-Identifier: Apache-2.0
// Row: what a store takes and gives back: a time, an id, a cell for each further column of its table, and named texts for
// everything without a column. Rows are views of texts of the caller's. Values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"

namespace bartizan::store {

struct Cell {
  std::string_view text;    // of a text column
  std::int64_t number = 0;  // of a number column
  bool is_null = true;

  Cell() = default;
  explicit Cell(std::string_view value) : text(value), is_null(false) {}
  explicit Cell(std::int64_t value) : number(value), is_null(false) {}
};

struct NamedText {
  std::string_view name, text;
  bool is_null = false;
};

struct Row {
  Instant time;
  std::uint64_t id = 0;             // of two rows with one id and one day, the second is not kept
  std::span<const Cell> cells;      // of the columns after time and id, in the order of the table
  std::span<const NamedText> rest;  // names occur once
  // What of it may be looked for later, as numbers, for the summary of its file. Without, the file gets no summary.
  std::optional<std::span<const std::uint64_t>> values = std::nullopt;
};

}  // namespace bartizan::store
