// SPDX-License-Identifier: Apache-2.0
// A machine account logs on from its own machine, with Kerberos. Over NTLM from somewhere else it was relayed, often after
// somebody made the machine call (coercion: a pipe of the printing, file encryption or shadow copy services).
#include <set>

#include "detect/identity/invariants/coercion.h"
#include "detect/identity/invariants/recent.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a0e",
    "Machine account logs on over NTLM from another machine (relay)",
    "T1557.001",
    "The machine has one address, or its machine account shows the others.",
    "Logons from the machine itself; addresses its machine account has used; shared addresses.",
    "Undo what the machine account changed.",
    {Step::kIsolate, Step::kRequireSigning, Step::kBlockCoercion}};

class RelayedLogon final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    if (a.act == Act::kPipeOpened && a.address != kNoName) {
      if (coercion_in(a, domain.names) == Coercion::kNo) return;
      const Name host = domain.hosts.host_of(a.observer, a.time);  // on the wire it is an address
      return (void)coerced_.add(a.address, host != kNoName ? host : a.observer, a);
    }
    if (a.act != Act::kLogon || a.package != Package::kNtlm || a.logon_type != 3 || a.address == kNoName)
      return;
    if (!is_machine(a.account, domain.names) || domain.hosts.is_shared(a.address)) return;
    const std::string_view machine = machine_of_service(domain.names.text(a.account));
    if (machine == machine_of_service(domain.names.text(a.observer))) return;
    const Name host = domain.hosts.host_of(a.address, a.time);
    if (host == a.account) return;
    const Occurrence* call = nullptr;
    for (const Occurrence& one : coerced_.of(a.address))
      if (a.time.ticks - one.record.time.ticks <= seconds(60) &&
          machine_of_service(domain.names.text(one.what)) == machine)
        call = &one;
    if (said_.size() >= limits::kIdentityGroupsMax || !said_.insert({a.account, a.address}).second) return;
    std::vector<ProvenBy> chain;
    if (call) chain.push_back({"the machine is made to call", proof_of(call->record)});
    chain.push_back({"it logs on from that address", proof_of(a)});
    domain.report(kText, call || host != kNoName ? Level::kHigh : Level::kMedium, a,
                  domain.quoted(a.account) + " logged on to " + domain.quoted(a.observer) +
                      " over NTLM from " + domain.quoted(a.address) +
                      (host != kNoName ? ", which is " + domain.quoted(host)
                                       : std::string(", not known to be its own")),
                  std::move(chain));
  }

 private:
  Recent<Name> coerced_{seconds(60)};
  std::set<std::pair<Name, Name>> said_;
};

}  // namespace

std::unique_ptr<Invariant> make_relayed_logon() { return std::make_unique<RelayedLogon>(); }

}  // namespace bartizan::identity
