// SPDX-License-Identifier: Apache-2.0
// IdentityDetector: follows tickets and logons across hosts and logs. Give it the observations of each piece of the evidence
// in order, then finish(). Authentications are sorted by (time, sequence) and judged in that order, so that logs read one
// after another meet, however long they are: what is more than limits::kIdentityPendingMax waits in a scratch file. Where
// that cannot be written, all that waits is judged at once, and what comes later for earlier times lowers the coverage.
// The same events give the same findings, however they are cut into pieces. One thread.
//
// Live use: add() what comes, each log in its own order, and let time go on by advance(). The detector has no clock; time is
// what records say, and a watermark says how far it went. With records that come at most L late the watermark is the latest
// time seen less L (120 s suit logs that are read where they are written, two hours those that are forwarded). Then the
// findings are those of the same logs read as a whole, with two exceptions: what is not known yet (a KDC or the name of a
// realm that shows later, a directory's export) cannot be taken into account; and what only the whole evidence tells waits for
// finish() (accounts that were never asked for a proof, who replicates on the wire, how a realm is written, accounts no
// directory has, paths). A record before the watermark is judged late, which lowers the coverage and never makes a finding.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "detect/identity/invariant.h"
#include "detect/identity/logon_paths.h"
#include "detect/identity/sorted_runs.h"

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
  // Judges what is before `watermark`, which never goes back, and appends what was found since the last call. See above.
  void advance(Instant watermark, std::vector<Finding>& out);
  // Judges the rest and appends what is still to be told, sorted by time. Call it once, at the end.
  void finish(std::vector<Finding>& out);

  const Domain& domain() const { return domain_; }
  LogonPaths& paths() { return paths_; }
  const LogonPaths& paths() const { return paths_; }
  std::uint64_t authentications() const { return authentications_; }

 private:
  Name in_domain(const NameTable& names, Name name);
  void sort_pending();
  void make_room();
  void judge_pending(Instant until);
  void hold_back(std::vector<Authentication>& later, SortedRuns& runs);
  void hand_out(std::vector<Finding>& out);
  void judge(Authentication a);

  Domain domain_;
  std::vector<std::unique_ptr<Invariant>> invariants_;
  LogonPaths paths_;
  std::vector<Observer*> observers_;  // the invariants, the paths, then those of tell()
  std::vector<Authentication> pending_;
  std::vector<const Authentication*> order_;                           // of these
  std::unique_ptr<SortedRuns> runs_ = std::make_unique<SortedRuns>();  // before those
  std::vector<Name> numbers_;  // in the domain, of the names of the piece at hand
  Observations single_;
  Instant judged_until_{INT64_MIN};
  std::uint64_t authentications_ = 0;
};

}  // namespace bartizan::identity
