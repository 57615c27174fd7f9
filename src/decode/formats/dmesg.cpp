// SPDX-License-Identifier: Apache-2.0
// The kernel's messages as dmesg prints them: with the seconds since the start, or (dmesg -T) with the time of day in local
// time; dmesg -x writes facility and level before. What the seconds count from is not in the text, so such events have no
// time; Uptime keeps the order.
//   [   12.345678] usb 1-1: new high-speed USB device number 2 using xhci_hcd
//   kern  :info  : [   12.345678] usb 1-1: …
//   [Tue Nov 24 08:00:01 2026] rk: loading out-of-tree module taints kernel.
#include "decode/line_decoder.h"
#include "decode/message_lines.h"
#include "decode/payload_network.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

bool is_uptime(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (text.starts_with('0') && dot != 1) return false;
  return dot != text.npos && text.size() - dot == 7 && all_digits(text.substr(0, dot)) &&
         all_digits(text.substr(dot + 1));
}

// `kern  :info  : `
bool take_level(TextCursor& in, std::string_view& level) {
  TextCursor ahead = in;
  std::string_view facility;
  constexpr std::size_t kWordMax = 8;
  if (in.peek() == '[' || !ahead.until(':', facility) || facility.size() > kWordMax ||
      !ahead.until(':', level))
    return false;
  level = without_blanks_around(level);
  ahead.skip_blanks();
  if (level.empty() || level.size() > kWordMax || ahead.peek() != '[') return false;
  in = ahead;
  return true;
}

bool read_kernel_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  Event& event = draft.draft();
  event.product = "linux", event.service = "syslog";
  TextCursor in(line);
  std::string_view level, stamp;
  if (take_level(in, level)) draft.add("severity", level);
  if (!in.enclosed('[', ']', stamp) || !in.accept(' ')) return false;
  const std::string_view inner = without_blanks_around(stamp);
  if (is_uptime(inner)) {
    draft.add("Uptime", inner, true);
  } else {
    constexpr std::size_t kCtimeBytes = 24;
    const auto time = stamp.size() == kCtimeBytes ? parse_written_time(stamp, place) : std::nullopt;
    if (!time) return false;
    event.time = *time;
  }
  draft.add("program", "kernel");
  draft.add("message", in.rest());
  if (!network_payload("kernel", in.rest(), place, draft)) add_message_fields("kernel", in.rest(), draft);
  return true;
}

}  // namespace

const Format& dmesg_format() {
  static constexpr Format kFormat{
      "dmesg",
      "Messages of the Linux kernel as dmesg prints them",
      "linux: syslog; category firewall",
      [](Bytes head) { return lines_read(head, read_kernel_line) >= 60 ? 70 : 0; },
      make_line_cutter,
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<LineDecoder>(options, read_kernel_line, "a line is not one of dmesg");
      },
      nullptr,
      "[Tue Nov 24 08:00:01 2026] rk: loading out-of-tree module taints kernel.\n"};
  return kFormat;
}

}  // namespace bartizan
