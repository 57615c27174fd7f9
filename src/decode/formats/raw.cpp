// SPDX-License-Identifier: Apache-2.0
// Any bytes, searched for Windows event records: what --carve reads event logs, disk images and memory dumps
// with. A piece may be cut anywhere but inside a chunk or record that can be seen; the 64 KiB before it go
// along for its lone records.
#include <algorithm>
#include <unordered_set>
#include <vector>

#include "base/limits.h"
#include "decode/evtx_carve.h"
#include "decode/evtx_render.h"

namespace bartizan {
namespace {

// Context of a piece: is_log u8, the count and offsets of copies of earlier records, u64 each, then the bytes
// before the piece.
class RawCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (offset_ == 0) is_log_ = looks_like_evtx(buffer);
    const std::size_t size = at_end ? buffer.size() : place_to_cut(buffer);
    if (size > 0) note_piece(buffer.first(size));
    return size;
  }
  std::string context() const override { return context_; }

 private:
  static constexpr std::size_t kCutFrom = 4 * kEvtxChunkBytes;

  std::size_t place_to_cut(Bytes buffer) const {
    if (buffer.size() < kCutFrom) return 0;
    std::size_t place = buffer.size() - kEvtxChunkBytes;
    if (is_log_) return place - (offset_ + place - kEvtxHeaderBytes) % kEvtxChunkBytes;
    const std::size_t from = place - kEvtxChunkBytes;
    std::size_t last_chunk = from;
    for (std::size_t at = from; (at = find_carved_chunk(buffer, at)) < place; ++at) last_chunk = at;
    if (last_chunk > from) return last_chunk;
    for (std::size_t at = from; (at = find_carved_record(buffer, at)) < place;) {
      const std::size_t end = at + carved_record_size(buffer, at);
      if (end > place) return at;
      at = end;
    }
    return place;
  }

  // Reads the records as the decoder will, to know which of them are copies. Records in their place are none, whatever came
  // before; and what was read in part only is no copy of itself where it can be read whole.
  void note_piece(Bytes piece) {
    std::vector<std::uint8_t> bytes(before_.begin(), before_.end());
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    const CarveWindow window{bytes, before_.size(), offset_ - before_.size(), is_log_, {}};
    std::vector<std::uint64_t> copies;
    OddityList oddities;
    carve_records(window, false, oddities, [&](const EvtxRecord& record) {
      const auto at = static_cast<std::size_t>(record.offset - window.offset);
      const std::uint64_t key = carved_record_key(bytes, at, ByteReader(bytes, at + 4).u32());
      const bool is_copy = whole_.contains(key) || (!record.is_whole && partial_.contains(key));
      if (is_copy && !record.carved.empty()) copies.push_back(record.offset);
      else if (whole_.size() + partial_.size() < limits::kCarvedKeysMax)
        (record.is_whole || record.carved.empty() ? whole_ : partial_).insert(key);
    });
    std::ranges::sort(copies);
    write_context(copies);
    before_.assign(as_text(Bytes(bytes).last(std::min(bytes.size(), kEvtxChunkBytes))));
    offset_ += piece.size();
  }

  void write_context(const std::vector<std::uint64_t>& copies) {
    const std::uint64_t count = copies.size();
    context_.assign(1, is_log_ ? '\1' : '\0');
    context_.append(reinterpret_cast<const char*>(&count), sizeof count);
    context_.append(reinterpret_cast<const char*>(copies.data()), copies.size() * sizeof(std::uint64_t));
    context_.append(before_);
  }

  bool is_log_ = false;
  std::uint64_t offset_ = 0;
  std::unordered_set<std::uint64_t> whole_, partial_;  // keys of records handed over so far
  std::string before_, context_;
};

void carve_piece(const Piece& piece, bool strict, OddityList& oddities, const VisitEvtxRecord& visit) {
  ByteReader context(as_bytes(piece.context));
  CarveWindow window;
  window.is_log = context.u8() != 0;
  const std::uint64_t count =
      std::min<std::uint64_t>(context.u64(), context.remaining() / sizeof(std::uint64_t));
  std::vector<std::uint64_t> copies(count);
  for (std::uint64_t& copy : copies) copy = context.u64();
  const Bytes before = context.take(context.remaining());
  std::vector<std::uint8_t> bytes(before.begin(), before.end());
  bytes.insert(bytes.end(), piece.bytes.begin(), piece.bytes.end());
  window.bytes = bytes;
  window.from = before.size();
  window.offset = piece.offset - before.size();
  window.copies = copies;
  carve_records(window, strict, oddities, visit);
}

class RawDecoder final : public Decoder {
 public:
  explicit RawDecoder(const DecodeOptions& options) : strict_(options.strict) {}
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    carve_piece(piece, strict_, oddities,
                [&](const EvtxRecord& record) { add_evtx_event(record, out, oddities); });
  }

 private:
  bool strict_;
};

bool render(const Piece& piece, const DecodeOptions& options, Rendering form, const TakeRecord& take,
            OddityList& oddities) {
  EvtxRenderer renderer(form, take);
  carve_piece(piece, options.strict, oddities, [&](const EvtxRecord& record) { renderer.render(record); });
  return renderer.going();
}

}  // namespace

const Format& raw_format() {
  static constexpr Format kFormat{"raw",
                                  "any bytes, searched for Windows event records (with --carve)",
                                  "windows: by channel",
                                  [](Bytes) { return 0; },
                                  []() -> std::unique_ptr<Cutter> { return std::make_unique<RawCutter>(); },
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<RawDecoder>(options);
                                  },
                                  render};
  return kFormat;
}

}  // namespace bartizan
