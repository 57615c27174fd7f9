// SPDX-License-Identifier: Apache-2.0
// Utf8Stream: a log in UTF-16, with or without a byte-order mark, as UTF-8, for the formats that know nothing of encodings.
// Goes forward only; places in it are those of the UTF-8 text. Surrogates without their other half become U+FFFD. One thread;
// the stream behind it must outlive it.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "source/byte_stream.h"

namespace bartizan {

class Utf8Stream final : public ByteStream {
 public:
  // `head`: what was read of `stream` already.
  Utf8Stream(ByteStream& stream, Bytes head, bool big_endian);
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override;

 private:
  Result<void> fill();
  void convert(bool at_end);

  ByteStream& stream_;
  bool big_endian_;
  bool at_end_ = false;
  std::vector<std::uint8_t> raw_;  // not converted yet; at the end of a fill at most one unit or half a pair
  std::vector<std::uint8_t> text_;
  std::size_t given_ = 0;  // of text_
};

// Whether a log that begins with `head` is text in UTF-16.
bool looks_like_utf16(Bytes head, bool& big_endian);

}  // namespace bartizan
