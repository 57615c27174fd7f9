// SPDX-License-Identifier: Apache-2.0
// IdentityDetector: follows tickets and logons across hosts and logs. Give it the observations of each piece of the evidence
// in order, then finish(). Authentications are sorted by (time, sequence) and judged in that order, so that logs read one
// after another meet. Up to limits::kIdentityPendingMax wait; beyond that the older half is judged, and an event that
// comes even later lowers the coverage. The same events give the same findings, however they are cut into pieces.
// One thread. Cannot fail.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "detect/identity/invariant.h"

namespace bartizan::identity {

class IdentityDetector {
 public:
  IdentityDetector();

  // Lets `observer` see every authentication, too; it must live until finish().
  void tell(Observer& observer) { observers_.push_back(&observer); }
  // `sequence` is added to those of the piece and must rise through the evidence.
  void add(const Observations& piece, std::string_view file, std::uint64_t sequence);
  // One event as a piece of its own.
  void observe(const Event& event, std::string_view file, std::uint64_t sequence);
  // Appends the findings, sorted by time. Call it once.
  void finish(std::vector<Finding>& out);

  const Domain& domain() const { return domain_; }
  std::uint64_t authentications() const { return authentications_; }

 private:
  struct Place {
    Instant time;
    std::uint64_t sequence;
    std::uint32_t index;
  };
  Name in_domain(const NameTable& names, Name name);
  void judge(std::size_t count);

  Domain domain_;
  std::vector<std::unique_ptr<Invariant>> invariants_;
  std::vector<Observer*> observers_;  // the invariants, then those of tell()
  std::vector<Authentication> pending_, later_;
  std::vector<Place> order_;
  std::vector<Name> numbers_;  // in the domain, of the names of the piece at hand
  Observations single_;
  Instant judged_until_{INT64_MIN};
  std::uint64_t authentications_ = 0;
};

}  // namespace bartizan::identity
