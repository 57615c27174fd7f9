// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx.h"

#include <algorithm>

#include "decode/decoder.h"
#include "decode/evtx_quick.h"
#include "decode/evtx_render.h"

namespace bartizan {
namespace {

// The file header goes with the first chunks; chunks follow it back to back until the file ends, whatever it declares.
class EvtxCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end) return buffer.size();
    const std::size_t header = at_start_ ? kEvtxHeaderBytes : 0;
    if (buffer.size() < header + kEvtxChunkBytes) return 0;
    at_start_ = false;
    return header + (buffer.size() - header) / kEvtxChunkBytes * kEvtxChunkBytes;
  }

 private:
  bool at_start_ = true;
};

class EvtxDecoder final : public Decoder {
 public:
  explicit EvtxDecoder(const DecodeOptions& options) : strict_(options.strict), quick_(options.projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    quick_.begin_piece();
    for (std::size_t at = first_chunk(piece); at < piece.bytes.size(); at += kEvtxChunkBytes)
      decode_evtx_chunk(slice(piece.bytes, at, kEvtxChunkBytes), piece.offset + at, strict_, out, oddities,
                        &quick_);
  }

  bool decode_record(const Piece& piece, std::uint64_t offset, EventBatch& out) override {
    const std::size_t at = offset - piece.offset, first = first_chunk(piece);
    const std::size_t chunk_at = first + (at - first) / kEvtxChunkBytes * kEvtxChunkBytes;
    const Bytes chunk = slice(piece.bytes, chunk_at, kEvtxChunkBytes);
    if (chunk.data() != quick_.chunk().data()) quick_.begin_chunk(chunk);
    return quick_.decode(at - chunk_at, ByteReader(chunk, at - chunk_at + 4).u32(), offset, true, out);
  }

 private:
  static std::size_t first_chunk(const Piece& piece) { return piece.offset == 0 ? kEvtxHeaderBytes : 0; }

  bool strict_;
  evtx::EvtxQuickDecoder quick_;
};

bool render(const Piece& piece, const DecodeOptions& options, Rendering form, const TakeRecord& take,
            OddityList& oddities) {
  EvtxRenderer renderer(form, take);
  for (std::size_t at = piece.offset == 0 ? kEvtxHeaderBytes : 0; at < piece.bytes.size();
       at += kEvtxChunkBytes) {
    if (!renderer.going()) return false;
    for_each_evtx_record(slice(piece.bytes, at, kEvtxChunkBytes), piece.offset + at, options.strict, oddities,
                         [&](const EvtxRecord& record) { renderer.render(record); });
  }
  return renderer.going();
}

}  // namespace

const Format& evtx_format() {
  static constexpr Format kFormat{"evtx",
                                  "Windows event log",
                                  "windows: by channel",
                                  [](Bytes head) { return looks_like_evtx(head) ? 100 : 0; },
                                  []() -> std::unique_ptr<Cutter> { return std::make_unique<EvtxCutter>(); },
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<EvtxDecoder>(options);
                                  },
                                  render};
  return kFormat;
}

}  // namespace bartizan
