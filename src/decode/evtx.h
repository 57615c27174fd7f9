// SPDX-License-Identifier: Apache-2.0
// EVTX: the Windows event log file. Layout after the public format description by Joachim Metz (libevtx, "Windows XML
// Event Log (EVTX) format") and [MS-EVEN6] 2.2.12 (BinXml): a 4,096-byte header ("ElfFile\0"), then chunks of 64 KiB
// ("ElfChnk\0", a 512-byte chunk header, records "**\0\0"). Every offset inside BinXml is relative to its chunk, so a
// chunk is decoded on its own.
//
// decode_evtx_chunk is pure: bytes in, events out; it never throws; bad input becomes an Oddity and the records around
// it are still decoded. The number of chunks a file declares is not believed: callers walk to the end of the file.
// Thread rule: a decoder object per thread.
#pragma once

#include <functional>
#include <vector>

#include "base/bytes.h"
#include "decode/evtx_binxml.h"
#include "model/event.h"
#include "model/oddity.h"

namespace bartizan {

namespace evtx {
class EvtxQuickDecoder;
}

inline constexpr std::size_t kEvtxHeaderBytes = 4096;
inline constexpr std::size_t kEvtxChunkBytes = 65'536;

bool looks_like_evtx(Bytes head);

// Appends the events of one chunk (up to kEvtxChunkBytes; a shorter last chunk is decoded as far as it goes) to `out`.
// `file_offset` is where the chunk starts, for Event::offset and oddities. Bad checksums are oddities and the chunk is
// decoded all the same, unless `strict`, which rejects the chunk.
// `quick`, where given, is asked first for each record.
void decode_evtx_chunk(Bytes chunk, std::uint64_t file_offset, bool strict, EventBatch& out,
                       OddityList& oddities, evtx::EvtxQuickDecoder* quick = nullptr);

// A record as its element tree, before anything is made of it.
struct EvtxRecord {
  std::uint64_t record_id = 0;
  Instant time;              // when it was written, by its header
  std::uint64_t offset = 0;  // in the file
  const std::vector<evtx::Element>& elements;
  std::string_view carved = {};  // where it was found, when not in its place in a log
  bool is_whole = true;          // read to its end
};
using VisitEvtxRecord = std::function<void(const EvtxRecord&)>;

// The records of one chunk in the way of decode_evtx_chunk.
void for_each_evtx_record(Bytes chunk, std::uint64_t file_offset, bool strict, OddityList& oddities,
                          const VisitEvtxRecord& visit);
void add_evtx_event(const EvtxRecord& record, EventBatch& out, OddityList& oddities);

}  // namespace bartizan
