// SPDX-License-Identifier: Apache-2.0
// Who may act for others changes rarely. A change that is used within a day by a service acting for a user is how
// delegation is abused.
#include <set>
#include <tuple>

#include "detect/identity/invariants/recent.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kChanged{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a10",
    "Right to act for others was given",
    "T1134.001",
    "No application is being set up.",
    "Changes of other attributes and flags.",
    "Ask who made the change. Mark privileged accounts as sensitive (no delegation).",
    {Step::kStopDelegation}};
constexpr InvariantText kUsed{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a11",
    "Right to act for others used within a day of being given",
    "T1134.001",
    "The service in the request is the object that was changed.",
    "Delegation set up more than a day before, by accounts that are older; other services.",
    "See what the service did as the other user.",
    {Step::kStopDelegation, Step::kDisable, Step::kPurgeTickets}};

constexpr InvariantText kUnconfigured{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a1a",
    "Service acted for a user against the directory",
    "T1134.001",
    "The export of the directory is as old as the records.",
    "Services that may delegate in any way, domain controllers, services others may act towards; exports "
    "without every attribute.",
    "Compare with the directory as it is now. Tickets altered to be delegated (CVE-2020-17049) look like "
    "this.",
    {Step::kStopDelegation, Step::kDisable, Step::kPurgeTickets}};

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
    if (a.act == Act::kAccountMade && is_machine(a.account, domain.names) &&
        !is_machine(a.by, domain.names)) {
      const Name machine = domain.names.folded(machine_of_service(domain.names.text(a.account)));
      (void)made_.add(machine, machine, a);
    }
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
  // The right may be on the service that is called, on the one that calls, or on the user it is about.
  void used(const Authentication& a, Domain& domain) {
    for (Name side : {a.service, a.value, a.account}) {
      const Name machine = domain.names.find(machine_of_service(domain.names.text(side)));
      if (machine == kNoName) continue;
      if (report_use(a, machine, changes_, " after the right was given", "the right is given", domain))
        return;
      if (side == a.value && report_use(a, machine, made_, ", with an account made within the day",
                                        "the account is made", domain))
        return;
    }
    compare_with_directory(a, domain);
  }
  static bool report_use(const Authentication& a, Name machine, Recent<Name>& causes, const char* how,
                         std::string_view role, Domain& domain) {
    for (const Occurrence& one : causes.of(machine)) {
      if (a.time.ticks - one.record.time.ticks > seconds(24 * 3600)) continue;
      domain.report(
          kUsed, Level::kCritical, a,
          "A service acted for " + domain.quoted(a.account) + " towards " + domain.quoted(a.service) + how,
          {{role, proof_of(one.record)}, {"it is used", proof_of(a)}});
      return causes.clear(machine), true;
    }
    return false;
  }

  void compare_with_directory(const Authentication& a, Domain& domain) {
    const auto machine = [&](Name name) {
      return domain.directory.machine(machine_of_service(domain.names.text(name)), a.domain, domain.names);
    };
    const KnownAccount* user = domain.directory.find(a.account, a.domain, domain.names);
    const KnownAccount *front = machine(a.value), *back = machine(a.service);
    const bool is_protected = user && user->is_not_delegated;
    const bool no_right = front && back && front->is_whole && back->is_whole && !front->delegates &&
                          !front->is_controller && !back->is_acted_on;
    if (!is_protected && !no_right) return;
    if (said_.size() >= limits::kIdentityGroupsMax || !said_.insert({a.account, a.value, a.service}).second)
      return;
    domain.report(kUnconfigured, Level::kHigh, a,
                  domain.quoted(a.value) + " acted for " + domain.quoted(a.account) + " towards " +
                      domain.quoted(a.service) +
                      (is_protected ? ", whom nobody may act for" : ", which neither of them is set up for"),
                  {{"the service acts", proof_of(a)}});
  }

  std::set<std::tuple<Name, Name, Name>> said_;
  Recent<Name> made_{seconds(24 * 3600)};  // machine accounts
  Recent<Name> changes_{seconds(24 * 3600)};
};

}  // namespace

std::unique_ptr<Invariant> make_delegation() { return std::make_unique<Delegation>(); }

}  // namespace bartizan::identity
