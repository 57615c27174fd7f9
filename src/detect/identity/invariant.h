// SPDX-License-Identifier: Apache-2.0
// Invariant: something that is always true of identities unless somebody attacks, and what follows when it is not. One a
// file of invariants/, listed in all_invariants(). Each keeps a bounded state of its own. One thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "detect/identity/containment.h"
#include "detect/identity/directory.h"
#include "detect/identity/hosts.h"
#include "detect/identity/ticket_ledger.h"
#include "model/finding.h"

namespace bartizan::identity {

inline constexpr std::string_view kIdBegin = "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a";  // of all rule ids here

// What does not change from finding to finding.
struct InvariantText {
  std::string_view rule_id;  // a fixed UUID
  std::string_view title, attack;
  std::string_view assumes;    // what must hold for the finding to be right
  std::string_view ruled_out;  // innocent causes that were checked and are not it
  std::string_view contain;    // the next step
  Step steps[4] = {};          // of containment, in the platform's words
};

struct ProvenBy {
  std::string_view role;  // what the record shows
  Proof proof;
};

struct IdentityFinding {
  const InvariantText* text = nullptr;
  Level level = Level::kMedium;
  Authentication last;  // the record that broke the invariant
  std::string what;     // one sentence with the names of this case
  std::vector<ProvenBy> chain;
  std::string coverage;
  std::string directory;  // what exports say of the account
};

struct Domain {
  NameTable names;
  HostTable hosts;
  Realms realms;
  Coverage coverage{realms};
  TicketLedger ledger{coverage, realms};
  Directory directory{realms};
  std::vector<IdentityFinding> findings;
  std::unordered_map<Name, Name> written_hosts;  // of observers: the name as the first log has it

  // How reports name a host, so that it is one host with what rules found on it.
  std::string_view written(Name host) const {
    const auto known = written_hosts.find(host);
    return names.text(known == written_hosts.end() ? host : known->second);
  }
  std::string quoted(Name name) const {
    return name ? std::string(names.text(name)) : std::string("(unknown)");
  }
  // The account, with its realm where the evidence has several.
  std::string who(const Authentication& a) const;
  void report(const InvariantText& text, Level level, const Authentication& last, std::string what,
              std::vector<ProvenBy> chain);
};

// Sees the authentications in the order of time, before the ledger takes them in.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void observe(const Authentication& a, Domain& domain) = 0;
  virtual void finish(Domain& domain) { (void)domain; }
};

class Invariant : public Observer {};

using MakeInvariant = std::unique_ptr<Invariant> (*)();
std::span<const MakeInvariant> all_invariants();

Finding finding_of(const IdentityFinding& finding, const Domain& domain);

inline constexpr std::int64_t seconds(std::int64_t count) { return count * kTicksPerSecond; }
inline bool is_machine(Name account, const NameTable& names) { return names.text(account).ends_with('$'); }

}  // namespace bartizan::identity
