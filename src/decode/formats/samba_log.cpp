// SPDX-License-Identifier: Apache-2.0
// Samba's own log files: a header line a message, the message below it, indented (lib/util/debug.c; local time):
//   [2026/11/24 02:10:13.526181,  3] ../../source4/auth/kerberos/krb5_init_context.c:90(smb_krb5_debug_wrapper)
//     Kerberos: TGS-REQ SUCCESS ipv4:192.0.2.10:49638 alice@AD.LAB.TEST cifs/dc1@AD.LAB.TEST etype=18/18 … auth=1795486213
// The last line of a request (log level kerberos:3) says everything about it; etype=A/B are the reply's and the
// ticket's own encryption types. `auth` is copied from the ticket-granting ticket, as in krb5kdc.log. DsGetNCChanges
// lines (drs_repl:3) tell who replicated the directory.
#include <cstring>

#include "decode/line_decoder.h"
#include "decode/message_lines.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

struct Pair {
  std::string_view key, field;
  bool is_number;
};
constexpr Pair kPairs[] = {{"auth", "AuthTime", true},
                           {"start", "StartTime", true},
                           {"end", "EndTime", true},
                           {"renew", "RenewTill", true},
                           {"etypes", "EncryptionOffered", false},
                           {"pa", "PreAuth", false},
                           {"pa-etype", "PreAuthEncryption", true},
                           {"flags", "Flags", false}};

bool is_header(std::string_view line) {
  return line.size() > 22 && line.front() == '[' && line[5] == '/' && line[8] == '/' && line[11] == ' ';
}

// `2026/11/24 02:10:13.526181`
std::optional<Instant> time_of_header(std::string_view line, const TimeHints& times) {
  return parse_written_time(line.substr(1, line.find(',') - 1), times);
}

// `ipv4:192.0.2.10:49638`
void add_address(std::string_view text, EventBatch& draft) {
  TextCursor in(text);
  (void)(in.accept("ipv4:") || in.accept("ipv6:"));
  const std::size_t port = in.rest().rfind(':');
  draft.add("SourceIp", in.rest().substr(0, port));
  if (port != std::string_view::npos) draft.add("SourcePort", in.rest().substr(port + 1), true);
}

void add_request(std::string_view message, EventBatch& draft) {
  TextCursor in(message);
  const std::string_view request = in.word();
  if (request != "AS-REQ" && request != "TGS-REQ") return;
  const std::string_view result = in.word();
  if (result != "SUCCESS" && !result.starts_with("ERR_")) return;
  draft.add("Request", request);
  draft.add("Result", result);
  add_address(in.word(), draft);
  draft.add("Client", in.word());
  draft.add("Service", in.word());
  while (!in.at_end()) {
    TextCursor pair(in.word());
    std::string_view key;
    if (!pair.until('=', key)) continue;
    if (key == "etype") {
      draft.add("ReplyEncryption", pair.until('/'), true);
      draft.add("TicketEncryption", pair.rest(), true);
    }
    for (const Pair& known : kPairs)
      if (known.key == key) draft.add(known.field, pair.rest(), known.is_number);
  }
}

class SambaLogDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    std::string_view header, message;
    std::size_t begin = 0;
    for_each_line(out.keep(as_text(piece.bytes)), [&](std::string_view line, std::size_t at) {
      if (line.starts_with("---")) return;
      if (!is_header(line)) {
        if (header.empty()) return oddities.add("line without a header", piece.offset + at);
        if (message.empty()) message = without_blanks_around(line);
        else message = {message.data(), static_cast<std::size_t>(line.data() + line.size() - message.data())};
        return;
      }
      flush(header, message, piece, begin, out);
      header = line, message = {}, begin = at;
    });
    flush(header, message, piece, begin, out);
  }

 private:
  static void flush(std::string_view header, std::string_view message, const Piece& piece, std::size_t begin,
                    EventBatch& out) {
    if (header.empty()) return;
    Event& event = out.start();
    event.offset = piece.offset + begin;
    event.product = "samba", event.service = "log";
    if (const auto time = time_of_header(header, {{}, piece.zone, nullptr})) event.time = *time;
    if (const std::size_t source = header.find("] "); source != header.npos)
      out.add("Source", header.substr(source + 2));
    out.add("message", message);
    TextCursor in(message);
    Captures captures;
    if (in.accept("Kerberos: ")) {
      event.service = "kerberos";
      add_request(in.rest(), out);
    } else if (match_line(message,
                          "DsGetNCChanges with uSNChanged {} on {NamingContext} gave {Objects} objects {} "
                          "(as {Sid})",
                          captures)) {
      event.service = "drs_repl";
      for (std::size_t i = 0; i < captures.count; ++i) out.add(captures.names[i], captures.values[i]);
    }
    out.commit();
  }
};

// Pieces begin with a header.
class SambaLogCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end) return buffer.size();
    const std::string_view text = as_text(buffer);
    if (const std::size_t last = text.rfind("\n["); last != text.npos) return last + 1;
    return buffer.size() >= limits::kPieceBytesMax ? lines_.cut(buffer, false) : 0;
  }

 private:
  LineCutter lines_;
};

int recognise(Bytes head) {
  int headers = 0;
  for_each_line(as_text(head), [&](std::string_view line, std::size_t) {
    headers += is_header(line) && line.find(".c:") != line.npos;
  });
  return headers > 0 ? 88 : 0;
}

}  // namespace

const Format& samba_log_format() {
  static constexpr Format kFormat{
      "samba_log",
      "Log of Samba (log.samba, kerberos.log)",
      "samba: kerberos, drs_repl, log",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<SambaLogCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<SambaLogDecoder>(); },
      nullptr,
      "[2026/03/02 08:00:05.186803,  3] ../../source4/auth/kerberos/krb5_init_context.c:90"
      "(smb_krb5_debug_wrapper)\n"
      "  Kerberos: AS-REQ alice@AD.LAB.TEST from ipv4:192.0.2.10:49622 for "
      "krbtgt/AD.LAB.TEST@AD.LAB.TEST\n"};
  return kFormat;
}

}  // namespace bartizan
