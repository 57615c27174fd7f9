// SPDX-License-Identifier: Apache-2.0
// Every ticket-granting ticket that is presented was issued by a KDC. Forged and altered tickets (golden, diamond and
// sapphire) were not: with hashes all of them show, with (client, authtime) those that invent the time.
#include <deque>
#include <set>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a02",
    "Kerberos ticket presented that no KDC issued",
    "T1558.001",
    "The logs of all KDCs, read-only ones too, are part of the evidence; the realm has no other.",
    "Tickets from before the logs begin; gaps in a KDC's log; tickets of other realms; records that arrive "
    "late; "
    "renewed and forwarded tickets.",
    "Treat the realm's key as stolen, and look for how it was taken (DCSync, a copy of the directory).",
    {Step::kRealmKey, Step::kIsolate}};

class ForgedTicket final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    settle(a.time, domain);
    if (TicketLedger::presented_key(a) == 0 || domain.ledger.presented(a)) return;
    if (held_.size() < limits::kIdentityHeldMax) held_.push_back(a);
  }
  void finish(Domain& domain) override { settle(Instant{INT64_MAX}, domain); }

 private:
  static constexpr std::int64_t kWait = seconds(2 * 3600);  // forwarded logs are that late at times

  void settle(Instant now, Domain& domain) {
    for (; !held_.empty() && (now.ticks == INT64_MAX || now.ticks - held_.front().time.ticks > kWait);
         held_.pop_front()) {
      const Authentication& a = held_.front();
      if (domain.ledger.presented(a)) continue;
      if (!is_claimed(a, domain)) continue;
      if (said_.size() < limits::kIdentityGroupsMax &&
          !said_.insert({TicketLedger::presented_key(a), a.account}).second)
        continue;
      domain.report(
          kText, Level::kCritical, a,
          domain.who(a) + " presented a ticket from " + domain.quoted(a.address) + " for " +
              domain.quoted(a.service) + " that no KDC issued" +
              (a.presented ? " (no KDC logged its hash)" : " (no KDC authenticated it at that time)"),
          {{"the ticket is presented", proof_of(a)}});
    }
  }

  static bool is_claimed(const Authentication& a, const Domain& domain) {
    // Without hashes the realm of the client is whose KDC authenticated it, be it a trusted one.
    if (!a.presented) return domain.coverage.complete_since_authtime(a.domain, a.authtime, a.time);
    const Name served = domain.realms.of_kdc(a.observer);
    const bool is_referral = served != kNoName && a.domain != served && !a.short_realm;
    return !is_referral && domain.coverage.complete(served, {a.time.ticks - kTicketLife}, a.time);
  }

  std::deque<Authentication> held_;
  std::set<std::pair<std::uint64_t, Name>> said_;
};

}  // namespace

std::unique_ptr<Invariant> make_forged_ticket() { return std::make_unique<ForgedTicket>(); }

}  // namespace bartizan::identity
