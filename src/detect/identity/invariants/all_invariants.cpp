// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/invariant.h"

namespace bartizan::identity {

std::unique_ptr<Invariant> make_stolen_ticket();
std::unique_ptr<Invariant> make_forged_ticket();
std::unique_ptr<Invariant> make_unissued_service_ticket();
std::unique_ptr<Invariant> make_kerberoasting();
std::unique_ptr<Invariant> make_missing_preauth();
std::unique_ptr<Invariant> make_encryption_downgrade();
std::unique_ptr<Invariant> make_ticket_lifetime();
std::unique_ptr<Invariant> make_names_disagree();
std::unique_ptr<Invariant> make_overpass_the_hash();
std::unique_ptr<Invariant> make_directory_replication();
std::unique_ptr<Invariant> make_account_changes();
std::unique_ptr<Invariant> make_delegation();
std::unique_ptr<Invariant> make_relayed_logon();
std::unique_ptr<Invariant> make_coerced_machine();
std::unique_ptr<Invariant> make_guessed_channel();
std::unique_ptr<Invariant> make_directory_contradiction();
std::unique_ptr<Invariant> make_spraying();

std::span<const MakeInvariant> all_invariants() {
  static constexpr MakeInvariant kAll[] = {
      make_stolen_ticket,           make_forged_ticket,   make_unissued_service_ticket,
      make_kerberoasting,           make_missing_preauth, make_encryption_downgrade,
      make_ticket_lifetime,         make_names_disagree,  make_overpass_the_hash,
      make_directory_replication,   make_account_changes, make_delegation,
      make_relayed_logon,           make_coerced_machine, make_guessed_channel,
      make_directory_contradiction, make_spraying,
  };
  return kAll;
}

}  // namespace bartizan::identity
