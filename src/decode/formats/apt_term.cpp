// SPDX-License-Identifier: Apache-2.0
// apt's term.log: what dpkg and the scripts of packages printed, in blocks. Lines have no time of their own; each is an event
// at the start of its block, as its words are what is searched for.
//   Log started: 2026-11-24  08:00:00
//   Unpacking nmap (7.93+dfsg1-1) ...
//   Setting up nmap (7.93+dfsg1-1) ...
//   Log ended: 2026-11-24  08:00:05
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/lines.h"
#include "decode/message_lines.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

constexpr std::string_view kStarted = "Log started: ", kEnded = "Log ended: ";

// Blocks as a whole.
class AptTermCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end || buffer.size() >= limits::kPieceBytesMax) return buffer.size();
    const std::string_view text = as_text(buffer);
    const std::size_t last = text.rfind("\nLog started: ");
    return last == text.npos ? 0 : last + 1;
  }
};

struct Step {
  std::string_view pattern, action;
};
constexpr Step kSteps[] = {
    {"Unpacking {Package} ({Version}) over ({OldVersion}) ...", "upgraded"},
    {"Unpacking {Package} ({Version}) ...", "unpacked"},
    {"Setting up {Package} ({Version}) ...", "installed"},
    {"Removing {Package} ({Version}) ...", "removed"},
    {"Purging configuration files for {Package} ({Version}) ...", "purged"},
    {"dpkg: error processing {}", "failed"},
};

class AptTermDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const TimeHints hints{piece.modified, piece.zone, nullptr};
    Instant time;
    for_each_line(out.keep(as_text(piece.bytes)), [&](std::string_view line, std::size_t at) {
      const bool starts = line.starts_with(kStarted);
      if (starts || line.starts_with(kEnded)) {
        const auto read = time_of(line.substr(starts ? kStarted.size() : kEnded.size()), hints);
        if (!read) oddities.add("time that cannot be read", piece.offset + at);
        if (starts) time = read.value_or(Instant{});
        return;
      }
      Event& event = out.start();
      event.time = time, event.offset = piece.offset + at;
      event.product = "linux", event.service = "packages";
      Captures captures;
      for (const Step& step : kSteps) {
        captures.count = 0;
        if (!match_line(line, step.pattern, captures)) continue;
        out.add("Action", step.action);
        for (std::size_t i = 0; i < captures.count; ++i) out.add(captures.names[i], captures.values[i]);
        break;
      }
      out.add("message", line);
      out.commit();
    });
  }

 private:
  // Two blanks between date and time.
  static std::optional<Instant> time_of(std::string_view text, const TimeHints& hints) {
    const std::size_t date = text.find(' '), clock = text.rfind(' ');
    if (date == text.npos) return {};
    return parse_date_and_clock(text.substr(0, date), text.substr(clock + 1), {}, hints);
  }
};

int recognise(Bytes head) {
  const std::string_view text = as_text(head);
  const std::size_t first = text.find_first_not_of("\r\n");
  return first != text.npos && text.substr(first).starts_with(kStarted) ? 90 : 0;
}

}  // namespace

const Format& apt_term_format() {
  static constexpr Format kFormat{
      "apt_term",
      "Output of apt's installations (term.log)",
      "linux: packages",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<AptTermCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<AptTermDecoder>(); },
      nullptr,
      "Log started: 2026-11-24  08:00:00\nSetting up nmap (7.93+dfsg1-1) ...\nLog ended: 2026-11-24  "
      "08:00:05\n"};
  return kFormat;
}

}  // namespace bartizan
