// SPDX-License-Identifier: Apache-2.0
// Changes that nobody makes in daily work and that attacks need: a machine that poses as a domain controller, a machine
// account without its `$`, a foreign SID in an account's history, a machine password reset by nobody.
#include <set>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kRogueController{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a08",
    "Machine registered as a domain controller (DCShadow)",
    "T1207",
    "No server is being promoted; a promotion looks the same.",
    "Known KDCs; domain controllers of the directory's export; removal of the entries.",
    "Compare with planned promotions. Undo the attributes replicated "
    "since, by their metadata (`repadmin /showobjmeta`).",
    {Step::kDisable, Step::kResetPassword}};
constexpr InvariantText kSpoofedName{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a09",
                                     "Machine account renamed to a name without $ (sAMAccountName spoofing)",
                                     "T1078.002",
                                     "Machine accounts keep the `$`.",
                                     "Renames between names that both end in `$`; renames of users.",
                                     "See which tickets the account got under the other name.",
                                     {Step::kDisable, Step::kUndoRename}};
constexpr InvariantText kSidHistory{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a0a",
                                    "SID history added to an account",
                                    "T1134.005",
                                    "No migration between domains is under way.",
                                    "Account changes that leave the history as it is.",
                                    "Unless a migration explains it, take it back.",
                                    {Step::kClearSidHistory, Step::kDisable}};
constexpr InvariantText kResetByNobody{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a0b",
                                       "Machine password set by an anonymous session (Zerologon)",
                                       "T1210",
                                       "Machines change their password over an authenticated channel.",
                                       "Password changes with an author.",
                                       "Treat the domain as taken over.",
                                       {Step::kIsolate, Step::kPatchNetlogon, Step::kRealmKey}};

class AccountChanges final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    switch (a.act) {
      case Act::kTicketGranted: note_controller(a, domain); return posing(a, domain);
      case Act::kServiceTicket: return note_controller(a, domain);
      case Act::kAttribute:
        if (domain.names.text(a.attribute) == "sidhistory") history(a, domain);
        return;
      case Act::kAccountChanged: changed(a, domain); break;
      case Act::kObjectMade: made(a, domain); break;
      case Act::kRenamed: renamed(a, domain); break;
      case Act::kSidHistory: history(a, domain); break;
      default: break;
    }
  }

 private:
  void note_controller(const Authentication& a, Domain& domain) {
    if (!a.by_windows() || a.observer == last_observer_) return;
    last_observer_ = a.observer;
    if (observers_.size() < limits::kIdentityGroupsMax && observers_.insert(a.observer).second)
      controllers_.insert(domain.names.number(machine_of_service(domain.names.text(a.observer))));
  }
  // The rename may be in another log; the ticket under a domain controller's name is what it is for.
  void posing(const Authentication& a, Domain& domain) {
    if (!a.by_windows() || !controllers_.contains(a.account) || !once("ticket", a.account)) return;
    domain.report(kSpoofedName, Level::kHigh, a,
                  domain.quoted(a.address) + " got a ticket as " + domain.quoted(a.account) +
                      ", a domain controller's name without its $",
                  {{"the ticket is issued", proof_of(a)}});
  }
  bool is_controller(Name account, const Domain& domain) const {
    const std::string_view machine = machine_of_service(domain.names.text(account));
    const KnownAccount* known = domain.directory.machine(machine, kNoName, domain.names);
    return controllers_.contains(domain.names.find(machine)) || (known && known->is_controller);
  }
  bool once(std::string_view what, Name who) {
    return said_.size() < limits::kIdentityGroupsMax && said_.insert({what, who}).second;
  }

  void changed(const Authentication& a, Domain& domain) {
    if (a.acts_for && !is_controller(a.account, domain) && once("spn", a.account))
      domain.report(
          kRogueController, Level::kHigh, a,
          domain.quoted(a.by) + " gave " + domain.quoted(a.account) + " service names of a domain controller",
          {{"the service names are set", proof_of(a)}});
    if (a.value != kNoName) history(a, domain);
    if (domain.names.text(a.by) == "anonymous logon" && a.attribute != kNoName &&
        is_machine(a.account, domain.names))
      domain.report(kResetByNobody, Level::kCritical, a,
                    "The password of " + domain.quoted(a.account) + " was set by an anonymous session",
                    {{"the password is set", proof_of(a)}});
  }

  void made(const Authentication& a, Domain& domain) {
    const std::string_view kind = domain.names.text(a.attribute), where = domain.names.text(a.object);
    if ((kind != "server" && kind != "ntdsdsa") || where.find("CN=Sites,") == where.npos) return;
    if (!is_machine(a.by, domain.names) && once(kind, a.object))
      domain.report(kRogueController, Level::kHigh, a,
                    domain.quoted(a.by) + " registered " + domain.quoted(a.object),
                    {{"the object is made", proof_of(a)}});
  }

  void renamed(const Authentication& a, Domain& domain) {
    const bool loses =
        is_machine(a.account, domain.names) && a.value != kNoName && !is_machine(a.value, domain.names);
    const bool poses = a.value != kNoName && controllers_.contains(a.value);
    if (!loses && !poses) return;
    domain.report(
        kSpoofedName, Level::kHigh, a,
        domain.quoted(a.by) + " renamed " + domain.quoted(a.account) + " to " + domain.quoted(a.value),
        {{"the account is renamed", proof_of(a)}});
  }

  void history(const Authentication& a, Domain& domain) {
    const Name changed = a.account ? a.account : a.object;
    if (once("history", changed))
      domain.report(kSidHistory, Level::kHigh, a,
                    (a.by ? domain.quoted(a.by) : domain.quoted(a.by_sid)) + " added SID history to " +
                        domain.quoted(changed),
                    {{"the history is written", proof_of(a)}});
  }

  Name last_observer_ = kNoName;
  std::set<Name> observers_, controllers_;  // KDCs, as logs and as accounts name them
  std::set<std::pair<std::string_view, Name>> said_;
};

}  // namespace

std::unique_ptr<Invariant> make_account_changes() { return std::make_unique<AccountChanges>(); }

}  // namespace bartizan::identity
