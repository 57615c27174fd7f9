// SPDX-License-Identifier: Apache-2.0
// Routers, switches and firewalls that speak syslog.
//   %ASA-6-302013: Built outbound TCP connection 12 for outside:192.0.2.9/443 (…) to inside:10.0.0.5/50000
//   (…) %SYS-5-CONFIG_I: Configured from console by jo on vty0 (192.0.2.1) RT_FLOW_SESSION_CREATE: session
//   created 10.0.0.5/50000->192.0.2.9/443 …          (Juniper)
//   %%01BGP/3/BGP_AUTH_FAILED(l)[12]:…                                               (Huawei)
// The services of product cisco (aaa, bgp, ldp, syslog) are those the public Sigma rules ask for.
#include "base/text.h"
#include "decode/payload_network.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

// %FACILITY-3-MNEMONIC: text; before it there may be a counter and a time.
struct CiscoHead {
  std::string_view facility, severity, mnemonic, text;
};

bool find_cisco_head(std::string_view message, CiscoHead& head) {
  for (std::size_t at = message.find('%'); at != message.npos; at = message.find('%', at + 1)) {
    const std::string_view rest = message.substr(at + 1);
    constexpr std::size_t kCodeMax = 80;
    const std::size_t colon = rest.substr(0, kCodeMax).find(':');
    if (colon == rest.npos) continue;
    const std::string_view code = rest.substr(0, colon);
    const std::size_t last = code.rfind('-');
    const std::size_t first = last == code.npos || last == 0 ? code.npos : code.rfind('-', last - 1);
    if (first == code.npos || first == 0 || last - first != 2 || code[first + 1] < '0' ||
        code[first + 1] > '7')
      continue;
    if (code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != code.npos) continue;
    head = {code.substr(0, first), code.substr(first + 1, 1), code.substr(last + 1),
            without_blanks_around(rest.substr(colon + 1))};
    return true;
  }
  return false;
}

// outside:192.0.2.9/443, in which the interface may be missing.
bool split_interface_endpoint(std::string_view word, std::string_view& ip, std::string_view& port) {
  if (const std::size_t colon = word.find(':'); colon != word.npos && word.find(':', colon + 1) == word.npos)
    word.remove_prefix(colon + 1);
  const std::size_t slash = word.rfind('/');
  if (slash == word.npos) return false;
  ip = word.substr(0, slash), port = word.substr(slash + 1);
  if (const std::size_t bracket = port.find_first_not_of("0123456789"); bracket != port.npos)
    port = port.substr(0, bracket);
  return looks_like_address(ip) && !port.empty();
}

void add_pair_of_endpoints(std::string_view from, std::string_view to, EventBatch& draft) {
  std::string_view ip, port;
  if (split_interface_endpoint(from, ip, port)) draft.add("src_ip", ip), draft.add("src_port", port, true);
  if (split_interface_endpoint(to, ip, port)) draft.add("dst_ip", ip), draft.add("dst_port", port, true);
}

// User <jo> IP <192.0.2.1>, user = jo, [user: jo] [Source: 192.0.2.1]
void add_labelled(std::string_view text, EventBatch& draft) {
  struct Label {
    std::string_view before, stop, name;
  };
  constexpr Label kLabels[] = {
      {"Group <", ">", "group"},
      {"User <", ">", "user"},
      {" IP <", ">", "src_ip"},
      {"IPv4 Address <", ">", "assigned_ip"},
      {"Username = ", ",", "user"},
      {", IP = ", ",", "src_ip"},
      {"user = ", " ", "user"},
      {"[user: ", "]", "user"},
      {"[Source: ", "]", "src_ip"},
      {"User:", " ", "user"},
      {"logged command:", "\n", "command"},
      {"by access-group \"", "\"", "rule"},
      {" bytes ", " ", "bytes"},
  };
  for (const Label& label : kLabels) {
    const std::size_t at = text.find(label.before);
    if (at == text.npos) continue;
    const std::string_view rest = text.substr(at + label.before.size());
    draft.add(label.name, without_blanks_around(rest.substr(0, rest.find(label.stop))));
  }
}

void read_asa(std::string_view text, EventBatch& draft) {
  Event& event = draft.draft();
  event.service = "asa";
  TextCursor in(text);
  const std::string_view verb = in.word();
  std::string_view first, second, direction;
  const bool denied = verb == "Deny" || verb == "Denied" || text.find(" denied ") != text.npos;
  for (std::string_view before; !in.at_end();) {
    const std::string_view word = in.word();
    std::string_view ip, port;
    if (word == "inbound" || word == "outbound") direction = word;
    if ((before == "for" || before == "src" || before == "from") && split_interface_endpoint(word, ip, port))
      first = word;
    if ((before == "to" || before == "dst") && split_interface_endpoint(word, ip, port)) second = word;
    before = word;
  }
  if (!first.empty() && !second.empty()) {
    event.category = "firewall";
    // Of a connection the outer end stands first, whoever opened it.
    const bool swapped = direction == "outbound";
    add_pair_of_endpoints(swapped ? second : first, swapped ? first : second, draft);
    draft.add("action", denied               ? "deny"
                        : verb == "Built"    ? "accept"
                        : verb == "Teardown" ? "close"
                                             : "other");
  }
  add_labelled(text, draft);
}

