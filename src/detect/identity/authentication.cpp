// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/authentication.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace bartizan::identity {

std::string_view value_of(const Event& event, std::string_view name) {
  const std::string_view* value = event.find(name);
  return value && *value != "-" ? *value : std::string_view{};
}

std::uint64_t number_in(std::string_view text) {
  const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
  if (is_hex) text.remove_prefix(2);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, is_hex ? 16 : 10);
  // Zeek writes times with a fraction, which is cut.
  return error == std::errc() ? number : 0;
}

// `alice@LAB.TEST`, `LAB\alice`, `alice`
Name account_in(std::string_view text, NameTable& names) {
  if (const std::size_t back = text.rfind('\\'); back != text.npos) text.remove_prefix(back + 1);
  return names.folded(text.substr(0, text.rfind('@')));
}

Name realm_in(std::string_view text, NameTable& names) {
  const std::size_t at = text.rfind('@');
  return at == text.npos ? kNoName : names.number(text.substr(at + 1));
}

Name host_in(std::string_view text, NameTable& names) {
  while (text.starts_with('\\')) text.remove_prefix(1);
  const bool is_address = text.find(':') != text.npos || (!text.empty() && text.back() >= '0' && text.back() <= '9' &&
                                                          text.find_first_not_of("0123456789.") == text.npos);
  return names.folded(is_address ? text : text.substr(0, text.find('.')));
}

// `::ffff:10.0.0.1`, `ipv4:10.0.0.1:445`, `10.0.0.1`; nothing for the machine itself.
Name address_in(std::string_view text, NameTable& names) {
  if (text.starts_with("ipv4:") || text.starts_with("ipv6:")) {
    text.remove_prefix(5);
    text = text.substr(0, text.rfind(':'));
  }
  if (text.size() > 7 && equals_ignoring_ascii_case(text.substr(0, 7), "::ffff:")) text.remove_prefix(7);
  if (text == "::1" || text.starts_with("127.") || text == "LOCAL" || text == "::" || text == "0.0.0.0" || text == ":::0")
    return kNoName;
  return names.folded(text);
}

std::uint64_t hash_in(std::string_view text) {
  if (text.size() < 16) return 0;
  // FNV-1a, 64 bits, with a last mix; the text is a cryptographic hash already.
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  hash ^= hash >> 32;
  return hash ? hash : 1;
}

std::uint32_t offered_in(std::string_view numbers) {
  std::uint32_t offered = 0;
  while (!numbers.empty()) {
    const std::size_t end = numbers.find(',');
    const std::uint64_t type = number_in(numbers.substr(0, end));
    if (type > 0 && type < 32) offered |= 1u << type;
    if (end == numbers.npos) break;
    numbers.remove_prefix(end + 1);
  }
  return offered;
}

bool wants(const EventKind& kind) {
  return kind.channel == "Security" || kind.service == "krb5kdc" || kind.product == "samba" ||
         (kind.product == "zeek" && (kind.service == "kerberos" || kind.service == "ntlm"));
}

std::span<const std::string_view> fields_needed() {
  static constexpr std::string_view kFields[] = {
      "AccessMask", "AttributeLDAPDisplayName", "AttributeValue", "AuthTime", "Authentication.authDescription",
      "Authentication.becameSid", "Authentication.clientAccount", "Authentication.eventId", "Authentication.logonType",
      "Authentication.passwordType", "Authentication.remoteAddress", "Authentication.serviceDescription",
      "Authentication.status", "Authentication.workstation", "AuthenticationPackageName", "Authorization.account",
      "Authorization.authType", "Authorization.logonServer", "Authorization.remoteAddress", "Authorization.sid", "Client",
      "ClientAdvertizedEncryptionTypes", "Computer", "EncryptionOffered", "EndTime", "EventRecordID", "Flags", "ForUser",
      "Hostname", "IpAddress", "LogonProcessName", "LogonType", "NewTargetUserName", "NewUacValue", "ObjectClass",
      "ObjectDN", "OldTargetUserName", "OldUacValue", "PackageName", "PasswordLastSet", "PreAuth", "PreAuthType",
      "Properties", "RelativeTargetName", "RenewTill", "Request", "RequestTicketHash", "ResponseTicket",
      "ResponseTicketHash", "Result", "Service", "ServiceName", "ServicePrincipalNames", "ShareName", "Sid", "SidHistory",
      "SourceIp", "Status", "SubStatus", "SubjectUserName", "SubjectUserSid", "TargetDomainName", "TargetOutboundUserName",
      "TargetServerName", "TargetSid", "TargetUserName", "TargetUserSid", "TicketEncryption", "TicketEncryptionType",
      "TicketOptions", "TransmittedServices", "Workstation", "WorkstationName", "auth_ticket", "auth_ticket_sha256",
      "cipher", "client", "dsdbChange.dn", "dsdbChange.operation", "dsdbChange.remoteAddress", "dsdbChange.status",
      "dsdbChange.userSid", "error_msg", "from", "hostname", "id.orig_h", "id.resp_h", "id_orig_h", "id_resp_h",
      "new_ticket", "new_ticket_sha256", "request_type", "service", "success", "till", "username"};
  return kFields;
}

std::optional<Authentication> normalise(const Event& event, NameTable& names) {
  Authentication out;
  out.time = event.time;
  out.event_id = event.event_id;
  const std::string_view record = event.record_id.empty() ? value_of(event, "EventRecordID") : event.record_id;
  out.record = record.empty() ? event.offset : number_in(record);
  std::string_view host = event.host;
  if (host.empty()) host = value_of(event, "Computer");
  if (host.empty()) host = value_of(event, "Hostname");
  out.observer = host_in(host, names);
  const bool read = event.channel == "Security"     ? read_windows(event, names, out)
                    : event.service == "krb5kdc"    ? read_kdc_text(event, names, out)
                    : event.service == "kerberos" && event.product == "samba" ? read_kdc_text(event, names, out)
                    : event.product == "samba"      ? read_samba_json(event, names, out)
                    : event.product == "zeek"       ? read_zeek(event, names, out)
                                                    : false;
  if (!read) return {};
  return out;
}

}  // namespace bartizan::identity
