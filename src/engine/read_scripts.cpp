// SPDX-License-Identifier: Apache-2.0
#include "engine/read_scripts.h"

#include <algorithm>

#include "base/hash.h"
#include "base/limits.h"
#include "detect/powershell/score.h"

namespace bartizan {
namespace {

std::size_t size_of(const powershell::Layers& layers) {
  std::size_t bytes = sizeof layers;
  for (const powershell::Layer& layer : layers.layers)
    bytes += sizeof layer + layer.text.size() + layer.normalised.size() + layer.merged.size();
  for (const std::string& url : layers.urls) bytes += url.size();
  return bytes;
}

// Of the innermost layers: what made them stays in the outer ones and says nothing of what was left unread.
unsigned remaining_score(const powershell::Layers& layers) {
  std::vector<bool> is_parent(layers.layers.size());
  for (const powershell::Layer& layer : layers.layers)
    if (layer.parent != powershell::kNoParent) is_parent[layer.parent] = true;
  unsigned most = 0;
  for (std::size_t i = 0; i < layers.layers.size(); ++i)
    if (!is_parent[i]) most = std::max(most, powershell::score_text(layers.layers[i].merged, {}).points);
  return most;
}

std::shared_ptr<const ReadScript> read_now(std::string_view text, bool is_command_line) {
  auto script = std::make_shared<ReadScript>();
  script->layers = is_command_line ? powershell::peel_command_line(text) : powershell::deobfuscate(text);
  for (const powershell::Layer& layer : script->layers.layers)
    script->hashes.push_back(hash_of_script(layer.text));
  if (script->layers.score.points >= powershell::kObfuscatedPoints)
    script->remaining = remaining_score(script->layers);
  return script;
}

}  // namespace

std::string hash_of_script(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\0";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return sha256_hex(text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

std::shared_ptr<const ReadScript> ReadScripts::read(std::string_view text, bool is_command_line) {
  std::string key = sha256_hex(text) + (is_command_line ? "c" : "s");
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = by_key_.find(key); known != by_key_.end()) {
      entries_.splice(entries_.begin(), entries_, known->second);
      return known->second->script;
    }
  }
  std::shared_ptr<const ReadScript> script = read_now(text, is_command_line);
  const std::lock_guard lock(mutex_);
  if (by_key_.contains(key)) return script;
  entries_.push_front({std::move(key), script, size_of(script->layers)});
  by_key_.emplace(entries_.front().key, entries_.begin());
  bytes_ += entries_.front().bytes;
  while (bytes_ > limits::kReadScriptsBytesMax && entries_.size() > 1) {
    bytes_ -= entries_.back().bytes;
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
  return script;
}

}  // namespace bartizan
