// SPDX-License-Identifier: Apache-2.0
// Error logs of Apache and nginx.
//   [Tue Nov 24 08:00:00.123456 2026] [core:error] [pid 12:tid 34] [client 192.0.2.1:5000] AH00126: Invalid
//   URI … 2026/11/24 08:00:00 [error] 12#12: *5 open() "/x" failed (2: …), client: 192.0.2.1, server: a,
//   request: "GET / HTTP/1.1"
// The text stays whole as `message`. https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat
#include <algorithm>

#include "base/limits.h"
#include "decode/http_request.h"
#include "decode/line_decoder.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

// Other programs put a time and something else into brackets, too.
bool is_level(std::string_view word) {
  constexpr std::string_view kLevels[] = {"emerg",  "alert",  "crit",   "error",  "warn",   "notice",
                                          "info",   "debug",  "trace1", "trace2", "trace3", "trace4",
                                          "trace5", "trace6", "trace7", "trace8"};
  return std::ranges::find(kLevels, word) != std::end(kLevels);
}

bool read_apache(std::string_view line, const TimeHints& times, EventBatch& draft) {
  TextCursor in(line);
  std::string_view time, part;
  if (!in.enclosed('[', ']', time)) return false;
  const auto parsed = parse_written_time(time, times);
  if (!parsed) return false;
  draft.draft().time = *parsed;
  in.skip_blanks();
  if (!in.enclosed('[', ']', part)) return false;
  const std::size_t colon = part.find(':');
  if (!is_level(colon == part.npos ? part : part.substr(colon + 1))) return false;
  if (colon != part.npos) draft.add("module", part.substr(0, colon));
  draft.add("level", colon == part.npos ? part : part.substr(colon + 1));
  for (in.skip_blanks(); draft.fields_of_draft() < limits::kPairsPerLineMax && in.enclosed('[', ']', part);
       in.skip_blanks()) {
    if (part.starts_with("pid "))
      draft.add("pid", part.substr(4, part.find(':') == part.npos ? part.npos : part.find(':') - 4), true);
    if (!part.starts_with("client ")) continue;
    const std::string_view client = part.substr(7);
    const std::size_t port = client.rfind(':');
    draft.add("c-ip", looks_like_address(client) || port == client.npos ? client : client.substr(0, port));
  }
  draft.draft().product = draft.draft().service = "apache";
  draft.add("message", in.rest());
  return true;
}

// `, name: value` pairs behind the text of nginx; a request is quoted and may hold commas.
void read_nginx_context(std::string_view message, EventBatch& draft) {
  const std::size_t begin = message.find(", client: ");
  if (begin == message.npos) return;
  TextCursor in(message.substr(begin));
  std::string_view name, value;
  while (draft.fields_of_draft() < limits::kPairsPerLineMax && in.accept(", ") && in.until(':', name)) {
    in.skip_blanks();
    if (!in.quoted(value)) {
      value = in.rest().substr(0, in.rest().find(", "));
      in.skip(value.size());
    }
    if (name == "client") draft.add("c-ip", value);
    else if (name == "request") add_request_line(value, draft);
    else if (name == "host") draft.add("cs-host", value);
    else if (name == "server" || name == "upstream" || name == "referrer")
      draft.add(name == "referrer" ? "cs-referer" : name, value);
  }
}

bool read_nginx(std::string_view line, const TimeHints& times, EventBatch& draft) {
  constexpr std::size_t kTimeBytes = 19;
  if (line.size() < kTimeBytes + 4 || line[4] != '/' || line[kTimeBytes + 1] != '[') return false;
  const auto parsed = parse_written_time(line.substr(0, kTimeBytes), times);
  if (!parsed) return false;
  TextCursor in(line.substr(kTimeBytes + 1));
  std::string_view level, process;
  if (!in.enclosed('[', ']', level)) return false;
  in.skip_blanks();
  if (!in.until('#', process) || !all_digits(process)) return false;
  (void)in.until(':');
  in.skip_blanks();
  Event& event = draft.draft();
  event.time = *parsed;
  event.product = event.service = "nginx";
  draft.add("level", level);
  draft.add("pid", process, true);
  draft.add("message", in.rest());
  read_nginx_context(in.rest(), draft);
  return true;
}

bool read_error_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  return line.front() == '[' ? read_apache(line, place, draft) : read_nginx(line, place, draft);
}

}  // namespace

const Format& weberror_format() {
  static constexpr Format kFormat{"weberror",
                                  "Apache and nginx error log",
                                  "apache, nginx: service of the same name",
                                  [](Bytes head) { return lines_read(head, read_error_line) >= 60 ? 85 : 0; },
                                  make_line_cutter,
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(
                                        options, read_error_line,
                                        "a line is not one of a web server's error log");
                                  },
                                  nullptr,
                                  "[Tue Nov 24 08:00:00.123456 2026] [core:error] [pi"
                                  "d 12:tid 34] [client 192.0.2.1:5000] AH00126: Inva"
                                  "lid URI in request GET /../x HTTP/1.1\n"};
  return kFormat;
}

}  // namespace bartizan
