// SPDX-License-Identifier: Apache-2.0
// Only domain controllers replicate the directory. Who else does takes every key in it (DCSync).
#include <map>
#include <set>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a07",
    "Directory replicated by who is no domain controller (DCSync)",
    "T1003.006",
    "Domain controllers replicate as their machine accounts.",
    "Machine accounts; the synchronisation accounts of Entra Connect (MSOL_…) count less.",
    "Treat every key of the domain as stolen: disable the account, reset krbtgt twice, take the replication "
    "right away "
    "(look at who may replicate on the domain's root object)."};

class DirectoryReplication final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    if (a.sid != kNoName && a.account != kNoName && a.act == Act::kLogon &&
        accounts_.size() < limits::kIdentityGroupsMax)
      accounts_[a.sid] = a.account;
    if (a.act != Act::kReplication) return;
    Name by = a.by;
    if (by == kNoName)
      if (const auto known = accounts_.find(a.by_sid); known != accounts_.end()) by = known->second;
    const std::string_view sid = domain.names.text(a.by_sid);
    if (is_machine(by, domain.names) || sid == "S-1-5-18" || (by == kNoName && !sid.ends_with("-500")))
      return;
    if (said_.size() >= limits::kIdentityGroupsMax || !said_.insert({by, a.observer}).second) return;
    const bool is_sync = domain.names.text(by).starts_with("msol_");
    domain.report(kText, is_sync ? Level::kMedium : Level::kCritical, a,
                  (by == kNoName ? std::string(sid) : domain.quoted(by)) + " replicated the directory of " +
                      domain.quoted(a.observer),
                  {{"replication is asked for", proof_of(a)}});
  }

 private:
  std::map<Name, Name> accounts_;  // by SID
  std::set<std::pair<Name, Name>> said_;
};

}  // namespace

std::unique_ptr<Invariant> make_directory_replication() { return std::make_unique<DirectoryReplication>(); }

}  // namespace bartizan::identity
