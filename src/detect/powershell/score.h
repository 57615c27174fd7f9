// SPDX-License-Identifier: Apache-2.0
// How obfuscated a text looks, 0 to 100, with the reasons; not how harmful it is. Each feature adds a bounded
// number of points, so the sum can be explained. The weights are set so that clear scripts, harmful ones
// included, stay under kObfuscatedPoints; docs/design/0004-powershell.md has the measurements. Pure, any
// thread.
#pragma once

#include "detect/powershell/deobfuscate.h"

namespace bartizan::powershell {

inline constexpr unsigned kObfuscatedPoints = 40;

Score score_text(std::string_view text, const Layers& layers);

}  // namespace bartizan::powershell
