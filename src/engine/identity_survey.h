// SPDX-License-Identifier: Apache-2.0
// Reads evidence for lists about identities: every authentication in it goes through the identity detector and its lists. One
// thread.
#pragma once

#include <string>
#include <vector>

#include "detect/identity/census.h"
#include "detect/identity/detector.h"
#include "engine/directory_posture.h"

namespace bartizan {

struct IdentitySurvey {
  identity::IdentityDetector detector;
  identity::TicketList tickets;
  identity::NtlmCensus ntlm;
  identity::WeakUse weak;
  DirectoryPosture directory;
  std::vector<std::string> unreadable;  // `path: reason`

  void read(const std::vector<std::string>& paths);
  // What directories, domain controllers' warnings and the use of weak means say of protections.
  std::vector<PostureFact> posture() const;
  const identity::NameTable& names() const { return detector.domain().names; }
};

}  // namespace bartizan
