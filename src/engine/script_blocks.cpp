// SPDX-License-Identifier: Apache-2.0
#include "engine/script_blocks.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/limits.h"

namespace bartizan {
namespace {

std::string* text_of(DraftEvent& record) {
  for (DraftField& field : record.fields)
    if (field.name == "ScriptBlockText") return &field.value;
  return nullptr;
}

std::size_t size_of(const DraftEvent& record) {
  std::size_t bytes = sizeof record;
  for (const DraftField& field : record.fields)
    bytes += sizeof field + field.name.size() + field.value.size();
  return bytes;
}

}  // namespace

void ScriptBlocks::add(ScriptPart part, std::vector<ScriptBlock>& out) {
  std::string key = part.process + '\n' + part.block;
  if (done_.contains(key)) return;
  const auto [known, is_new] = by_key_.try_emplace(key, waiting_.end());
  if (is_new) {
    waiting_.push_back({std::move(key), {}, part.total, 0});
    known->second = std::prev(waiting_.end());
  } else {
    waiting_.splice(waiting_.end(), waiting_, known->second);
  }
  Waiting& block = *known->second;
  const std::size_t bytes = size_of(part.record);
  const std::uint32_t number = part.number;
  if (number > block.total || !block.parts.try_emplace(number, std::move(part)).second) return;
  block.bytes += bytes;
  bytes_ += bytes;
  if (block.parts.size() == block.total) {
    if (done_.size() >= limits::kScriptBlocksDoneMax) done_.clear();
    done_.insert(block.key);
    give(known->second, out);
  }
  while (!waiting_.empty() &&
         (bytes_ > limits::kScriptBlocksBytesMax || waiting_.size() > limits::kScriptBlocksMax))
    give(waiting_.begin(), out);
}

void ScriptBlocks::finish(std::vector<ScriptBlock>& out) {
  while (!waiting_.empty()) give(waiting_.begin(), out);
}

void ScriptBlocks::give(Place place, std::vector<ScriptBlock>& out) {
  Waiting& waiting = *place;
  ScriptBlock& block = out.emplace_back();
  ScriptPart& first = waiting.parts.begin()->second;
  block.is_partial = waiting.parts.size() < waiting.total;
  block.sequence = first.sequence;
  block.file = first.file;
  std::string text;
  std::uint32_t next = 1;
  const auto note_gap = [&](std::uint32_t end) {
    if (next < end)
      text += fmt::format("\n<# parts {} to {} of {} are missing #>\n", next, end - 1, waiting.total);
  };
  for (auto& [number, part] : waiting.parts) {
    note_gap(number);
    if (const std::string* piece = text_of(part.record)) text += *piece;
    next = number + 1;
    for (const std::uint32_t rule : part.rules)
      if (std::find(block.rules.begin(), block.rules.end(), rule) == block.rules.end())
        block.rules.push_back(rule);
  }
  note_gap(waiting.total + 1);
  block.record = std::move(first.record);
  if (std::string* whole = text_of(block.record)) *whole = std::move(text);
  bytes_ -= waiting.bytes;
  by_key_.erase(waiting.key);
  waiting_.erase(place);
}

}  // namespace bartizan
