// SPDX-License-Identifier: Apache-2.0
// One record as it stands in the evidence, out of the bytes a store keeps (store/raw_pieces.h). One thread.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "store/database.h"

namespace bartizan {

struct RawRecord {
  std::string bytes;  // up to where the next record begins
  std::string xml;    // of a record of a Windows event log, as Windows renders it; else empty
};

// Where a record stands, and the id of its event where that is known: of several records that were read from one place it tells
// which is meant; without it, it is the one that was written last.
struct RecordPlace {
  std::string evidence;
  std::uint64_t position = 0;
  std::optional<std::uint64_t> id = std::nullopt;
};

// The place of the event with this id.
Result<RecordPlace> find_record_place(store::Database& database, std::uint64_t id);
Result<RawRecord> find_raw_record(store::Database& database, const RecordPlace& place);

}  // namespace bartizan
