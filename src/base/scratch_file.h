// SPDX-License-Identifier: Apache-2.0
// ScratchFile: a file without a name in $TMPDIR, else /var/tmp, for what does not fit into memory; it is gone when it is closed,
// however the program ends. A resource with one owner; one thread.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"

namespace bartizan {

class ScratchFile {
 public:
  ScratchFile() = default;
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  // Makes the file when it is the first time. Of an append that failed nothing counts.
  Result<void> append(std::span<const std::uint8_t> bytes);
  // All of `out`, which must have been written.
  Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const;
  std::uint64_t size() const { return size_; }

 private:
  Result<void> open();

  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace bartizan
