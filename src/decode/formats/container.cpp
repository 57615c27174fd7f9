// SPDX-License-Identifier: Apache-2.0
// Logs of containers as containerd and CRI-O write them (/var/log/pods, /var/log/containers): time, stream, whether
// the line is whole (F) or goes on (P), and what the program wrote, which may be a log of another format.
//   2026-11-24T08:00:00.123456789Z stdout F {"level":"info",…}
// https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
#include <string>

#include "decode/carried_message.h"
#include "decode/line_decoder.h"
#include "decode/payload.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

struct Line {
  Instant time;
  std::string_view stream, text;
  bool goes_on = false;
};

bool read_line(std::string_view line, const TimeHints& hints, Line& out) {
  std::size_t used = 0;
  const auto time = read_iso_time(line, false, hints, used);
  if (!time) return false;
  out.time = *time;
  TextCursor in(line.substr(used));
  std::string_view tag;
  if (!in.accept(' ') || !in.until(' ', out.stream) || (out.stream != "stdout" && out.stream != "stderr"))
    return false;
  if (!in.until(' ', tag)) tag = in.rest(), in.skip(tag.size());
  out.text = in.rest();
  out.goes_on = tag == "P";
  return tag == "P" || tag == "F" || tag.starts_with("F:") || tag.starts_with("P:");
}

class ContainerDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    TimeMemo memo;
    const TimeHints hints{piece.modified, piece.zone, &memo};
    Line first;
    std::string begun;  // of parts that go on
    std::uint64_t at_first = 0;
    for_each_line(out.keep(as_text(piece.bytes)), [&](std::string_view text, std::size_t at) {
      if (piece.offset + at == 0) text = without_mark(text);
      if (text.empty()) return;
      Line line;
      if (!read_line(text, hints, line)) {
        oddities.add("a line is not one of a container's log", piece.offset + at);
        Event& event = out.start();
        event.offset = piece.offset + at;
        event.product = "kubernetes", event.service = "container";
        out.add("message", text);
        return out.commit();
      }
      if (begun.empty()) first = line, at_first = piece.offset + at;
      if (line.goes_on && begun.size() + line.text.size() < limits::kPieceBytesMax)
        return void(begun += line.text);
      if (!begun.empty()) line.text = out.keep(begun += line.text), begun.clear();
      emit(first.time, line, at_first, piece.zone, out, oddities);
    });
    if (!begun.empty())
      first.text = out.keep(begun), emit(first.time, first, at_first, piece.zone, out, oddities);
  }

 private:
  void emit(Instant time, const Line& line, std::uint64_t offset, const TimeZone* zone, EventBatch& out,
            OddityList& oddities) {
    if (line.text.empty()) return;
    const Field fields[] = {{"stream", line.stream}};
    if (payload_.decode(line.text, {{}, "kubernetes", "container", time, offset, fields, zone}, out,
                        oddities))
      return;
    Event& event = out.start();
    event.offset = offset;
    event.time = time;
    event.product = "kubernetes", event.service = "container";
    out.add("stream", line.stream);
    out.add("message", line.text);
    if (!read_carried_message(out, oddities)) out.commit();
  }

  PayloadDecoder payload_;
};

int recognise(Bytes head) {
  Line line;
  return lines_that_fit(head, [&](std::string_view text) { return read_line(text, {}, line); }) >= 80 ? 92
                                                                                                      : 0;
}

}  // namespace

const Format& container_format() {
  static constexpr Format kFormat{
      "container",
      "Log of a container as containerd and CRI-O write it",
      "kubernetes: container; by the payload",
      recognise,
      make_line_cutter,
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<ContainerDecoder>(); },
      nullptr,
      "2026-11-24T08:00:00.123456789Z stdout F listening on port 8080\n"};
  return kFormat;
}

}  // namespace bartizan
