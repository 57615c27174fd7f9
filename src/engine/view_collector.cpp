// SPDX-License-Identifier: Apache-2.0
#include "engine/view_collector.h"

#include <algorithm>

#include "base/limits.h"

namespace bartizan {
namespace {

std::string key_of(const LayerPlace& layer) { return layer.process + '\n' + layer.hash; }

}  // namespace

void ViewCollector::add(ViewResult result, std::uint64_t events_before, OddityList& oddities) {
  keep(result, events_before);
  for (ScriptPart& part : result.parts) {
    part.sequence += events_before;
    blocks_.add(std::move(part), complete_);
  }
  look_at_blocks(oddities);
}

void ViewCollector::look_at_blocks(OddityList& oddities) {
  for (const ScriptBlock& block : complete_) {
    ++joined_;
    partial_ += block.is_partial;
    batch_.clear();
    block.record.add_to(batch_);
    ViewResult result;
    detector_.detect_joined(batch_[0], block.rules, block.is_partial, {block.file, block.sequence}, oddities,
                            result);
    keep(result, 0);
  }
  complete_.clear();
}

// A text logged again, or a layer that PowerShell logged when it ran the record that was reported for it. Another text
// that hides the same layer is news.
bool ViewCollector::is_known(const ViewFinding& found) {
  const std::string key = key_of(found.layer) + '\n' + std::to_string(found.rule);
  const bool is_new_text = known_.insert(key + '\n' + found.origin).second;
  const bool is_new_layer = known_.insert(key).second;
  return !is_new_text || (!is_new_layer && predicted_.contains(found.layer.process + '\n' + found.origin));
}

void ViewCollector::keep(ViewResult& result, std::uint64_t events_before) {
  for (const LayerPlace& layer : result.logged) {
    if (logged_.size() >= limits::kBlocksLoggedMax) break;
    Instant& last = logged_[key_of(layer)];
    last = std::max(last, layer.time);
  }
  for (const LayerPlace& layer : result.predicted) {
    if (predicted_.size() >= limits::kLayersPredictedMax) break;
    Instant& first = predicted_.try_emplace(key_of(layer), layer.time).first->second;
    first = std::min(first, layer.time);
  }
  for (ViewFinding& found : result.findings) {
    if (is_known(found)) continue;
    if (found.reported.contribution) {
      found.reported.contribution->sequence += events_before;
      correlations_.add(std::move(*found.reported.contribution));
    }
    if (found.reported.finding)
      findings_.emplace_back(std::move(*found.reported.finding), std::move(found.layer));
  }
}

void ViewCollector::finish(std::vector<Finding>& out, OddityList& oddities, ScanSummary& summary) {
  blocks_.finish(complete_);
  look_at_blocks(oddities);
  const auto is_verified = [this](const std::string& key, Instant since) {
    const auto logged = logged_.find(key);
    return logged != logged_.end() && !(logged->second < since);
  };
  for (auto& [finding, layer] : findings_) {
    if (finding.view->layer > 0) finding.view->is_verified = is_verified(key_of(layer), layer.time);
    out.push_back(std::move(finding));
  }
  findings_.clear();
  summary.script_layers_predicted = predicted_.size();
  summary.script_layers_verified =
      static_cast<std::uint64_t>(std::count_if(predicted_.begin(), predicted_.end(), [&](const auto& one) {
        return is_verified(one.first, one.second);
      }));
  summary.script_blocks_joined = joined_;
  summary.script_blocks_partial = partial_;
}

}  // namespace bartizan
