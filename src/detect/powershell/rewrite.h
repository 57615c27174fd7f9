// SPDX-License-Identifier: Apache-2.0
// The views of a layer: its text with escapes removed and constants computed in place, and the same with
// layers put where they are run. Everything else stands as it was written. Pure, any thread.
#pragma once

#include <cstddef>

#include "detect/powershell/deobfuscate.h"
#include "detect/powershell/evaluate.h"

namespace bartizan::powershell {

// Fills `normalised` and `merged` of every script layer, children first.
void write_views(const Evaluator& evaluator, Layers& layers);

}  // namespace bartizan::powershell
