// SPDX-License-Identifier: Apache-2.0
// Steps of containment, in words and commands of the platform whose log a finding is from. Advice only: nothing runs them, and
// no name from a log stands in them. Pure.
#pragma once

#include <span>
#include <string>

#include "detect/identity/authentication.h"

namespace bartizan::identity {

enum class Step : std::uint8_t {
  kNone,
  kIsolate,
  kBlockSource,
  kPurgeTickets,
  kDisable,
  kResetPassword,
  kRealmKey,  // krbtgt
  kServiceKey,
  kAesOnly,
  kRequirePreauth,
  kProtect,  // Protected Users and the like
  kStopDelegation,
  kStopReplication,
  kUndoRename,
  kClearSidHistory,
  kRequireSigning,
  kBlockCoercion,
  kPatchNetlogon,
};

std::string steps_in_words(std::span<const Step> steps, Platform platform);

}  // namespace bartizan::identity
