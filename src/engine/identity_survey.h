// SPDX-License-Identifier: Apache-2.0
// Reads evidence for lists about identities: every authentication in it goes through the identity detector and its lists. One
// thread.
#pragma once

#include <string>
#include <vector>

#include "detect/identity/census.h"
#include "detect/identity/detector.h"

namespace bartizan {

struct IdentitySurvey {
  identity::IdentityDetector detector;
  identity::TicketList tickets;
  identity::NtlmCensus ntlm;
  std::vector<std::string> unreadable;  // `path: reason`

  void read(const std::vector<std::string>& paths);
  const identity::NameTable& names() const { return detector.domain().names; }
};

}  // namespace bartizan
