// SPDX-License-Identifier: Apache-2.0
// Charts as inline SVG, without scripts; texts are hostile and stay texts. Pure, any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bartizan {

// Horizontal bars, one a value, in the order given; at most kBarsMax of them.
std::string bar_chart(const std::vector<std::pair<std::string, double>>& values);
// Upright bars without room between them, for values over time.
std::string time_chart(const std::vector<std::pair<std::string, double>>& values);

}  // namespace bartizan
