// SPDX-License-Identifier: Apache-2.0
// Nobody needs many service tickets under accounts of people within minutes, least of all under RC4: such tickets are
// taken to guess the accounts' passwords offline.
#include "detect/identity/invariants/recent.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a04",
    "Many service tickets for service accounts at once (Kerberoasting)",
    "T1558.003",
    "Services whose name has no `$` run under accounts with passwords people chose.",
    "Machine accounts and krbtgt; user-to-user tickets; the same service again; fewer than three RC4 or "
    "eight other services "
    "within ten minutes.",
    "Give the named service accounts passwords of 25 characters and more, or managed accounts (gMSA). Look "
    "at the account and machine that asked.",
    {Step::kAesOnly}};

constexpr std::uint32_t kUserToUser = 0x8;  // RFC 4120: ENC-TKT-IN-SKEY
constexpr std::size_t kWeakServices = 3, kServices = 8;

class Kerberoasting final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    if (a.act != Act::kServiceTicket || !a.by_windows() || (a.options & kUserToUser) || a.acts_for) return;
    const std::string_view service = domain.names.text(a.service);
    if (service.empty() || service.ends_with('$') || service.starts_with("krbtgt") || a.service == a.account)
      return;
    const std::pair group(a.account, a.address);
    const auto& all = recent_.add(group, a.service, a);
    std::size_t weak = 0;
    for (const Occurrence& one : all) weak += is_weak_encryption(one.record.encryption);
    if (weak < kWeakServices && all.size() < kServices) return;
    std::string privileged;
    for (const Occurrence& one : all)
      if (const KnownAccount* known = domain.directory.find(one.what, a.domain, domain.names);
          known && known->is_privileged)
        privileged.append(privileged.empty() ? ", privileged: " : ", ").append(domain.quoted(one.what));
    domain.report(kText, weak >= kWeakServices || !privileged.empty() ? Level::kHigh : Level::kMedium, a,
                  domain.quoted(a.account) + " asked from " + domain.quoted(a.address) + " for tickets of " +
                      std::to_string(all.size()) + " service accounts within ten minutes, " +
                      std::to_string(weak) + " with RC4 or DES" + privileged,
                  chain_of(all, "a ticket for a service account"));
    recent_.clear(group);
  }

 private:
  Recent<std::pair<Name, Name>> recent_{seconds(600)};
};

}  // namespace

std::unique_ptr<Invariant> make_kerberoasting() { return std::make_unique<Kerberoasting>(); }

}  // namespace bartizan::identity
