// SPDX-License-Identifier: Apache-2.0
// IdentityDetector: follows tickets and logons across hosts and logs. Give it the events of the evidence in order, then
// finish(). Events are normalised at once, kept as numbers (nothing of the event is held), sorted by (time, sequence) and
// judged in that order, so that logs read one after another meet. Up to limits::kIdentityPendingMax wait; beyond that the
// older half is judged, and an event that comes even later lowers the coverage. The same events give the same findings.
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

  // `sequence` rises through the evidence. Events that wants() declines may be left out; of a Windows Security log all
  // should come, since the record numbers tell whether it has gaps.
  void observe(const Event& event, std::string_view file, std::uint64_t sequence);
  // Appends the findings, sorted by time. Call it once.
  void finish(std::vector<Finding>& out);

  const Domain& domain() const { return domain_; }
  std::uint64_t authentications() const { return authentications_; }

 private:
  void judge(std::size_t count);

  Domain domain_;
  std::vector<std::unique_ptr<Invariant>> invariants_;
  std::vector<Authentication> pending_;
  Instant judged_until_{INT64_MIN};
  std::uint64_t authentications_ = 0;
};

}  // namespace bartizan::identity
