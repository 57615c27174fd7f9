// SPDX-License-Identifier: Apache-2.0
// No ticket outlives what the KDC gives to who logs on: a ticket made from a granted one ends with it at the latest.
#include <map>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a13",
                              "Ticket that outlives the realm's policy",
                              "T1558.001",
                              "The longest life a KDC gave at logon in the evidence is the policy.",
                              "Renewed tickets; clocks that differ by minutes.",
                              "Treat the ticket as forged.",
                              {Step::kIsolate, Step::kRealmKey}};

constexpr std::int64_t kSkew = 300;
constexpr std::uint32_t kLogonsNeeded = 3;

class TicketLifetime final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    if (a.authtime <= 0 || a.end <= a.authtime) return;
    if (realms_.size() >= limits::kIdentityGroupsMax && !realms_.contains(a.domain)) return;
    Policy& policy = realms_[a.domain];
    const std::int64_t life = a.end - a.authtime;
    // With a renewal the life counts from then on; what it may reach is the renewable life.
    const std::int64_t reach = a.renew > a.authtime ? std::max(life, a.renew - a.authtime) : life;
    if (a.act == Act::kTicketGranted) {
      policy.longest = std::max(policy.longest, reach);
      ++policy.logons;
    } else if (a.act == Act::kServiceTicket && policy.logons >= kLogonsNeeded &&
               reach > policy.longest + kSkew) {
      domain.report(kText, Level::kHigh, a,
                    "The ticket of " + domain.who(a) + " for " + domain.quoted(a.service) + " reaches " +
                        std::to_string(reach / 3600) + " hours from its logon; the realm gives at most " +
                        std::to_string(policy.longest / 3600),
                    {{"the ticket is made", proof_of(a)}});
    }
  }

 private:
  struct Policy {
    std::int64_t longest = 0;
    std::uint32_t logons = 0;
  };
  std::map<Name, Policy> realms_;
};

}  // namespace

std::unique_ptr<Invariant> make_ticket_lifetime() { return std::make_unique<TicketLifetime>(); }

}  // namespace bartizan::identity
