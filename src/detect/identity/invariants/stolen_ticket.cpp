// SPDX-License-Identifier: Apache-2.0
// A ticket-granting ticket is used by the machine it was issued to. Another machine has it only when it was handed over
// (delegation), and for that the first machine asks the KDC for a ticket to hand on.
#include <deque>
#include <set>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a01",
    "Kerberos ticket used from a machine it was not issued to",
    "T1550.003",
    "An address is one machine at a time unless a machine account shows otherwise.",
    "Two addresses of one machine; an address that changed hands (machine account seen there); addresses "
    "shared by several "
    "machines; a ticket handed on by delegation within a minute; two tickets of the same second.",
    "Isolate both machines. Service tickets already issued stay valid up to 10 hours.",
    {Step::kPurgeTickets, Step::kDisable, Step::kResetPassword}};

constexpr std::int64_t kHandOver = seconds(60), kWait = seconds(120);

struct Held {
  Authentication use;
  Name issued_to = kNoName;
  Proof issued;
};

class StolenTicket final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    settle(a.time, domain);
    if (TicketLedger::presented_key(a) == 0 || a.address == kNoName || a.acts_for) return;
    Ticket* ticket = domain.ledger.presented(a);
    if (!ticket || fits(*ticket, a, domain) || held_.size() >= limits::kIdentityHeldMax) return;
    if (handed_over(*ticket, a, domain)) return (void)ticket->add_issue_address(a.address);
    held_.push_back({a, ticket->issue_addresses[0], ticket->proof()});
  }
  void finish(Domain& domain) override { settle(Instant{INT64_MAX}, domain); }

 private:
  static bool fits(const Ticket& ticket, const Authentication& a, const Domain& domain) {
    bool any = false;
    for (Name place : ticket.issue_addresses) {
      any = any || place != kNoName;
      if (place != kNoName && domain.hosts.same_host(place, ticket.issued, a.address, a.time)) return true;
    }
    return !any;  // the KDC's own machine: its log does not say which address
  }

  static bool handed_over(const Ticket& ticket, const Authentication& a, const Domain& domain) {
    if (ticket.for_forwarding) return true;
    if (ticket.forwarded == Instant{} || a.time.ticks - ticket.forwarded.ticks > kHandOver) return false;
    // To whom? The first machine must hold a ticket for a service on the second.
    const Name host = domain.hosts.host_of(a.address, a.time);
    if (host == kNoName) return false;
    const std::string_view machine = machine_of_service(domain.names.text(host));
    for (Name place : ticket.issue_addresses)
      if (place != kNoName && domain.ledger.had_service_ticket(a.account, machine, place, a.time))
        return true;
    return false;
  }

  // A machine that moved shows itself at its new address soon after; then the case is closed.
  void settle(Instant now, Domain& domain) {
    for (; !held_.empty() && (now.ticks == INT64_MAX || now.ticks - held_.front().use.time.ticks > kWait);
         held_.pop_front()) {
      const Held& held = held_.front();
      const Authentication& a = held.use;
      if (domain.hosts.same_host(held.issued_to, held.issued.time, a.address, a.time)) continue;
      if (domain.hosts.is_shared(a.address) || domain.hosts.is_shared(held.issued_to)) continue;
      if (said_.size() < limits::kIdentityGroupsMax &&
          !said_.insert({TicketLedger::presented_key(a), a.address}).second)
        continue;
      // Both machines go on with it: nobody moved.
      const Ticket* ticket = domain.ledger.presented(a);
      const bool both = ticket && ticket->last_at_home >= a.time;
      domain.report(
          kText, both || a.presented ? Level::kHigh : Level::kMedium, a,
          "The ticket of " + domain.who(a) + " issued to " + domain.quoted(held.issued_to) +
              " was used from " + domain.quoted(a.address) + " to get a ticket for " +
              domain.quoted(a.service) + (both ? "; the first machine went on using it" : ""),
          {{"the ticket is issued", held.issued}, {"it is used from another machine", proof_of(a)}});
    }
  }

  std::deque<Held> held_;
  std::set<std::pair<std::uint64_t, Name>> said_;
};

}  // namespace

std::unique_ptr<Invariant> make_stolen_ticket() { return std::make_unique<StolenTicket>(); }

}  // namespace bartizan::identity
