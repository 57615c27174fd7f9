// SPDX-License-Identifier: Apache-2.0
// SortedRuns: authentications sorted by (time, sequence) that do not fit into memory: runs in a scratch file, some 60 bytes a
// record, and the merge of them. Names are numbers, so that no text gets there. One thread. What can fail is the disk.
#pragma once

#include <functional>
#include <vector>

#include "base/scratch_file.h"
#include "detect/identity/authentication.h"

namespace bartizan::identity {

class SortedRuns {
 public:
  // Fails when the disk or limits::kIdentityScratchBytesMax is full; then nothing of the run is kept.
  Result<void> add(std::span<const Authentication* const> sorted);
  // All records in order. Fails at what cannot be read again; what came before was handed out.
  Result<void> merge(const std::function<void(const Authentication&)>& take) const;
  bool empty() const { return runs_.empty(); }
  void clear() { runs_.clear(); }  // the file goes with the object

 private:
  struct Run {
    std::uint64_t from = 0, to = 0;  // bytes of the file
  };
  class Reader;

  ScratchFile file_;
  std::vector<Run> runs_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace bartizan::identity
