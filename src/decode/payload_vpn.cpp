// SPDX-License-Identifier: Apache-2.0
// OpenVPN's server log and WireGuard's dynamic debug lines: category vpn with action, user, src_ip, src_port,
// assigned_ip.
//   jo/192.0.2.1:1194 MULTI: Learn: 10.8.0.6 -> jo/192.0.2.1:1194
//   192.0.2.1:1194 TLS: Username/Password authentication succeeded for username 'jo'
//   wireguard: wg0: Receiving handshake initiation from peer 5 (192.0.2.1:51820)
#include "base/limits.h"
#include "decode/payload_network.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

void add_endpoint(std::string_view ip, std::string_view port, EventBatch& draft) {
  draft.add("src_ip", ip);
  draft.add("src_port", port, true);
}

// What a line says happened; the longest text first where one begins like another.
struct Sign {
  std::string_view text, action;
};

std::string_view action_of(std::string_view message, std::span<const Sign> signs) {
  for (const Sign& sign : signs)
    if (message.find(sign.text) != message.npos) return sign.action;
  return {};
}

void add_user(std::string_view message, EventBatch& draft) {
  for (std::string_view before : {"for username '", "username '", "user '", "CN=", "common_name="}) {
    const std::size_t at = message.find(before);
    if (at == message.npos) continue;
    const std::string_view rest = message.substr(at + before.size());
    return draft.add("user", rest.substr(0, rest.find_first_of("',/ ")));
  }
}

}  // namespace

bool openvpn_payload(std::string_view, std::string_view message, EventBatch& draft) {
  constexpr Sign kSigns[] = {
      {"authentication succeeded", "authenticated"}, {"verification failed", "authentication-failed"},
      {"AUTH_FAILED", "authentication-failed"},      {"failed to authenticate", "authentication-failed"},
      {"VERIFY ERROR", "certificate-rejected"},      {"VERIFY OK", "certificate-accepted"},
      {"Peer Connection Initiated", "connected"},    {"MULTI: Learn:", "assigned"},
      {"client-instance exiting", "disconnected"},   {"client-instance restarting", "disconnected"},
      {"TLS handshake failed", "handshake-failed"},  {"TLS Error", "handshake-failed"},
  };
  const std::string_view action = action_of(message, kSigns);
  TextCursor in(message);
  std::string_view peer = in.word(), user, ip, port;
  if (const std::size_t slash = peer.find('/'); slash != peer.npos)
    user = peer.substr(0, slash), peer = peer.substr(slash + 1);
  const bool has_peer = split_endpoint(peer, ip, port);
  if (action.empty() && !has_peer) return false;
  draft.draft().product = draft.draft().service = "openvpn";
  draft.draft().category = "vpn";
  if (has_peer) add_endpoint(ip, port, draft);
  if (!action.empty()) draft.add("action", action);
  std::string_view name;
  if (has_peer && !user.empty()) draft.add("user", user);
  else if (has_peer && in.enclosed('[', ']', name)) draft.add("user", name);
  else add_user(message, draft);
  if (const std::size_t learn = message.find("MULTI: Learn: "); learn != message.npos) {
    TextCursor address(message.substr(learn + 14));
    draft.add("assigned_ip", address.word());
  }
  return true;
}

bool wireguard_payload(std::string_view, std::string_view message, EventBatch& draft) {
  constexpr Sign kSigns[] = {
      {"Receiving handshake initiation", "handshake-received"},
      {"Sending handshake response", "handshake-answered"},
      {"Sending handshake initiation", "handshake-sent"},
      {"Receiving handshake response", "handshake-completed"},
      {"did not complete", "handshake-failed"},
      {"Invalid", "rejected"},
      {"unallowed src IP", "rejected"},
      {"Keypair", "keypair"},
      {"Receiving keepalive", "keepalive"},
      {"Sending keepalive", "keepalive"},
  };
  const std::size_t begin = message.find("wireguard: ");
  if (begin == message.npos) return false;
  TextCursor in(message.substr(begin + 11));
  std::string_view interface;
  if (!in.until(':', interface) || interface.size() > 15) return false;
  const std::string_view action = action_of(in.rest(), kSigns);
  if (action.empty()) return false;
  draft.draft().product = draft.draft().service = "wireguard";
  draft.draft().category = "vpn";
  draft.add("interface", interface);
  draft.add("action", action);
  std::string_view ip, port;
  for (bool after_peer = false; !in.at_end() && draft.fields_of_draft() < limits::kPairsPerLineMax;) {
    std::string_view word = in.word();
    if (after_peer && all_digits(word)) draft.add("peer", word, true);
    after_peer = word == "peer";
    while (word.starts_with('(')) word.remove_prefix(1);
    while (word.ends_with(')') || word.ends_with(',')) word.remove_suffix(1);
    if (split_endpoint(word, ip, port)) {
      add_endpoint(ip, port, draft);
      break;
    }
  }
  return true;
}

}  // namespace bartizan
