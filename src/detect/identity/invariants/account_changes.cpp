// SPDX-License-Identifier: Apache-2.0
// Changes that nobody makes in daily work and that attacks need: a machine that poses as a domain controller, a machine
// account without its `$`, a foreign SID in an account's history, a machine password reset by nobody.
#include <set>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kRogueController{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a08",
                                         "Machine registered as a domain controller (DCShadow)",
                                         "T1207",
                                         "No server is being promoted; a promotion looks the same.",
                                         "Known KDCs; removal of the entries.",
                                         "Compare with planned promotions. Undo the attributes replicated "
                                         "since, by their metadata (`repadmin /showobjmeta`); "
                                         "reset the account that made the entry."};
constexpr InvariantText kSpoofedName{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a09",
                                     "Machine account renamed to a name without $ (sAMAccountName spoofing)",
                                     "T1078.002",
                                     "Machine accounts keep the `$`.",
                                     "Renames between names that both end in `$`; renames of users.",
                                     "Install the updates for CVE-2021-42278 and CVE-2021-42287, disable the "
                                     "account, set MachineAccountQuota to 0."};
constexpr InvariantText kSidHistory{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a0a",
                                    "SID history added to an account",
                                    "T1134.005",
                                    "No migration between domains is under way.",
                                    "Account changes that leave the history as it is.",
                                    "Remove the history (`Set-ADUser -Remove @{sidHistory=…}`) unless a "
                                    "migration explains it; turn SID filtering on."};
constexpr InvariantText kResetByNobody{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a0b",
                                       "Machine password set by an anonymous session (Zerologon)",
                                       "T1210",
                                       "Machines change their password over an authenticated channel.",
                                       "Password changes with an author.",
                                       "Treat the domain as taken over: isolate the address, install the "
                                       "update for CVE-2020-1472, restore the machine's "
                                       "password, reset krbtgt twice."};

class AccountChanges final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    switch (a.act) {
      case Act::kTicketGranted:
      case Act::kServiceTicket:
        if (a.by_windows && observers_.size() < limits::kIdentityGroupsMax &&
            observers_.insert(a.observer).second)
          controllers_.insert(domain.names.number(machine_of_service(domain.names.text(a.observer))));
        break;
      case Act::kAccountChanged: changed(a, domain); break;
      case Act::kObjectMade: made(a, domain); break;
      case Act::kRenamed: renamed(a, domain); break;
      case Act::kSidHistory: history(a, domain); break;
      default: break;
    }
  }

 private:
  bool is_controller(Name account, const Domain& domain) const {
    return controllers_.contains(domain.names.find(machine_of_service(domain.names.text(account))));
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
    if (once("history", a.account))
      domain.report(kSidHistory, Level::kHigh, a,
                    domain.quoted(a.by) + " added SID history to " + domain.quoted(a.account),
                    {{"the history is written", proof_of(a)}});
  }

  std::set<Name> observers_, controllers_;  // KDCs, as logs and as accounts name them
  std::set<std::pair<std::string_view, Name>> said_;
};

}  // namespace

std::unique_ptr<Invariant> make_account_changes() { return std::make_unique<AccountChanges>(); }

}  // namespace bartizan::identity
