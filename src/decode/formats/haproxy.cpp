// SPDX-License-Identifier: Apache-2.0
// HAProxy's log with a syslog header in front or without.
#include "decode/line_decoder.h"
#include "decode/payload_network.h"
#include "decode/syslog.h"

namespace bartizan {
namespace {

// What HAProxy says beside its log lines: starts, stops, servers going down.
bool is_notice(const SyslogHeader& front) { return front.program == "haproxy"; }

bool read_haproxy_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  const SyslogHeader front = syslog_header_before(line, place);
  const bool read = haproxy_payload(front.message, place, draft);
  if (!read && !is_notice(front)) return false;
  Event& event = draft.draft();
  event.host = front.host;
  if (read) return true;
  event.product = "haproxy";
  event.time = front.time.value_or(Instant{});
  draft.add("message", front.message);
  return true;
}

bool is_log_line(std::string_view line) {
  EventBatch draft;
  draft.start();
  return haproxy_payload(syslog_header_before(line, {}).message, {}, draft);
}

}  // namespace

const Format& haproxy_format() {
  static constexpr Format kFormat{"haproxy",
                                  "HAProxy log",
                                  "haproxy; category webserver for HTTP, service tcp for the rest",
                                  [](Bytes head) { return lines_that_fit(head, is_log_line) >= 60 ? 88 : 0; },
                                  make_line_cutter,
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(
                                        options, read_haproxy_line, "a line is not one of HAProxy's log");
                                  },
                                  nullptr,
                                  "2026-11-24T08:00:00+00:00 lb haproxy[12]: 192.0.2."
                                  "1:33317 [24/Nov/2026:08:00:00.655] front back/srv1"
                                  " 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 \"G"
                                  "ET /a?b=c HTTP/1.1\"\n"};
  return kFormat;
}

}  // namespace bartizan
