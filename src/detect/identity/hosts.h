// SPDX-License-Identifier: Apache-2.0
// HostTable: which machine has an address when. A machine account (`h$`, of MIT `host/h.lab.test`) that asks a KDC from an address has
// that address from then on, until another machine does; what is learned holds for kLease. A DHCP server says which hardware
// address has it; host names in leases are what clients claim, and not used. An address from which several
// machines ask within an hour is shared (NAT, VPN, proxy) and proves nothing about hosts. Bounded; one thread.
#pragma once

#include <unordered_map>

#include "detect/identity/authentication.h"

namespace bartizan::identity {

class HostTable {
 public:
  void observe(const Authentication& a, const NameTable& names);

  // The machine account that has `address` around `time`; kNoName when that is not known.
  Name host_of(Name address, Instant time) const { return static_cast<Name>(machine_at(address, time)); }
  // Whether `a` at one time and `b` at another are the same machine, as far as is known.
  bool same_host(Name a, Instant at_a, Name b, Instant at_b) const;
  bool is_shared(Name address) const;

 private:
  static constexpr std::int64_t kLease = 24 * 3600 * kTicksPerSecond;
  static constexpr std::int64_t kSharedWindow = 3600 * kTicksPerSecond;
  static constexpr int kSharedMachines = 3;

  Principal machine_at(Name address, Instant time) const;

  struct Lease {
    Principal host = 0, before = 0;  // machine accounts; those of two realms are two
    Instant seen, seen_before, window;
    Principal in_window[kSharedMachines] = {};
    bool shared = false;
  };
  // Who a DHCP server gave an address to, and before that.
  struct Hardware {
    Name now = kNoName, before = kNoName;
    Instant since;
  };
  Name hardware_at(Name address, Instant time) const;
  void note_lease(const Authentication& a);

  std::unordered_map<Name, Hardware> hardware_;  // by address
  std::unordered_map<Name, Lease> leases_;       // by address
};

}  // namespace bartizan::identity
