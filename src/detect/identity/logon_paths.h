// SPDX-License-Identifier: Apache-2.0
// LogonPaths: chains of logons across hosts on which the account changes. A logon from host S has as its cause a logon to S in
// the 24 hours before: of the same account, or of another that is seen to take this one's credentials there (4648, type 9,
// sudo), or, where nothing else explains it, of whoever was there and had not logged off. Chains have at most limits::kIdentityPathHopsMax hops,
// are scored by what is new in them (LearnedContext) and by what they reach, and the best of each day are kept. An address
// that several machines share is no host. Bounded; one thread.
#pragma once

#include <deque>
#include <map>
#include <unordered_map>
#include <vector>

#include "detect/identity/invariants/recent.h"
#include "detect/identity/learned_context.h"

namespace bartizan::identity {

struct LogonHop {
  enum Mark : std::uint8_t {
    kNewTarget = 1,     // the account was never seen on this host
    kNewSource = 2,     // nor coming from that one
    kNewPair = 4,       // nobody was seen going from the one to the other
    kTook = 8,          // the one before took this account's credentials
    kUnexplained = 16,  // nothing says how the one before came to this account
    kController = 32,   // the host is a domain controller, the path begins elsewhere
    kNtlm = 64,
    kRights = 128,  // with an administrator's rights
  };
  Instant time, last;
  Instant ended;  // of a session at a keyboard; 0: it is not known to have ended
  Principal principal = 0;
  Name account = kNoName, from = kNoName, to = kNoName;
  Proof proof;
  std::uint32_t cause = 0;  // number of the logon before; 0: none
  std::uint16_t score = 0;
  std::uint8_t marks = 0, hops = 1, logon_type = 0;
};

struct LogonPath {
  std::vector<LogonHop> hops;
  std::vector<Proof> taken;  // records that show credentials being taken
  std::uint32_t score = 0;
  std::uint32_t others = 0;  // further logons that may have been the cause
  Authentication last;
};

class LogonPaths final : public Observer {
 public:
  void observe(const Authentication& a, Domain& domain) override;
  // Reports the best of each day, at most `kReportedADay`, on which credentials were seen to be taken.
  void finish(Domain& domain) override;

  // The best of each day, by day, then score.
  std::vector<const LogonPath*> ranked(std::size_t a_day) const;
  LearnedContext context;

 private:
  static constexpr std::int64_t kCauseWindow = 24 * 3600 * kTicksPerSecond;
  static constexpr std::size_t kReportedADay = 5;
  struct Cause {
    std::uint32_t number = 0;
    std::uint8_t mark = 0;
    std::uint32_t others = 0;
    const Occurrence* taken = nullptr;
  };
  struct FanOut {
    std::int64_t day = 0;
    std::uint32_t hosts = 0;
  };

  void note_home(const Authentication& a, Name host, Domain& domain);
  void note_taken(const Authentication& a, Domain& domain);
  void note_rights(const Authentication& a, Domain& domain);
  void note_logoff(const Authentication& a, Domain& domain);
  bool read_hop(const Authentication& a, Domain& domain, LogonHop& hop);
  Cause cause_of(const LogonHop& hop);
  void judge_novelty(LogonHop& hop, Domain& domain);
  void keep(const LogonHop& hop, const Cause& cause, const Authentication& a);
  std::uint32_t add(const LogonHop& hop);
  void make_room(Instant now);
  Name machine(Name name, Domain& domain);
  const LogonHop* logon(std::uint32_t number) const {
    return number < gone_ ? nullptr : &logons_[number - gone_];
  }

  std::deque<LogonHop> logons_;  // the first has the number gone_
  std::uint32_t gone_ = 1;
  std::unordered_map<Name, std::deque<std::uint32_t>> to_host_;
  std::unordered_map<std::uint64_t, std::uint32_t> known_;  // by account, from, to
  Recent<std::pair<Name, Name>> taken_{kCauseWindow};       // by host and the account that was taken
  Recent<std::pair<Name, Name>> rights_{
      seconds(5)};  // by host and account: granted before the logon is logged
  std::unordered_map<Name, FanOut> fan_out_;
  std::vector<Name> machines_;  // by name
  std::map<std::int64_t, std::vector<LogonPath>> days_;
};

// What is odd about a hop, in words.
std::string marks_in_words(std::uint8_t marks);
std::string path_in_words(const LogonPath& path, const NameTable& names);

}  // namespace bartizan::identity
