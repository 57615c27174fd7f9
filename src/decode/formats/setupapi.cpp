// SPDX-License-Identifier: Apache-2.0
// Device installation log of Windows (setupapi.dev.log): which device was first seen when, by sections in local time.
// https://learn.microsoft.com/windows-hardware/drivers/install/format-of-a-text-log-section
//   [Boot Session: 2026/03/10 07:10:00.500]
//   >>>  [Device Install (Hardware initiated) - USBSTOR\Disk&Ven_Example\0123456789&0]
//   >>>  Section start 2026/03/10 08:02:11.123
//        dvi: …
//   <<<  Section end 2026/03/10 08:02:12.001
//   <<<  [Exit status: SUCCESS]
#include <algorithm>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/line_decoder.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

constexpr std::string_view kSection = ">>>  [", kBoot = "[Boot Session: ", kStart = ">>>  Section start ",
                           kEnd = "<<<  Section end ", kStatus = "<<<  [Exit status: ";

bool begins_record(std::string_view line) { return line.starts_with(kSection) || line.starts_with(kBoot); }

// Before the last section, which may go on.
class SectionCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end) return buffer.size();
    const std::string_view text = as_text(buffer);
    const auto last = [&](std::string_view begin) {
      for (std::size_t end = text.size(); end > 0;) {
        const std::size_t found = text.rfind(begin, end - 1);
        if (found == text.npos || found == 0) return std::size_t{0};
        if (text[found - 1] == '\n') return found;
        end = found;
      }
      return std::size_t{0};
    };
    const std::size_t found = std::max(last(kSection), last(kBoot));
    return found == 0 && buffer.size() >= limits::kPieceBytesMax ? buffer.size() : found;
  }
};

class SetupApiDecoder final : public Decoder {
 public:
  explicit SetupApiDecoder(const DecodeOptions& options) : rule_out_(options.projection) {}

  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const std::string_view text = out.keep(as_text(piece.bytes));
    const TimeHints hints{piece.modified, piece.zone, nullptr};
    std::size_t begin = 0;
    bool is_record =
        piece.offset > 0;  // what stands before the first section of a file says what Windows it is
    for_each_line(text, [&](std::string_view line, std::size_t at) {
      if (!begins_record(line)) return;
      if (is_record) read(text.substr(begin, at - begin), hints, piece.offset + begin, out, oddities);
      begin = at, is_record = true;
    });
    if (is_record) read(text.substr(begin), hints, piece.offset + begin, out, oddities);
  }

 private:
  void read(std::string_view record, const TimeHints& hints, std::uint64_t offset, EventBatch& out,
            OddityList& oddities) {
    while (record.ends_with('\n') || record.ends_with('\r')) record.remove_suffix(1);
    if (record.empty()) return;
    Event& event = out.start();
    event.offset = offset;
    event.product = "windows", event.service = "setupapi";
    std::string_view time;
    for_each_line(record, [&](std::string_view line, std::size_t) {
      TextCursor in(line);
      if (in.accept(kSection)) read_title(in.rest(), out);
      else if (in.accept(kBoot)) time = in.until(']'), out.add("Action", "Boot Session");
      else if (in.accept(kStart)) time = in.rest();
      else if (in.accept(kEnd)) out.add("SectionEnd", in.rest());
      else if (in.accept(kStatus)) out.add("Result", in.until(']'));
    });
    event.time = parse_written_time(without_blanks_around(time), hints).value_or(Instant{});
    if (event.time == Instant{}) oddities.add("a section of the device log has no time", offset);
    out.add("message", record);
    rule_out_.judge(record, out);
    out.commit();
  }

  // `Device Install (Hardware initiated) - USB\VID_0000&PID_0000\7`
  static void read_title(std::string_view title, EventBatch& out) {
    if (title.ends_with(']')) title.remove_suffix(1);
    const std::size_t joint = title.find(" - ");
    out.add("Action", title.substr(0, joint));
    if (joint != title.npos) out.add("DeviceInstanceId", title.substr(joint + 3));
  }

  RuleOut rule_out_;
};

int recognise(Bytes head) {
  bool has_section = false, has_start = false;
  for_each_line(without_mark(as_text(head)), [&](std::string_view line, std::size_t) {
    has_section = has_section || begins_record(line);
    has_start = has_start || line.starts_with(kStart) || line.starts_with("[Device Install Log]");
  });
  return has_section && has_start ? 88 : 0;
}

}  // namespace

const Format& setupapi_format() {
  static constexpr Format kFormat{
      "setupapi",
      "Device installation log of Windows (setupapi.dev.log)",
      "windows: setupapi",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<SectionCutter>(); },
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<SetupApiDecoder>(options);
      },
      nullptr,
      ">>>  [Device Install (Hardware initiated) - USBSTOR\\Disk&Ven_Example\\0123456789&0]\n"
      ">>>  Section start 2026/11/24 08:00:00.123\n<<<  Section end 2026/11/24 08:00:01.123\n"
      "<<<  [Exit status: SUCCESS]\n"};
  return kFormat;
}

}  // namespace bartizan