std::string_view ios_service(const CiscoHead& head) {
  const std::string_view facility = head.facility;
  if (facility == "AAA" || facility == "PARSER" || facility == "SEC_LOGIN" || facility == "TACACS" ||
      facility == "HA_EM")
    return "aaa";
  if (facility.starts_with("BGP") || (facility == "TCP" && head.text.find("179)") != head.text.npos))
    return "bgp";
  if (facility == "TCP" && head.text.find(":179") != head.text.npos) return "bgp";
  if (facility.starts_with("LDP") || facility.starts_with("TAGCON") ||
      head.text.find("LDP") != head.text.npos)
    return "ldp";
  return "syslog";
}

}  // namespace

bool cisco_payload(std::string_view, std::string_view message, EventBatch& draft) {
  CiscoHead head;
  if (!find_cisco_head(message, head)) return false;
  Event& event = draft.draft();
  event.product = "cisco";
  draft.add("facility", head.facility);
  draft.add("severity", head.severity, true);
  draft.add("mnemonic", head.mnemonic);
  if (head.facility == "ASA" || head.facility == "FTD" || head.facility == "PIX") {
    read_asa(head.text, draft);
    return true;
  }
  event.service = ios_service(head);
  add_labelled(head.text, draft);
  return true;
}

bool juniper_payload(std::string_view program, std::string_view message, EventBatch& draft) {
  Event& event = draft.draft();
  const std::size_t flow = message.find("RT_FLOW_SESSION_");
  if (flow != message.npos) {
    TextCursor in(message.substr(flow + 16));
    const std::string_view action = in.until(':');
    const std::size_t arrow = in.rest().find("->");
    if (arrow == message.npos) return false;
    const std::string_view before = in.rest().substr(0, arrow);
    TextCursor after(in.rest().substr(arrow + 2));
    event.product = "juniper", event.service = "flow", event.category = "firewall";
    draft.add("action", action == "CREATE"  ? "accept"
                        : action == "DENY"  ? "deny"
                        : action == "CLOSE" ? "close"
                                            : action);
    add_pair_of_endpoints(before.substr(before.rfind(' ') == before.npos ? 0 : before.rfind(' ') + 1),
                          after.word(), draft);
    return true;
  }
  const bool bgp =
      message.starts_with("bgp_") || message.starts_with("BGP_") || message.find(":179") != message.npos;
  if (!bgp || (program != "rpd" && message.find("MD5") == message.npos)) return false;
  event.product = "juniper", event.service = "bgp";
  return true;
}

bool huawei_payload(std::string_view, std::string_view message, EventBatch& draft) {
  const std::size_t begin = message.find("%%");
  if (begin == message.npos || message.size() < begin + 5) return false;
  TextCursor in(message.substr(begin + 4));
  std::string_view module, severity, mnemonic;
  if (!in.until('/', module) || !in.until('/', severity) || !in.until('(', mnemonic)) return false;
  if (!all_digits(severity) || module.empty() || module.size() > 16) return false;
  char* out = draft.arena().reserve(module.size());
  for (std::size_t i = 0; i < module.size(); ++i) out[i] = fold_ascii(module[i]);
  Event& event = draft.draft();
  event.product = "huawei";
  event.service = draft.arena().take(module.size());
  draft.add("module", module);
  draft.add("severity", severity, true);
  draft.add("mnemonic", mnemonic);
  return true;
}

// 5,,,1000000103,em0,match,block,in,4,0x0,,64,1,0,DF,6,tcp,60,192.0.2.7,10.0.0.5,5000,22,…
// https://docs.netgate.com/pfsense/en/latest/monitoring/logs/raw-filter-format.html
bool filterlog_payload(std::string_view, std::string_view message, EventBatch& draft) {
  constexpr std::size_t kPartsMax = 24, kVersion = 8, kPartsMin = 17;
  std::string_view parts[kPartsMax];
  std::size_t count = 0;
  for (TextCursor in(message); !in.at_end() && count < kPartsMax;) parts[count++] = in.until(',');
  const bool is_v4 = parts[kVersion] == "4";
  if (count < kPartsMin || (!is_v4 && parts[kVersion] != "6")) return false;
  const std::size_t protocol = is_v4 ? 16 : 12, source = is_v4 ? 18 : 15;
  if (count <= source + 1 || !looks_like_address(parts[source])) return false;
  draft.draft().product = "pfsense", draft.draft().category = "firewall", draft.draft().service = "filterlog";
  draft.add("in_interface", parts[4]);
  draft.add("action", parts[6] == "pass" ? "allowed" : parts[6] == "block" ? "blocked" : parts[6]);
  draft.add("direction", parts[7]);
  draft.add("protocol", parts[protocol]);
  draft.add("src_ip", parts[source]);
  draft.add("dst_ip", parts[source + 1]);
  if (count <= source + 3 || !all_digits(parts[source + 2]) || !all_digits(parts[source + 3])) return true;
  draft.add("src_port", parts[source + 2], true);
  draft.add("dst_port", parts[source + 3], true);
  return true;
}

}  // namespace bartizan
