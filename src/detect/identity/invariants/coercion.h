// SPDX-License-Identifier: Apache-2.0
// Remote procedures with which a machine is made to log on to a place of the caller's choice: those of the encrypting file
// system ([MS-EFSR]), DFS ([MS-DFSNM]), shadow copies ([MS-FSRVP]), event logs ([MS-EVEN]) and printing ([MS-RPRN]).
#pragma once

#include "detect/identity/authentication.h"

namespace bartizan::identity {

enum class Coercion : std::uint8_t {
  kNo,
  kMaybe,   // everyday work does it as well, or only the pipe is known
  kPlainly  // hardly anybody else calls it across the network
};

Coercion coercion_in(const Authentication& a, const NameTable& names);

}  // namespace bartizan::identity
