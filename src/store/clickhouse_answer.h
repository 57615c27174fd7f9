// SPDX-License-Identifier: Apache-2.0
// ClickHouseAnswer: reads an answer in the format TabSeparatedWithNamesAndTypes as its pieces come, and hands on rows as
// QueryReceiver promises: times as RFC 3339, lists as JSON. One thread.
// Source: ClickHouse, "TabSeparated".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

namespace bartizan::store {

inline constexpr std::string_view kClickHouseAnswerFormat = "\nFORMAT TabSeparatedWithNamesAndTypes";

class ClickHouseAnswer {
 public:
  ClickHouseAnswer(const QueryReceiver& receiver, std::uint64_t rows_max)
      : receiver_(receiver), rows_max_(rows_max) {}

  // False: no more, please.
  bool take(std::string_view piece);
  const QueryOutcome& outcome() const { return outcome_; }
  // Why it cannot be used; empty: all is well.
  const std::string& problem() const { return problem_; }

 private:
  enum class Line : std::uint8_t { kNames, kTypes, kRow };
  bool take_line(std::string_view line);
  bool take_row(std::string_view line);

  const QueryReceiver& receiver_;
  std::uint64_t rows_max_;
  Line next_ = Line::kNames;
  std::string waiting_;  // the start of a line
  QueryOutcome outcome_;
  std::vector<std::string> types_, texts_;
  std::vector<Cell> cells_;
  std::string problem_;
};

// The microseconds of a number of seconds written with decimals.
std::optional<std::int64_t> microseconds_of(std::string_view decimal);
// ['a','b'] as ["a","b"].
std::string json_of_clickhouse_list(std::string_view list);

}  // namespace bartizan::store
