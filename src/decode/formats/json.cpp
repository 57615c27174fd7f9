// SPDX-License-Identifier: Apache-2.0
#include "decode/json.h"

#include "decode/decoder.h"

namespace bartizan {
namespace {

// Cuts behind the last complete object.
class JsonPieces final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end) return buffer.size();
    std::size_t done = 0;
    for (;;) {
      const JsonCut next = cutter_.next(buffer, done < scan_from_ ? scan_from_ : done, false);
      if (next.kind == JsonCut::Kind::kMore || next.kind == JsonCut::Kind::kEnd) {
        const std::size_t begin = next.kind == JsonCut::Kind::kMore ? next.begin : buffer.size();
        scan_from_ = begin - done;
        return done;
      }
      done = next.end;
    }
  }

 private:
  JsonCutter cutter_;
  std::size_t scan_from_ = 0;  // where the unfinished object begins, counted from the end of the last piece
};

class JsonFormatDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    JsonCutter cutter;
    for (std::size_t from = 0;;) {
      const JsonCut cut = cutter.next(piece.bytes, from, true);
      if (cut.kind == JsonCut::Kind::kMore || cut.kind == JsonCut::Kind::kEnd) return;
      if (cut.kind == JsonCut::Kind::kObject)
        decoder_.decode(slice(piece.bytes, cut.begin, cut.end - cut.begin), piece.offset + cut.begin, out, oddities);
      else if (cut.why) oddities.add(cut.why, piece.offset + cut.begin);
      from = cut.end;
    }
  }

 private:
  JsonDecoder decoder_;
};

}  // namespace

const Format& json_format() {
  static constexpr Format kFormat{
      "json", "JSON, one object a line, a list, or objects one after another", "by the shape of the objects",
      [](Bytes head) { return looks_like_json(head) ? 50 : 0; },
      []() -> std::unique_ptr<Cutter> { return std::make_unique<JsonPieces>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<JsonFormatDecoder>(); }};
  return kFormat;
}

}  // namespace bartizan
