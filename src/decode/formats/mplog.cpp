// SPDX-License-Identifier: Apache-2.0
// Microsoft Defender's support log (MPLog-*.log, UTF-16): lines that begin with a UTC time and hold a step,
// and blocks of lines in between. Detections become antivirus events; the lines that tell which process was
// watched and which files were looked up keep evidence of what ran after other logs are gone. The rest keeps
// its text.
#include <string>

#include "decode/decoder.h"
#include "decode/lines.h"
#include "decode/message_lines.h"
#include "decode/utf16.h"
#include "decode/whole.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

struct Form {
  std::string_view pattern, action, category;
};
constexpr Form kForms[] = {
    {"DETECTION_ADD#{} {Signature} file:{Filename} PropBag [", "detected", "antivirus"},
    {"DETECTION_ADD {Signature} file:{Filename} PropBag [", "detected", "antivirus"},
    {"DETECTION_ADD#{} {Signature} file:{Filename}", "detected", "antivirus"},
    {"DETECTION_ADD {Signature} file:{Filename}", "detected", "antivirus"},
    {"DETECTION_CLEANEVENT {Outcome} {} {Signature} file:{Filename}", "cleaned", "antivirus"},
    {"DETECTIONEVENT {} {Signature} file:{Filename};", "detected", "antivirus"},
    {"DETECTIONEVENT {} {Signature} file:{Filename}", "detected", "antivirus"},
    {"ProcessImageName: {ProcessName}, Pid: {ProcessId}, TotalTime: {TotalTime}, Count: {Count}, MaxTime: "
     "{MaxTime}, MaxTimeFile: {MaxTimeFile}, EstimatedImpact: {Impact}",
     "impact", ""},
    {"SDN:Issuing SDN query for {Filename} ({}) (sha1={Sha1}, sha2={Sha256})", "hash_looked_up", ""},
    {"BM telemetry:", "behaviour", ""},
    {"Engine:command line reported as lowfi: {Image}({CommandLine<})", "command", ""},
};

bool has_time(std::string_view line) {
  std::size_t used = 0;
  return read_iso_time(line, false, {}, used) && used < line.size() && line[used] == ' ';
}

class MpLogDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList&) override {
    const TextEncoding encoding = encoding_of(piece.bytes);
    const std::string_view text = out.keep(text_in_utf8(piece.bytes, encoding, utf8_));
    PlaceInPiece place(piece.bytes, text, encoding);
    message_ = {}, time_ = {};
    for_each_line(text, [&](std::string_view line, std::size_t at) {
      std::size_t used = 0;
      const auto time = read_iso_time(line, false, {}, used);
      if (!time) return add_line(line, piece.offset + place.of(at));
      flush(out);
      time_ = *time, begin_ = piece.offset + place.of(at);
      message_ = line.substr(std::min(used + 1, line.size()));
    });
    flush(out);
  }

 private:
  // A line without a time goes on the one before.
  void add_line(std::string_view line, std::uint64_t offset) {
    if (message_.empty()) message_ = line, begin_ = offset;
    else message_ = {message_.data(), static_cast<std::size_t>(line.data() + line.size() - message_.data())};
  }
  void flush(EventBatch& out) {
    if (message_.empty()) return;
    Event& event = out.start();
    event.time = time_, event.offset = begin_;
    event.product = "windows", event.service = "mplog";
    out.add("message", message_);
    Captures captures;
    for (const Form& form : kForms) {
      if (!match_line(message_, form.pattern, captures)) continue;
      out.add("Action", form.action);
      event.category = form.category;
      for (std::size_t i = 0; i < captures.count; ++i) out.add(captures.names[i], captures.values[i]);
      break;
    }
    out.commit();
    message_ = {};
  }

  std::string utf8_;
  std::string_view message_;
  Instant time_;
  std::uint64_t begin_ = 0;
};

int recognise(Bytes head) {
  std::string room;
  const TextEncoding encoding = encoding_of(head);
  const std::string_view text = text_in_utf8(head, encoding, room);
  std::size_t timed = 0;
  for_each_line(text, [&](std::string_view line, std::size_t) { timed += has_time(line); });
  if (timed == 0) return 0;
  for (std::string_view word : {"MpCmdRun", "MsMpEng", "Product supports installmode", "ProcessImageName: ",
                                "DETECTION_ADD", "DETECTIONEVENT", "SDN:Issuing SDN query"})
    if (text.find(word) != text.npos) return 88;
  return 0;
}

}  // namespace

const Format& mplog_format() {
  static constexpr Format kFormat{
      "mplog",
      "Support log of Microsoft Defender (MPLog)",
      "windows: mplog; category antivirus",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<WholeCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<MpLogDecoder>(); },
      nullptr,
      "2026-11-24T08:00:00.000Z DETECTION_ADD#2 HackTool:Win32/Example.D file:C:\\Users\\Publ"
      "ic\\m.exe\n"};
  return kFormat;
}

}  // namespace bartizan
