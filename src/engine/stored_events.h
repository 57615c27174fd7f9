// SPDX-License-Identifier: Apache-2.0
// Reads events back from one Parquet file of a store: every field under the record's own name, as it was decoded, without what the
// columns copy. Times are to the microsecond. What a record had as null or number is text. One thread; DuckDB has its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "model/event.h"
#include "store/database.h"

namespace bartizan {

// `evidence`: the log the event is from; `row`: its number in the file. Valid during the call; false ends the reading.
using TakeStoredEvent =
    std::function<bool(const Event& event, const std::string& evidence, std::uint64_t row)>;

// Rows from `first` to before `end`.
Result<void> read_stored_events(store::Database& database, const std::string& parquet_file,
                                std::uint64_t first, std::uint64_t end, const TakeStoredEvent& take);

}  // namespace bartizan
