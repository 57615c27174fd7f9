// SPDX-License-Identifier: Apache-2.0
// TicketLedger: the tickets KDCs issued and the addresses they were used from. A ticket-granting ticket is known by the
// hash of its text where logs have it, else by (client, authtime), which every ticket made from it keeps. Service tickets
// are known by (client, service, address). Bounded: the oldest go first, and what goes before it expires is reported to
// Coverage, so that forgetting never turns into "was never issued". One thread.
#pragma once

#include <deque>
#include <unordered_map>

#include "detect/identity/coverage.h"

namespace bartizan::identity {

// Where a record is, to show it.
struct Proof {
  Name file = kNoName;
  std::uint64_t record = 0;
  std::uint32_t event_id = 0;
  Instant time;
};
inline Proof proof_of(const Authentication& a) {
  return {a.file, a.record, a.event_id, a.time};
}

struct TicketUse {
  Name address = kNoName;
  Instant last;
};

struct Ticket {
  Name client = kNoName;
  Proof issued, forwarded;       // forwarded: the last request for a ticket to hand on
  Name issue_addresses[4] = {};  // several when two were asked for in the same second, or a hand-over was explained
  TicketUse uses[4];
  Instant expires;
  bool for_forwarding = false;   // asked for to be handed to another host

  bool issued_to(Name address) const;
  bool add_issue_address(Name address);
};

inline constexpr std::int64_t kTicketLife = 10 * 3600 * kTicksPerSecond;  // Active Directory's default, and MIT's usual one
inline constexpr std::int64_t kRenewLife = 7 * 24 * 3600 * kTicksPerSecond;

class TicketLedger {
 public:
  explicit TicketLedger(Coverage& coverage) : coverage_(coverage) {}

  // After the invariants have looked at `a`.
  void observe(const Authentication& a, const NameTable& names);

  // The ticket that was presented; null when no KDC is known to have issued it.
  Ticket* presented(const Authentication& a);
  static std::uint64_t presented_key(const Authentication& a);  // 0: the log does not say which
  // When `client` last got a ticket for a service on `machine` at `address` (kNoName: anywhere); zero for never.
  Instant last_service_ticket(Name client, std::string_view machine, Name address) const;
  std::size_t size() const { return tickets_.size(); }

 private:
  static std::uint64_t issued_key(const Authentication& a, bool granting);
  void issue(std::uint64_t key, const Authentication& a, bool forwarded);
  void remember_service(std::uint64_t key, Instant time);
  void make_room(Instant now);

  Coverage& coverage_;
  std::unordered_map<std::uint64_t, Ticket> tickets_;
  std::deque<std::pair<std::uint64_t, Instant>> order_;  // by issue
  std::unordered_map<std::uint64_t, Instant> services_;
  std::deque<std::pair<std::uint64_t, Instant>> service_order_;
};

// The machine a service runs on, as services name it: `srv1$`, `cifs/srv1.lab.test` and `srv1` have one.
std::string_view machine_of_service(std::string_view service);
std::string_view class_of_service(std::string_view service);  // `cifs`; empty for an account

}  // namespace bartizan::identity
