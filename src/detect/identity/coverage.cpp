// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/coverage.h"

#include <algorithm>

#include "base/limits.h"

namespace bartizan::identity {

void Coverage::note(Name observer, Name file, std::uint64_t number, Instant time) {
  if (time == Instant{}) return;
  if (hosts_.size() >= limits::kIdentityGroupsMax && !hosts_.contains(observer)) return forget_all();
  Host& host = hosts_[observer];
  const auto known = host.open.find(file);
  if (known != host.open.end()) {
    Segment& segment = host.segments[known->second];
    const bool follows = number == 0 || number == segment.last + 1 || number == segment.last;
    if (follows) {
      segment.last = number;
      segment.from = std::min(segment.from, time), segment.to = std::max(segment.to, time);
      return;
    }
  }
  // Another file may end where this one begins.
  if (number != 0)
    for (std::size_t i = host.segments.size(), looked = 0; i-- > 0 && looked < 16; ++looked) {
      Segment& segment = host.segments[i];
      if (!segment.numbered || segment.last + 1 != number) continue;
      segment.last = number, segment.to = std::max(segment.to, time);
      host.open[file] = i;
      return;
    }
  if (host.segments.size() >= limits::kIdentitySegmentsMax || host.open.size() >= limits::kIdentitySegmentsMax)
    return forget_until(time);
  host.open[file] = host.segments.size();
  host.segments.push_back({number, number, time, time, number != 0});
}

void Coverage::note_kdc(const Authentication& a) {
  if (a.act != Act::kTicketGranted && a.act != Act::kServiceTicket && a.act != Act::kRenewal) return;
  const auto found = hosts_.find(a.observer);
  if (found == hosts_.end()) return;
  found->second.is_kdc = true;
  if (a.act == Act::kTicketGranted && a.authtime > 0 &&
      (found->second.first_authtime == 0 || a.authtime < found->second.first_authtime))
    found->second.first_authtime = a.authtime;
}

const Coverage::Segment* Coverage::holding(const Host& host, Instant at) const {
  for (const Segment& segment : host.segments)
    if (segment.from <= at && at <= segment.to) return &segment;
  return nullptr;
}

bool Coverage::complete(Instant from, Instant to) const {
  if (from <= forgotten_) return false;
  bool any = false;
  for (const auto& [name, host] : hosts_) {
    if (!host.is_kdc) continue;
    any = true;
    const Segment* segment = holding(host, from);
    if (!segment || segment->to < to) return false;
  }
  return any;
}

bool Coverage::complete_since_authtime(std::int64_t authtime, Instant to) const {
  if (to <= forgotten_) return false;
  bool any = false;
  for (const auto& [name, host] : hosts_) {
    if (!host.is_kdc) continue;
    any = true;
    if (host.first_authtime == 0 || authtime < host.first_authtime) return false;
  }
  return any;
}

std::string Coverage::in_words(const NameTable& names) const {
  std::string out;
  int listed = 0;
  for (const auto& [name, host] : hosts_) {
    if (!host.is_kdc || host.segments.empty() || ++listed > 8) continue;
    if (!out.empty()) out += "; ";
    out += names.text(name);
    out += ": " + format_instant(host.segments.front().from) + " to " + format_instant(host.segments.back().to);
    if (host.segments.size() > 1) out += ", " + std::to_string(host.segments.size() - 1) + " gaps";
  }
  return out.empty() ? "no log of a KDC" : out;
}

}  // namespace bartizan::identity
