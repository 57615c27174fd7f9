// SPDX-License-Identifier: Apache-2.0
#include "engine/read_events.h"

#include <cstring>

#include "base/limits.h"
#include "decode/evtx.h"
#include "decode/json.h"
#include "source/evidence.h"

namespace bartizan {
namespace {

// `head` holds the file header; chunks follow it back to back until the file ends, whatever the header declares.
Result<void> read_evtx(EvidenceFile& file, const ReadOptions& options, const Deliver& deliver, FileReport& report) {
  std::vector<std::uint8_t> piece(limits::kPieceBytes);
  std::vector<Event> batch;
  std::uint64_t offset = kEvtxHeaderBytes;
  for (;;) {
    TRY(std::size_t size, file.read(piece));
    Bytes bytes = Bytes(piece).first(size);
    batch.clear();
    for (std::size_t at = 0; at < size; at += kEvtxChunkBytes)
      decode_evtx_chunk(slice(bytes, at, kEvtxChunkBytes), offset + at, options.strict, batch, report.oddities);
    for (Event& event : batch) event.product = "windows";
    offset += size;
    report.bytes += size;
    report.events += batch.size();
    if (!batch.empty() && !deliver(batch)) return {};
    if (size < piece.size()) return {};
  }
}

// Objects are cut from a buffer that keeps the unfinished tail; it grows only for one object larger than a piece.
class JsonReader {
 public:
  JsonReader(EvidenceFile& file, const Deliver& deliver, FileReport& report)
      : file_(file), deliver_(deliver), report_(report) {}

  // `head` was read already.
  Result<void> read(const std::vector<std::uint8_t>& head) {
    buffer_ = head;
    for (;;) {
      std::size_t used = cut_objects();
      if (!batch_.empty()) {
        report_.events += batch_.size();
        if (!deliver_(batch_)) return {};
        batch_.clear();
      }
      if (at_end_) return {};
      buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used));
      offset_ += used;
      std::size_t kept = buffer_.size();
      buffer_.resize(kept + limits::kPieceBytes);
      TRY(std::size_t size, file_.read(std::span(buffer_).subspan(kept)));
      buffer_.resize(kept + size);
      report_.bytes += size;
      at_end_ = size < limits::kPieceBytes;
    }
  }

 private:
  // Decodes every complete object of the buffer; how many bytes are done with.
  std::size_t cut_objects() {
    std::size_t from = 0;
    for (;;) {
      JsonCut cut = cutter_.next(buffer_, from, at_end_);
      if (cut.kind == JsonCut::Kind::kMore) return cut.begin;
      if (cut.kind == JsonCut::Kind::kEnd) return buffer_.size();
      if (cut.kind == JsonCut::Kind::kObject)
        decoder_.decode(slice(buffer_, cut.begin, cut.end - cut.begin), offset_ + cut.begin, batch_, report_.oddities);
      else if (cut.why) report_.oddities.add(cut.why, offset_ + cut.begin);
      from = cut.end;
    }
  }

  EvidenceFile& file_;
  const Deliver& deliver_;
  FileReport& report_;
  JsonCutter cutter_;
  JsonDecoder decoder_;
  std::vector<std::uint8_t> buffer_;
  std::vector<Event> batch_;
  std::uint64_t offset_ = 0;
  bool at_end_ = false;
};

}  // namespace

Result<FileReport> read_events(const std::string& path, const ReadOptions& options, const Deliver& deliver) {
  FileReport report;
  TRY(EvidenceFile file, EvidenceFile::open(path));
  std::vector<std::uint8_t> head(kEvtxHeaderBytes);
  TRY(std::size_t size, file.read(head));
  head.resize(size);
  report.bytes = size;
  if (looks_like_evtx(head)) {
    report.format = "evtx";
    auto done = read_evtx(file, options, deliver, report);
    if (!done.has_value()) return std::unexpected(std::move(done.error()));
  } else if (looks_like_json(head)) {
    report.format = "json";
    auto done = JsonReader(file, deliver, report).read(head);
    if (!done.has_value()) return std::unexpected(std::move(done.error()));
  } else {
    report.not_recognised = size == 0 ? "the file is empty" : "no decoder knows this content";
  }
  return report;
}

}  // namespace bartizan
