// SPDX-License-Identifier: Apache-2.0
// Logs that are read in one piece, since what stands at their start is needed throughout and they are small
// by nature. One larger than limits::kPieceBytesMax is cut there. Any thread.
#pragma once

#include "base/limits.h"
#include "decode/decoder.h"

namespace bartizan {

class WholeCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    return at_end || buffer.size() >= limits::kPieceBytesMax ? buffer.size() : 0;
  }
};

}  // namespace bartizan
