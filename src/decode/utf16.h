// SPDX-License-Identifier: Apache-2.0
// Text logs as Windows writes them: UTF-16 with a byte order mark, or UTF-8 with or without one. A piece of
// such a log becomes UTF-8, and places in it are translated back to places in the file. Pure, any thread.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/text.h"

namespace bartizan {

enum class TextEncoding : std::uint8_t { kUtf8, kUtf16Little, kUtf16Big };

// By the byte order mark, or by the zero bytes of ASCII text.
inline TextEncoding encoding_of(Bytes head) {
  if (head.size() < 2) return TextEncoding::kUtf8;
  if (head[0] == 0xff && head[1] == 0xfe) return TextEncoding::kUtf16Little;
  if (head[0] == 0xfe && head[1] == 0xff) return TextEncoding::kUtf16Big;
  if (head.size() < 4) return TextEncoding::kUtf8;
  if (head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0) return TextEncoding::kUtf16Little;
  if (head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0) return TextEncoding::kUtf16Big;
  return TextEncoding::kUtf8;
}

// `bytes` as UTF-8: itself, or made in `room`. A byte order mark is left out.
inline std::string_view text_in_utf8(Bytes bytes, TextEncoding encoding, std::string& room) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  std::string_view text = as_text(bytes);
  if (encoding != TextEncoding::kUtf8) {
    std::string swapped;
    if (encoding == TextEncoding::kUtf16Big) {
      swapped.assign(text.substr(0, text.size() & ~std::size_t{1}));
      for (std::size_t i = 0; i + 1 < swapped.size(); i += 2) std::swap(swapped[i], swapped[i + 1]);
      bytes = as_bytes(swapped);
    }
    room.resize(utf8_bytes_max(bytes.size() / 2));
    room.resize(static_cast<std::size_t>(utf16le_to_utf8(bytes, room.data()) - room.data()));
    text = room;
  }
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return text;
}

// Where a place in the UTF-8 text of a piece stands in the piece. Places must be asked for in rising order.
class PlaceInPiece {
 public:
  PlaceInPiece(Bytes piece, std::string_view text, TextEncoding encoding) : text_(text), encoding_(encoding) {
    const bool has_mark = encoding == TextEncoding::kUtf8
                              ? as_text(piece).starts_with("\xef\xbb\xbf")
                              : piece.size() >= 2 && ((piece[0] == 0xff && piece[1] == 0xfe) ||
                                                      (piece[0] == 0xfe && piece[1] == 0xff));
    place_ = has_mark ? (encoding == TextEncoding::kUtf8 ? 3 : 2) : 0;
  }
  std::size_t of(std::size_t at) {
    if (encoding_ == TextEncoding::kUtf8) return place_ + at;
    for (; seen_ < std::min(at, text_.size()); ++seen_) {
      const auto byte = static_cast<unsigned char>(text_[seen_]);
      if ((byte & 0xc0) != 0x80) place_ += byte >= 0xf0 ? 4 : 2;  // a lead byte: one or two units
    }
    return place_;
  }

 private:
  std::string_view text_;
  TextEncoding encoding_;
  std::size_t seen_ = 0, place_ = 0;
};

}  // namespace bartizan
