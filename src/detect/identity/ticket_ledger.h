// SPDX-License-Identifier: Apache-2.0
// TicketLedger: the tickets KDCs issued and the addresses they were used from. A ticket-granting ticket is known by the
// hash of its text where logs have it, else by (client, realm, authtime), which every ticket made from it keeps. Service tickets
// are known by (client, machine of the service, address). Entries have a fixed size; the oldest go first, and what goes
// before it expires is reported to Coverage, so that forgetting never turns into "was never issued". One thread.
#pragma once

#include <deque>
#include <vector>

#include "detect/identity/coverage.h"
#include "detect/identity/issued_services.h"

namespace bartizan::identity {

// Where a record is, to show it.
struct Proof {
  Name file = kNoName;
  std::uint64_t record = 0;
  std::uint32_t event_id = 0;
  Instant time;
};
inline Proof proof_of(const Authentication& a) { return {a.file, a.record, a.event_id, a.time}; }

struct Ticket {
  std::uint64_t key = 0;
  std::uint64_t record = 0;            // that tells of its issue, in `file`
  Instant issued, forwarded, expires;  // forwarded: the last request for a ticket to hand on
  Instant last_at_home;                // the last use from where it was issued
  Name client = kNoName, domain = kNoName, file = kNoName;
  std::uint32_t event_id = 0;
  std::uint32_t uses = 0;
  Name issue_addresses[4] =
      {};  // several when two were asked for in the same second, or a hand-over was explained
  Name use_addresses[4] = {};   // the first ones
  bool for_forwarding = false;  // asked for to be handed to another host
  bool short_realm = false;     // asked for with the short name of the realm

  Proof proof() const { return {file, record, event_id, issued}; }
  bool issued_to(Name address) const;
  bool add_issue_address(Name address);
};

inline constexpr std::int64_t kTicketLife =
    10 * 3600 * kTicksPerSecond;  // Active Directory's default, and MIT's usual one
inline constexpr std::int64_t kRenewLife = 7 * 24 * 3600 * kTicksPerSecond;

class TicketLedger {
 public:
  TicketLedger(Coverage& coverage, Realms& realms);

  // After the invariants have looked at `a`.
  void observe(const Authentication& a, const NameTable& names);

  // The ticket that was presented; null when no KDC is known to have issued it.
  Ticket* presented(const Authentication& a);
  static std::uint64_t presented_key(const Authentication& a);  // 0: the log does not say which
  static std::uint64_t issued_key(const Authentication& a,
                                  bool granting);  // of the ticket that `a` gave out; 0: of none
  // Whether `client` got a ticket for a service on `machine` at `address` (kNoName: anywhere) in the ticket life before `time`.
  bool had_service_ticket(Name client, std::string_view machine, Name address, Instant time) const;
  // The tickets remembered, by issue.
  const std::deque<Ticket>& tickets() const { return tickets_; }

 private:
  static constexpr std::size_t kSlotsAtFirst = 4096;
  void issue(std::uint64_t key, const Authentication& a, bool forwarded);
  void make_room(Instant now);
  Ticket* find(std::uint64_t key);
  std::size_t slot_of(std::uint64_t key) const;
  void erase_slot(std::size_t at);
  void grow();
  const Ticket& ticket_in(std::uint32_t number) const { return tickets_[number - gone_]; }

  Coverage& coverage_;
  Realms& realms_;
  std::deque<Ticket> tickets_;        // the first has the number gone_
  std::vector<std::uint32_t> slots_;  // open addressing by key: 1 + number; 0 is free
  std::uint32_t gone_ = 1;
  IssuedServices services_;
};

}  // namespace bartizan::identity
