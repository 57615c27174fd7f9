// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/directory_account.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "base/time.h"

namespace bartizan::identity {
namespace {

constexpr std::uint64_t kRc4 = 0x4, kAes = 0x18;  // msDS-SupportedEncryptionTypes ([MS-KILE] 2.2.7)

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// 100 ns since 1601, as a directory counts, to Unix seconds; 0: never.
std::int64_t unix_of_filetime(std::int64_t value) {
  return value <= 0 || value == INT64_MAX ? 0 : value / 10'000'000 - 11'644'473'600;
}

// `20261120101112.0Z`, as whenChanged.
std::int64_t unix_of_ldap_time(std::string_view text) {
  if (text.size() < 14) return 0;
  std::string rfc(text.substr(0, 14));
  for (const auto& [at, mark] : {std::pair{12, ':'}, {10, ':'}, {8, 'T'}, {6, '-'}, {4, '-'}})
    rfc.insert(static_cast<std::size_t>(at), 1, mark);
  const auto time = parse_instant(rfc + 'Z');
  return time ? time->ticks / kTicksPerSecond : 0;
}

// `CN=alice,CN=Users,DC=lab,DC=test` -> lab.test
std::string domain_of_dn(std::string_view dn) {
  std::string out;
  for (std::size_t at = 0; at < dn.size();) {
    const std::size_t end = std::min(dn.find(',', at), dn.size());
    const std::string_view part = dn.substr(at, end - at);
    if (part.size() > 3 && equals_ignoring_ascii_case(part.substr(0, 3), "DC="))
      out.append(out.empty() ? "" : ".").append(folded(part.substr(3)));
    at = end + 1;
  }
  return out;
}

// What SharpHound says with words of its own.
void read_export(std::string_view field, std::string_view value, DirectoryAccount& out) {
  const auto flag = [&](std::string_view name_of, std::uint64_t bit, bool when = true) {
    if (field != name_of) return;
    out.has_flags = true;
    if ((value == "true") == when) out.flags |= bit;
  };
  flag("dontreqpreauth", kUacNoPreauth), flag("unconstraineddelegation", kUacForDelegation),
      flag("sensitive", kUacNotDelegated);
  flag("trustedtoauth", kUacAnyProtocol), flag("enabled", kUacDisabled, false),
      flag("usedeskeyonly", kUacDesOnly);
  flag("isdc", kUacController);
  if (field == "name" && out.name.empty()) out.name = folded(value.substr(0, value.find('@')));
  if (field == "domain") out.domain = folded(value);
  if (field == "hasspn" && value == "true") out.has_service = true;
  if (field == "admincount") out.knows_rights = true, out.is_privileged = value == "true";
  if (field == "allowedtodelegate") out.delegates = true;
  if (field == "operatingsystem") out.is_machine = true;
  if (field == "primarygroupsid" && (value.ends_with("-516") || value.ends_with("-521")))
    out.flags |= kUacController;
  if (field == "supportedencryptiontypes" && out.encryption < 0) out.encryption = 0;
  if (field == "supportedencryptiontypes")
    out.encryption |= static_cast<std::int64_t>(value.find("RC4") != value.npos   ? kRc4
                                                : value.find("AES") != value.npos ? kAes
                                                                                  : 0);
  if (field == "pwdlastset") out.password_set = number(value);
  if (field == "pwdlastset" || field == "lastlogontimestamp" || field == "lastlogon" ||
      field == "whencreated")
    out.newest = std::max(out.newest, number(value));
  if (field == "machineaccountquota") out.machine_quota = number(value);
}

void read_ldap(std::string_view field, std::string_view value, DirectoryAccount& out) {
  const auto is = [&](std::string_view other) { return equals_ignoring_ascii_case(field, other); };
  if (is("dn")) out.domain = domain_of_dn(value);
  else if (is("userAccountControl"))
    out.flags |= static_cast<std::uint64_t>(number(value)), out.has_flags = true;
  else if (is("servicePrincipalName")) out.has_service = true;
  else if (is("adminCount")) out.is_privileged = number(value) == 1;
  else if (is("memberOf"))
    out.is_protected = out.is_protected || folded(value).starts_with("cn=protected users,");
  else if (is("msDS-SupportedEncryptionTypes")) out.encryption = number(value);
  else if (is("msDS-AllowedToDelegateTo")) out.delegates = true;
  else if (is("msDS-AllowedToActOnBehalfOfOtherIdentity")) out.is_acted_on = true;
  else if (is("pwdLastSet"))
    out.newest = std::max(out.newest, out.password_set = unix_of_filetime(number(value)));
  else if (is("lastLogonTimestamp")) out.newest = std::max(out.newest, unix_of_filetime(number(value)));
  else if (is("whenChanged")) out.newest = std::max(out.newest, unix_of_ldap_time(value));
  else if (is("ms-DS-MachineAccountQuota")) out.machine_quota = number(value);
  else if (is("objectClass"))
    out.is_machine = out.is_machine || value == "computer",
    out.is_domain = out.is_domain || value == "domainDNS";
  else if (is("instanceType")) out.is_whole = true;  // nobody asks for it by name
}

}  // namespace

DirectoryAccount parse_directory_account(const Event& record) {
  DirectoryAccount out;
  out.is_ldif = record.service == "ldif";
  for (const Field& field : record.fields) {
    if (equals_ignoring_ascii_case(field.name, "sAMAccountName")) out.name = folded(field.value);
    if (out.is_ldif) read_ldap(field.name, field.value, out);
    else read_export(field.name, field.value, out);
  }
  out.is_machine = out.is_machine || out.name.ends_with('$');
  out.knows_rights = out.knows_rights || out.is_whole || out.is_privileged;
  return out;
}

}  // namespace bartizan::identity
