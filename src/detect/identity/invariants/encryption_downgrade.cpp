// SPDX-License-Identifier: Apache-2.0
// An account that has AES keys and clients that speak AES does not go back to RC4 or DES: who only has its NT hash must.
#include <unordered_map>

#include "base/limits.h"
#include "detect/identity/invariant.h"

namespace bartizan::identity {
namespace {

constexpr InvariantText kText{"5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a06",
                              "Kerberos encryption weaker than the account is known to use",
                              "T1550.002",
                              "The account uses one generation of clients.",
                              "Weak service keys while the client offers AES; accounts that were never seen "
                              "with AES, or used RC4 before.",
                              "Look at the machine that asked: native clients offer AES.",
                              {Step::kResetPassword, Step::kAesOnly, Step::kProtect}};

constexpr std::uint32_t kUsesNeeded = 20;  // of AES, where the offer is not logged

class EncryptionDowngrade final : public Invariant {
 public:
  void observe(const Authentication& a, Domain& domain) override {
    const bool initial = a.act == Act::kTicketGranted;
    const bool request = initial || a.act == Act::kServiceTicket || a.act == Act::kServiceRefused;
    if (!request || a.account == kNoName || is_machine(a.account, domain.names)) return;
    if (uses_.size() >= limits::kIdentityGroupsMax && !uses_.contains(principal_of(a))) return;
    Uses& uses = uses_[principal_of(a)];
    const bool offers_weak_only = a.offered && !(a.offered & kAesBits);
    const bool weak_login = a.by_windows() && initial && is_weak_encryption(a.encryption) && a.preauth == 2;
    const bool known = offers_weak_only ? uses.aes > 0 : uses.aes >= kUsesNeeded;
    if ((offers_weak_only || weak_login) && known && uses.weak == 0)
      domain.report(kText, Level::kMedium, a,
                    domain.who(a) + " has used AES; now " + domain.quoted(a.address) +
                        (offers_weak_only ? " offers RC4 or DES only, for " : " logs on with RC4, for ") +
                        domain.quoted(a.service),
                    {{"AES was used", uses.last}, {"the weak request", proof_of(a)}});
    if (offers_weak_only || weak_login) ++uses.weak;
    else if (initial && (is_aes(a.encryption) || (a.offered & kAesBits))) ++uses.aes, uses.last = proof_of(a);
  }

 private:
  struct Uses {
    std::uint32_t aes = 0, weak = 0;
    Proof last;
  };
  std::unordered_map<Principal, Uses> uses_;
};

}  // namespace

std::unique_ptr<Invariant> make_encryption_downgrade() { return std::make_unique<EncryptionDowngrade>(); }

}  // namespace bartizan::identity
