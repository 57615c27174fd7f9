// SPDX-License-Identifier: Apache-2.0
// Bytes read in order: a file, or one member of an archive while it is being decompressed. One thread per stream.
// A stream that knows its size can be read again from any place; one that does not can only go forward.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"

namespace bartizan {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Fewer bytes than asked only at the end, or before a failure, which the next read reports.
  virtual Result<std::size_t> read(std::span<std::uint8_t> buffer) = 0;
  // Empty: the stream cannot seek.
  virtual std::optional<std::uint64_t> size() const { return {}; }
  virtual Result<void> seek(std::uint64_t) { return fail("this stream cannot seek"); }
};

}  // namespace bartizan
