// SPDX-License-Identifier: Apache-2.0
// Lease messages of ISC dhcpd, Kea and dnsmasq.
//   DHCPACK on 192.0.2.5 to 00:11:22:33:44:55 (host) via eth0
//   DHCP4_LEASE_ALLOC [hwtype=1 00:11:22:33:44:55], cid=[…], tid=0x1: lease 192.0.2.5 has been allocated for
//   4000 seconds DHCPACK(eth0) 192.0.2.5 00:11:22:33:44:55 host
#include "base/limits.h"
#include "decode/payload_network.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

bool is_mac(std::string_view text) {
  return text.size() == 17 && text[2] == ':' && text[14] == ':' &&
         text.find_first_not_of("0123456789abcdefABCDEF:") == text.npos;
}

bool read_kea(std::string_view message, EventBatch& draft) {
  TextCursor in(message);
  const std::string_view action = in.word();
  if (!action.starts_with("DHCP4_") && !action.starts_with("DHCP6_")) return false;
  draft.add("action", action);
  if (const std::size_t mac = message.find("hwtype=1 ");
      mac != message.npos && is_mac(message.substr(mac + 9, 17)))
    draft.add("mac", message.substr(mac + 9, 17));
  for (const char* word : {"lease ", "address "}) {
    const std::size_t at = message.find(word);
    if (at == message.npos) continue;
    TextCursor address(message.substr(at + std::string_view(word).size()));
    if (const std::string_view ip = address.word(); looks_like_address(ip)) {
      draft.add("ip", ip);
      break;
    }
  }
  draft.draft().product = "kea";
  return true;
}

}  // namespace

bool dhcp_payload(std::string_view program, std::string_view message, EventBatch& draft) {
  if (message.starts_with("DHCP4_") || message.starts_with("DHCP6_")) {
    if (!read_kea(message, draft)) return false;
    draft.draft().category = "dhcp";
    return true;
  }
  TextCursor in(message);
  std::string_view action = in.word(), interface;
  if (!action.starts_with("DHCP") || action.size() > 40) return false;
  if (const std::size_t bracket = action.find('('); bracket != action.npos) {
    interface = action.substr(bracket + 1,
                              action.find(')') == action.npos ? action.npos : action.find(')') - bracket - 1);
    action = action.substr(0, bracket);
  }
  draft.add("action", action);
  std::string_view last;
  bool has_ip = false, has_mac = false;
  bool may_enclose = true;  // a bracket that is not closed is not looked for again
  while (!in.at_end() && draft.fields_of_draft() < limits::kPairsPerLineMax) {
    std::string_view name;
    if (may_enclose && in.peek() == '(') may_enclose = in.rest().find(')') != message.npos;
    if (may_enclose && in.enclosed('(', ')', name)) {
      in.skip_blanks();
      // Behind an address stands the server, behind the hardware address the client's name; at the end, of a release, whether
      // there was a lease.
      if (is_mac(last)) draft.add("hostname", name);
      else if (looks_like_address(last)) draft.add("server", name);
      continue;
    }
    std::string_view word = in.word();
    if (word.ends_with(':') && !is_mac(word)) word.remove_suffix(1);
    if (last == "via") interface = word;
    else if (is_mac(word)) draft.add("mac", word), has_mac = true;
    else if (looks_like_address(word) && !has_ip) draft.add("ip", word), has_ip = true;
    else if (has_mac && program == "dnsmasq-dhcp" && in.at_end()) draft.add("hostname", word);
    last = word;
  }
  if (!interface.empty()) draft.add("interface", interface);
  draft.draft().category = "dhcp";
  draft.draft().product = program == "dnsmasq-dhcp" ? "dnsmasq" : "dhcpd";
  return true;
}

}  // namespace bartizan
