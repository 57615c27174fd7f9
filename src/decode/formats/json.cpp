// SPDX-License-Identifier: Apache-2.0
#include "decode/json.h"

#include <cstring>

#include "decode/decoder.h"

namespace bartizan {
namespace {

// Cuts behind the last complete object.
class JsonPieces final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end) return buffer.size();
    if (const std::size_t end = last_object_line(buffer); end > 0) {
      cutter_ = JsonCutter();
      scan_from_ = 0;
      searched_ = buffer.size() - end;
      return end;
    }
    searched_ = buffer.size();
    const std::size_t done = last_object(buffer);
    searched_ -= done;
    return done;
  }

 private:
  // Where the last line begins that starts an object after a line that ended one. Between `}` and `{` JSON
  // has a comma, and in a string no line end: without a comma one record ends there and another begins,
  // whatever the style.
  std::size_t last_object_line(Bytes buffer) const {
    const std::size_t begin = searched_ > 2 ? searched_ - 2 : 0;
    for (std::size_t end = buffer.size(); end > begin;) {
      const void* found = memrchr(buffer.data() + begin, '\n', end - begin);
      if (!found) return 0;
      const auto newline = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - buffer.data());
      const std::size_t last = newline > 0 && buffer[newline - 1] == '\r' ? newline - 1 : newline;
      if (newline + 1 < buffer.size() && buffer[newline + 1] == '{' && last > 0 && buffer[last - 1] == '}')
        return newline + 1;
      end = newline;
    }
    return 0;
  }

  std::size_t last_object(Bytes buffer) {
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

  JsonCutter cutter_;
  std::size_t scan_from_ = 0;  // where the unfinished object begins, counted from the end of the last piece
  std::size_t searched_ = 0;   // bytes from there in which no line as above begins
};

class JsonFormatDecoder final : public Decoder {
 public:
  explicit JsonFormatDecoder(Projection* projection) : decoder_(projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    decoder_.set_zone(piece.zone);
    JsonCutter cutter;
    std::size_t slow_until = 0;  // a line that is not one object is left to the cutter
    for (std::size_t from = 0;;) {
      from = past_line_end(piece.bytes, from, cutter);
      if (from >= slow_until && cutter.at_line_start()) {
        const std::size_t end = line_end(piece.bytes, from);
        if (decode_line(piece, from, end, out, oddities)) {
          from = end;
          continue;
        }
        slow_until = end;
      }
      const JsonCut cut = cutter.next(piece.bytes, from, true);
      if (cut.kind == JsonCut::Kind::kMore || cut.kind == JsonCut::Kind::kEnd) return;
      if (cut.kind == JsonCut::Kind::kObject)
        decoder_.decode(slice(piece.bytes, cut.begin, cut.end - cut.begin), piece.bytes.size() - cut.begin,
                        piece.offset + cut.begin, out, oddities);
      else if (cut.why) oddities.add(cut.why, piece.offset + cut.begin);
      from = cut.end;
    }
  }

  bool decode_record(const Piece& piece, std::uint64_t offset, EventBatch& out) override {
    if (offset < piece.offset || offset - piece.offset >= piece.bytes.size()) return false;
    decoder_.set_zone(piece.zone);
    JsonCutter cutter;
    const JsonCut cut = cutter.next(piece.bytes, offset - piece.offset, true);
    if (cut.kind != JsonCut::Kind::kObject) return false;
    const std::size_t before = out.size();
    decoder_.decode_whole(slice(piece.bytes, cut.begin, cut.end - cut.begin), offset, out);
    return out.size() == before + 1;
  }

 private:
  static std::size_t line_end(Bytes bytes, std::size_t from) {
    const void* found =
        from < bytes.size() ? std::memchr(bytes.data() + from, '\n', bytes.size() - from) : nullptr;
    return found ? static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data())
                 : bytes.size();
  }
  static std::size_t past_line_end(Bytes bytes, std::size_t from, JsonCutter& cutter) {
    const std::size_t newline = from < bytes.size() && bytes[from] == '\r' ? from + 1 : from;
    if (newline >= bytes.size() || bytes[newline] != '\n') return from;
    cutter.begin_line();
    return newline + 1;
  }
  // A line `{...}`, or `{...},` of a list.
  bool decode_line(const Piece& piece, std::size_t from, std::size_t end, EventBatch& out,
                   OddityList& oddities) {
    const Bytes bytes = piece.bytes;
    if (from >= end || bytes[from] != '{') return false;
    if (bytes[end - 1] == '\r') --end;
    if (bytes[end - 1] == ',') --end;
    if (bytes[end - 1] != '}') return false;
    return decoder_.decode_line(slice(bytes, from, end - from), bytes.size() - from, piece.offset + from, out,
                                oddities);
  }

  JsonDecoder decoder_;
};

}  // namespace

const Format& json_format() {
  static constexpr Format kFormat{"json",
                                  "JSON, one object a line, a list, or objects one after another",
                                  "by the shape of the objects",
                                  [](Bytes head) { return looks_like_json(head) ? 50 : 0; },
                                  []() -> std::unique_ptr<Cutter> { return std::make_unique<JsonPieces>(); },
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<JsonFormatDecoder>(options.projection);
                                  },
                                  nullptr,
                                  "{\"eventTime\":\"2026-11-24T08:00:00Z\",\"eventSource\":"
                                  "\"sts.amazonaws.com\",\"eventName\":\"AssumeRole\",\"sour"
                                  "ceIPAddress\":\"192.0.2.10\"}\n"};
  return kFormat;
}

}  // namespace bartizan
