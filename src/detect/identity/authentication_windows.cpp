// SPDX-License-Identifier: Apache-2.0
// Windows Security events. 4768 names the hash of the ticket it issued ResponseTicket, 4769 and 4770 ResponseTicketHash;
// all are there from the update of January 2025 on.
#include <algorithm>

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

void read_target(const Fields& fields, NameTable& names, Authentication& out) {
  const std::string_view account = fields["TargetUserName"];
  out.account = account_in(account, names);
  out.realm = realm_in(account, names);
  if (const std::string_view domain = fields["TargetDomainName"]; !domain.empty())
    out.realm = names.number(domain);
  std::string_view sid = fields["TargetUserSid"];
  if (sid.empty()) sid = fields["TargetSid"];
  out.sid = names.number(sid);
  out.address = address_in(fields["IpAddress"], names);
}

void read_subject(const Fields& fields, NameTable& names, Authentication& out) {
  out.by = account_in(fields["SubjectUserName"], names);
  out.by_sid = names.number(fields["SubjectUserSid"]);
}

void read_ticket(const Fields& fields, NameTable& names, Authentication& out) {
  read_target(fields, names, out);
  // Before the ticket's client is known, the client writes the service; it may carry a realm.
  out.service = account_in(fields["ServiceName"], names);
  out.status = static_cast<std::uint32_t>(number_in(fields["Status"]));
  out.options = static_cast<std::uint32_t>(number_in(fields["TicketOptions"]));
  out.forwarded = out.options & kForwarded;
  const std::string_view encryption = fields["TicketEncryptionType"];
  if (const std::uint64_t type = number_in(encryption); type > 0 && type < 127)
    out.encryption = static_cast<std::int8_t>(type);
  const std::string_view preauth = fields["PreAuthType"];
  if (!preauth.empty()) out.preauth = static_cast<std::int16_t>(number_in(preauth) & 0x7fff);
  out.presented = hash_in(fields["RequestTicketHash"]);
  out.returned =
      hash_in(fields.event().event_id == 4768 ? fields["ResponseTicket"] : fields["ResponseTicketHash"]);
  out.acts_for = !fields["TransmittedServices"].empty();
  if (out.acts_for) out.value = account_in(fields["TransmittedServices"], names);
  const bool failed = out.status != 0;
  switch (fields.event().event_id) {
    case 4768: out.act = failed ? Act::kTicketRefused : Act::kTicketGranted; break;
    case 4769: out.act = failed ? Act::kServiceRefused : Act::kServiceTicket; break;
    case 4770: out.act = Act::kRenewal; break;
    default: out.act = Act::kTicketRefused; break;
  }
}

void read_logon(const Fields& fields, NameTable& names, Authentication& out) {
  read_target(fields, names, out);
  read_subject(fields, names, out);
  out.act = fields.event().event_id == 4624 ? Act::kLogon : Act::kLogonFailed;
  out.logon_type = static_cast<std::uint8_t>(number_in(fields["LogonType"]));
  const std::string_view package = fields["AuthenticationPackageName"];
  if (package == "Kerberos") out.package = Package::kKerberos;
  if (package.starts_with("NTLM") || package.starts_with("MICROSOFT_AUTH")) out.package = Package::kNtlm;
  out.workstation = host_in(fields["WorkstationName"], names);
  out.outbound = account_in(fields["TargetOutboundUserName"], names);
  std::string_view process = fields["LogonProcessName"];
  while (process.ends_with(' ')) process.remove_suffix(1);
  out.attribute = names.folded(process);
  if (fields.event().event_id == 4625)
    out.status = static_cast<std::uint32_t>(number_in(fields["SubStatus"]));
  if (fields.event().event_id == 4625 && out.status == 0)
    out.status = static_cast<std::uint32_t>(number_in(fields["Status"]));
}

// DS-Replication-Get-Changes, -All and -In-Filtered-Set (MS-ADTS 5.1.3.2.1).
bool is_replication(const Fields& fields) {
  if (!(number_in(fields["AccessMask"]) & 0x100)) return false;
  const std::string_view rights = fields["Properties"];
  for (std::string_view right :
       {"1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2",
        "89e95b76-444d-4c62-991a-0facbeda640c"})
    if (contains_folded(rights, right)) return true;
  return false;
}

// `%{S-1-5-21-…-512}` and others; only those that rule the domain count.
bool read_groups(const Fields& fields, NameTable& names, Authentication& out) {
  read_target(fields, names, out);
  out.act = Act::kGroups;
  std::string_view groups = fields["GroupMembership"];
  for (std::size_t at = groups.find("S-1-5-21-"); at != groups.npos; at = groups.find("S-1-5-21-")) {
    groups.remove_prefix(at);
    const std::string_view sid = groups.substr(0, groups.find_first_not_of("S-0123456789"));
    groups.remove_prefix(sid.size());
    const std::uint64_t relative = number_in(sid.substr(sid.rfind('-') + 1));
    for (std::size_t i = 0; i < std::size(kPrivilegedGroups); ++i)
      if (relative == kPrivilegedGroups[i]) out.status |= 1u << i;
  }
  return out.account != kNoName && out.status != 0;
}

