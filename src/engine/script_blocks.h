// SPDX-License-Identifier: Apache-2.0
// ScriptBlocks: puts script blocks together that PowerShell logged in parts (event 4104; blocks of 20,000 characters and more
// are cut at random places, so a word may be cut in two). Parts belong together by host, process and ScriptBlockId; they
// may come in any order, twice, from several files. A block is given when its last part came. Others wait until the end,
// or until what waits passes its bound in bytes or number; then those that were touched longest ago are given with a
// comment in the place of each part that is missing. No clock: the same evidence gives the same blocks. One thread.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/view_detector.h"

namespace bartizan {

struct ScriptBlock {
  DraftEvent record;                 // of its first part, with the whole text
  std::vector<std::uint32_t> rules;  // that hit one of its parts as logged
  bool is_partial = false;
  std::uint64_t sequence = 0;
  std::string file;
};

class ScriptBlocks {
 public:
  // `part` is one of 1 to its total.
  void add(ScriptPart part, std::vector<ScriptBlock>& out);
  void finish(std::vector<ScriptBlock>& out);

 private:
  struct Waiting {
    std::string key;
    std::map<std::uint32_t, ScriptPart> parts;  // by number
    std::uint32_t total = 0;
    std::size_t bytes = 0;
  };
  using Place = std::list<Waiting>::iterator;

  void give(Place block, std::vector<ScriptBlock>& out);

  std::list<Waiting> waiting_;  // touched longest ago first
  std::unordered_map<std::string, Place> by_key_;
  std::unordered_set<std::string> done_;
  std::size_t bytes_ = 0;
};

}  // namespace bartizan
