// SPDX-License-Identifier: Apache-2.0
// A logon with other credentials for the network (type 9) is rare; followed at once by a first ticket or NTLM logon of that
// other identity, from the same machine where that is known, it is how a stolen key is used.
#include "detect/identity/invariants/recent.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a12",
    "Borrowed credentials used right after a type 9 logon (pass the hash or key)",
    "T1550.002",
    "Nobody uses `runas /netonly` for this account on this machine.",
    "Type 9 logons without use; those as oneself; tickets asked for by another machine.",
    "A stolen key works until the password changes.",
    {Step::kIsolate, Step::kResetPassword, Step::kProtect}};

class OverpassTheHash final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    if (a.act == Act::kLogon && a.logon_type == 9 && domain.names.text(a.attribute) == "seclogo" &&
        a.outbound != kNoName && a.outbound != a.account)
      return (void)borrowed_.add(a.outbound, a.observer, a);
    const bool ticket = a.act == Act::kTicketGranted;
    const bool logon = a.act == Act::kLogon && a.package == Package::kNtlm && a.logon_type == 3;
    if ((!ticket && !logon) || a.account == kNoName) return;
    for (const Occurrence& one : borrowed_.of(a.account)) {
      if (a.time.ticks - one.record.time.ticks > seconds(600)) continue;
      const Name host = domain.hosts.host_of(a.address, a.time);
      const std::string_view machine = machine_of_service(domain.names.text(one.record.observer));
      const bool known = host != kNoName,
                 same = known && machine_of_service(domain.names.text(host)) == machine;
      if (known && !same) continue;
      domain.report(kText, same ? Level::kHigh : Level::kMedium, a,
                    domain.quoted(one.record.account) + " on " + domain.quoted(one.record.observer) +
                        " took the network identity " + domain.quoted(a.account) + ", which then " +
                        (ticket ? "got a ticket" : "logged on over NTLM") + " from " +
                        domain.quoted(a.address),
                    {{"the identity is taken", proof_of(one.record)}, {"it is used", proof_of(a)}});
      return borrowed_.clear(a.account);
    }
  }

 private:
  Recent<Name> borrowed_{seconds(600)};
};

}  // namespace

std::unique_ptr<Invariant> make_overpass_the_hash() { return std::make_unique<OverpassTheHash>(); }

}  // namespace bartizan::identity
