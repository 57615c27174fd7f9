// SPDX-License-Identifier: Apache-2.0
// Directory: what exports of directories in the evidence say of accounts, for invariants to compare records with. An export is
// of one day; what it does not say is not known, and an account that was made, renamed or changed in the evidence is no
// contradiction. Bounded: an export too large is told as not whole. One thread.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>

#include "detect/identity/authentication.h"
#include "detect/identity/directory_account.h"
#include "detect/identity/realms.h"

namespace bartizan::identity {

struct KnownAccount {
  std::int64_t password_set = 0;  // Unix seconds; 0: not told
  bool is_disabled = false, is_controller = false, is_privileged = false, is_protected = false;
  bool is_not_delegated = false;  // sensitive, or in Protected Users
  bool delegates = false;         // may act for others in any of the ways an account has
  bool is_acted_on = false;
  bool knows_rights = false, is_whole = false;  // as in DirectoryAccount
};

class Directory {
 public:
  explicit Directory(const Realms& realms) : realms_(realms) {}

  void add(const DirectoryAccount& account, NameTable& names);

  bool empty() const { return exports_.empty(); }
  // Null: not in an export of that realm. kNoName as realm is any, where there is one export only.
  const KnownAccount* find(Name account, Name realm, const NameTable& names) const;
  const KnownAccount* machine(std::string_view machine, Name realm, const NameTable& names) const;
  // Whether the realm's export was made without a filter, as far as can be told, so that `account` would be in it: LDIF with
  // the domain's own entry, users as SharpHound lists them; and krbtgt.
  bool would_list(Name account, Name realm, const NameTable& names) const;
  // What matters of the account and of the realm's key, for a finding; empty: nothing is known.
  std::string in_words(Name account, Name realm, const NameTable& names) const;

 private:
  struct Export {
    Name domain = kNoName;
    std::unordered_map<Name, KnownAccount> accounts;
    std::int64_t krbtgt = 0;  // when its password was set; 0: it is not there
    bool is_full = false, is_ldif = false, has_domain = false;
  };
  const Export* of(Name realm, const NameTable& names) const;

  const Realms& realms_;
  std::deque<Export> exports_;
};

}  // namespace bartizan::identity
