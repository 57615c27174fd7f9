// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/realms.h"

#include "base/limits.h"

namespace bartizan::identity {
namespace {

// Empty: it has none, or is an address.
std::string_view domain_part(std::string_view host) {
  const std::size_t dot = host.find('.');
  const bool is_address = host.find(':') != host.npos || host.find_first_not_of("0123456789.") == host.npos;
  return is_address || dot == host.npos ? std::string_view() : host.substr(dot + 1);
}

}  // namespace

Name Realms::of(Name folded) const {
  for (auto next = leads_to_.find(folded); next != leads_to_.end(); next = leads_to_.find(folded))
    folded = next->second;
  return folded;
}

Name Realms::of_kdc(Name observer) const {
  const auto known = by_kdc_.find(observer);
  return known == by_kdc_.end() ? kNoName : of(known->second);
}

Name Realms::of_host(Name observer, const NameTable& names) const {
  return of(names.find(domain_part(names.text(observer))));
}

void Realms::same(Name a, Name b) {
  a = of(a), b = of(b);
  if (a == b || a == kNoName || b == kNoName || leads_to_.size() >= limits::kIdentityRealmsMax) return;
  leads_to_[std::max(a, b)] = std::min(a, b);  // to the smaller, so that there are no circles
}

Name Realms::learn(const Authentication& a, NameTable& names) {
  const bool first = a.act == Act::kTicketGranted;
  if (!first && a.act != Act::kServiceTicket && a.act != Act::kRenewal) return kNoName;
  // krb5kdc writes one log for several realms; each line says whose it is.
  if (a.service_realm != kNoName) {
    const Name served = names.folded(names.text(a.service_realm));
    if (first) same(served, a.domain);
    return of(served);
  }
  const auto known = by_kdc_.find(a.observer);
  if (known == by_kdc_.end()) {
    if (by_kdc_.size() >= limits::kIdentityGroupsMax) return kNoName;
    Name served = names.number(domain_part(names.text(a.observer)));
    if (first) same(served, a.domain);
    if (served == kNoName && first) served = a.domain;
    if (served != kNoName) by_kdc_.emplace(a.observer, served);
    return of(served);
  }
  if (of(a.domain) == of(known->second)) return of(known->second);
  if (first) same(known->second, a.domain);
  // `EXAMPLE.TEST` is the long name of `EXAMPLE`.
  const std::string_view written = names.text(a.domain);
  if (const std::size_t dot = written.find('.'); dot != written.npos)
    if (const Name label = names.find(written.substr(0, dot));
        label != kNoName && of(label) == of(known->second))
      same(known->second, a.domain);
  return of(known->second);
}

}  // namespace bartizan::identity
