// SPDX-License-Identifier: Apache-2.0
// Reads PowerShell text as PowerShell would, without running it: what can be computed from the text alone is
// computed, and every text the script would hand to an interpreter becomes a layer. Nothing outside the text
// is looked at: no file, registry, network, process, clock, random number; what depends on them stays
// unknown. Work is bounded by counted steps and bytes (limits.h), so the same text gives the same answer on
// every machine. Pure functions, any thread.
//
// Rules are meant to look at each view whole: the raw text, `normalised` (escapes removed, constants
// computed, in place) and `merged` (with each layer in the place of the call that runs it) of the first
// layer, then the texts of all other layers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan::powershell {

enum class LayerKind : std::uint8_t { kScript, kCommand, kCsharp, kBinary, kText };
std::string_view layer_kind_name(LayerKind kind);

inline constexpr std::uint32_t kNoParent = 0xffffffff;

struct Layer {
  std::uint32_t parent = kNoParent;  // its number in Layers::layers
  LayerKind kind = LayerKind::kScript;
  std::string sink;                      // what runs it: "Invoke-Expression"; empty for the first
  std::uint32_t begin = 0, end = 0;      // bytes of the parent's text that stand for it
  std::vector<std::string> transforms;   // how its text was made: "base64", "inflate"
  std::vector<std::string> techniques;   // ATT&CK ids
  std::vector<std::string> assumptions;  // what had to be taken for granted: "env_assumed"
  std::vector<std::string> limits;       // bounds that stopped the work on it
  bool verified = false;                 // a log shows the same text; set by who has the log
  std::string text;                      // valid UTF-8; of a binary, nothing
  std::string normalised, merged;
  std::string binary_sha256;  // of a binary
};

struct Score {
  unsigned points = 0;               // 0 to 100
  std::vector<std::string> reasons;  // strongest first, with their numbers
};

struct Layers {
  std::vector<Layer> layers;          // [0] is what was given; a parent stands before its children
  std::vector<std::string> limits;    // all bounds that were hit
  std::vector<std::string> unknowns;  // why values stayed unknown: "network", "registry"
  std::vector<std::string> urls;      // in any layer, in order of appearance
  std::vector<std::string> techniques;
  std::uint64_t steps = 0;
  unsigned parse_errors = 0;  // of the first layer
  unsigned folded = 0;        // expressions replaced by their value, in all layers
  unsigned depth = 0;         // of the deepest layer
  Score score;
};

struct Limits {
  std::size_t steps = 0;  // 0: kPowershellStepsMax
};

Layers deobfuscate(std::string_view script, const Limits& limits = {});
// What cmd, a process log or a scheduled task holds: finds the PowerShell in it and goes on as above.
Layers peel_command_line(std::string_view command_line, const Limits& limits = {});

}  // namespace bartizan::powershell
