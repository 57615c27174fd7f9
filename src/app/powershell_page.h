// SPDX-License-Identifier: Apache-2.0
// The layers of scripts as one HTML page, side by side, for a reader who wants to see what made what: in each text the
// places that are run are marked and lead to their layer. No script, nothing is loaded; every value is escaped, and
// what cannot be seen is shown by its number. A text longer than kHtmlLayerBytesMax is cut and says so. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "detect/powershell/deobfuscate.h"

namespace bartizan::app {

std::string powershell_page_begin();
// `number` tells the scripts of a page apart.
std::string powershell_page_part(std::string_view file, const powershell::Layers& layers, std::size_t number);
std::string powershell_page_end();

}  // namespace bartizan::app
