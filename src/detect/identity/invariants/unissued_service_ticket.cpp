// SPDX-License-Identifier: Apache-2.0
// A Kerberos logon follows a service ticket that a KDC issued to that client machine. A forged (silver) ticket was never
// issued; a stolen one was issued to another machine.
#include <deque>
#include <set>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a03",
    "Kerberos logon without a service ticket from a KDC",
    "T1558.002",
    "The logs of all KDCs are part of the evidence; the service is named after its machine.",
    "Tickets from up to ten hours before; gaps in a KDC's log; other addresses of the same machine; "
    "addresses shared by "
    "several machines; logons from the machine itself; services that act for users (S4U).",
    "A forged service ticket needs no KDC: only a new key of the service ends it.",
    {Step::kServiceKey, Step::kIsolate}};

class UnissuedServiceTicket final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    settle(a.time, domain);
    if (a.act != Act::kLogon || a.package != Package::kKerberos || a.logon_type != 3) return;
    if (a.address == kNoName || a.account == kNoName || a.observer == kNoName || a.acts_for) return;
    if (is_machine(a.account, domain.names) || held_.size() >= limits::kIdentityHeldMax) return;
    const std::string_view machine = machine_of_service(domain.names.text(a.observer));
    if (!domain.ledger.had_service_ticket(a.account, machine, a.address, a.time)) held_.push_back(a);
  }
  void finish(Domain& domain) override { settle(Instant{INT64_MAX}, domain); }

 private:
  static constexpr std::int64_t kWait = seconds(120);

  // The ticket comes from a KDC of the service's realm, wherever the client is from.
  static bool is_claimed(const Authentication& a, const Domain& domain) {
    Name realm = domain.realms.of_host(a.observer, domain.names);
    if (realm == kNoName || !domain.coverage.serves(realm)) realm = a.domain;
    return domain.coverage.complete(realm, {a.time.ticks - kTicketLife}, a.time);
  }

  void settle(Instant now, Domain& domain) {
    for (; !held_.empty() && (now.ticks == INT64_MAX || now.ticks - held_.front().time.ticks > kWait);
         held_.pop_front()) {
      const Authentication& a = held_.front();
      if (!is_claimed(a, domain)) continue;
      const std::string_view machine = machine_of_service(domain.names.text(a.observer));
      const Name own = domain.hosts.host_of(a.address, a.time);
      if (own != kNoName && machine_of_service(domain.names.text(own)) == machine) continue;
      if (domain.hosts.is_shared(a.address)) continue;
      if (domain.ledger.had_service_ticket(a.account, machine, a.address, a.time)) continue;
      const bool elsewhere = domain.ledger.had_service_ticket(a.account, machine, kNoName, a.time);
      if (said_.size() < limits::kIdentityGroupsMax &&
          !said_.insert({a.account, a.observer, a.address}).second)
        continue;
      domain.report(kText, elsewhere ? Level::kMedium : Level::kHigh, a,
                    domain.who(a) + " logged on to " + domain.quoted(a.observer) + " from " +
                        domain.quoted(a.address) +
                        (elsewhere ? " with a ticket that was issued to another machine"
                                   : " with a ticket that no KDC issued"),
                    {{"the logon", proof_of(a)}});
    }
  }

  std::deque<Authentication> held_;
  std::set<std::tuple<Name, Name, Name>> said_;
};

}  // namespace

std::unique_ptr<Invariant> make_unissued_service_ticket() {
  return std::make_unique<UnissuedServiceTicket>();
}

}  // namespace bartizan::identity
