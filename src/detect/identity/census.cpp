// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/census.h"

#include <algorithm>

#include "base/limits.h"

namespace bartizan::identity {
namespace {

bool add_once(std::vector<Name>& list, Name name) {
  if (name == kNoName || list.size() >= limits::kIdentityListedNamesMax ||
      std::ranges::find(list, name) != list.end())
    return false;
  return list.push_back(name), true;
}

}  // namespace

ListedTicket* TicketList::ticket(std::uint64_t key) {
  if (const auto known = tickets_.find(key); known != tickets_.end()) return &known->second;
  if (tickets_.size() >= limits::kIdentityListedMax) return ++left_out_, nullptr;
  return &tickets_[key];
}

void TicketList::observe(const Authentication& a, Domain& domain) {
  const bool granting = domain.names.text(a.service).starts_with("krbtgt");
  std::uint64_t key = TicketLedger::presented_key(a);
  if (const Ticket* known = domain.ledger.presented(a)) key = known->key;
  if (key) {
    if (ListedTicket* used = ticket(key)) {
      if (used->account == kNoName) used->account = a.account;
      if (used->issued == Instant{}) used->issued = a.time;
      ++used->uses;
      used->renewals += a.act == Act::kRenewal, used->handed_on += a.forwarded && granting;
      used->last_use = a.time;
      if (add_once(used->used_from, a.address)) used->first_uses.push_back(a.time);
      if (!granting) (void)add_once(used->services, a.service);
    }
  }
  key = TicketLedger::issued_key(a, granting || a.act != Act::kServiceTicket);
  if (key == 0) return;
  ListedTicket* made = ticket(key);
  if (!made || (made->was_issued && made->issued != a.time)) return;
  made->was_issued = true;
  made->account = a.account, made->kdc = a.observer, made->issued = a.time, made->encryption = a.encryption;
  (void)add_once(made->from, a.address);
}

std::vector<const ListedTicket*> TicketList::sorted(const NameTable& names) const {
  std::vector<const ListedTicket*> out;
  for (const auto& [key, one] : tickets_) out.push_back(&one);
  std::ranges::sort(out, [&](const ListedTicket* a, const ListedTicket* b) {
    return std::tuple(names.text(a->account), a->issued, a->last_use, a->uses, a->services) <
           std::tuple(names.text(b->account), b->issued, b->last_use, b->uses, b->services);
  });
  return out;
}

void NtlmCensus::observe(const Authentication& a, Domain&) {
  if (a.package != Package::kNtlm || (a.act != Act::kLogon && a.act != Act::kLogonFailed)) return;
  const Key key(a.account, a.observer, a.workstation ? a.workstation : a.address);
  if (uses_.size() >= limits::kIdentityListedMax && !uses_.contains(key)) return void(++left_out_);
  NtlmUse& use = uses_[key];
  ++(a.act == Act::kLogon ? use.logons : use.failures);
  if (use.first == Instant{}) use.first = a.time;
  use.last = a.time;
}

std::vector<std::pair<NtlmCensus::Key, NtlmUse>> NtlmCensus::sorted(const NameTable& names) const {
  std::vector<std::pair<Key, NtlmUse>> out(uses_.begin(), uses_.end());
  const auto texts = [&](const Key& key) {
    return std::tuple(names.text(std::get<0>(key)), names.text(std::get<1>(key)),
                      names.text(std::get<2>(key)));
  };
  std::ranges::sort(out, [&](const auto& a, const auto& b) {
    const auto total = [](const NtlmUse& use) { return use.logons + use.failures; };
    if (total(a.second) != total(b.second)) return total(a.second) > total(b.second);
    return texts(a.first) < texts(b.first);
  });
  return out;
}

void WeakUse::note(Kind kind, Name example, const Authentication& a, std::int64_t amount) {
  if (uses_.size() >= limits::kIdentityListedMax && !uses_.contains({a.observer, kind})) return;
  Use& use = uses_[{a.observer, kind}];
  if (use.count++ == 0) use.first = a;
  use.most = std::max(use.most, amount);
  (void)add_once(use.examples, example);
}

void WeakUse::observe(const Authentication& a, Domain&) {
  constexpr std::int64_t kLongHours = 10;  // what a KDC gives unless told otherwise
  const bool first = a.act == Act::kTicketGranted;
  if (a.package == Package::kNtlm && a.act == Act::kLogon) note(Kind::kNtlm, a.account, a);
  if (a.act == Act::kServiceTicket && is_weak_encryption(a.encryption)) note(Kind::kRc4Ticket, a.service, a);
  if (first && is_weak_encryption(a.encryption)) note(Kind::kRc4Logon, a.account, a);
  if (first && a.preauth == 0) note(Kind::kNoPreauth, a.account, a);
  if (const std::int64_t hours = (a.end - a.authtime) / 3600; first && a.authtime > 0 && hours > kLongHours)
    note(Kind::kLongLife, a.account, a, hours);
}

}  // namespace bartizan::identity
