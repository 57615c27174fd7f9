// SPDX-License-Identifier: Apache-2.0
// dhcpd.leases: the leases of ISC's DHCP server, appended as they change; dhclient's file is alike (dhcpd.leases(5)). One
// event a lease, at its start. Times are UTC.
//   lease 192.0.2.50 {
//     starts 2 2026/11/24 08:00:00;
//     binding state active;
//     hardware ethernet 00:11:22:33:44:55;
//     client-hostname "laptop";
//   }
#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/lines.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

// Up to the end of a lease.
class LeasesCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end || buffer.size() >= limits::kPieceBytesMax) return buffer.size();
    const std::size_t end = as_text(buffer).rfind("\n}\n");
    return end == std::string_view::npos ? 0 : end + 3;
  }
};

// `2 2026/11/24 08:00:00`, where the first number is the day of the week; `epoch 1795507200; # …`; `never`.
Instant time_of(std::string_view text) {
  if (text.starts_with("epoch ")) return parse_written_time(text.substr(6)).value_or(Instant{});
  TextCursor in(text);
  (void)in.word();
  return parse_written_time(in.rest()).value_or(Instant{});
}

class LeasesDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    bool is_open = false;
    for_each_line(out.keep(as_text(piece.bytes)), [&](std::string_view line, std::size_t at) {
      line = without_blanks_around(line);
      if (line.starts_with("lease ") && line.ends_with('{')) {
        if (is_open) oddities.add("lease without an end", piece.offset + at), out.commit();
        is_open = true;
        Event& event = out.start();
        event.offset = piece.offset + at;
        event.product = "dhcpd", event.category = "dhcp", event.service = "leases";
        if (line.size() > 7) out.add("ip", without_blanks_around(line.substr(6, line.size() - 7)));
      } else if (is_open && line == "}") {
        is_open = false, out.commit();
      } else if (is_open) {
        add_statement(line.substr(0, line.rfind(';')), out);
      }
    });
    if (is_open) oddities.add("lease without an end", piece.offset + piece.bytes.size()), out.commit();
  }

 private:
  static void add_statement(std::string_view text, EventBatch& out) {
    struct Statement {
      std::string_view begin, name;
    };
    constexpr Statement kStatements[] = {
        {"starts ", "starts"},
        {"ends ", "ends"},
        {"cltt ", "cltt"},
        {"binding state ", "action"},
        {"hardware ethernet ", "mac"},
        {"client-hostname ", "hostname"},
        {"uid ", "uid"},
        {"fixed-address ", "ip"},
        {"interface ", "interface"},
        {"set vendor-class-identifier = ", "vendor_class"},
    };
    for (const auto& [begin, name] : kStatements) {
      if (!text.starts_with(begin)) continue;
      std::string_view value = without_blanks_around(text.substr(begin.size())), inner;
      if (name == "starts") out.draft().time = time_of(value);
      if (TextCursor in(value); in.quoted(inner)) value = inner;
      if (!value.empty() && name != "starts") out.add(name, value);
    }
  }
};

int recognise(Bytes head) {
  const std::string_view text = as_text(head);
  std::size_t at = text.starts_with("lease ") ? 0 : text.find("\nlease ");
  if (at == text.npos) return 0;
  const std::string_view lease = text.substr(at + (at ? 1 : 0));
  const std::size_t end = lease.find_first_of("\r\n");
  if (end == lease.npos || !lease.substr(0, end).ends_with('{')) return 0;
  const bool is_dated = lease.find("  starts ") != lease.npos || lease.find("  interface ") != lease.npos;
  return is_dated ? 90 : 0;
}

}  // namespace

const Format& dhcpd_leases_format() {
  static constexpr Format kFormat{
      "dhcpd_leases",
      "Leases of ISC's DHCP server (dhcpd.leases)",
      "dhcpd: leases, category dhcp",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<LeasesCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<LeasesDecoder>(); },
      nullptr,
      "lease 192.0.2.50 {\n  starts 2 2026/11/24 08:00:00;\n  ends 2 2026/11/24 20:00:00;\n  binding state "
      "active;\n"
      "  hardware ethernet 00:11:22:33:44:55;\n  client-hostname \"laptop\";\n}\n"};
  return kFormat;
}

}  // namespace bartizan
