// SPDX-License-Identifier: Apache-2.0
// OpenVPN's status file: who is connected, from where and since when. Version 1 has sections with titles, versions 2 and 3 a
// word at the start of each row, apart by commas or tabs (openvpn(8), --status-version). Each client is an event at the time
// it connected; routes say which address leads to whom, at their last use.
//   jo,192.0.2.7:51234,3456,4567,2026-11-24 07:00:00
//   CLIENT_LIST,jo,192.0.2.7:51234,10.8.0.6,,3456,4567,2026-11-24 07:00:00,1795503600,UNDEF,0,0,AES-256-GCM
#include "decode/decoder.h"
#include "decode/lines.h"
#include "decode/payload_network.h"
#include "decode/text_cursor.h"
#include "decode/whole.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

// Names of the columns by their titles; what is not here is not kept as a field of its own.
struct Column {
  std::string_view title, name;
};
constexpr Column kColumns[] = {
    {"Common Name", "user"},
    {"Real Address", "endpoint"},
    {"Virtual Address", "assigned_ip"},
    {"Virtual IPv6 Address", "assigned_ip"},
    {"Bytes Received", "bytes_received"},
    {"Bytes Sent", "bytes_sent"},
    {"Username", "username"},
    {"Data Channel Cipher", "cipher"},
    {"Connected Since", "time"},
    {"Connected Since (time_t)", "unix_time"},
    {"Last Ref", "time"},
    {"Last Ref (time_t)", "unix_time"},
};

std::string_view name_of(std::string_view title) {
  for (const Column& column : kColumns)
    if (column.title == title) return column.name;
  return {};
}

class StatusDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const TimeHints hints{piece.modified, piece.zone, nullptr};
    clients_ = routes_ = section_ = {};
    for_each_line(out.keep(as_text(piece.bytes)), [&](std::string_view line, std::size_t at) {
      read_line(line, piece.offset + at, hints, out, oddities);
    });
  }

 private:
  void read_line(std::string_view line, std::uint64_t offset, const TimeHints& hints, EventBatch& out,
                 OddityList& oddities) {
    const char separator = line.find('\t') != line.npos ? '\t' : ',';
    const std::size_t end = line.find(separator);
    const std::string_view first = line.substr(0, end),
                           rest = end == line.npos ? std::string_view() : line.substr(end + 1);
    if (first == "HEADER") return take_header(rest, separator);
    if (first == "CLIENT_LIST")
      return add_row("connected", clients_, rest, separator, offset, hints, out, oddities);
    if (first == "ROUTING_TABLE")
      return add_row("assigned", routes_, rest, separator, offset, hints, out, oddities);
    if (first == "TITLE" || first == "TIME" || first == "GLOBAL_STATS" || first == "END" ||
        first == "Updated")
      return;
    if (end == line.npos) return void(section_ = line);  // OpenVPN CLIENT LIST, ROUTING TABLE, GLOBAL STATS
    if (section_ == "GLOBAL STATS" || first == "Max bcast/mcast queue length") return;
    if (name_of(first) != "") return void((section_ == "ROUTING TABLE" ? routes_ : clients_) = line);
    if (section_ == "ROUTING TABLE")
      add_row("assigned", routes_, line, separator, offset, hints, out, oddities);
    else add_row("connected", clients_, line, separator, offset, hints, out, oddities);
  }

  void take_header(std::string_view rest, char separator) {
    TextCursor in(rest);
    const std::string_view table = in.until(separator);
    if (table == "CLIENT_LIST") clients_ = in.rest();
    if (table == "ROUTING_TABLE") routes_ = in.rest();
  }

  static void add_row(std::string_view action, std::string_view titles, std::string_view row, char separator,
                      std::uint64_t offset, const TimeHints& hints, EventBatch& out, OddityList& oddities) {
    Event& event = out.start();
    event.offset = offset;
    event.product = event.service = "openvpn", event.category = "vpn";
    out.add("action", action);
    TextCursor names(titles), values(row);
    if (titles.empty()) oddities.add("row before the titles of its columns", offset);
    while (!names.at_end() && !values.at_end())
      add_value(name_of(names.until(separator)), values.until(separator), hints, out);
    out.add("message", row);
    out.commit();
  }

  static void add_value(std::string_view name, std::string_view value, const TimeHints& hints,
                        EventBatch& out) {
    if (name.empty() || value.empty() || value == "UNDEF") return;
    if (name == "time" || name == "unix_time") {
      // The number is exact; the text is in local time.
      if (const auto time = parse_written_time(value, hints)) out.draft().time = *time;
      return;
    }
    if (name != "endpoint") return out.add(name, value, is_plain_number(value));
    if (value.starts_with("udp4:") || value.starts_with("tcp4:") || value.starts_with("udp6:") ||
        value.starts_with("tcp6:"))
      value.remove_prefix(5);
    std::string_view ip, port;
    if (!split_endpoint(value, ip, port)) return out.add("src_ip", value);
    out.add("src_ip", ip);
    out.add("src_port", port, true);
  }

  std::string_view clients_, routes_;  // titles of their columns
  std::string_view section_;
};

int recognise(Bytes head) {
  const std::string_view text = as_text(head);
  return text.starts_with("OpenVPN CLIENT LIST") || text.starts_with("TITLE,OpenVPN ") ||
                 text.starts_with("TITLE\tOpenVPN ")
             ? 95
             : 0;
}

}  // namespace

const Format& openvpn_status_format() {
  static constexpr Format kFormat{
      "openvpn_status",
      "Status file of an OpenVPN server",
      "openvpn, category vpn",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<WholeCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<StatusDecoder>(); },
      nullptr,
      "OpenVPN CLIENT LIST\nUpdated,2026-11-24 08:00:00\n"
      "Common Name,Real Address,Bytes Received,Bytes Sent,Connected Since\n"
      "jo,192.0.2.7:51234,3456,4567,2026-11-24 07:00:00\nEND\n"};
  return kFormat;
}

}  // namespace bartizan
