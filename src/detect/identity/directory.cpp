// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/directory.h"

#include <algorithm>

#include "base/limits.h"

namespace bartizan::identity {

void Directory::add(const DirectoryAccount& account, NameTable& names) {
  if (account.domain.empty() || (account.name.empty() && !account.is_domain)) return;
  const Name domain = names.folded(account.domain);
  auto found = std::ranges::find(exports_, domain, &Export::domain);
  if (found == exports_.end()) {
    if (exports_.size() >= limits::kIdentityExportsMax) return;
    found = exports_.insert(exports_.end(), Export{domain, {}, 0, false, false, false});
  }
  found->is_ldif = found->is_ldif || account.is_ldif,
  found->has_domain = found->has_domain || account.is_domain;
  if (account.name == "krbtgt") found->krbtgt = std::max(found->krbtgt, account.password_set);
  if (!account.has_flags) return;
  const Name name = names.folded(account.name);
  if (found->accounts.size() >= limits::kIdentityDirectoryMax || name == kNoName)
    return void(found->is_full = true);
  const auto has = [&](std::uint64_t flag) { return (account.flags & flag) != 0; };
  KnownAccount& known = found->accounts[name];
  known.password_set = account.password_set;
  known.is_disabled = has(kUacDisabled), known.is_controller = has(kUacController);
  known.is_privileged = account.is_privileged, known.is_protected = account.is_protected;
  known.is_not_delegated = has(kUacNotDelegated) || account.is_protected;
  known.delegates = has(kUacForDelegation | kUacAnyProtocol) || account.delegates;
  known.is_acted_on = account.is_acted_on;
  known.knows_rights = account.knows_rights, known.is_whole = account.is_whole;
}

// By the realm's own name, by one joined to it, or by its first label: LAB is lab.test.
const Directory::Export* Directory::of(Name realm, const NameTable& names) const {
  if (realm == kNoName) return exports_.size() == 1 ? &exports_.front() : nullptr;
  for (const Export& one : exports_)
    if (realms_.of(one.domain) == realms_.of(realm)) return &one;
  const std::string_view label = names.text(realm);
  for (const Export& one : exports_) {
    const std::string_view domain = names.text(one.domain);
    if (domain.size() > label.size() && domain.starts_with(label) && domain[label.size()] == '.') return &one;
  }
  return nullptr;
}

const KnownAccount* Directory::find(Name account, Name realm, const NameTable& names) const {
  if (exports_.empty()) return nullptr;
  const Export* one = of(realm, names);
  if (!one) return nullptr;
  const auto found = one->accounts.find(account);
  return found == one->accounts.end() ? nullptr : &found->second;
}

const KnownAccount* Directory::machine(std::string_view machine, Name realm, const NameTable& names) const {
  if (exports_.empty()) return nullptr;
  return find(names.find(std::string(machine) + '$'), realm, names);
}

bool Directory::would_list(Name account, Name realm, const NameTable& names) const {
  const Export* one = of(realm, names);
  if (!one || one->krbtgt == 0 || one->is_full) return false;
  return one->is_ldif ? one->has_domain : !names.text(account).ends_with('$');
}

std::string Directory::in_words(Name account, Name realm, const NameTable& names) const {
  const Export* one = exports_.empty() ? nullptr : of(realm, names);
  if (!one) return {};
  std::string out;
  const auto say = [&](std::string_view words) { out.append(out.empty() ? "" : ", ").append(words); };
  if (const KnownAccount* known = find(account, realm, names)) {
    if (known->is_controller) say("a domain controller");
    if (known->is_privileged) say("privileged");
    if (known->is_disabled) say("disabled");
    if (known->is_protected) say("in Protected Users");
    if (known->delegates) say("may act for others");
    if (known->password_set)
      say("password of " + format_instant({known->password_set * kTicksPerSecond}).substr(0, 10));
  } else if (account != kNoName) {
    say("the account is not in the export");
  }
  if (one->krbtgt)
    say("krbtgt's password of " + format_instant({one->krbtgt * kTicksPerSecond}).substr(0, 10));
  return out;
}

}  // namespace bartizan::identity
