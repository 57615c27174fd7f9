// SPDX-License-Identifier: Apache-2.0
// Store: keeps rows of events and findings, by day, and gives them back. What flush() has acknowledged is on the disk; a row
// whose id its day has already is not kept again, so the same evidence can be read twice. Every implementation passes
// conformance_test.cpp. A Store may be used by several threads; an Appender belongs to one. Errors are those of the world: disk
// full, a folder that is no store. After an error an appender takes no more; what was acknowledged stays.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/row.h"
#include "store/table_shape.h"

namespace bartizan::store {

enum class Access { kRead, kWrite };
enum class TableName { kEvents, kFindings, kRaw };
inline constexpr TableName kTables[] = {TableName::kEvents, TableName::kFindings, TableName::kRaw};

const TableShape& shape_of(TableName table);

// The day of a time, UTC, as YYYY-MM-DD; kNoDay for times that no log of ours can have (before 1970, after 2199).
std::string day_of(Instant time);
inline constexpr std::string_view kNoDay = "0000-00-00";

struct AppendCounts {
  std::uint64_t added = 0, known = 0;  // known: not kept, because the day has the id
};

class Appender {
 public:
  virtual ~Appender() = default;
  virtual Result<void> append(std::span<const Row> rows) = 0;
  // Acknowledges everything appended so far.
  virtual Result<void> flush() = 0;
  virtual AppendCounts counts() const = 0;
};

struct DayUse {
  std::string day;
  std::uint64_t rows = 0, bytes = 0;
};

struct Retention {
  std::optional<unsigned> days;        // days before the one of `now` that are kept
  std::optional<std::uint64_t> bytes;  // of all tables; the oldest days go first
};

// Rows come by day, in no order within. False: no more, please.
using TakeRow = std::function<bool(const Row& row)>;

class Store {
 public:
  virtual ~Store() = default;
  // Whether it has the table kRaw: the bytes that events were read from (raw_pieces.h). The methods below are asked of it only then.
  virtual bool keeps_raw() const { return false; }
  virtual Result<std::unique_ptr<Appender>> make_appender(TableName table) = 0;
  // Rows of the days from `first_day` to `last_day`; empty: no bound.
  virtual Result<void> scan(TableName table, const std::string& first_day, const std::string& last_day,
                            const TakeRow& take) = 0;
  virtual Result<std::vector<DayUse>> days(TableName table) = 0;
  // Removes whole days; answers which.
  virtual Result<std::vector<std::string>> prune(const Retention& retention, Instant now) = 0;
};

}  // namespace bartizan::store
