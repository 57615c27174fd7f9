// SPDX-License-Identifier: Apache-2.0
// Coverage: over which times the log of every KDC is complete. Only then does "no KDC issued this" mean anything. A log
// with record numbers (Windows) is complete where the numbers follow each other; one without is taken to be complete from
// its first to its last line. Bounded; one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "detect/identity/observations.h"

namespace bartizan::identity {

class Coverage {
 public:
  // The stretches of a log in the order of the file, also of records that are no authentications.
  void note(const Stretch& stretch, Name file);
  void note_kdc(const Authentication& a);
  // What fell out of memory before it expired: claims about earlier times are void.
  void forget_until(Instant time) {
    if (time > forgotten_) forgotten_ = time;
  }
  void forget_all() { forget_until(Instant{INT64_MAX}); }

  bool complete(Instant from, Instant to) const;  // on all KDCs
  // The same for a ticket known by the time of its first authentication, which is the KDC's clock.
  bool complete_since_authtime(std::int64_t authtime, Instant to) const;
  struct Known {
    Name host = kNoName;
    bool is_kdc = false;
    std::span<const Stretch> stretches;
  };
  // Every host whose log was seen, by name.
  std::vector<Known> known() const;
  // For people: the KDCs and from when to when their logs reach.
  std::string in_words(const NameTable& names) const;

 private:
  struct Host {
    std::vector<Stretch> segments;
    std::map<Name, std::size_t> open;  // the segment each file goes on with
    std::int64_t first_authtime = 0;
    bool is_kdc = false;
  };
  const Stretch* holding(const Host& host, Instant at) const;

  std::map<Name, Host> hosts_;
  Instant forgotten_{INT64_MIN};
};

}  // namespace bartizan::identity
