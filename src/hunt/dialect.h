// SPDX-License-Identifier: Apache-2.0
// Dialect: how an engine writes what engines write differently. Everything else of the SQL that hunts are made of is the same for
// all. Expressions go in and come out as SQL; names of columns are those of docs/schema.md. Constants, any thread.
//
// ClickHouse is written as version 18.16 knows it: no maps, no FILTER, no window functions, no fractions of seconds.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "store/database.h"

namespace bartizan::hunt {

class Dialect {
 public:
  using Sql = std::string;
  using Sees = std::string_view;
  // A condition on the value of that name.
  using Test = std::function<Sql(const Sql& value)>;

  virtual ~Dialect() = default;

  // Literals.
  virtual Sql text(std::string_view value) const = 0;
  virtual Sql truth(bool value) const = 0;
  virtual Sql time(Instant value) const = 0;

  // Columns.
  virtual Sql time_column() const = 0;                 // to the microsecond
  virtual Sql entry(std::string_view name) const = 0;  // of the map `fields`, null when it has none
  virtual Sql has_entry(std::string_view name) const = 0;
  virtual Sql entry_values() const = 0;                                  // a list
  virtual Sql entry_values_starting(std::string_view prefix) const = 0;  // of names that begin so
  virtual Sql each_entry_name() const = 0;                               // a row each
  virtual Sql lacks_bit(Sees number, std::uint64_t bit) const = 0;
  virtual Sql is_on_day(std::string_view date) const = 0;
  virtual Sql is_between_days(std::string_view first,
                              std::string_view last) const = 0;  // helps to skip; empty: no bound

  // Of texts.
  virtual Sql lower(Sees text) const = 0;
  virtual Sql contains(Sees text, Sees part) const = 0;
  virtual Sql starts_with(Sees text, Sees part) const = 0;
  virtual Sql ends_with(Sees text, Sees part) const = 0;
  virtual Sql joined(std::span<const Sql> texts) const = 0;                     // null when one is
  virtual Sql joined_with(Sees between, std::span<const Sql> texts) const = 0;  // of those that are not null
  virtual Sql is_like(Sees text, std::string_view pattern) const = 0;           // the pattern's escape is \ .
  struct RegexFlags {
    bool ignores_case = false, dot_takes_line_ends = false;
  };
  virtual Sql matches(Sees text, std::string_view regex, RegexFlags flags) const = 0;
  virtual Sql matches_whole(Sees text, std::string_view regex) const = 0;
  virtual Sql without(Sees text, std::string_view regex) const = 0;  // its first match taken out
  virtual Sql has_line_of(Sees text, std::uint64_t letters_min) const = 0;
  virtual Sql start_of(Sees text, unsigned letters) const = 0;
  virtual Sql rest_from(Sees text, std::size_t letter) const = 0;  // the first is 1
  virtual Sql hex_as_decimal(Sees text) const = 0;                 // 0x1f4 is 500, others stay
  virtual Sql number_of(Sees text) const = 0;                      // null when it is none
  virtual Sql text_of(Sees number) const = 0;
  virtual Sql ip4(Sees text) const = 0;  // an IPv4 address as a number, else null
  virtual Sql ip6(Sees text) const = 0;  // an IPv6 address as 32 digits in capitals, else null

  // Lists.
  virtual Sql list_of(std::span<const Sql> texts) const = 0;  // those that are not null
  virtual Sql joined_lists(Sees first, Sees second) const = 0;
  virtual Sql is_empty(Sees list) const = 0;
  // `named`: the column that the test names besides; without its value there is no answer.
  virtual Sql any_of(Sees list, const Test& test, Sees named = {}) const = 0;
  virtual Sql each(Sees list) const = 0;  // a row each
  // The numbers whose conditions hold.
  virtual Sql numbers_that_hold(std::span<const std::pair<std::uint32_t, Sql>> conditions) const = 0;

  virtual Sql is_among(Sees value, Sees column,
                       Sees from) const = 0;  // of what a question finds; null is like null
  // A condition that is never null.
  virtual Sql is_true(Sees condition) const = 0;
  virtual Sql seconds_of(Sees time) const = 0;  // since 1970, with decimals
  // The one time that a question finds, so many seconds later.
  virtual Sql shifted(Sees time, Sees from, std::int64_t seconds) const = 0;
  virtual Sql time_bucket(Sees time, std::uint64_t seconds) const = 0;
  virtual Sql hour_of(Sees time) const = 0;                       // of its day
  virtual Sql rounded(Sees number, unsigned decimals) const = 0;  // halves up; of numbers from 0

  // Aggregates, of values that are not null.
  virtual Sql count_distinct(Sees value) const = 0;
  virtual Sql distinct_values(Sees value, unsigned values_max) const = 0;  // sorted; 0: all
  virtual Sql earliest(Sees value, Sees time) const = 0;                   // the value at the least time
  // Clauses: `list` names every column that is not an aggregate.
  virtual Sql group_by(Sees list) const = 0;
  virtual Sql order_by_all(Sees list) const = 0;
  // Of rows that agree in the columns the first by `order`, which may be empty.
  virtual Sql first_of_each(Sees from, Sees columns, Sees order) const = 0;
  // Rows of `from` for which `other` has one with another id that agrees in the columns, at most so many seconds away (0: any).
  virtual Sql rows_with_partner(Sees from, Sees other, std::span<const std::string> columns,
                                std::uint64_t seconds) const = 0;
  // Of each source, destination and port of `from` with at least so many connections: how many there are, first and last of `began`;
  // g1 g2 g3 and s1 s2 s3, quartiles of the seconds between neighbours and of bytes_out, between values where none is in the
  // middle; gmad and smad, the medians of their distances from g2 and s2.
  virtual Sql regularity_of_pairs(Sees from, unsigned connections_min) const = 0;
  // Whether a question may begin with WITH name AS (…).
  virtual bool has_with() const = 0;
};

const Dialect& duckdb_dialect();
const Dialect& clickhouse_dialect();
const Dialect& dialect_of(store::Engine engine);

}  // namespace bartizan::hunt
