// SPDX-License-Identifier: Apache-2.0
// Who may act for others changes rarely. A change that is used within a day by a service acting for a user is how
// delegation is abused.
#include "detect/identity/invariants/recent.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kChanged{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a10",
                                 "Right to act for others was given",
                                 "T1134.001",
                                 "No application is being set up.",
                                 "Changes of other attributes and flags.",
                                 "Ask who made the change. Mark privileged accounts as sensitive (no "
                                 "delegation), set MachineAccountQuota to 0."};
constexpr InvariantText kUsed{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a11",
                              "Right to act for others used within a day of being given",
                              "T1134.001",
                              "The service in the request is the object that was changed.",
                              "Delegation set up more than a day before; other services.",
                              "Remove the right (`Set-ADComputer -PrincipalsAllowedToDelegateToAccount "
                              "$null`), disable the account that acted, purge "
                              "tickets on the service's machine."};

// Flags as 4738 and 4742 write them (MS-SAMR 2.2.1.12): trusted for delegation, and to authenticate for delegation.
constexpr std::uint32_t kDelegationFlags = 0x2000 | 0x40000;

std::string_view first_name(std::string_view dn) {
  if (!dn.starts_with("CN=")) return dn;
  return dn.substr(3, dn.find(',') == dn.npos ? dn.npos : dn.find(',') - 3);
}

class Delegation final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    if (a.act == Act::kAttribute) {
      const std::string_view attribute = domain.names.text(a.attribute);
      const bool rights =
          attribute == "msds-allowedtoactonbehalfofotheridentity" || attribute == "msds-allowedtodelegateto";
      const bool key = attribute == "msds-keycredentiallink" && !is_machine(a.by, domain.names);
      if (rights || key)
        given(a, domain.names.folded(first_name(domain.names.text(a.object))), attribute, domain);
    }
    if (a.act == Act::kAccountChanged && (a.status & kDelegationFlags))
      given(a, domain.names.folded(machine_of_service(domain.names.text(a.account))), "account flags",
            domain);
    if (a.act == Act::kServiceTicket && a.acts_for) used(a, domain);
  }

 private:
  void given(const Authentication& a, Name machine, std::string_view how, Domain& domain) {
    if (domain.names.text(a.by_sid) == "S-1-5-18") return;  // the directory itself
    (void)changes_.add(machine, machine, a);
    domain.report(kChanged, Level::kMedium, a,
                  (a.by ? domain.quoted(a.by) : domain.quoted(a.by_sid)) + " changed " + std::string(how) +
                      " of " + domain.quoted(a.object),
                  {{"the right is given", proof_of(a)}});
  }
  void used(const Authentication& a, Domain& domain) {
    for (Name side : {a.service, a.account}) {
      const Name machine = domain.names.find(machine_of_service(domain.names.text(side)));
      if (machine == kNoName) continue;
      for (const Occurrence& one : changes_.of(machine)) {
        if (a.time.ticks - one.record.time.ticks > seconds(24 * 3600)) continue;
        domain.report(kUsed, Level::kCritical, a,
                      "A service acted for " + domain.quoted(a.account) + " towards " +
                          domain.quoted(a.service) + " after the right was given",
                      {{"the right is given", proof_of(one.record)}, {"it is used", proof_of(a)}});
        return changes_.clear(machine);
      }
    }
  }

  Recent<Name> changes_{seconds(24 * 3600)};
};

}  // namespace

std::unique_ptr<Invariant> make_delegation() { return std::make_unique<Delegation>(); }

}  // namespace bartizan::identity
