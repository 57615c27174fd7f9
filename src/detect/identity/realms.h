// SPDX-License-Identifier: Apache-2.0
// Realms: which written names are one realm (`EXAMPLE`, `EXAMPLE.TEST`, `example.test`), and which realm a KDC serves, as far
// as records tell: a KDC grants first tickets in its own realm only, and the realm is the domain part of its name, as a
// rule. Realms are given as folded names and answered as one name for all of theirs; kNoName is "not known". What is not
// known to be one realm is two. Bounded; one thread.
#pragma once

#include <unordered_map>

#include "detect/identity/authentication.h"

namespace bartizan::identity {

class Realms {
 public:
  // The realm whose KDC wrote `a`, as it is now known; kNoName: `a` does not tell.
  Name learn(const Authentication& a, NameTable& names);
  void same(Name a, Name b);

  Name of(Name folded) const;
  Name of_kdc(Name observer) const;
  // Of a machine, by the domain part of its name.
  Name of_host(Name observer, const NameTable& names) const;

 private:
  std::unordered_map<Name, Name> leads_to_;  // a forest; what is not in it is its own realm
  std::unordered_map<Name, Name> by_kdc_;
};

}  // namespace bartizan::identity
