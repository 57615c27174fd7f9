// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/coverage.h"

#include <algorithm>

#include "base/limits.h"

namespace bartizan::identity {

void Coverage::note(const Stretch& next, Name file) {
  if (hosts_.size() >= limits::kIdentityGroupsMax && !hosts_.contains(next.observer)) return forget_all();
  Host& host = hosts_[next.observer];
  const auto extend = [&](Stretch& known) {
    known.last = next.last;
    known.from = std::min(known.from, next.from), known.to = std::max(known.to, next.to);
  };
  if (const auto known = host.open.find(file); known != host.open.end()) {
    Stretch& open = host.segments[known->second];
    const bool unnumbered = next.first == 0 && open.last == 0;
    if (unnumbered || (next.first != 0 && (next.first == open.last + 1 || next.first == open.last)))
      return extend(open);
  }
  // Another file may end where this one begins.
  if (next.first != 0)
    for (std::size_t i = host.segments.size(), looked = 0; i-- > 0 && looked < 16; ++looked) {
      Stretch& before = host.segments[i];
      if (before.last == 0 || before.last + 1 != next.first) continue;
      extend(before);
      host.open[file] = i;
      return;
    }
  if (host.segments.size() >= limits::kIdentitySegmentsMax ||
      host.open.size() >= limits::kIdentitySegmentsMax)
    return forget_until(next.to);
  host.open[file] = host.segments.size();
  host.segments.push_back(next);
}

void Coverage::note_kdc(const Authentication& a, Name realm, const NameTable& names) {
  if (a.act != Act::kTicketGranted && a.act != Act::kServiceTicket && a.act != Act::kRenewal) return;
  const auto found = hosts_.find(a.observer);
  if (found == hosts_.end()) return;
  auto& served = found->second.first_authtime;
  if (served.empty()) kdcs_.emplace(machine_of_service(names.text(a.observer)));
  if (served.size() >= limits::kIdentitySegmentsMax && !served.contains(realm)) return forget_all();
  std::int64_t& first = served[realm];
  if (a.act == Act::kTicketGranted && a.authtime > 0 && (first == 0 || a.authtime < first))
    first = a.authtime;
}

bool Coverage::is_of(Name served, Name realm) const {
  return realm == kNoName || served == kNoName || realms_.of(served) == realms_.of(realm);
}

bool Coverage::serves(const Host& host, Name realm) const {
  for (const auto& [served, first] : host.first_authtime)
    if (is_of(served, realm)) return true;
  return false;
}

bool Coverage::is_kdc(std::string_view machine) const { return kdcs_.contains(machine); }

bool Coverage::several_realms() const {
  Name one = kNoName;
  for (const auto& [name, host] : hosts_)
    for (const auto& [served, first] : host.first_authtime) {
      if (served == kNoName) continue;
      if (one != kNoName && realms_.of(served) != one) return true;
      one = realms_.of(served);
    }
  return false;
}

bool Coverage::serves(Name realm) const {
  for (const auto& [name, host] : hosts_)
    for (const auto& [served, first] : host.first_authtime)
      if (served != kNoName && is_of(served, realm)) return true;
  return false;
}

const Stretch* Coverage::holding(const Host& host, Instant at) const {
  for (const Stretch& segment : host.segments)
    if (segment.from <= at && at <= segment.to) return &segment;
  return nullptr;
}

bool Coverage::complete(Name realm, Instant from, Instant to) const {
  if (from <= forgotten_) return false;
  bool any = false;
  for (const auto& [name, host] : hosts_) {
    if (!serves(host, realm)) continue;
    any = true;
    const Stretch* segment = holding(host, from);
    if (!segment || segment->to < to) return false;
  }
  return any;
}

bool Coverage::complete_since_authtime(Name realm, std::int64_t authtime, Instant to) const {
  if (to <= forgotten_) return false;
  bool any = false;
  for (const auto& [name, host] : hosts_) {
    std::int64_t since = 0;
    for (const auto& [served, first] : host.first_authtime)
      if (is_of(served, realm) && first && (since == 0 || first < since)) since = first;
    if (!serves(host, realm)) continue;
    any = true;
    if (since == 0 || authtime < since) return false;
  }
  return any;
}

std::vector<Coverage::Known> Coverage::known() const {
  std::vector<Known> out;
  for (const auto& [name, host] : hosts_) out.push_back({name, !host.first_authtime.empty(), host.segments});
  return out;
}

std::string Coverage::in_words(const NameTable& names) const {
  std::string out;
  int listed = 0;
  for (const auto& [name, host] : hosts_) {
    if (host.first_authtime.empty() || host.segments.empty() || ++listed > 8) continue;
    if (!out.empty()) out += "; ";
    out += names.text(name);
    out +=
        ": " + format_instant(host.segments.front().from) + " to " + format_instant(host.segments.back().to);
    if (host.segments.size() > 1) out += ", " + std::to_string(host.segments.size() - 1) + " gaps";
  }
  return out.empty() ? "no log of a KDC" : out;
}

}  // namespace bartizan::identity