void read_account_change(const Fields& fields, NameTable& names, Authentication& out) {
  read_target(fields, names, out);
  read_subject(fields, names, out);
  const std::uint32_t id = fields.event().event_id;
  out.act = id == 4741 || id == 4720 ? Act::kAccountMade : Act::kAccountChanged;
  out.object = out.account;
  const std::uint64_t before = number_in(fields["OldUacValue"]), after = number_in(fields["NewUacValue"]);
  out.status = static_cast<std::uint32_t>(after & ~before);  // the flags that were set
  const std::string_view spns = fields["ServicePrincipalNames"];
  out.acts_for =
      contains_folded(spns, "E3514235-4B06-11D1-AB04-00C04FC2DCD2/") || contains_folded(spns, "\tGC/");
  if (const std::string_view history = fields["SidHistory"]; history.size() > 2)
    out.value = names.number(history);
  if (!fields["PasswordLastSet"].empty()) out.attribute = names.number("PasswordLastSet");
}

bool read_directory_change(const Fields& fields, NameTable& names, Authentication& out) {
  read_subject(fields, names, out);
  out.object = names.number(fields["ObjectDN"]);
  if (fields.event().event_id == 5137) {
    out.act = Act::kObjectMade;
    out.attribute = names.folded(fields["ObjectClass"]);
    return true;
  }
  out.act = Act::kAttribute;
  out.attribute = names.folded(fields["AttributeLDAPDisplayName"]);
  out.value = names.number(fields["AttributeValue"].substr(0, 64));
  return out.attribute != kNoName;
}

// The user's own wish to leave (4647) has no type; it ends what was at a keyboard.
bool read_logoff(const Fields& fields, NameTable& names, Authentication& out) {
  read_target(fields, names, out);
  out.act = Act::kLogoff;
  const bool is_wish = fields.event().event_id == 4647;
  out.logon_type = static_cast<std::uint8_t>(is_wish ? 2 : number_in(fields["LogonType"]));
  return out.account != kNoName;
}

bool read_share(const Fields& fields, NameTable& names, Authentication& out) {
  read_subject(fields, names, out);
  out.address = address_in(fields["IpAddress"], names);
  if (is_administrative(fields["ShareName"])) {
    out.account = out.by, out.act = Act::kRights;
    return true;
  }
  if (!fields["ShareName"].ends_with("IPC$") || fields["RelativeTargetName"].empty()) return false;
  out.act = Act::kPipeOpened;
  out.value = names.folded(fields["RelativeTargetName"]);
  return true;
}

}  // namespace

bool is_read_from_windows(std::uint32_t event_id) {
  static constexpr std::uint32_t kRead[] = {4624, 4625, 4627, 4634, 4647, 4648, 4662, 4672, 4720,
                                            4738, 4741, 4742, 4765, 4766, 4768, 4769, 4770, 4771,
                                            4772, 4773, 4776, 4781, 5136, 5137, 5140, 5145};
  return std::ranges::binary_search(kRead, event_id);
}

bool read_windows(const Fields& fields, NameTable& names, Authentication& out) {
  out.platform = Platform::kWindows;
  switch (fields.event().event_id) {
    case 4768:
    case 4769:
    case 4770:
    case 4771:
    case 4772:
    case 4773: return read_ticket(fields, names, out), true;
    case 4624:
    case 4625: return read_logon(fields, names, out), true;
    case 4627: return read_groups(fields, names, out);
    case 4634:
    case 4647: return read_logoff(fields, names, out);
    case 4672:
      read_subject(fields, names, out);
      out.act = Act::kRights;
      out.account = out.by, out.sid = out.by_sid;
      return out.account != kNoName;
    case 4648:
      read_target(fields, names, out), read_subject(fields, names, out);
      out.act = Act::kExplicitCredentials;
      out.service = host_in(fields["TargetServerName"], names);
      return true;
    case 4776:
      read_target(fields, names, out);
      out.package = Package::kNtlm;
      out.workstation = host_in(fields["Workstation"], names);
      out.status = static_cast<std::uint32_t>(number_in(fields["Status"]));
      out.act = out.status ? Act::kLogonFailed : Act::kLogon;
      return true;
    case 4662:
      if (!is_replication(fields)) return false;
      out.act = Act::kReplication;
      read_subject(fields, names, out);
      return true;
    case 4720:
    case 4738:
    case 4741:
    case 4742: return read_account_change(fields, names, out), true;
    case 4765:
    case 4766:
      read_target(fields, names, out), read_subject(fields, names, out);
      out.act = Act::kSidHistory;
      return true;
    case 4781:
      read_subject(fields, names, out);
      out.act = Act::kRenamed;
      out.account = account_in(fields["OldTargetUserName"], names);
      out.value = account_in(fields["NewTargetUserName"], names);
      out.sid = names.number(fields["TargetSid"]);
      return true;
    case 5136:
    case 5137: return read_directory_change(fields, names, out);
    case 5140:
    case 5145: return read_share(fields, names, out);
    default: return false;
  }
}

}  // namespace bartizan::identity
