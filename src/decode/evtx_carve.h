// SPDX-License-Identifier: Apache-2.0
// Event records outside of their place: in the slack of chunks, in chunks at any place of a disk image or
// memory dump, and alone. Two signatures are searched for, each with checks that chance does not pass: chunk
// headers ("ElfChnk\0", sizes that fit) and records ("**\0\0", both copies of the size, the start of BinXml).
// A record needs the chunk it was written in, as its names and templates are counted from there; that of a
// lone one is worked out from a definition it or one before it brings along. Where a template was written
// over since, its identity says so, and the record is an oddity.
//
// What is found is handed over with EvtxRecord::carved: "slack", "chunk" or "record". Which of them are copies is
// the caller's to tell, by their keys. The walk takes time in proportion to the bytes, whatever they are. Pure
// functions.
#pragma once

#include <span>

#include "decode/decoder.h"
#include "decode/evtx.h"

namespace bartizan {

// Any bytes, read with --carve (src/decode/formats/raw.cpp). Never recognised by itself.
const Format& raw_format();

// The size of the record at `at` if the checks say that there is one, 0 if not.
std::size_t carved_record_size(Bytes bytes, std::size_t at);
// The next place at or after `at` with a record, or a chunk header; the size of `bytes` when there is none.
std::size_t find_carved_record(Bytes bytes, std::size_t at);
std::size_t find_carved_chunk(Bytes bytes, std::size_t at);
// Tells a record from others by its number, time and content.
std::uint64_t carved_record_key(Bytes bytes, std::size_t at, std::size_t size);

// `bytes[from, end)` is searched; what lies before is there for lone records that need it.
struct CarveWindow {
  Bytes bytes;
  std::size_t from = 0;
  std::uint64_t offset = 0;  // of the first byte in the file
  bool is_log = false;       // chunks in their place behind a file header are not carved, their slack is
  std::span<const std::uint64_t> copies;  // sorted offsets of carved records to pass over
};

void carve_records(const CarveWindow& window, bool strict, OddityList& oddities,
                   const VisitEvtxRecord& visit);

}  // namespace bartizan
