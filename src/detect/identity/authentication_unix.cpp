// SPDX-License-Identifier: Apache-2.0
// krb5kdc.log, Samba's kerberos log and JSON audit, Zeek's kerberos.log and ntlm.log.
#include <algorithm>

#include "detect/identity/authentication.h"

namespace bartizan::identity {
namespace {

void read_encryption(std::string_view text, Authentication& out) {
  if (const std::uint64_t type = number_in(text); type > 0 && type < 127) out.encryption = static_cast<std::int8_t>(type);
}

// Names of Zeek's cipher column, as krb5 writes them.
int cipher_in(std::string_view name) {
  if (name.starts_with("aes256-cts-hmac-sha1")) return 18;
  if (name.starts_with("aes128-cts-hmac-sha1")) return 17;
  if (name.starts_with("aes256")) return 20;
  if (name.starts_with("aes128")) return 19;
  if (name.starts_with("rc4") || name.starts_with("arcfour")) return 23;
  if (name.starts_with("des-cbc-md5")) return 3;
  return -1;
}


}  // namespace

bool read_kdc_text(const Event& event, NameTable& names, Authentication& out) {
  const std::string_view request = value_of(event, "Request"), result = value_of(event, "Result");
  if (request == "PROTOCOL-TRANSITION" || request == "CONSTRAINED-DELEGATION") {
    out.act = Act::kActsFor;
    out.account = account_in(value_of(event, "ForUser"), names);
    return out.account != kNoName;
  }
  const bool initial = request.starts_with("AS"), granted = result == "ISSUE" || result == "SUCCESS";
  if (!initial && !request.starts_with("TGS")) return false;
  const std::string_view client = value_of(event, "Client"), service = value_of(event, "Service");
  out.package = Package::kKerberos;
  out.account = account_in(client, names), out.realm = realm_in(client, names);
  out.service = account_in(service, names), out.service_realm = realm_in(service, names);
  out.address = address_in(value_of(event, "SourceIp"), names);
  out.authtime = static_cast<std::int64_t>(number_in(value_of(event, "AuthTime")) & 0x7fffffffff);
  out.end = static_cast<std::int64_t>(number_in(value_of(event, "EndTime")) & 0x7fffffffff);
  out.renew = static_cast<std::int64_t>(number_in(value_of(event, "RenewTill")) & 0x7fffffffff);
  out.offered = offered_in(value_of(event, "EncryptionOffered"));
  read_encryption(value_of(event, "TicketEncryption"), out);
  out.forwarded = value_of(event, "Flags").find("forwarded") != std::string_view::npos;
  if (result == "NEEDED_PREAUTH" || result == "ERR_PREAUTH_REQUIRED")
    out.act = Act::kPreauthAsked;
  else if (initial)
    out.act = granted ? Act::kTicketGranted : Act::kTicketRefused;
  else
    out.act = granted ? Act::kServiceTicket : Act::kServiceRefused;
  // Heimdal says which proof was given; a granted ticket without one was given to whoever asked.
  if (initial && granted && event.product == "samba") out.preauth = value_of(event, "PreAuth").empty() ? 0 : 2;
  if (out.observer == kNoName) out.observer = names.number("kdc");
  return out.account != kNoName;
}

bool read_samba_json(const Event& event, NameTable& names, Authentication& out) {
  if (event.service == "drs_repl") {
    out.act = Act::kReplication;
    out.by_sid = names.number(value_of(event, "Sid"));
    return out.by_sid != kNoName;
  }
  if (event.service == "Authentication") {
    const std::string_view client = value_of(event, "Authentication.clientAccount");
    out.account = account_in(client, names), out.realm = realm_in(client, names);
    out.sid = names.number(value_of(event, "Authentication.becameSid"));
    out.address = address_in(value_of(event, "Authentication.remoteAddress"), names);
    out.workstation = host_in(value_of(event, "Authentication.workstation"), names);
    out.logon_type = static_cast<std::uint8_t>(number_in(value_of(event, "Authentication.logonType")));
    const bool is_kdc = value_of(event, "Authentication.serviceDescription") == "Kerberos KDC";
    out.package = is_kdc ? Package::kUnknown : Package::kNtlm;
    out.act = value_of(event, "Authentication.status") == "NT_STATUS_OK" ? Act::kLogon : Act::kLogonFailed;
    return out.account != kNoName;
  }
  if (event.service == "Authorization") {
    out.account = account_in(value_of(event, "Authorization.account"), names);
    out.sid = names.number(value_of(event, "Authorization.sid"));
    out.address = address_in(value_of(event, "Authorization.remoteAddress"), names);
    out.observer = host_in(value_of(event, "Authorization.logonServer"), names);
    // The NTLM logon was an Authentication record already.
    if (value_of(event, "Authorization.authType") != "krb5") return false;
    out.package = Package::kKerberos, out.logon_type = 3;
    out.act = Act::kLogon;
    return out.account != kNoName;
  }
  if (event.service != "dsdbChange" || value_of(event, "dsdbChange.status") != "Success") return false;
  out.act = Act::kAttribute;
  out.object = names.number(value_of(event, "dsdbChange.dn"));
  out.by_sid = names.number(value_of(event, "dsdbChange.userSid"));
  out.address = address_in(value_of(event, "dsdbChange.remoteAddress"), names);
  constexpr std::string_view kAttributes = "dsdbChange.attributes.";
  for (const Field& field : event.fields) {
    if (!field.name.starts_with(kAttributes)) continue;
    const std::string_view name = field.name.substr(kAttributes.size());
    const Name attribute = names.folded(name.substr(0, name.find('.')));
    // Of several attributes, one that says who may act for whom counts.
    if (out.attribute == kNoName || names.text(attribute).starts_with("msds-")) out.attribute = attribute;
  }
  return out.attribute != kNoName;
}

bool read_zeek(const Event& event, NameTable& names, Authentication& out) {
  const auto either = [&](std::string_view a, std::string_view b) {
    const std::string_view value = value_of(event, a);
    return value.empty() ? value_of(event, b) : value;
  };
  out.address = address_in(either("id.orig_h", "id_orig_h"), names);
  out.observer = address_in(either("id.resp_h", "id_resp_h"), names);
  const std::string_view success = value_of(event, "success");
  const bool failed = success == "false" || success == "F";
  if (event.service == "ntlm") {
    out.package = Package::kNtlm, out.logon_type = 3;
    out.account = account_in(value_of(event, "username"), names);
    out.workstation = host_in(value_of(event, "hostname"), names);
    out.act = failed ? Act::kLogonFailed : Act::kLogon;
    return out.account != kNoName;
  }
  const std::string_view request = value_of(event, "request_type"), error = value_of(event, "error_msg");
  if (event.service != "kerberos" || (request != "AS" && request != "TGS")) return false;
  // `alice/LAB.TEST`; with FAST the client is WELLKNOWN/ANONYMOUS, and nobody is known.
  const std::string_view client = value_of(event, "client");
  const std::size_t slash = client.rfind('/');
  if (!client.starts_with("WELLKNOWN")) out.account = account_in(client.substr(0, slash), names);
  if (slash != client.npos) out.realm = names.number(client.substr(slash + 1));
  out.package = Package::kKerberos;
  out.service = account_in(value_of(event, "service"), names);
  out.encryption = static_cast<std::int8_t>(cipher_in(value_of(event, "cipher")));
  out.presented = hash_in(either("auth_ticket_sha256", "auth_ticket"));
  out.returned = hash_in(either("new_ticket_sha256", "new_ticket"));
  if (request == "AS")
    out.act = error == "KDC_ERR_PREAUTH_REQUIRED" ? Act::kPreauthAsked : failed ? Act::kTicketRefused : Act::kTicketGranted;
  else
    out.act = failed ? Act::kServiceRefused : Act::kServiceTicket;
  return out.account != kNoName || out.presented != 0;
}

}  // namespace bartizan::identity
