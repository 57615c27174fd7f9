// SPDX-License-Identifier: Apache-2.0
// Query logs of name servers: BIND's own file, unbound's own file, dnsmasq's own file, the debug log of the
// Windows DNS server
//   24-Nov-2026 08:00:00.123 queries: info: client …
//   [1795507200] unbound[12:0] info: 192.0.2.1 example.test. A IN
//   Nov 24 08:00:00 dnsmasq[12]: query[A] example.test from 192.0.2.1
//   11/24/2026 8:00:00 AM 0E4C PACKET  000001C9 UDP Rcv 192.0.2.1  4f0b   Q [0001   D   NOERROR] A
//   (7)example(4)test(0)
#include "decode/line_decoder.h"
#include "decode/payload_network.h"
#include "decode/syslog.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

// (7)example(4)test(0) -> example.test
std::string_view counted_name(std::string_view text, Arena& arena) {
  char* out = arena.reserve(text.size());
  std::size_t size = 0;
  TextCursor in(text);
  std::string_view count;
  while (in.enclosed('(', ')', count) && count != "0") {
    const std::string_view label = in.rest().substr(0, in.rest().find('('));
    if (size > 0) out[size++] = '.';
    std::copy(label.begin(), label.end(), out + size);
    size += label.size();
    in.skip(label.size());
  }
  return arena.take(size);
}

bool read_windows(std::string_view line, const TimeHints& times, EventBatch& draft) {
  const std::size_t packet = line.find(" PACKET ");
  if (packet == line.npos || line.front() < '0' || line.front() > '9') return false;
  std::string_view stamp = line.substr(0, packet);
  stamp = stamp.substr(0, stamp.rfind(' '));  // the thread
  const auto time = parse_written_time(stamp, times);
  if (!time) return false;
  TextCursor in(line.substr(packet + 8));
  in.skip_blanks();
  (void)in.word();  // packet identifier
  const std::string_view protocol = in.word(), direction = in.word(), address = in.word(), xid = in.word();
  if (!looks_like_address(address)) return false;
  const bool response = in.accept("R ");
  in.skip_blanks();
  (void)in.word();  // operation
  std::string_view flags;
  if (!in.enclosed('[', ']', flags)) return false;
  in.skip_blanks();
  const std::string_view type = in.word();
  Event& event = draft.draft();
  event.time = *time;
  event.product = "windows";
  event.category = "dns";
  event.service = "dns-debug";
  draft.add(direction == "Rcv" ? "src_ip" : "dst_ip", address);
  draft.add("protocol", protocol);
  draft.add("direction", direction);
  draft.add("xid", xid);
  draft.add("response", response ? "true" : "false");
  draft.add("rcode", flags.substr(flags.rfind(' ') == flags.npos ? 0 : flags.rfind(' ') + 1));
  draft.add("record_type", type);
  draft.add("query", counted_name(in.rest(), draft.arena()));
  return true;
}

bool read_named_file(std::string_view line, const TimeHints& times, EventBatch& draft) {
  constexpr std::size_t kTimeBytes = 24;  // 24-Nov-2026 08:00:00.123
  if (line.size() <= kTimeBytes || line.front() < '0' || line.front() > '9') return false;
  const auto time = parse_written_time(line.substr(0, kTimeBytes), times);
  if (!time || !named_payload({}, line.substr(kTimeBytes + (line[kTimeBytes] == ' ')), draft)) return false;
  draft.draft().time = *time;
  return true;
}

// With log-time-ascii and log-time-iso the time stands without brackets.
bool read_unbound_file(std::string_view line, const TimeHints& times, EventBatch& draft) {
  TextCursor in(line);
  std::string_view text;
  std::optional<Instant> time;
  std::size_t used = 0;
  if (in.enclosed('[', ']', text)) {
    if (all_digits(text)) time = parse_instant(text);
  } else if ((time = read_bsd_time(line, times, used)) || (time = read_iso_time(line, false, times, used))) {
    in.skip(used);
  }
  if (!time || !in.accept(" unbound[")) return false;
  (void)in.until(' ');
  if (!unbound_payload({}, in.rest(), draft)) {  // how it started, its statistics
    draft.draft().product = draft.draft().service = "unbound";
    draft.add("message", in.rest());
  }
  draft.draft().time = *time;
  return true;
}

bool read_dnsmasq_file(std::string_view line, const TimeHints& times, EventBatch& draft) {
  const SyslogHeader front = syslog_header_before(line, times);
  if (front.program != "dnsmasq" || !dnsmasq_payload({}, front.message, draft)) return false;
  draft.draft().time = front.time.value_or(Instant{});
  draft.draft().host = front.host;
  return true;
}

bool read_dns_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  return read_windows(line, place, draft) || read_unbound_file(line, place, draft) ||
         read_named_file(line, place, draft) || read_dnsmasq_file(line, place, draft);
}

// The explanations at the head of a Windows debug log, and the packets' details.
bool is_explanation(std::string_view line) {
  return line.front() == ' ' || line.front() == '\t' || line.starts_with("DNS Server log") ||
         line.starts_with("Log file wrap at") || line.starts_with("Message logging key");
}

int recognise(Bytes head) {
  const std::string_view text = as_text(head);
  if (text.find("DNS Server log file creation at") < 64) return 95;
  return lines_read(head, read_dns_line) >= 60 ? 88 : 0;
}

}  // namespace

const Format& dns_format() {
  static constexpr Format kFormat{"dns",
                                  "query log of BIND, unbound, dnsmasq or the Windows DNS server (debug log)",
                                  "category dns; bind, unbound, dnsmasq, windows (service dns-debug)",
                                  recognise,
                                  make_line_cutter,
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(
                                        options, read_dns_line,
                                        "a line is not one of a name server's query log", is_explanation);
                                  },
                                  nullptr,
                                  "24-Nov-2026 08:00:00.123 queries: info: client @0x"
                                  "7f00 192.0.2.1#53321 (www.example.test): query: ww"
                                  "w.example.test IN A +E(0)K (10.0.0.1)\n"};
  return kFormat;
}

}  // namespace bartizan
