// SPDX-License-Identifier: Apache-2.0
#include "engine/log_reader.h"

#include <algorithm>

#include "base/limits.h"
#include "decode/evtx.h"
#include "decode/evtx_carve.h"
#include "engine/collected_host.h"
#include "engine/utf8_stream.h"
#include "source/archive.h"
#include "source/evidence.h"

namespace bartizan {
namespace {

class LogWalk {
 public:
  LogWalk(const TakePiece& take, ReadReport& report, const EvidenceFile& source, const ReadOptions& options)
      : take_(take), report_(report), source_(source), modified_(source.modified()), options_(options) {}

  // False: no more is wanted. Recursion, by way of archives, is bounded by the budget's depth.
  bool read(ByteStream& stream, const std::string& file) {
    std::vector<std::uint8_t> head(kHeadBytes);
    auto size = stream.read(head);
    if (!size.has_value()) return add_error(file, size.error());
    head.resize(*size);
    if (looks_like_archive(head)) return read_archive(stream, head, file);
    if (looks_like_capture(head)) return read_capture(stream, head, file);
    std::vector<FormatScore> scores = score_formats(head);
    const Format* format = scores.empty() ? nullptr : scores.front().format;
    if (options_.carve && !head.empty() && (!format || looks_like_evtx(head))) format = &raw_format();
    bool big_endian = false;
    if (!format && looks_like_utf16(head, big_endian)) {
      Utf8Stream text(stream, head, big_endian);
      return read_text(text, file);
    }
    if (!format && as_text(head).starts_with(kMark)) {
      const std::vector<std::uint8_t> behind(head.begin() + kMark.size(), head.end());
      scores = score_formats(behind);
      format = scores.empty() ? nullptr : scores.front().format;
      return read_as(format, stream, behind, file, std::move(scores), kMark.size());
    }
    return read_as(format, stream, head, file, std::move(scores));
  }

 private:
  static constexpr std::string_view kMark = "\xef\xbb\xbf";  // of UTF-8

  bool read_text(Utf8Stream& stream, const std::string& file) {
    std::vector<std::uint8_t> head(kHeadBytes);
    auto size = stream.read(head);
    if (!size.has_value()) return add_error(file, size.error());
    head.resize(*size);
    std::vector<FormatScore> scores = score_formats(head);
    const Format* format = scores.empty() ? nullptr : scores.front().format;
    return read_as(format, stream, head, file, std::move(scores));
  }

  bool read_as(const Format* format, ByteStream& stream, const std::vector<std::uint8_t>& head,
               const std::string& file, std::vector<FormatScore> scores, std::uint64_t begin = 0) {
    if (!format) {
      report_.not_recognised.push_back(
          file + (head.empty() ? ": the file is empty" : ": no decoder knows this content"));
      return true;
    }
    ++report_.logs;
    return read_log(stream, head,
                    std::make_shared<const Log>(Log{file, format, modified_, std::move(scores), options_.zone,
                                                    false, std::string(host_of_collection(file))}),
                    begin);
  }

  bool read_archive(ByteStream& stream, const std::vector<std::uint8_t>& head, const std::string& file) {
    bool going = true;
    std::uint64_t members = 0;
    auto done =
        for_each_member(stream, head, file, budget_, [&](const std::string& name, ByteStream& member) {
          ++members;
          return going = read(member, file + "!" + name);
        });
    if (!done.has_value()) return add_error(file, done.error()) && going;
    if (members == 0) report_.not_recognised.push_back(file + ": the archive has no files");
    return going;
  }

