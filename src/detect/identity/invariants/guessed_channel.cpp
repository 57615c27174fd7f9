// SPDX-License-Identifier: Apache-2.0
// A machine proves its key to a domain controller once and keeps the channel. Who tries again and again within a minute
// guesses: with a flawed cipher one try in 256 succeeds without the key (Zerologon).
#include "detect/identity/invariants/recent.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{
    "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a15",
    "Secure channel of a machine tried again and again (Zerologon)",
    "T1210",
    "The address is one machine, not a gateway behind which many start at once.",
    "Fewer than twenty attempts a minute, as machines with a wrong password make; addresses that several "
    "machine accounts share.",
    "Look for a machine password set at that time (event 4742 by ANONYMOUS LOGON).",
    {Step::kIsolate, Step::kPatchNetlogon, Step::kRealmKey}};

constexpr std::size_t kAttempts = 20;  // of the some 256 that the attack needs; machines make one or two

class GuessedChannel final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    if (a.act != Act::kSecureChannel || domain.hosts.is_shared(a.address)) return;
    const std::pair pair(a.address, a.observer);
    const bool sets = domain.names.text(a.attribute).starts_with("netrserverpassw");
    if (!sets) {
      // Each attempt counts, so each has a number of its own.
      const auto& all = attempts_.add(pair, ++number_, a);
      if (all.size() == kAttempts)
        report(Level::kHigh, a, " tried the secure channel to ", " twenty times within a minute", domain);
      return;
    }
    const auto& all = attempts_.of(pair);
    if (all.size() < kAttempts || a.time.ticks - all.back().record.time.ticks > seconds(60)) return;
    report(Level::kCritical, a, " set a machine's password at ", " after twenty attempts within a minute",
           domain);
    attempts_.clear(pair);
  }

 private:
  void report(Level level, const Authentication& a, const char* does, const char* how, Domain& domain) {
    const auto& all = attempts_.of({a.address, a.observer});
    domain.report(kText, level, a, domain.quoted(a.address) + does + domain.quoted(a.observer) + how,
                  {{"the first attempt", proof_of(all.front().record)}, {"the last call", proof_of(a)}});
  }

  Name number_ = 0;
  Recent<std::pair<Name, Name>> attempts_{seconds(60)};
};

}  // namespace

std::unique_ptr<Invariant> make_guessed_channel() { return std::make_unique<GuessedChannel>(); }

}  // namespace bartizan::identity
