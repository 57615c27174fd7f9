// SPDX-License-Identifier: Apache-2.0
// FindingLog: findings kept in the order they came and read back by number. Eight bytes each stay in memory; their content goes
// to a scratch file (base/scratch_file.h). When that file cannot be written, memory grows instead. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/scratch_file.h"
#include "model/finding.h"

namespace bartizan {

class FindingLog {
 public:
  void add(const Finding& finding);
  std::size_t size() const { return places_.size(); }
  // False: the scratch file cannot be read any more. `number` is below size().
  bool read(std::size_t number, Finding& out);

 private:
  ScratchFile file_;
  std::string block_;  // what is not in the file yet
  bool is_file_usable_ = true;
  std::vector<std::uint64_t> places_;
  std::string packed_;
};

}  // namespace bartizan
