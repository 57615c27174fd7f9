// SPDX-License-Identifier: Apache-2.0
// RouterOS of MikroTik: topics apart by commas, then the message (https://help.mikrotik.com, Log).
//   system,error,critical login failure for user root from 203.0.113.9 via ssh
//   firewall,info forward: in:ether1 out:bridge, proto TCP (SYN), 203.0.113.9:51234->192.0.2.9:22, len 60
#include "decode/message_lines.h"
#include "decode/payload_network.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

struct Line {
  std::string_view pattern, action, result;
};
constexpr Line kLogons[] = {
    {"login failure for user {User<} from {SourceIp} via {Method}", "logon", "failure"},
    {"user {User<} logged in from {SourceIp} via {Method}", "logon", "success"},
    {"user {User<} logged out from {SourceIp} via {Method}", "logoff", ""},
};

bool read_logon(std::string_view text, EventBatch& draft) {
  for (const Line& line : kLogons) {
    Captures captures;
    if (!match_line(text, line.pattern, captures)) continue;
    draft.draft().product = "mikrotik", draft.draft().service = "account";
    draft.add("Action", line.action);
    if (!line.result.empty()) draft.add("Result", line.result);
    for (std::size_t i = 0; i < captures.count; ++i) draft.add(captures.names[i], captures.values[i]);
    return true;
  }
  return false;
}

bool read_packet(std::string_view text, EventBatch& draft) {
  Captures captures;
  std::string_view from_ip, from_port, to_ip, to_port;
  if (!match_line(text, "{chain}: in:{} proto {protocol}, {from}->{to}, len ", captures)) return false;
  if (!split_endpoint(captures.values[2], from_ip, from_port) ||
      !split_endpoint(captures.values[3], to_ip, to_port))
    return false;
  draft.draft().product = "mikrotik", draft.draft().category = draft.draft().service = "firewall";
  draft.add("chain", captures.values[0]);
  draft.add("protocol", captures.values[1].substr(0, captures.values[1].find(' ')));
  draft.add("src_ip", from_ip), draft.add("src_port", from_port, true);
  draft.add("dst_ip", to_ip), draft.add("dst_port", to_port, true);
  return true;
}

}  // namespace

bool mikrotik_payload(std::string_view, std::string_view message, EventBatch& draft) {
  TextCursor in(message);
  const std::string_view topics = in.word();
  if (topics.find(',') == topics.npos || topics.ends_with(',')) return false;
  if (topics.starts_with("firewall,")) return read_packet(in.rest(), draft);
  return topics.starts_with("system,") && read_logon(in.rest(), draft);
}

}  // namespace bartizan
