// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/hosts.h"

#include "base/limits.h"

namespace bartizan::identity {

void HostTable::note_lease(const Authentication& a) {
  if (hardware_.size() >= limits::kIdentityGroupsMax && !hardware_.contains(a.address)) return;
  Hardware& known = hardware_[a.address];
  if (known.now == a.value) return;
  known = {a.value, known.now, a.time};
}

Name HostTable::hardware_at(Name address, Instant time) const {
  const auto found = hardware_.find(address);
  if (found == hardware_.end()) return kNoName;
  return time < found->second.since ? found->second.before : found->second.now;
}

void HostTable::observe(const Authentication& a, const NameTable& names) {
  if (a.act == Act::kLease) return note_lease(a);
  // Only what the machine's own key proved: a ticket it got for itself.
  if (a.act != Act::kTicketGranted && a.act != Act::kServiceTicket && a.act != Act::kRenewal) return;
  const std::string_view account = names.text(a.account);
  if (a.address == kNoName || a.acts_for || (!account.ends_with('$') && !account.starts_with("host/")))
    return;
  if (leases_.size() >= limits::kIdentityGroupsMax && !leases_.contains(a.address)) return;
  Lease& lease = leases_[a.address];
  if (a.time.ticks - lease.window.ticks > kSharedWindow) {
    lease.window = a.time;
    for (Principal& name : lease.in_window) name = 0;
  }
  const Principal machine = principal_of(a);
  for (Principal& name : lease.in_window) {
    if (name == machine) break;
    if (name != 0) continue;
    name = machine;
    lease.shared = lease.shared || &name == &lease.in_window[kSharedMachines - 1];
    break;
  }
  if (lease.host != machine) lease.before = lease.host, lease.seen_before = lease.seen, lease.host = machine;
  lease.seen = a.time;
}

Principal HostTable::machine_at(Name address, Instant time) const {
  const auto found = leases_.find(address);
  if (found == leases_.end()) return 0;
  const Lease& lease = found->second;
  const auto near = [&](Instant seen) { return std::abs(seen.ticks - time.ticks) <= kLease; };
  // The lease changed after `time`: the machine before had it then.
  if (lease.before != 0 && time <= lease.seen_before && near(lease.seen_before)) return lease.before;
  return near(lease.seen) ? lease.host : 0;
}

bool HostTable::same_host(Name a, Instant at_a, Name b, Instant at_b) const {
  if (a == b) return true;
  const Name hardware = hardware_at(b, at_b);
  if (hardware != kNoName && (hardware == hardware_at(a, at_a) || hardware == hardware_at(a, at_b)))
    return true;
  const Principal host = machine_at(b, at_b);
  return host != 0 && (host == machine_at(a, at_a) || host == machine_at(a, at_b));
}

bool HostTable::is_shared(Name address) const {
  const auto found = leases_.find(address);
  return found != leases_.end() && found->second.shared;
}

}  // namespace bartizan::identity
