// SPDX-License-Identifier: Apache-2.0
// krb5kdc.log of an MIT Kerberos KDC (kdc_log.c; local time without a year):
//   Nov 24 02:07:15 kdc krb5kdc[26783](info): TGS_REQ (8 etypes {aes256-cts-hmac-sha1-96(18), …}) 192.0.2.10: ISSUE:
//     authtime 1795486035, etypes {rep=…(18), tkt=…(18), ses=…(18)}, alice@LAB.TEST for cifs/fs1@LAB.TEST
//   … AS_REQ (…) 192.0.2.10: NEEDED_PREAUTH: alice@LAB.TEST for krbtgt/LAB.TEST@LAB.TEST, Additional pre-…
//   … TGS_REQ (…) 192.0.2.10: LOOKING_UP_SERVER: authtime 0, etypes {…} alice@LAB.TEST for HTTP/x@LAB.TEST, Server …
//   … ... PROTOCOL-TRANSITION s4u-client=alice@LAB.TEST      belongs to the TGS_REQ line before it
// authtime is copied from the ticket-granting ticket into every later line, so (Client, AuthTime) names a ticket.
// A KDC whose lines go to syslog writes the same messages; this format is the KDC's own file, and payload_krb5kdc.cpp reads
// both.
#include "decode/line_decoder.h"
#include "decode/payload_network.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

constexpr std::string_view kProgram = " krb5kdc[";

bool read(std::string_view line, const LinePlace& place, EventBatch& draft) {
  Event& event = draft.draft();
  event.product = "linux", event.service = "krb5kdc";
  std::size_t used = 0;
  const auto time = read_bsd_time(line, place, used);
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
  (void)krb5kdc_payload("krb5kdc", message, draft);
  return true;
}

int recognise(Bytes head) {
  return lines_that_fit(head,
                        [](std::string_view line) {
                          EventBatch draft;
                          draft.start();
                          return line.starts_with("---") || read(line, {}, draft);
                        }) >= 60 &&
                 as_text(head).find(kProgram) != std::string_view::npos
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
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(
                                        options, read, "line that no KDC writes",
                                        [](std::string_view line) { return line.starts_with("---"); });
                                  },
                                  nullptr,
                                  "Mar 02 08:00:05 kdc1 krb5kdc[811](info): TGS_REQ (1 etypes "
                                  "{aes256-cts-hmac-sha1-96(18)}) 192.0.2.10: ISSUE: authtime 1772438401, "
                                  "etypes {rep=aes256-cts-hmac-sha1-96(18), "
                                  "tkt=aes256-cts-hmac-sha1-96(18), ses=aes256-cts-hmac-sha1-96(18)}, "
                                  "alice@LAB.TEST for cifs/fs1.lab.test@LAB.TEST\n"};
  return kFormat;
}

}  // namespace bartizan
