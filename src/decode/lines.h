// SPDX-License-Identifier: Apache-2.0
// Logs made of lines: where they may be cut, and a walk over the lines of a piece. A line longer than a piece can get
// (limits::kPieceBytesMax) is cut in two. Views, any thread.
#pragma once

#include <cstring>

#include "base/limits.h"
#include "decode/decoder.h"

namespace bartizan {

// Each line stands on its own.
class LineCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end) return buffer.size();
    const void* last = buffer.empty() ? nullptr : memrchr(buffer.data(), '\n', buffer.size());
    if (last) return static_cast<std::size_t>(static_cast<const std::uint8_t*>(last) - buffer.data()) + 1;
    return buffer.size() >= limits::kPieceBytesMax ? buffer.size() : 0;
  }
};

// Calls visit(line, offset in the piece) for each line, without its line end (LF or CR LF). Empty lines are passed over.
template <class Visit>
void for_each_line(std::string_view text, Visit visit) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find('\n', at);
    if (end == text.npos) end = text.size();
    std::string_view line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) visit(line, at);
    at = end + 1;
  }
}

}  // namespace bartizan
