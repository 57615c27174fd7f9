// SPDX-License-Identifier: Apache-2.0
// OpenVPN's own log file, with either of its times in front:
//   2026-11-24 08:00:00 192.0.2.1:1194 [jo] Peer Connection Initiated with [AF_INET]192.0.2.1:1194
//   Tue Nov 24 08:00:00 2026 jo/192.0.2.1:1194 MULTI: Learn: 10.8.0.6 -> jo/192.0.2.1:1194
#include <algorithm>

#include "decode/line_decoder.h"
#include "decode/payload_network.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

// The text behind the time; empty when there is none.
std::string_view take_stamp(std::string_view line, const TimeHints& times, Instant& time) {
  constexpr std::size_t kIsoBytes = 19, kLongBytes = 24;
  for (std::size_t size : {kIsoBytes, kLongBytes}) {
    if (line.size() <= size || line[size] != ' ') continue;
    const auto parsed = parse_written_time(line.substr(0, size), times);
    if (!parsed) continue;
    time = *parsed;
    std::string_view text = line.substr(size + 1);
    if (text.starts_with("us=")) text.remove_prefix(std::min(text.find(' '), text.size() - 1) + 1);
    return text;
  }
  return {};
}

bool read_openvpn_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  Instant time;
  const std::string_view text = take_stamp(line, place, time);
  if (text.empty()) return false;
  if (!openvpn_payload("openvpn", text, draft)) draft.draft().product = draft.draft().service = "openvpn";
  draft.draft().time = time;
  draft.add("message", text);
  return true;
}

int recognise(Bytes head) {
  bool is_openvpn = false;
  const int fitting = lines_that_fit(head, [&](std::string_view line) {
    Instant time;
    const std::string_view text = take_stamp(line, {}, time);
    constexpr std::string_view kSigns[] = {
        "OpenVPN ", "[AF_INET", "MULTI: ", "TLS: ", "VERIFY OK", "Peer Connection Initiated"};
    for (std::string_view sign : kSigns) is_openvpn = is_openvpn || text.find(sign) != text.npos;
    return !text.empty();
  });
  return is_openvpn && fitting >= 75 ? 85 : 0;
}

}  // namespace

const Format& openvpn_format() {
  static constexpr Format kFormat{"openvpn",
                                  "OpenVPN log file",
                                  "openvpn, category vpn",
                                  recognise,
                                  make_line_cutter,
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(
                                        options, read_openvpn_line, "a line is not one of OpenVPN's log");
                                  },
                                  nullptr,
                                  "2026-11-24 08:00:00 203.0.113.5:1194 [jo] Peer Con"
                                  "nection Initiated with [AF_INET]203.0.113.5:1194\n"};
  return kFormat;
}

}  // namespace bartizan
