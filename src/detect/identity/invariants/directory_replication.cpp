// SPDX-License-Identifier: Apache-2.0
// Only domain controllers replicate the directory. Who else does takes every key in it (DCSync).
#include <map>
#include <set>
#include <unordered_map>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a07",
    "Directory replicated by who is no domain controller (DCSync)",
    "T1003.006",
    "Domain controllers replicate as their machine accounts.",
    "Machine accounts, unless the directory's export says that they are no domain controllers; the "
    "synchronisation accounts of Entra Connect (MSOL_…) count less.",
    "Treat every key of the domain as stolen; see who may replicate on the domain's root object.",
    {Step::kDisable, Step::kStopReplication, Step::kRealmKey}};

class DirectoryReplication final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    if (a.sid != kNoName && a.account != kNoName && a.act == Act::kLogon &&
        accounts_.size() < limits::kIdentityGroupsMax)
      accounts_[a.sid] = a.account;
    if (a.package == Package::kKerberos && !a.by_windows()) (void)remember(controllers_, a.observer);
    if (a.act != Act::kReplication) return;
    if (a.address != kNoName && a.by == kNoName && a.by_sid == kNoName) return on_the_wire(a);
    Name by = a.by;
    if (by == kNoName)
      if (const auto known = accounts_.find(a.by_sid); known != accounts_.end()) by = known->second;
    const std::string_view sid = domain.names.text(a.by_sid);
    const KnownAccount* known = domain.directory.find(by, a.domain, domain.names);
    const bool is_other_machine = known && known->is_whole && !known->is_controller;
    if ((is_machine(by, domain.names) && !is_other_machine) || sid == "S-1-5-18" ||
        (by == kNoName && !sid.ends_with("-500")))
      return;
    if (said_.size() >= limits::kIdentityGroupsMax || !said_.insert({by, a.observer}).second) return;
    const bool is_sync = domain.names.text(by).starts_with("msol_");
    domain.report(kText, is_sync ? Level::kMedium : Level::kCritical, a,
                  (by == kNoName ? std::string(sid) : domain.quoted(by)) + " replicated the directory of " +
                      domain.quoted(a.observer),
                  {{"replication is asked for", proof_of(a)}});
  }

  // On the wire nobody has a name: a domain controller answers such requests itself, or tickets.
  void finish(Domain& domain) override {
    for (const auto& [address, a] : asked_) {
      if (controllers_.contains(address)) continue;
      const Name host = domain.hosts.host_of(address, a.time);
      if (host != kNoName && domain.coverage.is_kdc(machine_of_service(domain.names.text(host)))) continue;
      domain.report(kText, Level::kHigh, a,
                    domain.quoted(address) +
                        ", which is not known as a domain controller, replicated the directory of " +
                        domain.quoted(a.observer),
                    {{"replication is asked for", proof_of(a)}});
    }
  }

 private:
  static bool remember(std::set<Name>& set, Name name) {
    return set.size() < limits::kIdentityGroupsMax && set.insert(name).second;
  }
  void on_the_wire(const Authentication& a) {
    (void)remember(controllers_, a.observer);
    if (asked_.size() < limits::kIdentityGroupsMax) asked_.try_emplace(a.address, a);
  }

  std::set<Name> controllers_;  // their addresses
  std::map<Name, Authentication> asked_;
  std::unordered_map<Name, Name> accounts_;  // by SID
  std::set<std::pair<Name, Name>> said_;
};

}  // namespace

std::unique_ptr<Invariant> make_directory_replication() { return std::make_unique<DirectoryReplication>(); }

}  // namespace bartizan::identity
