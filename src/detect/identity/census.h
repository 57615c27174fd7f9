// SPDX-License-Identifier: Apache-2.0
// Lists for analysts, gathered while the detector judges: TicketList (every ticket-granting ticket, where it was issued and
// used), NtlmCensus (who still logs on over NTLM, to what, from where) and WeakUse (what posture is told by). Bounded: what comes after the bound is counted as
// left out. One thread.
#pragma once

#include <map>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "detect/identity/invariant.h"

namespace bartizan::identity {

struct ListedTicket {
  Name account = kNoName, kdc = kNoName;
  bool was_issued = false;  // false: only its use is in the evidence
  Instant issued, last_use;
  std::int8_t encryption = -1;
  std::uint32_t uses = 0, renewals = 0, handed_on = 0;
  std::vector<Name> from;  // where it was issued
  std::vector<Name> used_from;
  std::vector<Instant> first_uses;  // from each of those
  std::vector<Name> services;       // it was used for
};

class TicketList final : public Observer {
 public:
  void observe(const Authentication& a, Domain& domain) override;

  // By account, then by issue or first use.
  std::vector<const ListedTicket*> sorted(const NameTable& names) const;
  std::uint64_t left_out() const { return left_out_; }

 private:
  ListedTicket* ticket(std::uint64_t key);

  std::unordered_map<std::uint64_t, ListedTicket> tickets_;
  std::uint64_t left_out_ = 0;
};

struct NtlmUse {
  std::uint64_t logons = 0, failures = 0;
  Instant first, last;
};

class NtlmCensus final : public Observer {
 public:
  using Key = std::tuple<Name, Name, Name>;  // account, the host that wrote the record, source

  void observe(const Authentication& a, Domain& domain) override;

  // The most frequent first, then by names.
  std::vector<std::pair<Key, NtlmUse>> sorted(const NameTable& names) const;
  std::uint64_t left_out() const { return left_out_; }

 private:
  std::map<Key, NtlmUse> uses_;
  std::uint64_t left_out_ = 0;
};

// What is still used although it should be off, by the host that wrote the records.
class WeakUse final : public Observer {
 public:
  enum class Kind : std::uint8_t { kNtlm, kRc4Ticket, kRc4Logon, kNoPreauth, kLongLife };
  struct Use {
    std::uint64_t count = 0;
    std::vector<Name> examples;  // accounts; of kRc4Ticket services
    Authentication first;
    std::int64_t most = 0;  // hours, of kLongLife
  };
  void observe(const Authentication& a, Domain& domain) override;
  const std::map<std::pair<Name, Kind>, Use>& uses() const { return uses_; }

 private:
  void note(Kind kind, Name example, const Authentication& a, std::int64_t amount = 0);
  std::map<std::pair<Name, Kind>, Use> uses_;
};

}  // namespace bartizan::identity
