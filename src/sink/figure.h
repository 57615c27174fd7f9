// SPDX-License-Identifier: Apache-2.0
// Figures for HTML pages as inline SVG: a graph of who went where, bars over time, and bars of counts. Pure; every text is
// hostile and escaped; colours are of the Okabe-Ito set, and nothing is told by colour alone. Each mark can be reached with
// the Tab key and says in words what it shows. No scripts. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace bartizan {

struct GraphEdge {
  std::string from, to, label;
  std::string words;        // what a reader is told who points at it
  bool stands_out = false;  // dashed and in orange
};
// Nodes stand in columns by their distance from where edges begin.
std::string render_graph(std::string_view title, const std::vector<GraphEdge>& edges);

struct TimeMark {
  Instant time;
  std::string words;
  bool stands_out = false;  // a diamond in orange instead of a circle
};
struct TimeRow {
  std::string label, words;
  Instant from, to;
  bool is_open = false;  // it began before the evidence: dashed
  std::vector<TimeMark> marks;
};
std::string render_time_rows(std::string_view title, const std::vector<TimeRow>& rows);

struct CountBar {
  std::string label, words;
  std::uint64_t count = 0;
};
std::string render_count_bars(std::string_view title, const std::vector<CountBar>& bars);

}  // namespace bartizan
