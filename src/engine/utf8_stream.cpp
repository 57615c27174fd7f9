// SPDX-License-Identifier: Apache-2.0
#include "engine/utf8_stream.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "decode/utf16.h"

namespace bartizan {

bool looks_like_utf16(Bytes head, bool& big_endian) {
  const TextEncoding encoding = encoding_of(head);
  big_endian = encoding == TextEncoding::kUtf16Big;
  if (encoding == TextEncoding::kUtf8) return false;
  // A mark alone may be chance; text has letters and blanks, and no zero unit.
  std::size_t plain = 0, units = 0;
  for (std::size_t at = 0; at + 1 < head.size(); at += 2, ++units) {
    const unsigned unit = big_endian ? static_cast<unsigned>(head[at] << 8 | head[at + 1])
                                     : static_cast<unsigned>(head[at + 1] << 8 | head[at]);
    if (unit == 0) return false;
    plain += (unit >= ' ' && unit < 0x7f) || unit == '\n' || unit == '\r' || unit == '\t';
  }
  return plain * 10 >= units * 6;
}

Utf8Stream::Utf8Stream(ByteStream& stream, Bytes head, bool big_endian)
    : stream_(stream), big_endian_(big_endian), raw_(head.begin(), head.end()) {
  const bool has_mark =
      raw_.size() >= 2 && raw_[big_endian ? 0 : 1] == 0xfe && raw_[big_endian ? 1 : 0] == 0xff;
  if (has_mark) raw_.erase(raw_.begin(), raw_.begin() + 2);
  convert(false);
}

Result<std::size_t> Utf8Stream::read(std::span<std::uint8_t> buffer) {
  std::size_t done = 0;
  while (done < buffer.size()) {
    if (given_ == text_.size()) {
      if (at_end_) break;
      TRY_VOID(fill());
      continue;
    }
    const std::size_t size = std::min(buffer.size() - done, text_.size() - given_);
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(given_), size,
                buffer.begin() + static_cast<std::ptrdiff_t>(done));
    given_ += size, done += size;
  }
  return done;
}

Result<void> Utf8Stream::fill() {
  constexpr std::size_t kReadBytes = 64 * 1024;
  const std::size_t kept = raw_.size();
  raw_.resize(kept + kReadBytes);
  auto size = stream_.read(std::span(raw_).subspan(kept));
  if (!size.has_value()) return raw_.resize(kept), std::unexpected(std::move(size.error()));
  raw_.resize(kept + *size);
  at_end_ = *size < kReadBytes;
  convert(at_end_);
  return {};
}

// Everything but what may go on in the next read.
void Utf8Stream::convert(bool at_end) {
  std::size_t size = raw_.size() & ~std::size_t{1};
  if (big_endian_)
    for (std::size_t at = 0; at < size; at += 2) std::swap(raw_[at], raw_[at + 1]);
  if (!at_end && size >= 2 && (raw_[size - 1] & 0xfc) == 0xd8) size -= 2;  // the first half of a pair
  text_.resize(utf8_bytes_max(size / 2));
  char* const begin = reinterpret_cast<char*>(text_.data());
  text_.resize(static_cast<std::size_t>(utf16le_to_utf8(Bytes(raw_).first(size), begin) - begin));
  given_ = 0;
  if (big_endian_)
    for (std::size_t at = size; at + 1 < raw_.size(); at += 2) std::swap(raw_[at], raw_[at + 1]);
  raw_.erase(raw_.begin(), raw_.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace bartizan
