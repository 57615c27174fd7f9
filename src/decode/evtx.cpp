// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <libdeflate.h>

#include "decode/evtx_binxml.h"
#include "decode/evtx_flatten.h"
#include "decode/evtx_quick.h"
#include "model/draft_event.h"

namespace bartizan {
namespace {

constexpr std::string_view kFileMagic{"ElfFile\0", 8};
constexpr std::string_view kChunkMagic{"ElfChnk\0", 8};
constexpr std::string_view kRecordMagic{"**\0\0", 4};

// Chunk header: magic, record numbers and ids, header size at 40, last record at 44, free space at 48, checksum of the
// records at 52, flags at 120, checksum of the header at 124, then the offsets of names (64) and templates (32).
constexpr std::size_t kChunkHeaderBytes = 512;
constexpr std::size_t kFreeSpaceAt = 48, kRecordsChecksumAt = 52, kFlagsAt = 120, kHeaderChecksumAt = 124;
constexpr std::size_t kTablesAt = 128;
constexpr std::uint32_t kNoChecksumFlag = 4;

// Record: magic, size u32, record id u64, FILETIME u64, BinXml, size again u32.
constexpr std::size_t kRecordHeaderBytes = 24;
constexpr std::size_t kRecordBytesMin = kRecordHeaderBytes + 4;

std::uint32_t u32_at(Bytes bytes, std::size_t offset) { return ByteReader(bytes, offset).u32(); }

std::uint32_t checksum(std::uint32_t before, Bytes bytes) {
  return libdeflate_crc32(before, bytes.data(), bytes.size());
}

bool starts_with(Bytes bytes, std::size_t offset, std::string_view magic) {
  return as_text(slice(bytes, offset, magic.size())) == magic;
}

// False when a checksum is there and wrong.
bool checksums_agree(Bytes chunk, std::size_t end, std::uint64_t file_offset, OddityList& oddities) {
  const std::uint32_t header = u32_at(chunk, kHeaderChecksumAt), records = u32_at(chunk, kRecordsChecksumAt);
  if ((u32_at(chunk, kFlagsAt) & kNoChecksumFlag) != 0 || (header == 0 && records == 0)) return true;
  bool agree = true;
  if (checksum(checksum(0, chunk.first(kFlagsAt)), chunk.subspan(kTablesAt, kChunkHeaderBytes - kTablesAt)) !=
      header) {
    oddities.add("chunk header does not agree with its checksum", file_offset);
    agree = false;
  }
  if (checksum(0, chunk.subspan(kChunkHeaderBytes, end - kChunkHeaderBytes)) != records) {
    oddities.add("records of the chunk do not agree with their checksum", file_offset);
    agree = false;
  }
  return agree;
}

// The size of the record at `at`, if there is one that ends in the chunk.
std::optional<std::size_t> record_size(Bytes chunk, std::size_t at) {
  if (!starts_with(chunk, at, kRecordMagic)) return {};
  const std::size_t size = u32_at(chunk, at + 4);
  if (size < kRecordBytesMin || size > chunk.size() - at) return {};
  return size;
}

bool size_copy_agrees(Bytes chunk, std::size_t at, std::size_t size) {
  return u32_at(chunk, at + size - 4) == size;
}

// The next place at or after `at` where a record begins and both copies of its size agree; `end` if there is none.
std::size_t next_record(Bytes chunk, std::size_t at, std::size_t end) {
  for (at = (at + 7) & ~std::size_t{7}; at < end; at += 8)
    if (const auto size = record_size(chunk, at); size && size_copy_agrees(chunk, at, *size)) return at;
  return end;
}

bool all_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

// True: the record at `at` is dealt with, no tree of it is needed.
using TakeRecordPlace = std::function<bool(std::size_t at, std::size_t size)>;

class ChunkDecoder {
 public:
  ChunkDecoder(Bytes chunk, std::uint64_t file_offset, const TakeRecordPlace& first,
               const VisitEvtxRecord& visit, OddityList& oddities)
      : chunk_(chunk),
        file_offset_(file_offset),
        first_(first),
        visit_(visit),
        oddities_(oddities),
        reader_(chunk) {}

  void decode_records(std::size_t end) {
    std::size_t at = kChunkHeaderBytes;
    while (at < end) {
      const auto size = record_size(chunk_, at);
      if (!size || !is_record(at, *size, end)) {
        if (all_zero(slice(chunk_, at, end - at))) return;
        oddities_.add("bad event record, looking for the next one", file_offset_ + at);
        // Torn by a lost write behind its content, perhaps: what still reads to its end is evidence.
        if (size) decode_record(at, *size, true);
        at = next_record(chunk_, at + 8, end);
        continue;
      }
      decode_record(at, *size, false);
      if (reader_.is_exhausted()) {
        oddities_.add("records of the chunk grow too large, the rest of the chunk is left out",
                      file_offset_ + at);
        return;
      }
      at += *size;
    }
  }

