// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include "store/event_columns.h"

namespace bartizan::store {
namespace {

TableShape events_shape() {
  TableShape shape{"events", {}, kRestName};
  for (const EventColumn& column : event_columns())
    shape.columns.push_back({column.name, column.type, column.is_searched});
  return shape;
}

constexpr ColumnType kText = ColumnType::kText, kNumber = ColumnType::kNumber;

}  // namespace

const TableShape& shape_of(TableName table) {
  static const TableShape kEvents = events_shape();
  static const TableShape kFindings{"findings",
                                    {{"finding_id", kText, true},
                                     {"rule_id", kText, true},
                                     {"rule", kText},
                                     {"level", kText},
                                     {"host", kText, true},
                                     {"channel", kText},
                                     {"event_id", kNumber},
                                     {"record_id", kText},
                                     {"evidence", kText},
                                     {"attack", kText},
                                     {"advisory", kText},
                                     {"entities", kText},
                                     {"finding", kText}},
                                    {}};
  static const TableShape kRaw{"raw",
                               {{"evidence", kText, true},
                                {"position", kNumber},
                                {"size", kNumber},
                                {"format", kText},
                                {"modified", kNumber},
                                {"context", ColumnType::kBytes},
                                {"data", ColumnType::kBytes}},
                               {},
                               limits::kRawWaitingBytes};
  return table == TableName::kEvents ? kEvents : table == TableName::kFindings ? kFindings : kRaw;
}

std::string day_of(Instant time) {
  static constexpr std::int64_t kLast = 229ll * 365 * 86'400 * kTicksPerSecond;
  if (time.ticks < 0 || time.ticks > kLast) return std::string(kNoDay);
  return format_instant(time).substr(0, 10);
}

}  // namespace bartizan::store
