// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/invariants/coercion.h"

#include <set>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a16",
    "Machine asked to log on elsewhere (coercion)",
    "T1187",
    "Nobody manages DFS roots or encrypts files across the network from this address.",
    "Calls of printing, of backups and of event logs, which are everyday; domain controllers as callers; "
    "connections to these services without such a call.",
    "See where the machine that was called logged on next (`bartizan identity ntlm`).",
    {Step::kIsolate, Step::kRequireSigning, Step::kBlockCoercion}};

struct Call {
  std::string_view begin;  // of the procedure's name in lower case
  Coercion coercion;
};
constexpr Call kCalls[] = {{"efsrpc", Coercion::kPlainly},
                           {"netrdfsaddstdroot", Coercion::kPlainly},
                           {"netrdfsremovestdroot", Coercion::kPlainly},
                           {"ispathsupported", Coercion::kMaybe},
                           {"ispathshadowcopied", Coercion::kMaybe},
                           {"elfropenbel", Coercion::kMaybe},
                           {"rpcremotefindfirstprinterchangenotification", Coercion::kMaybe}};
constexpr std::string_view kPipes[] = {"spoolss", "efsrpc", "lsarpc", "netdfs", "fssagentrpc", "eventlog"};

class CoercedMachine final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    if (a.act != Act::kPipeOpened || a.address == kNoName) return;
    if (coercion_in(a, domain.names) != Coercion::kPlainly) return;
    const Name caller = domain.hosts.host_of(a.address, a.time);
    if (caller != kNoName && domain.coverage.is_kdc(machine_of_service(domain.names.text(caller)))) return;
    if (said_.size() >= limits::kIdentityGroupsMax || !said_.insert({a.address, a.observer}).second) return;
    domain.report(kText, Level::kMedium, a,
                  domain.quoted(a.address) + " called " + domain.quoted(a.attribute) + " on " +
                      domain.quoted(a.observer),
                  {{"the procedure is called", proof_of(a)}});
  }

 private:
  std::set<std::pair<Name, Name>> said_;
};

}  // namespace

Coercion coercion_in(const Authentication& a, const NameTable& names) {
  if (const std::string_view procedure = names.text(a.attribute); !procedure.empty()) {
    for (const Call& call : kCalls)
      if (procedure.starts_with(call.begin)) return call.coercion;
    return Coercion::kNo;
  }
  std::string_view pipe = names.text(a.value);
  if (pipe.starts_with('\\')) pipe.remove_prefix(1);
  for (std::string_view known : kPipes)
    if (pipe == known) return Coercion::kMaybe;
  return Coercion::kNo;
}

std::unique_ptr<Invariant> make_coerced_machine() { return std::make_unique<CoercedMachine>(); }

}  // namespace bartizan::identity