 private:
  // One wrong copy of the size is forgiven when the records go on behind it.
  bool is_record(std::size_t at, std::size_t size, std::size_t end) {
    if (size_copy_agrees(chunk_, at, size)) return true;
    if (at + size != end && !starts_with(chunk_, at + size, kRecordMagic)) return false;
    oddities_.add("event record with two different sizes", file_offset_ + at);
    return true;
  }

  void decode_record(std::size_t at, std::size_t size, bool only_whole) {
    if (first_ && first_(at, size)) return;
    ByteReader header(chunk_, at + 8);
    const std::uint64_t record_id = header.u64();
    const Instant time = instant_from_filetime(header.u64());
    const std::vector<evtx::Element>& elements = reader_.read(at + kRecordHeaderBytes, at + size - 4);
    const std::string_view problem = reader_.problem();
    if (!problem.empty()) oddities_.add(std::string(problem), file_offset_ + at);
    if (only_whole && !problem.empty()) return;
    // A damaged record is kept as far as it could be read.
    if (elements.front().first_child != evtx::kNone)
      visit_({record_id, time, file_offset_ + at, elements, {}, problem.empty()});
    else if (problem.empty()) oddities_.add("event record without content", file_offset_ + at);
  }

  Bytes chunk_;
  std::uint64_t file_offset_;
  const TakeRecordPlace& first_;
  const VisitEvtxRecord& visit_;
  OddityList& oddities_;
  evtx::BinXmlReader reader_;
};

void walk_chunk(Bytes chunk, std::uint64_t file_offset, bool strict, OddityList& oddities,
                const TakeRecordPlace& first, const VisitEvtxRecord& visit) {
  const bool is_short = chunk.size() < kEvtxChunkBytes;
  chunk = slice(chunk, 0, kEvtxChunkBytes);
  const bool has_magic = starts_with(chunk, 0, kChunkMagic);
  if (!has_magic && all_zero(slice(chunk, 0, kTablesAt))) return;
  if (!has_magic) oddities.add("chunk does not begin with its signature", file_offset);
  if (is_short) oddities.add("chunk is cut short", file_offset);
  if (chunk.size() <= kChunkHeaderBytes) return;

  std::size_t end = u32_at(chunk, kFreeSpaceAt);
  if (end < kChunkHeaderBytes || end > chunk.size()) {
    if (has_magic && !is_short) oddities.add("chunk with a free space offset out of range", file_offset);
    end = chunk.size();
  }
  const bool agree = has_magic && (is_short || checksums_agree(chunk, end, file_offset, oddities));
  if (strict && (!agree || is_short)) return oddities.add("chunk rejected", file_offset);
  ChunkDecoder(chunk, file_offset, first, visit, oddities).decode_records(end);
}

}  // namespace

bool looks_like_evtx(Bytes head) { return starts_with(head, 0, kFileMagic); }

void for_each_evtx_record(Bytes chunk, std::uint64_t file_offset, bool strict, OddityList& oddities,
                          const VisitEvtxRecord& visit) {
  walk_chunk(chunk, file_offset, strict, oddities, {}, visit);
}

void add_evtx_event(const EvtxRecord& record, EventBatch& out, OddityList& oddities) {
  DraftEvent event;
  event.offset = record.offset;
  event.product = "windows";
  event.record_id = fmt::format("{}", record.record_id);
  event.time = record.time;
  if (!evtx::flatten(record.elements, event))
    oddities.add("event with too many fields, the rest is left out", record.offset);
  if (event.fields.empty()) return oddities.add("event record without fields", record.offset);
  if (!record.carved.empty()) event.fields.push_back({"Carved", std::string(record.carved), false});
  event.add_to(out);
}

void decode_evtx_chunk(Bytes chunk, std::uint64_t file_offset, bool strict, EventBatch& out,
                       OddityList& oddities, evtx::EvtxQuickDecoder* quick) {
  if (quick) quick->begin_chunk(slice(chunk, 0, kEvtxChunkBytes));
  const TakeRecordPlace decode_quickly = [&](std::size_t at, std::size_t size) {
    return quick && quick->decode(at, size, file_offset + at, false, out);
  };
  walk_chunk(chunk, file_offset, strict, oddities, decode_quickly,
             [&](const EvtxRecord& record) { add_evtx_event(record, out, oddities); });
}

}  // namespace bartizan
