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

  void note_piece(Bytes piece) {
    std::vector<std::uint64_t> copies, fresh;
    for (std::size_t at = find_carved_record(piece, 0); at < piece.size();) {
      const std::size_t size = carved_record_size(piece, at);
      const std::uint64_t key = carved_record_key(piece, at, size);
      if (seen_.contains(key)) copies.push_back(offset_ + at);
      else fresh.push_back(key);
      at = find_carved_record(piece, at + size);
    }
    // Copies within a piece are the decoder's to tell: it knows which of them is in its place.
    for (std::uint64_t key : fresh)
      if (seen_.size() < limits::kCarvedKeysMax) seen_.insert(key);
    write_context(copies);
    before_.append(
        as_text(slice(piece, piece.size() - std::min(piece.size(), kEvtxChunkBytes), kEvtxChunkBytes)));
    if (before_.size() > kEvtxChunkBytes) before_.erase(0, before_.size() - kEvtxChunkBytes);
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
  std::unordered_set<std::uint64_t> seen_;
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
