// SPDX-License-Identifier: Apache-2.0
// Coverage: over which times the log of every KDC of a realm is complete. Only then does "no KDC issued this" mean anything. A log
// with record numbers (Windows) is complete where the numbers follow each other; one without is taken to be complete from
// its first to its last line. Bounded; one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "detect/identity/observations.h"
#include "detect/identity/realms.h"

namespace bartizan::identity {

class Coverage {
 public:
  explicit Coverage(const Realms& realms) : realms_(realms) {}

  // The stretches of a log in the order of the file, also of records that are no authentications.
  void note(const Stretch& stretch, Name file);
  // That the host of `a` is a KDC of `realm` (kNoName: of an unknown one, so that its log is needed for all).
  void note_kdc(const Authentication& a, Name realm, const NameTable& names);
  // What fell out of memory before it expired: claims about earlier times are void.
  void forget_until(Instant time) {
    if (time > forgotten_) forgotten_ = time;
  }
  void forget_all() { forget_until(Instant{INT64_MAX}); }

  // On all KDCs of `realm`, of which there must be one; kNoName: on all.
  bool complete(Name realm, Instant from, Instant to) const;
  // The same for a ticket known by the time of its first authentication, which is the KDC's clock.
  bool complete_since_authtime(Name realm, std::int64_t authtime, Instant to) const;
  bool is_kdc(std::string_view machine) const;  // by its short name
  bool several_realms() const;
  bool serves(Name realm) const;  // whether the log of a KDC of that realm is there
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
    std::map<Name, std::size_t> open;             // the segment each file goes on with
    std::map<Name, std::int64_t> first_authtime;  // by realm, of a KDC; 0: no first ticket was seen
  };
  const Stretch* holding(const Host& host, Instant at) const;
  bool serves(const Host& host, Name realm) const;
  bool is_of(Name served, Name realm) const;

  const Realms& realms_;
  std::set<std::string, std::less<>> kdcs_;  // short names
  std::map<Name, Host> hosts_;
  Instant forgotten_{INT64_MIN};
};

}  // namespace bartizan::identity
