// SPDX-License-Identifier: Apache-2.0
// Actors: the groups of content/actors/*.yml compared with what was found. The answer is "consistent with",
// never who it was.
//
// How it is weighed. The techniques of all findings at medium level or above are taken, once each. A
// technique that n of the groups use weighs 1/n, so that what all of them do says almost nothing. A group's
// weight is that of its techniques that were seen. It is compared with what as many techniques, drawn at
// random from all that any group uses, would weigh: by that a group with a long list gains nothing from its
// length. "Consistent with" asks for both
//   * at least kDistinctiveLeast seen techniques that at most kDistinctiveUsers of the groups use, and
//   * a weight at least kDeviationsLeast standard deviations above chance.
// With the six groups of ATT&CK 18.1, 4 to 60 techniques drawn at random (1,500 draws for each size) pass for
// any group in 0.5 to 2.6 of 100 draws; a draw of which three in four are a group's own passes in 92 to 100
// of 100 from 24 techniques on (Mustang Panda, with the longest list, needs 60). Below some 8 techniques the
// answer is nearly always "too little". Preparation (reconnaissance, resource development) is left out: the
// victim's logs cannot show it.
//
// Pure, any thread. Matches point into the actors, which must outlive them.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "model/findings.h"
#include "sink/attack.h"

namespace bartizan {

inline constexpr std::size_t kDistinctiveLeast = 3;
inline constexpr std::size_t kDistinctiveUsers = 2;
inline constexpr double kDeviationsLeast = 3.0;
inline constexpr Level kActorLevelLeast = Level::kMedium;

struct Actor {
  std::string name, attack_id, summary;
  std::vector<std::string> aliases;
  std::vector<std::string> techniques;  // ids as written
};

std::expected<Actor, Diagnostic> parse_actor(std::string_view text, std::string_view file);

struct ActorTechnique {
  std::string id;           // the id in use today
  std::size_t used_by = 0;  // of the groups compared
};

struct ActorMatch {
  const Actor* actor = nullptr;
  std::vector<ActorTechnique> seen, not_seen;  // the rarest first, then by id
  std::size_t distinctive = 0;                 // of those seen
  double weight = 0, chance = 0, deviations = 0;
  bool consistent = false;
};

// One for each actor, the strongest first.
std::vector<ActorMatch> match_actors(const Findings& findings, std::span<const Actor> actors,
                                     const AttackTable& attack);

}  // namespace bartizan
