// SPDX-License-Identifier: Apache-2.0
// A KDC gives a ticket only to who proved the key first. Accounts that need no proof give everybody something to guess
// their password from (AS-REP roasting). Windows and Heimdal log the proof; MIT logs that it asked for one, so there an
// account is taken to need none when no KDC ever asked.
#include <map>
#include <set>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a05",
                              "Ticket issued without pre-authentication (AS-REP roasting)",
                              "T1558.004",
                              "On an MIT KDC, clients ask without a proof first, as kinit does.",
                              "Accounts that were asked for a proof at any time in the evidence; requests "
                              "that ended with the demand for a proof.",
                              "Reset the password as well: what was given out lets it be guessed.",
                              {Step::kRequirePreauth, Step::kResetPassword}};

class MissingPreauth final : public Invariant {
 public:
  void observe(const Authentication& a, Domain&) override {
    if (a.act == Act::kPreauthAsked && asked_.size() < limits::kIdentityGroupsMax)
      asked_.insert(principal_of(a));
    if (a.act != Act::kTicketGranted || a.account == kNoName) return;
    const bool is_mit = !a.by_windows() && a.preauth < 0 && a.authtime > 0;
    if (a.preauth != 0 && !is_mit) return;
    if (granted_.size() < limits::kIdentityHeldMax) granted_.try_emplace(principal_of(a), a);
  }
  void finish(Domain& domain) override {
    for (const auto& [account, a] : granted_) {
      if (a.preauth != 0 && asked_.contains(account)) continue;
      domain.report(kText, Level::kMedium, a,
                    "A ticket for " + domain.who(a) + " was given to " + domain.quoted(a.address) +
                        " without proof of the key",
                    {{"the ticket is issued", proof_of(a)}});
    }
  }

 private:
  std::set<Principal> asked_;
  std::map<Principal, Authentication> granted_;
};

}  // namespace

std::unique_ptr<Invariant> make_missing_preauth() { return std::make_unique<MissingPreauth>(); }

}  // namespace bartizan::identity
