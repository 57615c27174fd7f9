// SPDX-License-Identifier: Apache-2.0
#include "store/run_lengths.h"

#include <algorithm>

namespace bartizan::store {
namespace {

// A run shorter than a group of eight costs more than packing it.
constexpr std::size_t kRunMin = 8;

void append_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

std::size_t run_at(std::span<const std::uint32_t> values, std::size_t at) {
  std::size_t end = at + 1;
  while (end < values.size() && values[end] == values[at]) ++end;
  return end - at;
}

// Groups of eight; zeros fill the last one up.
void append_packed(std::span<const std::uint32_t> values, unsigned bits, std::string& out) {
  const std::size_t groups = (values.size() + 7) / 8;
  append_varint(groups << 1 | 1, out);
  std::uint64_t pending = 0;
  unsigned filled = 0;
  for (std::size_t i = 0; i < groups * 8; ++i) {
    pending |= static_cast<std::uint64_t>(i < values.size() ? values[i] : 0) << filled;
    for (filled += bits; filled >= 8; filled -= 8, pending >>= 8) out.push_back(static_cast<char>(pending));
  }
}

}  // namespace

void append_run_lengths(std::span<const std::uint32_t> values, unsigned bits, std::string& out) {
  for (std::size_t at = 0; at < values.size();) {
    if (const std::size_t run = run_at(values, at); run >= kRunMin || bits == 0) {
      append_varint(static_cast<std::uint64_t>(run) << 1, out);
      for (unsigned i = 0; i < (bits + 7) / 8; ++i) out.push_back(static_cast<char>(values[at] >> (8 * i)));
      at += run;
      continue;
    }
    // Whole groups up to the next run; only the last stretch of all may end within a group.
    std::size_t end = at;
    while (end < values.size() && run_at(values.first(std::min(values.size(), end + kRunMin)), end) < kRunMin)
      end += std::min<std::size_t>(8, values.size() - end);
    append_packed(values.subspan(at, end - at), bits, out);
    at = end;
  }
}

}  // namespace bartizan::store
