// SPDX-License-Identifier: Apache-2.0
// Lease logs: the audit log of the Windows DHCP server, Kea's own file, dhcpd's and dnsmasq's lines with a
// syslog header.
//   10,11/24/26,08:00:00,Assign,192.0.2.5,host.example.test,001122334455,,123,0,,,,,,,,,0
//   2026-11-24 08:00:00.123 INFO  [kea-dhcp4.leases/12.139] DHCP4_LEASE_ALLOC [hwtype=1 …
// https://learn.microsoft.com/windows-server/networking/technologies/dhcp/dhcp-deploy-wps (event codes)
#include "decode/csv.h"
#include "decode/line_decoder.h"
#include "decode/payload_network.h"
#include "decode/syslog.h"
#include "decode/text_cursor.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

bool read_windows(std::string_view line, const TimeHints& times, EventBatch& draft) {
  constexpr std::string_view kNames[] = {
      "ID",        "Date",        "Time",      "Description",   "IP Address",
      "Host Name", "MAC Address", "User Name", "TransactionID", "QResult"};
  if (line.front() < '0' || line.front() > '9') return false;
  std::string_view values[std::size(kNames)];
  std::size_t count = 0;
  for (std::size_t at = 0; at != line.npos && count < std::size(kNames); ++count)
    values[count] = next_csv_value(line, at, ',', draft.arena());
  constexpr std::size_t kValuesMin = 7;
  if (count < kValuesMin || !all_digits(values[0]) || values[0].size() > 5 || values[2].size() != 8)
    return false;
  const auto time = parse_date_and_clock(values[1], values[2], {}, times);
  if (!time) return false;
  Event& event = draft.draft();
  event.time = *time;
  event.product = "windows";
  event.category = "dhcp";
  event.service = "dhcp-audit";
  for (std::size_t i = 0; i < count; ++i)
    if (!values[i].empty()) draft.add(kNames[i], values[i], i == 0);
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) draft.add(name, value);
  };
  add("action", values[3]), add("ip", values[4]), add("hostname", values[5]), add("mac", values[6]);
  return true;
}

bool read_kea_file(std::string_view line, const TimeHints& times, EventBatch& draft) {
  constexpr std::size_t kTimeBytes = 23;
  const std::size_t logger = line.find(" [kea-");
  if (logger == line.npos || logger < kTimeBytes) return false;
  const auto time = parse_written_time(line.substr(0, kTimeBytes), times);
  const std::size_t close = line.find("] ", logger);
  if (!time || close == line.npos || !dhcp_payload("kea", line.substr(close + 2), draft)) return false;
  draft.draft().time = *time;
  return true;
}

bool read_dhcp_line(std::string_view line, const LinePlace& place, EventBatch& draft) {
  if (read_windows(line, place, draft) || read_kea_file(line, place, draft)) return true;
  const SyslogHeader front = syslog_header_before(line, place);
  if (front.program != "dhcpd" && front.program != "dnsmasq-dhcp") return false;
  if (!dhcp_payload(front.program, front.message, draft)) return false;
  draft.draft().time = front.time.value_or(Instant{});
  draft.draft().host = front.host;
  return true;
}

// The table of codes at the head of a Windows audit log.
bool is_explanation(std::string_view line) {
  return line.front() == '\t' || line.front() == ' ' || line.starts_with("Event ID") ||
         line.starts_with("ID,Date") || line.starts_with("QResult") || (line.size() > 2 && line[2] == '\t') ||
         line.find("Microsoft DHCP") != line.npos;
}

int recognise(Bytes head) {
  const std::string_view text = as_text(head);
  if (text.find("DHCP Service Activity Log") < 64 || text.find("DHCPv6 Service Activity Log") < 64) return 95;
  return lines_read(head, read_dhcp_line) >= 60 ? 88 : 0;
}

}  // namespace

const Format& dhcp_format() {
  static constexpr Format kFormat{"dhcp",
                                  "lease log of the Windows DHCP server, Kea, dhcpd or dnsmasq",
                                  "category dhcp; windows (service dhcp-audit), kea, dhcpd, dnsmasq",
                                  recognise,
                                  make_line_cutter,
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(options, read_dhcp_line,
                                                                         "a line is not one of a lease log",
                                                                         is_explanation);
                                  },
                                  nullptr,
                                  "2026-11-24 08:00:00.123 INFO  [kea-dhcp4.leases/12"
                                  ".139] DHCP4_LEASE_ALLOC [hwtype=1 00:11:22:33:44:5"
                                  "5], cid=[no info], tid=0x1: lease 192.0.2.5 has be"
                                  "en allocated for 3600 seconds\n"};
  return kFormat;
}

}  // namespace bartizan
