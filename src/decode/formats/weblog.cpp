// SPDX-License-Identifier: Apache-2.0
// Access logs of Apache, nginx and what writes like them: common and combined, with a virtual host in front,
// an address list in front (a proxy's X-Forwarded-For), and any further quoted or bare fields behind.
//   [vhost:port ]client ident user [24/Nov/2026:08:00:00 +0000] "GET /a?b HTTP/1.1" 200 512 ["referer"
//   "agent" [more]]
// https://httpd.apache.org/docs/2.4/logs.html  https://nginx.org/en/docs/http/ngx_http_log_module.html
#include "decode/escapes.h"
#include "decode/http_request.h"
#include "decode/line_decoder.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

void add_unless_dash(std::string_view name, std::string_view value, EventBatch& draft,
                     bool is_number = false) {
  if (value.empty() || value == "-") return;
  draft.add(name, is_number ? value : without_backslashes(value, draft.arena()),
            is_number && is_plain_number(value));
}

// client ident user, perhaps with a virtual host or more addresses before; a user name may hold blanks.
bool read_front(std::string_view front, EventBatch& draft) {
  TextCursor in(front);
  std::string_view first = in.word();
  if (first.empty()) return false;
  if (first.ends_with(',')) {  // a list of addresses: the first is the client
    first.remove_suffix(1);
    add_unless_dash("c-ip", first, draft);
    while (in.rest().substr(0, in.rest().find(' ')).ends_with(',')) (void)in.word();
    (void)in.word();
  } else {
    const std::string_view second = in.rest().substr(0, in.rest().find(' '));
    const bool has_vhost = !looks_like_address(first) && looks_like_address(second);
    if (has_vhost) {
      draft.add("cs-host", first.substr(0, first.rfind(':')));
      if (const std::size_t colon = first.rfind(':'); colon != first.npos)
        draft.add("s-port", first.substr(colon + 1), true);
      first = in.word();
    }
    add_unless_dash("c-ip", first, draft);
  }
  if (in.at_end()) return false;
  (void)in.word();  // ident
  add_unless_dash("cs-username", without_blanks_around(in.rest()), draft);
  return true;
}

// Referer and agent, then whatever an administrator added: quoted fields that look like addresses are the
// client's own.
void read_back(TextCursor& in, EventBatch& draft) {
  in.skip_blanks();
  std::string_view value;
  const bool has_referer = in.quoted(value);
  if (has_referer) add_unless_dash("cs-referer", value, draft), in.skip_blanks();
  if (has_referer && in.quoted(value)) add_unless_dash("cs-user-agent", value, draft), in.skip_blanks();
  TextCursor more = in;
  if (more.quoted(value) && looks_like_address(value.substr(0, value.find_first_of(", "))))
    add_unless_dash("x-forwarded-for", value, draft), more.skip_blanks(), in = more;
  add_unless_dash("x-more", in.rest(), draft);
}

// Squid can write this form, with its result code behind.
void name_proxy(EventBatch& draft) {
  draft.draft().product = "squid";
  draft.draft().category = "proxy";
  for (const Field& field : draft.draft_fields())
    if (field.name == "cs-uri") return add_proxy_names(field.value, draft);
}

bool read_access_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  Event& event = draft.draft();
  event.category = "webserver";
  event.service = "access";
  const std::size_t bracket = line.find(" [");
  if (bracket == line.npos || line.size() < bracket + 24 || line[bracket + 4] != '/' ||
      line[bracket + 8] != '/')
    return false;
  if (!read_front(line.substr(0, bracket), draft)) return false;
  TextCursor in(line.substr(bracket + 1));
  std::string_view time, request;
  if (!in.enclosed('[', ']', time)) return false;
  const auto parsed = parse_written_time(time, place);
  if (!parsed) return false;
  event.time = *parsed;
  in.skip_blanks();
  if (!in.quoted(request)) return false;
  add_request_line(without_backslashes(request, draft.arena()), draft);
  in.skip_blanks();
  const std::string_view status = in.word();
  if (!all_digits(status)) return false;
  draft.add("sc-status", status, true);
  add_unless_dash("sc-bytes", in.word(), draft, true);
  read_back(in, draft);
  if (in.rest().starts_with("TCP_") || in.rest().starts_with("NONE")) name_proxy(draft);
  return true;
}

}  // namespace

const Format& weblog_format() {
  static constexpr Format kFormat{
      "weblog",
      "Apache and nginx access log (common, combined)",
      "category webserver, service access",
      [](Bytes head) { return lines_read(head, read_access_line) >= 75 ? 90 : 0; },
      make_line_cutter,
      [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
        return std::make_unique<LineDecoder>(options, read_access_line,
                                             "a line is not one of a web server's access log");
      },
      nullptr,
      "192.0.2.7 - jo [24/Nov/2026:08:00:00 +0000] \"GET /a.php?x=1 HTTP/1.1\" 200 512 \"https"
      "://www.example.test/\" \"agent\"\n"};
  return kFormat;
}

}  // namespace bartizan
