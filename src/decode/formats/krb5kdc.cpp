// SPDX-License-Identifier: Apache-2.0
// krb5kdc.log of an MIT Kerberos KDC (kdc_log.c; local time without a year):
//   Nov 24 02:07:15 kdc krb5kdc[26783](info): TGS_REQ (8 etypes {aes256-cts-hmac-sha1-96(18), …}) 192.0.2.10: ISSUE:
//     authtime 1795486035, etypes {rep=…(18), tkt=…(18), ses=…(18)}, alice@LAB.TEST for cifs/fs1@LAB.TEST
//   … AS_REQ (…) 192.0.2.10: NEEDED_PREAUTH: alice@LAB.TEST for krbtgt/LAB.TEST@LAB.TEST, Additional pre-…
//   … TGS_REQ (…) 192.0.2.10: LOOKING_UP_SERVER: authtime 0, etypes {…} alice@LAB.TEST for HTTP/x@LAB.TEST, Server …
//   … ... PROTOCOL-TRANSITION s4u-client=alice@LAB.TEST      belongs to the TGS_REQ line before it
// authtime is copied from the ticket-granting ticket into every later line, so (Client, AuthTime) names a ticket.
// A KDC whose lines go to syslog writes the same messages; this format is the KDC's own file.
#include <string>

#include "decode/line_decoder.h"
#include "decode/log_time.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

constexpr std::string_view kProgram = " krb5kdc[";

// The number in parentheses that ends `text`, as in `aes256-cts-hmac-sha1-96(18)`.
std::string_view number_in_parentheses(std::string_view text) {
  const std::size_t open = text.rfind('(');
  const std::size_t close = text.find(')', open == text.npos ? 0 : open);
  if (open == text.npos || close == text.npos) return {};
  const std::string_view digits = text.substr(open + 1, close - open - 1);
  return all_digits(digits) ? digits : std::string_view{};
}

// `8 etypes {aes256-cts-hmac-sha1-96(18), …}`: the numbers, joined by commas.
void add_offered(std::string_view list, EventBatch& draft) {
  const std::size_t open = list.find('{');
  if (open == list.npos) return;
  TextCursor in(list.substr(open + 1));
  std::string numbers;
  while (!in.at_end()) {
    const std::string_view number = number_in_parentheses(in.until(','));
    if (number.empty()) continue;
    if (!numbers.empty()) numbers += ',';
    numbers += number;
  }
  draft.add("EncryptionOffered", draft.keep(numbers));
}

void add_used(std::string_view list, EventBatch& draft) {
  TextCursor in(list);
  while (!in.at_end()) {
    in.skip_blanks();
    const std::string_view item = in.until(',');
    const std::string_view number = number_in_parentheses(item);
    if (number.empty()) continue;
    if (item.starts_with("tkt=")) draft.add("TicketEncryption", number, true);
    if (item.starts_with("ses=")) draft.add("SessionEncryption", number, true);
    if (item.starts_with("rep=")) draft.add("ReplyEncryption", number, true);
  }
}

// `alice@LAB.TEST for krbtgt/LAB.TEST@LAB.TEST, Additional …`
void add_principals(std::string_view text, EventBatch& draft) {
  const std::size_t middle = text.find(" for ");
  if (middle == text.npos) return;
  draft.add("Client", without_blanks_around(text.substr(0, middle)));
  TextCursor in(text.substr(middle + 5));
  draft.add("Service", without_blanks_around(in.until(',')));
  in.skip_blanks();
  if (!in.at_end()) draft.add("Reason", in.rest());
}

void add_request(std::string_view message, EventBatch& draft) {
  TextCursor in(message);
  const std::string_view request = in.word();
  if (request != "AS_REQ" && request != "TGS_REQ") return;
  std::string_view address, result;
  // The list may hold parentheses of its own; it ends at the brace.
  const std::size_t brace = in.rest().find("})");
  if (!in.accept('(') || brace == std::string_view::npos) return;
  const std::string_view offered = in.rest().substr(0, brace - 1);
  in.skip(brace + 1);
  in.skip_blanks();
  const std::size_t end = in.rest().find(": ");
  if (end == std::string_view::npos) return;
  address = in.rest().substr(0, end);
  in.skip(end + 2);
  if (!in.until(':', result)) return;
  in.skip_blanks();
  draft.add("Request", request);
  draft.add("Result", result);
  draft.add("SourceIp", address);
  add_offered(offered, draft);
  if (in.accept("authtime ")) {
    draft.add("AuthTime", without_blanks_around(in.until(',')), true);
    in.skip_blanks();
    std::string_view used;
    if (in.accept("etypes ") && in.enclosed('{', '}', used)) add_used(used, draft);
    if (in.accept(',')) in.skip_blanks();
  }
  add_principals(in.rest(), draft);
}

bool read(std::string_view line, const LinePlace& place, EventBatch& draft) {
  Event& event = draft.draft();
  event.product = "linux", event.service = "krb5kdc";
  std::size_t used = 0;
  const auto time = read_bsd_time(line, place.modified, used);
  if (!time || used >= line.size() || line[used] != ' ') return false;
  const std::string_view rest = line.substr(used + 1);
  const std::size_t program = rest.find(kProgram), end = rest.find(": ");
  if (program == rest.npos || end == rest.npos || program > end) return false;
  event.time = *time;
  event.host = rest.substr(0, program);
  TextCursor in(rest.substr(program + kProgram.size()));
  draft.add("Hostname", event.host);
  draft.add("ProcessId", in.until(']'), true);
  const std::string_view message = rest.substr(end + 2);
  draft.add("message", message);
  constexpr std::string_view kForUser = "s4u-client=";
  if (message.starts_with("... ")) {
    TextCursor more(message.substr(4));
    draft.add("Request", more.word());
    if (more.accept(kForUser)) draft.add("ForUser", more.word());
    return true;
  }
  add_request(message, draft);
  return true;
}

int recognise(Bytes head) {
  return lines_that_fit(head, [](std::string_view line) {
           EventBatch draft;
           draft.start();
           return line.starts_with("---") || read(line, {}, draft);
         }) >= 60 && as_text(head).find(kProgram) != std::string_view::npos
             ? 88
             : 0;
}

}  // namespace

const Format& krb5kdc_format() {
  static constexpr Format kFormat{"krb5kdc",
                                  "Log of an MIT Kerberos KDC (krb5kdc.log)",
                                  "linux: krb5kdc",
                                  recognise,
                                  make_line_cutter,
                                  [](const DecodeOptions&) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(
                                        read, "line that no KDC writes",
                                        [](std::string_view line) { return line.starts_with("---"); });
                                  }};
  return kFormat;
}

}  // namespace bartizan
