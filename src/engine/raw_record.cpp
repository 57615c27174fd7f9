// SPDX-License-Identifier: Apache-2.0
#include "engine/raw_record.h"

#include <algorithm>
#include <charconv>

#include "decode/decoder.h"
#include "decode/evtx.h"
#include "decode/evtx_render.h"
#include "engine/event_rows.h"
#include "store/raw_pieces.h"

namespace bartizan {
namespace {

Piece view_of(const store::RawPiece& piece) {
  return {as_bytes(piece.bytes), piece.offset, piece.context, piece.modified, nullptr};
}

const Format* format_of(const store::RawPiece& piece) {
  const auto formats = all_formats();
  const auto found =
      std::ranges::find(formats, std::string_view(piece.format), [](const Format* one) { return one->name; });
  return found == formats.end() ? nullptr : *found;
}

// A Windows event log: the records of one chunk refer to each other, so the chunk is read.
void read_evtx(const store::RawPiece& piece, std::uint64_t position, RawRecord& record) {
  const std::size_t at = position - piece.offset, first = piece.offset == 0 ? kEvtxHeaderBytes : 0;
  const std::size_t chunk_at = first + (at - first) / kEvtxChunkBytes * kEvtxChunkBytes;
  const Bytes chunk = slice(as_bytes(piece.bytes), chunk_at, kEvtxChunkBytes);
  const std::uint32_t size = ByteReader(chunk, at - chunk_at + 4).u32();
  record.bytes = as_text(slice(chunk, at - chunk_at, size));
  OddityList oddities;
  for_each_evtx_record(chunk, piece.offset + chunk_at, false, oddities, [&](const EvtxRecord& one) {
    if (one.offset == position) append_rendering(one, Rendering::kXml, record.xml);
  });
}

struct FoundRecord {
  RawRecord record;
  bool is_meant = false;  // has the id asked for
};

std::optional<FoundRecord> find_in(const store::RawPiece& piece, const RecordPlace& place) {
  const Format* format = format_of(piece);
  if (!format) return std::nullopt;
  EventBatch batch;
  OddityList oddities;
  format->make_decoder({})->decode(view_of(piece), batch, oddities);
  FoundRecord found;
  bool is_there = false;
  std::uint64_t end = piece.offset + piece.bytes.size();
  std::string scratch;
  for (const Event& event : batch) {
    if (event.offset > place.position) end = std::min(end, event.offset);
    if (event.offset != place.position) continue;
    is_there = true;
    found.is_meant = found.is_meant || place.id == event_row_id(event, scratch);
  }
  if (!is_there) return std::nullopt;
  if (format->name == "evtx") read_evtx(piece, place.position, found.record);
  else found.record.bytes = piece.bytes.substr(place.position - piece.offset, end - place.position);
  return found;
}

}  // namespace

Result<RecordPlace> find_record_place(store::Database& database, std::uint64_t id) {
  TRY(const auto rows, database.rows_of("SELECT evidence, position FROM events WHERE id = " +
                                        std::to_string(id) + " LIMIT 1"));
  if (rows.empty()) return fail("no event has the id " + std::to_string(id));
  RecordPlace place{rows[0][0], 0, id};
  std::from_chars(rows[0][1].data(), rows[0][1].data() + rows[0][1].size(), place.position);
  return place;
}

Result<RawRecord> find_raw_record(store::Database& database, const RecordPlace& place) {
  TRY(const std::vector<store::RawPiece> pieces,
      store::find_raw_pieces(database, place.evidence, place.position));
  const std::string where = place.evidence + ": at byte " + std::to_string(place.position);
  if (pieces.empty())
    return fail("no bytes were kept of this place; a scan with --store keeps them unless --no-raw is given",
                where);
  std::optional<FoundRecord> first;
  for (const store::RawPiece& piece : pieces) {
    std::optional<FoundRecord> found = find_in(piece, place);
    if (!found) continue;
    if (found->is_meant) return std::move(found->record);
    if (!first) first = std::move(found);
  }
  if (!first) return fail("no record begins there", where);
  return std::move(first->record);
}

}  // namespace bartizan
