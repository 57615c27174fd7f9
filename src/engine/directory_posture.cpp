// SPDX-License-Identifier: Apache-2.0
#include "engine/directory_posture.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"
#include "engine/key_files.h"
#include "model/projection.h"

namespace bartizan {
namespace {

constexpr std::uint64_t kRc4 = 0x4, kAes = 0x18;  // msDS-SupportedEncryptionTypes ([MS-KILE] 2.2.7)
constexpr std::int64_t kKrbtgtDaysMax = 180;

struct Control {
  std::string_view name;
  std::string_view what;  // the accounts that lack it, in words
  std::string_view next_step;
  std::string_view files =
      {};  // what they are; they may be seen again and again, so that they are not counted
};
constexpr Control kPreauth{"pre-authentication", "need none",
                           "Clear DONT_REQ_PREAUTH and reset the passwords."};
constexpr Control kNoRc4{
    "RC4 off for service accounts", "may still be given RC4 tickets",
    "Set msDS-SupportedEncryptionTypes to 24 (AES only), then reset the passwords once."};
constexpr Control kNoRoasting{
    "no privileged account with a service name", "are privileged and can be guessed offline",
    "Move the services to managed accounts (gMSA) without privileges, or remove the service names."};
constexpr Control kUnconstrained{
    "no unconstrained delegation", "receive the tickets of everybody who logs on to them",
    "Replace it by constrained or resource-based delegation; take TRUSTED_FOR_DELEGATION away."};
constexpr Control kTransition{"no delegation for any protocol",
                              "may act for users who never logged on to them",
                              "Check the services they may act for; prefer resource-based delegation."};
constexpr Control kProtected{"privileged accounts in Protected Users", "are privileged and not in the group",
                             "Add them to Protected Users after a test; keep one emergency account out."};
constexpr Control kSensitive{"privileged accounts not delegated", "are privileged and may be delegated",
                             "Mark them as sensitive (NOT_DELEGATED), or add them to Protected Users."};
constexpr Control kNoDes{"DES off", "use DES only", "Clear USE_DES_KEY_ONLY and reset the passwords."};
constexpr Control kKeytabs{"keytabs closed to others", "can be read by others",
                           "`chmod 600`, owned by root or the service's account; then make new keys (`kadmin "
                           "-q \"ktadd …\"`): the old ones may "
                           "have been copied.",
                           "keytabs"};
constexpr Control kCaches{"ticket caches closed to others", "can be read by others",
                          "`chmod 600`; end the tickets (`kdestroy`), and see who could copy them.",
                          "ticket caches"};
constexpr Control kCachesInFiles{
    "ticket caches not in files", "lie in files, which programs of their owner and root can copy",
    "`default_ccache_name = KCM:` or `KEYRING:persistent:%{uid}` in krb5.conf.", "ticket caches"};
constexpr Control kControls[] = {kPreauth,   kNoRc4, kNoRoasting, kUnconstrained, kTransition,   kProtected,
                                 kSensitive, kNoDes, kKeytabs,    kCaches,        kCachesInFiles};

// Warnings of a domain controller, by event of the channels Directory Service and System.
struct Warning {
  std::uint32_t id;
  bool of_directory;
  std::string_view control, evidence, next_step;
};
constexpr std::string_view kLdapSigning = "LDAP signing", kLdapBinding = "LDAP channel binding",
                           kKdcRc4 = "RC4 off on the KDC";
constexpr Warning kWarnings[] = {
    {2886, true, kLdapSigning, "the domain controller accepts unsigned LDAP (event 2886)",
     "Find the clients (event 2889, with `16 LDAP Interface Events` at 2), then require signing."},
    {2887, true, kLdapSigning, "clients bound without signing in the last day (event 2887)",
     "Switch event 2889 on, change those clients, then require signing."},
    {2889, true, kLdapSigning, "a client bound without signing (event 2889)",
     "Change the client, then require signing."},
    {3039, true, kLdapBinding, "a client bound without a channel binding token (event 3039)",
     "Update the client, then set LdapEnforceChannelBinding to 2."},
    {3040, true, kLdapBinding, "clients bound without a channel binding token (event 3040)",
     "Find them by event 3039, then set LdapEnforceChannelBinding to 2."},
    {3041, true, kLdapBinding, "the domain controller does not require channel binding (event 3041)",
     "Set LdapEnforceChannelBinding to 2 when events 3039 stay away."},
};

const Warning* warning_of(const EventKind& kind) {
  if (kind.channel != "Directory Service") return nullptr;
  for (const Warning& warning : kWarnings)
    if (warning.id == kind.event_id) return &warning;
  return nullptr;
}

bool is_rc4_warning(const EventKind& kind) {
  return kind.channel == "System" && kind.event_id >= 201 && kind.event_id <= 209 &&
         kind.provider.find("Kerberos-Key-Distribution-Center") != kind.provider.npos;
}

}  // namespace

std::string_view DirectoryPosture::field_of(const EventKind& kind) {
  if (kind.product == "directory" || warning_of(kind) || is_rc4_warning(kind)) return "Computer";
  if (kind.product != "linux") return {};
  return kind.service == "auditd"         ? "name"
         : kind.service == "file_listing" ? "TargetFilename"
         : kind.service == "krb5_conf"    ? "Setting"
                                          : "";
}

bool DirectoryPosture::concerns(const EventKind& kind) { return !field_of(kind).empty(); }

bool DirectoryPosture::concerns(const EventKind& kind, const Event& event) {
  const std::string_view field = field_of(kind);
  if (field.empty() || kind.product != "linux" || kind.service == "krb5_conf") return !field.empty();
  const std::string_view* name = event.find(field);
  return name && (name->ends_with(".keytab") || name->find("krb5cc_") != name->npos ||
                  name->find("ccache_") != name->npos);
}

void DirectoryPosture::note(const Event& record, const std::string& file) {
  if (record.product == "linux") return note_key_file(record, file);
  if (record.product != "directory") return note_warning(record, file);
  note_account(identity::parse_directory_account(record), record, file);
}

void DirectoryPosture::note_account(const identity::DirectoryAccount& a, const Event& record,
                                    const std::string& file) {
  if (domains_.size() >= limits::kIdentityRealmsMax && !domains_.contains(a.domain)) return;
  Domain& domain = domains_[a.domain];
  domain.newest = std::max(domain.newest, a.newest);
  if (a.machine_quota >= 0) domain.machine_quota = a.machine_quota, domain.quota_file = file;
  if (a.name == "krbtgt") {
    domain.krbtgt = a.password_set, domain.krbtgt_file = file;
    return;
  }
  if (!a.has_flags || (a.flags & identity::kUacDisabled)) return;
  const auto has = [&](std::uint64_t flag) { return (a.flags & flag) != 0; };
  const auto say = [&](const Control& control, bool bad) {
    count(a.domain, control.name, bad, a.name, record, file);
  };
  const bool is_user = !a.is_machine;
  if (is_user) say(kPreauth, has(identity::kUacNoPreauth));
  say(kNoDes, has(identity::kUacDesOnly));
  if (!has(identity::kUacController))
    say(kUnconstrained, has(identity::kUacForDelegation)), say(kTransition, has(identity::kUacAnyProtocol));
  if (is_user && a.has_service)
    say(kNoRc4, a.encryption <= 0 || (static_cast<std::uint64_t>(a.encryption) & kRc4) ||
                    !(static_cast<std::uint64_t>(a.encryption) & kAes));
  if (!is_user || !a.is_privileged) return;
  say(kNoRoasting, a.has_service), say(kSensitive, !has(identity::kUacNotDelegated) && !a.is_protected);
  // SharpHound's properties do not say who is in a group.
  if (a.is_ldif) say(kProtected, !a.is_protected);
}

// A list of files seldom says of which host it is; then it stands for it.
void DirectoryPosture::note_key_file(const Event& record, const std::string& file) {
  const std::string where = record.host.empty() ? file : std::string(record.host);
  if (const std::string_view cache = cache_setting_in(record); !cache.empty())
    return count(where, kCachesInFiles.name, is_in_files(cache), cache, record, file);
  const auto found = key_file_in(record);
  if (!found) return;
  const bool is_keytab = found->kind == KeyFile::Kind::kKeytab;
  count(where, (is_keytab ? kKeytabs : kCaches).name, found->is_open, found->name, record, file);
  if (!is_keytab) count(where, kCachesInFiles.name, true, found->name, record, file);
}

void DirectoryPosture::note_warning(const Event& record, const std::string& file) {
  const EventKind kind = kind_of(record);
  const std::string host(record.host);
  if (const Warning* warning = warning_of(kind)) {
    const std::string_view* client = record.find("Client");
    if (!client) client = record.find("Data");
    count(host, warning->control, true, client ? *client : std::string_view(), record, file);
  } else if (is_rc4_warning(kind)) {
    const std::string_view* account = record.find("AccountName");
    if (!account) account = record.find("Data");
    count(host, kKdcRc4, true, account ? *account : std::string_view(), record, file);
  }
}

void DirectoryPosture::count(const std::string& where, std::string_view control, bool bad,
                             std::string_view example, const Event& record, const std::string& file) {
  if (counts_.size() >= limits::kPostureFactsMax && !counts_.contains({where, std::string(control)})) return;
  Count& one = counts_[{where, std::string(control)}];
  ++one.of;
  if (one.file.empty() || (bad && one.bad == 0))
    one.file = file, one.time = record.time, one.record_id = std::string(record.record_id),
    one.warning = record.event_id;
  if (!bad) return;
  ++one.bad;
  const std::string name(example.substr(0, 80));
  if (!name.empty() && one.examples.size() < limits::kPostureExamplesMax &&
      std::ranges::find(one.examples, name) == one.examples.end())
    one.examples.push_back(name);
}

void DirectoryPosture::add(DirectoryPosture&& later) {
  for (auto& [key, other] : later.counts_) {
    Count& one = counts_[key];
    if (one.file.empty() || (one.bad == 0 && other.bad > 0))
      one.file = other.file, one.time = other.time, one.record_id = other.record_id,
      one.warning = other.warning;
    one.bad += other.bad, one.of += other.of;
    for (std::string& example : other.examples)
      if (one.examples.size() < limits::kPostureExamplesMax &&
          std::ranges::find(one.examples, example) == one.examples.end())
        one.examples.push_back(std::move(example));
  }
  for (auto& [name, other] : later.domains_) {
    Domain& one = domains_[name];
    one.newest = std::max(one.newest, other.newest);
    if (!other.krbtgt_file.empty()) one.krbtgt = other.krbtgt, one.krbtgt_file = other.krbtgt_file;
    if (other.machine_quota >= 0) one.machine_quota = other.machine_quota, one.quota_file = other.quota_file;
  }
}

std::vector<PostureFact> DirectoryPosture::facts() const {
  std::vector<PostureFact> out;
  for (const auto& [key, one] : counts_) {
    std::string named;
    for (const std::string& example : one.examples) named += (named.empty() ? "" : ", ") + example;
    if (one.bad > one.examples.size() && one.examples.size() == limits::kPostureExamplesMax) named += ", …";
    PostureFact fact{key.first, key.second, one.bad == 0, {}, one.file, one.record_id, one.time, {}};
    for (const Control& control : kControls) {
      if (control.name != key.second) continue;
      fact.evidence = one.bad ? fmt::format("{} of {} accounts {}: {}", one.bad, one.of, control.what, named)
                              : fmt::format("none of {} accounts {}", one.of, control.what);
      if (!control.files.empty())
        fact.evidence = one.bad ? fmt::format("{} {}: {}", control.files, control.what, named)
                                : fmt::format("none of the {} seen {}", control.files, control.what);
      if (one.bad) fact.next_step = control.next_step;
    }
    for (const Warning& warning : kWarnings)
      if (fact.evidence.empty() && warning.control == key.second && warning.id == one.warning) {
        fact.evidence = fmt::format("{}{}{}", warning.evidence, named.empty() ? "" : ": ", named);
        fact.next_step = warning.next_step;
      }
    if (key.second == kKdcRc4)
      fact.evidence = fmt::format("the KDC warned {} times of RC4: {}", one.bad, named),
      fact.next_step =
          "Give the named accounts AES keys (reset the password) and allow AES only before RC4 is refused.";
    if (fact.evidence.empty()) fact.evidence = fmt::format("{} of {}: {}", one.bad, one.of, named);
    out.push_back(std::move(fact));
  }
  for (const auto& [name, one] : domains_) {
    if (!one.krbtgt_file.empty() && one.newest > 0) {
      const std::int64_t days = (one.newest - one.krbtgt) / 86'400;
      const bool fresh = one.krbtgt > 0 && days <= kKrbtgtDaysMax;
      out.push_back({name,
                     "krbtgt reset within half a year",
                     fresh,
                     fmt::format("its password was {} days old when the directory was exported", days),
                     one.krbtgt_file,
                     {},
                     {},
                     fresh ? "" : "Reset krbtgt twice, a ticket's life apart; then twice a year."});
    }
    if (one.machine_quota >= 0)
      out.push_back({name,
                     "nobody may add machines",
                     one.machine_quota == 0,
                     fmt::format("ms-DS-MachineAccountQuota is {}", one.machine_quota),
                     one.quota_file,
                     {},
                     {},
                     one.machine_quota
                         ? "Set ms-DS-MachineAccountQuota to 0 and let few accounts join machines."
                         : ""});
  }
  std::ranges::sort(out, {}, [](const PostureFact& fact) { return std::tie(fact.host, fact.control); });
  return out;
}

}  // namespace bartizan
