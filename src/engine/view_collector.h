// SPDX-License-Identifier: Apache-2.0
// ViewCollector: what views of records gave, in the order of the evidence. Puts script blocks together and looks at them,
// leaves out what a rule said already of the same text or the same chain of layers in a process, and tells which layers PowerShell logged
// itself. One thread.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/script_blocks.h"
#include "engine/view_detector.h"
#include "sink/report.h"

namespace bartizan {

class ViewCollector {
 public:
  // `detector` is for the collector alone.
  ViewCollector(ViewDetector& detector, Correlations& correlations)
      : detector_(detector), correlations_(correlations) {}

  // `events_before`: the number of events before the piece that gave the result.
  void add(ViewResult result, std::uint64_t events_before, OddityList& oddities);
  // Appends the findings once everything was added, and writes the figures into the summary.
  void finish(std::vector<Finding>& out, OddityList& oddities, ScanSummary& summary);

 private:
  bool is_known(const ViewFinding& found);
  void keep(ViewResult& result, std::uint64_t events_before);
  void look_at_blocks(OddityList& oddities);

  ViewDetector& detector_;
  Correlations& correlations_;
  ScriptBlocks blocks_;
  std::vector<ScriptBlock> complete_;
  EventBatch batch_;
  std::vector<std::pair<Finding, LayerPlace>> findings_;
  std::unordered_set<std::string> known_;  // process, layer, rule; the same and the text it was found in
  // By process and layer: when last logged, when first predicted.
  std::unordered_map<std::string, Instant> logged_, predicted_;
  std::uint64_t joined_ = 0, partial_ = 0;
};

}  // namespace bartizan
