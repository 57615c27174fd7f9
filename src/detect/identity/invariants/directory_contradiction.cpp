// SPDX-License-Identifier: Apache-2.0
// What a directory's export says of an account holds in records too: who presents a ticket is in it and is not disabled, who
// is no administrator has no administrators' groups in the ticket, and members of Protected Users have no NTLM and no RC4.
#include <set>
#include <unordered_set>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kNobody{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a17",
    "Ticket of an account the directory does not have, or has disabled",
    "T1558.001",
    "The export of the directory is as old as the records, give or take new accounts.",
    "Accounts that a KDC gave a ticket to, that were made or renamed in the evidence, or that are of another "
    "realm; exports made with a filter, or that more accounts are missing from.",
    "Compare with the directory as it is now; if there is no such account, the ticket is forged.",
    {Step::kRealmKey, Step::kIsolate}};
constexpr InvariantText kGroups{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a18",
    "Logon with administrators' groups the directory does not give",
    "T1558.001",
    "The account was not made an administrator after the export.",
    "Accounts with adminCount in the export; exports that do not say who is privileged.",
    "Compare with the group's members as they are now; if the account is not among them, its ticket is "
    "forged.",
    {Step::kRealmKey, Step::kIsolate}};
constexpr InvariantText kProtected{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a19",
    "Member of Protected Users over NTLM or with RC4",
    "T1550.002",
    "The account was a member at that time; domain controllers are of 2012 R2 or later.",
    "Logons that failed; accounts that are no members in the export.",
    "See on which machine the logon was checked: only one that does not ask a domain controller, or a ticket "
    "that is forged, gets by.",
    {Step::kIsolate, Step::kResetPassword}};

constexpr std::size_t kStrangersMax = 3;  // more, and the export was cut off, or is old

constexpr std::string_view kGroupNames[] = {"Domain Admins", "Schema Admins", "Enterprise Admins"};

class DirectoryContradiction final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    if (domain.directory.empty() || a.account == kNoName) return;
    switch (a.act) {
      case Act::kTicketGranted:
        // It is in the directory of today, whatever the export says.
        remember(principal_of(a));
        return protected_user(a, domain);
      case Act::kAccountMade: return remember_name(a.account);
      case Act::kRenamed: return remember_name(a.value);
      case Act::kServiceTicket: return presented(a, domain);
      case Act::kGroups: return groups(a, domain);
      case Act::kLogon: return protected_user(a, domain);
      default: return;
    }
  }

  // Who was made later is told only then.
  void finish(Domain& domain) override {
    std::erase_if(held_, [&](const Authentication& a) {
      return known_.contains(principal_of(a)) || made_.contains(a.account);
    });
    if (held_.size() > kStrangersMax) return;
    for (const Authentication& a : held_)
      domain.report(kNobody, Level::kHigh, a,
                    domain.who(a) + ", who is not in the directory, presented a ticket from " +
                        domain.quoted(a.address) + " for " + domain.quoted(a.service),
                    {{"the ticket is presented", proof_of(a)}});
  }

 private:
  void remember(Principal principal) {
    if (known_.size() < limits::kIdentityDirectoryMax) known_.insert(principal);
  }
  void remember_name(Name name) {
    if (made_.size() < limits::kIdentityGroupsMax) made_.insert(name);
  }
  bool once(const InvariantText& text, const Authentication& a) {
    return said_.size() < limits::kIdentityGroupsMax && said_.insert({text.rule_id, principal_of(a)}).second;
  }

  void presented(const Authentication& a, Domain& domain) {
    const bool is_name = domain.names.text(a.account).find('/') == std::string_view::npos;
    const KnownAccount* known = domain.directory.find(a.account, a.domain, domain.names);
    if (known && known->is_disabled && !known_.contains(principal_of(a)) && once(kNobody, a))
      domain.report(kNobody, Level::kMedium, a,
                    domain.who(a) + ", who is disabled in the directory, presented a ticket from " +
                        domain.quoted(a.address) + " for " + domain.quoted(a.service),
                    {{"the ticket is presented", proof_of(a)}});
    if (known || !is_name || a.domain == kNoName ||
        !domain.directory.would_list(a.account, a.domain, domain.names))
      return;
    if (held_.size() < limits::kIdentityHeldMax && once(kNobody, a)) held_.push_back(a);
  }

  void groups(const Authentication& a, Domain& domain) {
    const KnownAccount* known = domain.directory.find(a.account, a.domain, domain.names);
    if (!known || !known->knows_rights || known->is_privileged || known->is_controller || !once(kGroups, a))
      return;
    std::string named;
    for (std::size_t i = 0; i < std::size(kGroupNames); ++i)
      if (a.status >> i & 1) named.append(named.empty() ? "" : ", ").append(kGroupNames[i]);
    domain.report(kGroups, Level::kHigh, a,
                  domain.who(a) + " logged on to " + domain.quoted(a.observer) + " as a member of " + named +
                      ", and is no administrator in the directory",
                  {{"the logon with its groups", proof_of(a)}});
  }

  void protected_user(const Authentication& a, Domain& domain) {
    const bool is_ntlm = a.act == Act::kLogon && a.package == Package::kNtlm;
    const bool is_rc4 = a.act == Act::kTicketGranted && is_weak_encryption(a.encryption);
    if (!is_ntlm && !is_rc4) return;
    const KnownAccount* known = domain.directory.find(a.account, a.domain, domain.names);
    if (!known || !known->is_protected || !once(kProtected, a)) return;
    domain.report(kProtected, Level::kHigh, a,
                  domain.who(a) + ", a member of Protected Users, " +
                      (is_ntlm ? "logged on to " + domain.quoted(a.observer) + " over NTLM"
                               : "got a ticket with RC4 or DES") +
                      " from " + domain.quoted(a.address),
                  {{"the logon", proof_of(a)}});
  }

  std::unordered_set<Principal> known_;
  std::set<Name> made_;
  std::set<std::pair<std::string_view, Principal>> said_;
  std::vector<Authentication> held_;
};

}  // namespace

std::unique_ptr<Invariant> make_directory_contradiction() {
  return std::make_unique<DirectoryContradiction>();
}

}  // namespace bartizan::identity
