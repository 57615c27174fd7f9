// SPDX-License-Identifier: Apache-2.0
// krb5kdc.log, Samba's kerberos log and JSON audit, Zeek's logs, sshd and sudo, leases.
#include <algorithm>
#include <string>

#include "detect/identity/authentication.h"

namespace bartizan::identity {
namespace {

void read_encryption(std::string_view text, Authentication& out) {
  if (const std::uint64_t type = number_in(text); type > 0 && type < 127)
    out.encryption = static_cast<std::int8_t>(type);
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

// Pipes (`\\srv1\IPC$` with a file `spoolss`) and administrative shares. Who it is, smb_cmd alone says.
bool read_smb(const Fields& fields, NameTable& names, Authentication& out) {
  const std::string_view tree = fields["tree"].empty() ? fields["path"] : fields["tree"];
  out.account = account_in(fields["username"], names);
  if (is_administrative(tree)) return out.act = Act::kRights, out.address != kNoName;
  const std::string_view action = fields["action"];
  if (!tree.ends_with("IPC$") || (!action.empty() && !action.ends_with("OPEN"))) return false;
  out.act = Act::kPipeOpened;
  out.value = names.folded(fields["name"]);
  return out.address != kNoName && out.value != kNoName;
}

}  // namespace

bool read_kdc_text(const Fields& fields, NameTable& names, Authentication& out) {
  const std::string_view request = fields["Request"], result = fields["Result"];
  out.platform = fields.event().product == "samba" ? Platform::kSamba : Platform::kMit;
  if (request == "PROTOCOL-TRANSITION" || request == "CONSTRAINED-DELEGATION") {
    out.act = Act::kActsFor;
    out.account = account_in(fields["ForUser"], names);
    return out.account != kNoName;
  }
  const bool initial = request.starts_with("AS"), granted = result == "ISSUE" || result == "SUCCESS";
  if (!initial && !request.starts_with("TGS")) return false;
  const std::string_view client = fields["Client"], service = fields["Service"];
  out.package = Package::kKerberos;
  out.account = account_in(client, names), out.realm = realm_in(client, names);
  out.service = account_in(service, names), out.service_realm = realm_in(service, names);
  out.address = address_in(fields["SourceIp"], names);
  out.authtime = static_cast<std::int64_t>(number_in(fields["AuthTime"]) & 0x7fffffffff);
  out.end = static_cast<std::int64_t>(number_in(fields["EndTime"]) & 0x7fffffffff);
  out.renew = static_cast<std::int64_t>(number_in(fields["RenewTill"]) & 0x7fffffffff);
  out.offered = offered_in(fields["EncryptionOffered"]);
  read_encryption(fields["TicketEncryption"], out);
  out.forwarded = fields["Flags"].find("forwarded") != std::string_view::npos;
  if (result == "NEEDED_PREAUTH" || result == "ERR_PREAUTH_REQUIRED") out.act = Act::kPreauthAsked;
  else if (initial) out.act = granted ? Act::kTicketGranted : Act::kTicketRefused;
  else out.act = granted ? Act::kServiceTicket : Act::kServiceRefused;
  // Heimdal says which proof was given; a granted ticket without one was given to whoever asked.
  if (initial && granted && fields.event().product == "samba")
    out.preauth = fields["PreAuth"].empty() ? 0 : 2;
  if (out.observer == kNoName) out.observer = names.number("kdc");
  return out.account != kNoName;
}

bool read_samba_json(const Fields& fields, NameTable& names, Authentication& out) {
  out.platform = Platform::kSamba;
  if (fields.event().service == "drs_repl") {
    out.act = Act::kReplication;
    out.by_sid = names.number(fields["Sid"]);
    return out.by_sid != kNoName;
  }
  if (fields.event().service == "Authentication") {
    const std::string_view client = fields["Authentication.clientAccount"];
    out.account = account_in(client, names), out.realm = realm_in(client, names);
    out.sid = names.number(fields["Authentication.becameSid"]);
    out.address = address_in(fields["Authentication.remoteAddress"], names);
    out.workstation = host_in(fields["Authentication.workstation"], names);
    out.logon_type = static_cast<std::uint8_t>(number_in(fields["Authentication.logonType"]));
    const bool is_kdc = fields["Authentication.serviceDescription"] == "Kerberos KDC";
    out.package = is_kdc ? Package::kUnknown : Package::kNtlm;
    out.act = fields["Authentication.status"] == "NT_STATUS_OK" ? Act::kLogon : Act::kLogonFailed;
    return out.account != kNoName;
  }
  if (fields.event().service == "Authorization") {
    out.account = account_in(fields["Authorization.account"], names);
    out.sid = names.number(fields["Authorization.sid"]);
    out.address = address_in(fields["Authorization.remoteAddress"], names);
    out.observer = host_in(fields["Authorization.logonServer"], names);
    // The NTLM logon was an Authentication record already.
    if (fields["Authorization.authType"] != "krb5") return false;
    out.package = Package::kKerberos, out.logon_type = 3;
    out.act = Act::kLogon;
    return out.account != kNoName;
  }
  if (fields.event().service != "dsdbChange" || fields["dsdbChange.status"] != "Success") return false;
  out.act = Act::kAttribute;
  out.object = names.number(fields["dsdbChange.dn"]);
  out.by_sid = names.number(fields["dsdbChange.userSid"]);
  out.address = address_in(fields["dsdbChange.remoteAddress"], names);
  constexpr std::string_view kAttributes = "dsdbChange.attributes.";
  for (const Field& field : fields.event().fields) {
    if (!field.name.starts_with(kAttributes)) continue;
    const std::string_view name = field.name.substr(kAttributes.size());
    const Name attribute = names.folded(name.substr(0, name.find('.')));
    // Of several attributes, one that says who may act for whom counts.
    if (out.attribute == kNoName || names.text(attribute).starts_with("msds-")) out.attribute = attribute;
  }
  return out.attribute != kNoName;
}

bool read_zeek(const Fields& fields, NameTable& names, Authentication& out) {
  out.platform = Platform::kZeek;
  const auto either = [&](FieldName a, FieldName b) { return fields[a].empty() ? fields[b] : fields[a]; };
  out.address = address_in(either("id.orig_h", "id_orig_h"), names);
  out.observer = address_in(either("id.resp_h", "id_resp_h"), names);
  const std::string_view success = fields["success"];
  const bool failed = success == "false" || success == "F";
  if (fields.event().service == "ntlm") {
    out.package = Package::kNtlm, out.logon_type = 3;
    out.account = account_in(fields["username"], names);
    out.workstation = host_in(fields["hostname"], names);
    out.act = failed ? Act::kLogonFailed : Act::kLogon;
    return out.account != kNoName;
  }
  if (fields.event().service == "dce_rpc") {
    const std::string_view operation = fields["operation"];
    out.act = operation == "DRSGetNCChanges"             ? Act::kReplication
              : operation.starts_with("NetrServerAuth")  ? Act::kSecureChannel
              : operation.starts_with("NetrServerPassw") ? Act::kSecureChannel
                                                         : Act::kPipeOpened;
    out.value = names.folded(fields["endpoint"]);
    out.attribute = names.folded(operation);
    return out.address != kNoName && out.value != kNoName;
  }
  if (fields.event().service.starts_with("smb_")) return read_smb(fields, names, out);
  const std::string_view request = fields["request_type"], error = fields["error_msg"];
  if (fields.event().service != "kerberos" || (request != "AS" && request != "TGS")) return false;
  // `alice/LAB.TEST`; with FAST the client is WELLKNOWN/ANONYMOUS, and nobody is known.
  const std::string_view client = fields["client"];
  const std::size_t slash = client.rfind('/');
  if (!client.starts_with("WELLKNOWN")) out.account = account_in(client.substr(0, slash), names);
  if (slash != client.npos) out.realm = names.number(client.substr(slash + 1));
  out.package = Package::kKerberos;
  out.service = account_in(fields["service"], names);
  out.encryption = static_cast<std::int8_t>(cipher_in(fields["cipher"]));
  out.presented = hash_in(either("auth_ticket_sha256", "auth_ticket"));
  out.returned = hash_in(either("new_ticket_sha256", "new_ticket"));
  if (request == "AS")
    out.act = error == "KDC_ERR_PREAUTH_REQUIRED" ? Act::kPreauthAsked
              : failed                            ? Act::kTicketRefused
                                                  : Act::kTicketGranted;
  else out.act = failed ? Act::kServiceRefused : Act::kServiceTicket;
  return out.account != kNoName || out.presented != 0;
}

bool read_shell(const Fields& fields, NameTable& names, Authentication& out) {
  const std::string_view action = fields["Action"];
  const bool success = fields["Result"] == "success";
  out.package = Package::kShell, out.platform = Platform::kUnix;
  out.account = account_in(fields["User"], names);
  if (action == "logon" && !fields["SourceIp"].empty()) {
    out.act = success ? Act::kLogon : Act::kLogonFailed;
    out.address = address_in(fields["SourceIp"], names);
    return out.account != kNoName && out.address != kNoName;
  }
  // PAM tells of sessions opened for others; of the system's own, by root or by nobody, it does so as well.
  const bool session = action == "session_opened" && !fields["ByUser"].empty() &&
                       fields["ByUser"] != "root" && fields["ByUser"] != fields["User"];
  if (!success || (action != "command" && action != "switch_user" && !session)) return false;
  out.act = Act::kExplicitCredentials;
  out.by = account_in(fields["ByUser"], names);
  if (out.account == kNoName) out.account = names.number("root");
  return out.by != kNoName;
}

bool read_lease(const Fields& fields, NameTable& names, Authentication& out) {
  const std::string_view action = fields["action"];
  // dhcpd and dnsmasq; Kea; Windows.
  const bool given = action.starts_with("DHCPACK") || action.starts_with("DHCP4_LEASE_ALLOC") ||
                     action.starts_with("DHCP6_LEASE_ALLOC") || action == "Assign" || action == "Renew";
  if (!given) return false;
  out.act = Act::kLease;
  out.address = address_in(fields["ip"], names);
  // `00:11:22:33:44:55`, `00-11-22-33-44-55`, `001122334455`
  std::string hardware;
  for (char c : fields["mac"].substr(0, 32))
    if (c != ':' && c != '-') hardware += c;
  out.value = names.folded(hardware);
  return out.address != kNoName && out.value != kNoName;
}

}  // namespace bartizan::identity
