// SPDX-License-Identifier: Apache-2.0
// Windows Security events. 4768 names the hash of the ticket it issued ResponseTicket, 4769 and 4770 ResponseTicketHash;
// all are there from the update of January 2025 on.
#include "base/text.h"
#include "detect/identity/authentication.h"

namespace bartizan::identity {
namespace {

constexpr std::uint32_t kForwarded = 0x20000000;  // RFC 4120, 5.4.1: bit 2 of KDCOptions

bool contains_folded(std::string_view text, std::string_view part) {
  for (std::size_t at = 0; at + part.size() <= text.size(); ++at)
    if (equals_ignoring_ascii_case(text.substr(at, part.size()), part)) return true;
  return false;
}

void read_target(const Event& event, NameTable& names, Authentication& out) {
  const std::string_view account = value_of(event, "TargetUserName");
  out.account = account_in(account, names);
  out.realm = realm_in(account, names);
  if (const std::string_view domain = value_of(event, "TargetDomainName"); !domain.empty()) out.realm = names.number(domain);
  std::string_view sid = value_of(event, "TargetUserSid");
  if (sid.empty()) sid = value_of(event, "TargetSid");
  out.sid = names.number(sid);
  out.address = address_in(value_of(event, "IpAddress"), names);
}

void read_subject(const Event& event, NameTable& names, Authentication& out) {
  out.by = account_in(value_of(event, "SubjectUserName"), names);
  out.by_sid = names.number(value_of(event, "SubjectUserSid"));
}

void read_ticket(const Event& event, NameTable& names, Authentication& out) {
  read_target(event, names, out);
  // Before the ticket's client is known, the client writes the service; it may carry a realm.
  out.service = account_in(value_of(event, "ServiceName"), names);
  out.status = static_cast<std::uint32_t>(number_in(value_of(event, "Status")));
  out.options = static_cast<std::uint32_t>(number_in(value_of(event, "TicketOptions")));
  out.forwarded = out.options & kForwarded;
  const std::string_view encryption = value_of(event, "TicketEncryptionType");
  if (const std::uint64_t type = number_in(encryption); type > 0 && type < 127)
    out.encryption = static_cast<std::int8_t>(type);
  const std::string_view preauth = value_of(event, "PreAuthType");
  if (!preauth.empty()) out.preauth = static_cast<std::int16_t>(number_in(preauth) & 0x7fff);
  out.presented = hash_in(value_of(event, "RequestTicketHash"));
  out.returned = hash_in(value_of(event, event.event_id == 4768 ? "ResponseTicket" : "ResponseTicketHash"));
  out.acts_for = !value_of(event, "TransmittedServices").empty();
  const bool failed = out.status != 0;
  switch (event.event_id) {
    case 4768: out.act = failed ? Act::kTicketRefused : Act::kTicketGranted; break;
    case 4769: out.act = failed ? Act::kServiceRefused : Act::kServiceTicket; break;
    case 4770: out.act = Act::kRenewal; break;
    default: out.act = Act::kTicketRefused; break;
  }
}

void read_logon(const Event& event, NameTable& names, Authentication& out) {
  read_target(event, names, out);
  read_subject(event, names, out);
  out.act = event.event_id == 4624 ? Act::kLogon : Act::kLogonFailed;
  out.logon_type = static_cast<std::uint8_t>(number_in(value_of(event, "LogonType")));
  const std::string_view package = value_of(event, "AuthenticationPackageName");
  if (package == "Kerberos") out.package = Package::kKerberos;
  if (package.starts_with("NTLM") || package.starts_with("MICROSOFT_AUTH")) out.package = Package::kNtlm;
  out.workstation = host_in(value_of(event, "WorkstationName"), names);
  out.outbound = account_in(value_of(event, "TargetOutboundUserName"), names);
  std::string_view process = value_of(event, "LogonProcessName");
  while (process.ends_with(' ')) process.remove_suffix(1);
  out.attribute = names.folded(process);
  if (event.event_id == 4625) out.status = static_cast<std::uint32_t>(number_in(value_of(event, "SubStatus")));
  if (event.event_id == 4625 && out.status == 0) out.status = static_cast<std::uint32_t>(number_in(value_of(event, "Status")));
}

// DS-Replication-Get-Changes, -All and -In-Filtered-Set (MS-ADTS 5.1.3.2.1).
bool is_replication(const Event& event) {
  if (!(number_in(value_of(event, "AccessMask")) & 0x100)) return false;
  const std::string_view rights = value_of(event, "Properties");
  for (std::string_view right : {"1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2",
                                 "89e95b76-444d-4c62-991a-0facbeda640c"})
    if (contains_folded(rights, right)) return true;
  return false;
}

void read_account_change(const Event& event, NameTable& names, Authentication& out) {
  read_target(event, names, out);
  read_subject(event, names, out);
  out.act = event.event_id == 4741 ? Act::kAccountMade : Act::kAccountChanged;
  out.object = out.account;
  const std::uint64_t before = number_in(value_of(event, "OldUacValue")), after = number_in(value_of(event, "NewUacValue"));
  out.status = static_cast<std::uint32_t>(after & ~before);  // the flags that were set
  const std::string_view spns = value_of(event, "ServicePrincipalNames");
  out.acts_for = contains_folded(spns, "E3514235-4B06-11D1-AB04-00C04FC2DCD2/") || contains_folded(spns, "\tGC/");
  if (const std::string_view history = value_of(event, "SidHistory"); history.size() > 2) out.value = names.number(history);
  if (!value_of(event, "PasswordLastSet").empty()) out.attribute = names.number("PasswordLastSet");
}

bool read_directory_change(const Event& event, NameTable& names, Authentication& out) {
  read_subject(event, names, out);
  out.object = names.number(value_of(event, "ObjectDN"));
  if (event.event_id == 5137) {
    out.act = Act::kObjectMade;
    out.attribute = names.folded(value_of(event, "ObjectClass"));
    return true;
  }
  out.act = Act::kAttribute;
  out.attribute = names.folded(value_of(event, "AttributeLDAPDisplayName"));
  out.value = names.number(value_of(event, "AttributeValue").substr(0, 64));
  return out.attribute != kNoName;
}

}  // namespace

bool read_windows(const Event& event, NameTable& names, Authentication& out) {
  out.by_windows = true;
  switch (event.event_id) {
    case 4768: case 4769: case 4770: case 4771: case 4772: case 4773: return read_ticket(event, names, out), true;
    case 4624: case 4625: return read_logon(event, names, out), true;
    case 4648:
      read_target(event, names, out), read_subject(event, names, out);
      out.act = Act::kExplicitCredentials;
      out.service = host_in(value_of(event, "TargetServerName"), names);
      return true;
    case 4776:
      read_target(event, names, out);
      out.package = Package::kNtlm;
      out.workstation = host_in(value_of(event, "Workstation"), names);
      out.status = static_cast<std::uint32_t>(number_in(value_of(event, "Status")));
      out.act = out.status ? Act::kLogonFailed : Act::kLogon;
      return true;
    case 4662:
      if (!is_replication(event)) return false;
      out.act = Act::kReplication;
      read_subject(event, names, out);
      return true;
    case 4738: case 4741: case 4742: return read_account_change(event, names, out), true;
    case 4765: case 4766:
      read_target(event, names, out), read_subject(event, names, out);
      out.act = Act::kSidHistory;
      return true;
    case 4781:
      read_subject(event, names, out);
      out.act = Act::kRenamed;
      out.account = account_in(value_of(event, "OldTargetUserName"), names);
      out.value = account_in(value_of(event, "NewTargetUserName"), names);
      out.sid = names.number(value_of(event, "TargetSid"));
      return true;
    case 5136: case 5137: return read_directory_change(event, names, out);
    case 5145:
      if (!value_of(event, "ShareName").ends_with("IPC$")) return false;
      read_subject(event, names, out);
      out.act = Act::kPipeOpened;
      out.address = address_in(value_of(event, "IpAddress"), names);
      out.value = names.folded(value_of(event, "RelativeTargetName"));
      return true;
    default: return false;
  }
}

}  // namespace bartizan::identity
