// SPDX-License-Identifier: Apache-2.0
#include "decode/payload_network.h"

#include "decode/text_cursor.h"

namespace bartizan {

bool split_endpoint(std::string_view text, std::string_view& ip, std::string_view& port) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || !all_digits(text.substr(colon + 1))) return false;
  ip = text.substr(0, colon), port = text.substr(colon + 1);
  if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
  return looks_like_address(ip);
}

bool network_payload(std::string_view program, std::string_view message, const TimeHints& times,
                     EventBatch& draft) {
  using Read = bool (*)(std::string_view, std::string_view, EventBatch&);
  struct Entry {
    std::string_view program;  // its beginning
    Read read;
  };
  constexpr Entry kEntries[] = {
      {"dnsmasq-dhcp", dhcp_payload}, {"dnsmasq", dnsmasq_payload},     {"dhcpd", dhcp_payload},
      {"kea-dhcp", dhcp_payload},     {"exim", exim_payload},           {"kernel", wireguard_payload},
      {"krb5kdc", krb5kdc_payload},   {"named", named_payload},         {"openvpn", openvpn_payload},
      {"ovpn", openvpn_payload},      {"postfix/", postfix_payload},    {"unbound", unbound_payload},
      {"squid", squid_payload},       {"filterlog", filterlog_payload},
  };
  if (program.starts_with("haproxy") && haproxy_payload(message, times, draft)) return true;
  for (const Entry& entry : kEntries)
    if (program.starts_with(entry.program) && entry.read(program, message, draft)) return true;
  if (message.starts_with("wireguard: ")) return wireguard_payload(program, message, draft);
  // Devices have no program name one could rely on, but a code in the text.
  if (message.find('%') != message.npos &&
      (huawei_payload(program, message, draft) || cisco_payload(program, message, draft)))
    return true;
  if (program.empty() && mikrotik_payload(program, message, draft)) return true;
  return (program == "RT_FLOW" || program == "rpd" || program == "/kernel" ||
          message.starts_with("RT_FLOW")) &&
         juniper_payload(program, message, draft);
}

}  // namespace bartizan
