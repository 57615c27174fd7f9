// SPDX-License-Identifier: Apache-2.0
// People mistype their own password. One source that fails for many accounts within minutes tries passwords or names.
#include "detect/identity/invariants/recent.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a0f",
    "One source fails for many accounts (spraying or enumeration)",
    "T1110.003",
    "The address is one source; gateways that many people log on through look alike.",
    "Fewer than five accounts within ten minutes; addresses several machine accounts share; machine "
    "accounts.",
    "Reset the passwords of accounts it got into. Do not lock accounts automatically: that is what some "
    "attackers want.",
    {Step::kBlockSource}};

constexpr std::size_t kAccounts = 5;  // in public recordings: every spray, nothing else

class Spraying final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    const Name source = a.address ? a.address : a.workstation;
    if (source == kNoName || a.account == kNoName || is_machine(a.account, domain.names)) return;
    if (a.act == Act::kLogon || a.act == Act::kTicketGranted) return succeeded(a, source, domain);
    if (a.act != Act::kLogonFailed && a.act != Act::kTicketRefused) return;
    if (a.address && domain.hosts.is_shared(a.address)) return;
    const auto& all = failed_.add(source, a.account, a);
    // Everybody knocks at a shell on the Internet: only who gets in is told.
    if (all.size() != kAccounts || a.package == Package::kShell || reported_.of(source).size()) return;
    (void)reported_.add(source, source, a);
    domain.report(kText, Level::kMedium, a,
                  domain.quoted(source) + " failed for " + std::to_string(all.size()) +
                      " accounts within ten minutes, last for " + domain.quoted(a.account),
                  chain_of(all, "a failed attempt"));
  }

 private:
  // A success of one of the accounts right after is the attack's yield.
  void succeeded(const Authentication& a, Name source, Domain& domain) {
    const auto& all = failed_.of(source);
    if (all.size() < kAccounts || a.time.ticks - all.back().record.time.ticks > seconds(600)) return;
    for (const Occurrence& one : all) {
      if (one.what != a.account) continue;
      domain.report(kText, Level::kHigh, a,
                    domain.quoted(a.account) + " succeeded from " + domain.quoted(source) +
                        ", which failed for " + std::to_string(all.size()) + " accounts before",
                    {{"it failed", proof_of(one.record)}, {"it succeeded", proof_of(a)}});
      return failed_.clear(source);
    }
  }

  Recent<Name> failed_{seconds(600)}, reported_{seconds(600)};
};

}  // namespace

std::unique_ptr<Invariant> make_spraying() { return std::make_unique<Spraying>(); }

}  // namespace bartizan::identity
