// SPDX-License-Identifier: Apache-2.0
// What a KDC writes into a ticket agrees with itself: one SID has one name, and the realm is written as the KDC writes it,
// in capitals. Tools that make tickets write what their user typed.
#include <map>
#include <set>
#include <unordered_map>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kSidName{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a0c",
    "One SID under two account names",
    "T1558.001",
    "Account names come from tickets and logons of one domain.",
    "Renames in the evidence; names with the realm behind them; service principals; built-in SIDs.",
    "If the account was not renamed, treat the ticket as forged.",
    {Step::kIsolate, Step::kRealmKey}};
constexpr InvariantText kRealmForm{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a0d",
                                   "Ticket with the realm written in lower case",
                                   "T1558.001",
                                   "Windows KDCs write the realm in capitals into the tickets they make.",
                                   "Realms that many accounts write so; machine logs without a realm.",
                                   "Treat the ticket as forged until the client is explained.",
                                   {Step::kIsolate, Step::kRealmKey}};

constexpr std::size_t kOddAccountsMax = 3;  // more accounts than that, and it is how this realm is written

class NamesDisagree final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    if (a.act == Act::kRenamed) names_.erase(a.sid);
    if (a.by_windows() && (a.act == Act::kServiceTicket || a.act == Act::kRenewal)) look_at_realm(a, domain);
    const bool speaks = a.act == Act::kLogon || a.act == Act::kTicketGranted;
    if (!speaks || a.sid == kNoName || a.account == kNoName) return;
    if (!domain.names.text(a.sid).starts_with("S-1-5-21-") || names_.size() >= limits::kIdentityGroupsMax)
      return;
    const auto [known, fresh] = names_.try_emplace(a.sid, std::pair(a.account, proof_of(a)));
    if (fresh || known->second.first == a.account || is_other_form(known->second.first, a.account, domain))
      return;
    if (said_.size() >= limits::kIdentityGroupsMax || !said_.insert({a.sid, a.account}).second) return;
    domain.report(kSidName, Level::kHigh, a,
                  domain.quoted(a.sid) + " is " + domain.quoted(known->second.first) + " and, from " +
                      domain.quoted(a.address) + ", " + domain.quoted(a.account),
                  {{"the SID under its first name", known->second.second}, {"under another", proof_of(a)}});
  }

  void finish(Domain& domain) override {
    if (odd_.empty() || odd_.size() > kOddAccountsMax) return;
    for (const auto& [account, a] : odd_)
      domain.report(kRealmForm, Level::kHigh, a,
                    domain.quoted(account) + " presented a ticket of the realm " + domain.quoted(a.realm) +
                        " from " + domain.quoted(a.address),
                    {{"the ticket is used", proof_of(a)}});
  }

 private:
  // `host/srv1` and `srv1$`, or a name that UPN and sAMAccountName write differently, are no contradiction.
  static bool is_other_form(Name a, Name b, const Domain& domain) {
    const std::string_view x = domain.names.text(a), y = domain.names.text(b);
    return x.find('/') != x.npos || y.find('/') != y.npos || machine_of_service(x) == machine_of_service(y);
  }
  void look_at_realm(const Authentication& a, const Domain& domain) {
    const std::string_view realm = domain.names.text(a.realm);
    bool lower = false, upper = false;
    for (char c : realm) lower |= c >= 'a' && c <= 'z', upper |= c >= 'A' && c <= 'Z';
    if (!lower || upper || realm.find('.') == realm.npos) return;
    if (odd_.size() <= kOddAccountsMax) odd_.try_emplace(a.account, a);
  }

  std::unordered_map<Name, std::pair<Name, Proof>> names_;  // by SID
  std::set<std::pair<Name, Name>> said_;
  std::map<Name, Authentication> odd_;
};

}  // namespace

std::unique_ptr<Invariant> make_names_disagree() { return std::make_unique<NamesDisagree>(); }

}  // namespace bartizan::identity
