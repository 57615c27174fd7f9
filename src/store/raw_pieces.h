// SPDX-License-Identifier: Apache-2.0
// The bytes that records were read from, kept with the events made of them: the pieces of logs as the decoder got them (decode/decoder.h),
// each compressed on its own, as rows of the table `raw` by the day of their last record. A record is found in them by its
// origin: evidence and position. RawRows: one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "store/database.h"
#include "store/row.h"

namespace bartizan::store {

struct RawPiece {
  std::string evidence, format, context;  // context: of the piece, from its cutter
  std::uint64_t offset = 0;               // in the evidence
  Instant modified;                       // of the evidence
  std::string bytes;
};

class RawRows {
 public:
  RawRows();
  ~RawRows();
  RawRows(const RawRows&) = delete;
  RawRows& operator=(const RawRows&) = delete;

  struct Origin {
    std::string_view evidence, format, context;
    std::uint64_t offset = 0;
    Instant modified;
  };
  // `last`: the time of the piece's last record. Views of the arguments and of scratch space that lives until the next call.
  Row make(const Origin& origin, Bytes bytes, Instant last);

 private:
  struct Compressor;
  std::unique_ptr<Compressor> compressor_;
  std::vector<Cell> cells_;
  std::string compressed_;
};

// The pieces in which this place stands, the one read last first. There are several when other bytes were read under the same name.
Result<std::vector<RawPiece>> find_raw_pieces(Database& database, std::string_view evidence,
                                              std::uint64_t position);

}  // namespace bartizan::store