  bool read_capture(ByteStream& stream, const std::vector<std::uint8_t>& head, const std::string& file) {
    auto capture = CaptureStream::open(stream, head, options_.capture);
    if (!capture.has_value()) return add_error(file, capture.error());
    const std::string eve = file + "!eve.json";
    std::vector<std::uint8_t> first(kHeadBytes);
    auto size = (*capture)->read(first);
    if (!size.has_value()) return add_error(file, size.error());
    first.resize(*size);
    std::vector<FormatScore> scores = score_formats(first);
    bool going = true;
    if (scores.empty()) {
      report_.not_recognised.push_back(file + ": Suricata sees nothing in this capture");
    } else {
      ++report_.logs;
      const Format* format = scores.front().format;
      going = read_log(
          **capture, first,
          std::make_shared<const Log>(Log{eve, format, modified_, std::move(scores), nullptr, true}));
    }
    for (const std::string& complaint : (*capture)->complaints())
      report_.errors.push_back(file + ": " + complaint);
    return going;
  }

  // `begin`: the place of `head` in the log.
  bool read_log(ByteStream& stream, const std::vector<std::uint8_t>& head, std::shared_ptr<const Log> log,
                std::uint64_t begin = 0) {
    const std::unique_ptr<Cutter> cutter = log->format->make_cutter();
    std::size_t filled = head.size();
    piece_.offset = begin;
    make_room(limits::kPieceBytes + kHeadBytes);
    std::copy(head.begin(), head.end(), piece_.buffer.begin());
    for (bool at_end = false; !at_end;) {
      const std::size_t asked = piece_.buffer.size() - filled;
      auto size = stream.read(std::span(piece_.buffer).subspan(filled, asked));
      if (!size.has_value()) return deliver_rest(*cutter, log, filled) && add_error(log->file, size.error());
      filled += *size;
      at_end = *size < asked;
      if (!deliver(*cutter, log, filled, at_end)) return false;
    }
    // A stream that broke off ended like a whole one; only the next read tells.
    std::uint8_t one[1];
    auto after = stream.read(one);
    return after.has_value() || add_error(log->file, after.error());
  }

  bool deliver_rest(Cutter& cutter, const std::shared_ptr<const Log>& log, std::size_t& filled) {
    return deliver(cutter, log, filled, true);
  }

  // Cuts what can be cut and hands it over; what is left moves to the start of a buffer with room behind it.
  bool deliver(Cutter& cutter, const std::shared_ptr<const Log>& log, std::size_t& filled, bool at_end) {
    while (filled > 0) {
      const std::size_t size = std::min(cutter.cut(Bytes(piece_.buffer).first(filled), at_end), filled);
      if (size == 0) break;
      rest_.assign(piece_.buffer.begin() + static_cast<std::ptrdiff_t>(size),
                   piece_.buffer.begin() + static_cast<std::ptrdiff_t>(filled));
      piece_.log = log;
      piece_.size = size;
      piece_.context = cutter.context();
      report_.bytes += size;
      report_.file_bytes = source_.bytes_read();
      const std::uint64_t next_offset = piece_.offset + size;
      if (!take_(piece_)) return false;
      piece_.offset = next_offset;
      make_room(limits::kPieceBytes + rest_.size());
      std::copy(rest_.begin(), rest_.end(), piece_.buffer.begin());
      filled = rest_.size();
      if (!at_end) return true;
    }
    // One record larger than a piece.
    if (!at_end && filled == piece_.buffer.size()) make_room(piece_.buffer.size() * 2);
    return true;
  }

  // Grows, never shrinks: pages that are there already cost nothing.
  void make_room(std::size_t size) {
    if (piece_.buffer.size() < size) piece_.buffer.resize(size);
  }

  bool add_error(const std::string& file, const Error& error) {
    report_.errors.push_back(file + ": " + error.message);
    return true;
  }

  const TakePiece& take_;
  ReadReport& report_;
  const EvidenceFile& source_;
  Instant modified_;
  const ReadOptions& options_;
  LogPiece piece_;
  std::vector<std::uint8_t> rest_;  // what was read and not cut
  ArchiveBudget budget_;
};

}  // namespace

Result<void> read_logs(const std::string& path, const TakePiece& take, ReadReport& report,
                       const ReadOptions& options) {
  TRY(EvidenceFile file, EvidenceFile::open(path));
  LogWalk(take, report, file, options).read(file, path);
  return {};
}

}  // namespace bartizan
