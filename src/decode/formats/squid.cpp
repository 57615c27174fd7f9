// SPDX-License-Identifier: Apache-2.0
// Squid's native access log:
//   1795507200.123    45 192.0.2.1 TCP_MISS/200 1234 GET http://example.test/a?b jo HIER_DIRECT/198.51.100.1
//   text/html
// https://wiki.squid-cache.org/Features/LogFormat
#include "decode/http_request.h"
#include "decode/line_decoder.h"
#include "decode/payload_network.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

void add_unless_dash(std::string_view name, std::string_view value, EventBatch& draft) {
  if (!value.empty() && value != "-") draft.add(name, value, is_plain_number(value));
}

bool read_squid_line(std::string_view line, const LinePlace&, EventBatch& draft) {
  Event& event = draft.draft();
  event.product = "squid";
  event.category = "proxy";
  TextCursor in(line);
  in.skip_blanks();
  const std::string_view time = in.word();
  const std::size_t point = time.find('.');
  if (point == time.npos || !all_digits(time.substr(0, point)) || !all_digits(time.substr(point + 1)))
    return false;
  const std::string_view elapsed = in.word(), client = in.word();
  TextCursor result(in.word());
  std::string_view action;
  if (!is_plain_number(elapsed) || !result.until('/', action) || !all_digits(result.rest())) return false;
  const std::string_view bytes = in.word(), method = in.word(), url = in.word();
  if (!is_plain_number(bytes) || url.empty()) return false;
  event.time = parse_instant(time).value_or(Instant{});
  draft.add("time-taken", elapsed, true);
  draft.add("c-ip", client);
  draft.add("s-action", action);
  add_unless_dash("sc-status", result.rest(), draft);
  draft.add("sc-bytes", bytes, true);
  draft.add("cs-method", method);
  add_request_target(url, false, draft);
  add_proxy_names(url, draft);
  add_unless_dash("cs-username", in.word(), draft);
  TextCursor hierarchy(in.word());
  std::string_view way;
  if (hierarchy.until('/', way)) {
    draft.add("s-hierarchy", way);
    add_unless_dash(looks_like_address(hierarchy.rest()) ? "dst_ip" : "s-supplier-name", hierarchy.rest(),
                    draft);
  }
  add_unless_dash("sc-content-type", in.word(), draft);
  std::string_view more;
  if (in.quoted(more)) add_unless_dash("cs-referrer", more, draft), in.skip_blanks();
  if (in.quoted(more)) add_unless_dash("c-useragent", more, draft), in.skip_blanks();
  add_unless_dash("x-more", in.rest(), draft);
  return true;
}

}  // namespace

bool squid_payload(std::string_view, std::string_view message, EventBatch& draft) {
  const Event before = draft.draft();
  if (!message.empty() && read_squid_line(message, {}, draft)) return true;
  draft.draft().product = before.product, draft.draft().category = before.category;
  return false;
}

const Format& squid_format() {
  static constexpr Format kFormat{"squid",
                                  "Squid access log",
                                  "squid, category proxy",
                                  [](Bytes head) { return lines_read(head, read_squid_line) >= 75 ? 92 : 0; },
                                  make_line_cutter,
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(
                                        options, read_squid_line, "a line is not one of Squid's access log");
                                  },
                                  nullptr,
                                  "1795507200.123     45 10.0.0.5 TCP_MISS/200 1234 G"
                                  "ET http://www.example.test/a?b jo HIER_DIRECT/192."
                                  "0.2.9 text/html\n"};
  return kFormat;
}

}  // namespace bartizan
