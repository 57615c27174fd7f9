// SPDX-License-Identifier: Apache-2.0
// ReadScripts: script texts read layer by layer (detect/powershell/), remembered by their content, since most blocks of a
// log repeat. The oldest used are forgotten beyond limits::kReadScriptsBytesMax. Any thread; reading itself is not under
// the lock, so that two threads may read one text at the same time and get the same.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "detect/powershell/deobfuscate.h"

namespace bartizan {

struct ReadScript {
  powershell::Layers layers;
  std::vector<std::string> hashes;  // of the text of each layer, as hash_of_script gives it
  unsigned remaining = 0;           // score of what is left when everything that could be computed is
};

// Of the text without blanks at its ends: what a logged block and a layer that says the same have in common.
std::string hash_of_script(std::string_view text);

class ReadScripts {
 public:
  // Shared: whoever uses one may outlive its place in the memory.
  std::shared_ptr<const ReadScript> read(std::string_view text, bool is_command_line);

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const ReadScript> script;
    std::size_t bytes = 0;
  };

  std::mutex mutex_;
  std::list<Entry> entries_;  // the last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
  std::size_t bytes_ = 0;
};

}  // namespace bartizan
