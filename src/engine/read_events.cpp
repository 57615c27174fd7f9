// SPDX-License-Identifier: Apache-2.0
#include "engine/read_events.h"

#include <cstring>

#include "base/limits.h"
#include "decode/evtx.h"
#include "decode/json.h"
#include "source/archive.h"
#include "source/evidence.h"

namespace bartizan {
namespace {

using DeliverBatch = std::function<bool(std::vector<Event>& batch)>;

// Of one log.
struct Progress {
  std::uint64_t bytes = 0, events = 0;
  OddityList oddities;
};

// `head` holds the file header; chunks follow it back to back until the file ends, whatever the header declares.
Result<void> read_evtx(ByteStream& stream, const ReadOptions& options, const DeliverBatch& deliver, Progress& progress) {
  std::vector<std::uint8_t> piece(limits::kPieceBytes);
  std::vector<Event> batch;
  std::uint64_t offset = kEvtxHeaderBytes;
  for (;;) {
    TRY(std::size_t size, stream.read(piece));
    Bytes bytes = Bytes(piece).first(size);
    batch.clear();
    for (std::size_t at = 0; at < size; at += kEvtxChunkBytes)
      decode_evtx_chunk(slice(bytes, at, kEvtxChunkBytes), offset + at, options.strict, batch, progress.oddities);
    for (Event& event : batch) event.product = "windows";
    offset += size;
    progress.bytes += size;
    progress.events += batch.size();
    if (!batch.empty() && !deliver(batch)) return {};
    if (size < piece.size()) return {};
  }
}

// Objects are cut from a buffer that keeps the unfinished tail; it grows only for one object larger than a piece.
class JsonReader {
 public:
  JsonReader(ByteStream& stream, const DeliverBatch& deliver, Progress& progress)
      : stream_(stream), deliver_(deliver), progress_(progress) {}

  // `head` was read already.
  Result<void> read(const std::vector<std::uint8_t>& head) {
    buffer_ = head;
    for (;;) {
      std::size_t used = cut_objects();
      if (!batch_.empty()) {
        progress_.events += batch_.size();
        if (!deliver_(batch_)) return {};
        batch_.clear();
      }
      if (at_end_) return {};
      buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used));
      offset_ += used;
      std::size_t kept = buffer_.size();
      buffer_.resize(kept + limits::kPieceBytes);
      TRY(std::size_t size, stream_.read(std::span(buffer_).subspan(kept)));
      buffer_.resize(kept + size);
      progress_.bytes += size;
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
        decoder_.decode(slice(buffer_, cut.begin, cut.end - cut.begin), offset_ + cut.begin, batch_, progress_.oddities);
      else if (cut.why) progress_.oddities.add(cut.why, offset_ + cut.begin);
      from = cut.end;
    }
  }

  ByteStream& stream_;
  const DeliverBatch& deliver_;
  Progress& progress_;
  JsonCutter cutter_;
  JsonDecoder decoder_;
  std::vector<std::uint8_t> buffer_;
  std::vector<Event> batch_;
  std::uint64_t offset_ = 0;
  bool at_end_ = false;
};

class Walk {
 public:
  Walk(const ReadOptions& options, const Deliver& deliver, FileReport& report)
      : options_(options), deliver_(deliver), report_(report) {}

  // False: `deliver` wants no more.
  bool read(ByteStream& stream, const std::string& file) {
    std::vector<std::uint8_t> head(kEvtxHeaderBytes);
    auto size = stream.read(head);
    if (!size.has_value()) return add_error(file, size.error());
    head.resize(*size);
    if (looks_like_archive(head)) return read_archive(stream, head, file);
    bool evtx = looks_like_evtx(head);
    if (!evtx && !looks_like_json(head)) {
      report_.not_recognised.push_back(file + (head.empty() ? ": the file is empty" : ": no decoder knows this content"));
      return true;
    }
    ++report_.logs;
    report_.bytes += head.size();
    return read_log(stream, head, evtx, file);
  }

 private:
  bool read_log(ByteStream& stream, const std::vector<std::uint8_t>& head, bool evtx, const std::string& file) {
    bool going = true;
    DeliverBatch deliver = [&](std::vector<Event>& batch) { return going = deliver_(batch, file); };
    Progress progress;
    auto done = evtx ? read_evtx(stream, options_, deliver, progress) : JsonReader(stream, deliver, progress).read(head);
    report_.bytes += progress.bytes;
    report_.events += progress.events;
    report_.oddities_total += progress.oddities.total;
    for (const Oddity& oddity : progress.oddities.kept)
      if (report_.oddities.size() < limits::kArchiveOdditiesKept)
        report_.oddities.push_back(file + ": at byte " + std::to_string(oddity.offset) + ": " + oddity.what);
    if (!going) return false;
    if (!done.has_value()) return add_error(file, done.error());
    // A stream that broke off ended like a whole one; only the next read tells.
    std::uint8_t one[1];
    auto after = stream.read(one);
    return after.has_value() || add_error(file, after.error());
  }

  // Recursion is bounded by the budget's depth.
  bool read_archive(ByteStream& stream, const std::vector<std::uint8_t>& head, const std::string& file) {
    bool going = true;
    std::uint64_t members = 0;
    auto done = for_each_member(stream, head, file, budget_, [&](const std::string& name, ByteStream& member) {
      ++members;
      return going = read(member, file + "!" + name);
    });
    if (!done.has_value()) return add_error(file, done.error()) && going;
    if (members == 0) report_.not_recognised.push_back(file + ": the archive has no files");
    return going;
  }

  bool add_error(const std::string& file, const Error& error) {
    report_.errors.push_back(file + ": " + error.message);
    return true;
  }

  const ReadOptions& options_;
  const Deliver& deliver_;
  FileReport& report_;
  ArchiveBudget budget_;
};

}  // namespace

Result<FileReport> read_events(const std::string& path, const ReadOptions& options, const Deliver& deliver) {
  TRY(EvidenceFile file, EvidenceFile::open(path));
  FileReport report;
  Walk(options, deliver, report).read(file, path);
  return report;
}

}  // namespace bartizan
