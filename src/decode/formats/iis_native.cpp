// SPDX-License-Identifier: Apache-2.0
// IIS in its own format, which has no header and local times:
//   192.0.2.7, -, 11/24/2026, 8:00:00, W3SVC1, WEB1, 10.0.0.1, 4502, 163, 3223, 200, 0, GET, /x.asp, a=1,
// client, user, date, time, service, server and its address, milliseconds, bytes read and sent, status, Windows' status, method,
// target, parameters. https://learn.microsoft.com/previous-versions/iis/6.0-sdk/ms525807(v=vs.90)
#include "decode/http_request.h"
#include "decode/line_decoder.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

bool read_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  constexpr std::string_view kNames[] = {"c-ip",       "cs-username",    "date",        "time",
                                         "s-sitename", "s-computername", "s-ip",        "time-taken",
                                         "cs-bytes",   "sc-bytes",       "sc-status",   "sc-win32-status",
                                         "cs-method",  "cs-uri-stem",    "cs-uri-query"};
  std::string_view values[std::size(kNames)];
  TextCursor in(line);
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    // Parameters may hold commas.
    std::string_view& value = values[i];
    if (i + 1 < std::size(kNames)) {
      if (!in.until(',', value)) return false;
    } else {
      value = in.rest();
      if (value.ends_with(',')) value.remove_suffix(1);
    }
    value = without_blanks_around(value);
  }
  const auto time = parse_date_and_clock(values[2], values[3], {}, place);
  if (!time || !looks_like_address(values[0]) || !is_http_method(values[12]) || !all_digits(values[10]))
    return false;
  Event& event = draft.draft();
  event.time = *time;
  event.host = values[5];
  event.category = "webserver", event.service = "iis";
  for (std::size_t i = 0; i < std::size(kNames); ++i)
    if (!values[i].empty() && values[i] != "-") draft.add(kNames[i], values[i], is_plain_number(values[i]));
  return true;
}

}  // namespace

const Format& iis_native_format() {
  static constexpr Format kFormat{"iis_native",
                                  "IIS log in its own format (without a header)",
                                  "category webserver (service iis)",
                                  [](Bytes head) { return lines_read(head, read_line) >= 75 ? 92 : 0; },
                                  make_line_cutter,
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(options, read_line,
                                                                         "a line is not one of an IIS log");
                                  },
                                  nullptr,
                                  "192.0.2.7, -, 11/24/2026, 8:00:00, W3SVC1, WEB1, 10.0.0.1, 4502, 163, "
                                  "3223, 200, 0, GET, /x.asp, a=1,\n"};
  return kFormat;
}

}  // namespace bartizan
