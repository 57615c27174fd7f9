// SPDX-License-Identifier: Apache-2.0
// TableShape: the columns of a table, as stores keep them. Values, any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/limits.h"

namespace bartizan::store {

enum class ColumnType : std::uint8_t { kText, kNumber, kBytes };  // bytes: any, and compressed already

struct ParquetColumn {
  std::string_view name;
  ColumnType type = ColumnType::kText;
  bool is_searched = false;  // gets a Bloom filter
};

struct TableShape {
  std::string_view name;
  std::vector<ParquetColumn> columns;  // behind time and id
  std::string_view rest_name;          // of the map of all other texts; empty: the table has none
  std::size_t waiting_bytes = limits::kStoreWaitingBytes;  // of rows before they are written, a thread
};

}  // namespace bartizan::store
