// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>
#include <cstring>

#include "base/case_folding.h"

namespace bartizan {
namespace {

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}
char32_t low_bits(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]) & 0x3f;
}

char* put_code_point(char32_t code, char* out) {
  if (code < 0x80) {
    *out++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *out++ = static_cast<char>(0xc0 | (code >> 6));
    *out++ = static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *out++ = static_cast<char>(0xe0 | (code >> 12));
    *out++ = static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    *out++ = static_cast<char>(0x80 | (code & 0x3f));
  } else {
    *out++ = static_cast<char>(0xf0 | (code >> 18));
    *out++ = static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    *out++ = static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    *out++ = static_cast<char>(0x80 | (code & 0x3f));
  }
  return out;
}

}  // namespace

char* utf16le_to_utf8(Bytes utf16, char* out) {
  const std::uint8_t* in = utf16.data();
  const std::uint8_t* end = in + (utf16.size() & ~std::size_t{1});
  while (in != end) {
    // ASCII units, the common case by far: sixteen at a time, then four.
#ifdef __SSE2__
    while (end - in >= 32) {
      const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in));
      const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + 16));
      const __m128i beyond =
          _mm_and_si128(_mm_or_si128(first, second), _mm_set1_epi16(static_cast<short>(0xff80)));
      if (_mm_movemask_epi8(_mm_cmpeq_epi8(beyond, _mm_setzero_si128())) != 0xffff) break;
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_packus_epi16(first, second));
      in += 32, out += 16;
    }
#endif
    while (end - in >= 8) {
      std::uint64_t four;
      std::memcpy(&four, in, 8);
      if (four & 0xff80ff80ff80ff80u) break;
      out[0] = static_cast<char>(four);
      out[1] = static_cast<char>(four >> 16);
      out[2] = static_cast<char>(four >> 32);
      out[3] = static_cast<char>(four >> 48);
      in += 8, out += 4;
    }
    if (in == end) break;
    char32_t unit = static_cast<char32_t>(in[0] | in[1] << 8);
    in += 2;
    if (unit >= 0xd800 && unit < 0xdc00 && end - in >= 2) {
      char32_t low = static_cast<char32_t>(in[0] | in[1] << 8);
      if (low >= 0xdc00 && low < 0xe000) unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), in += 2;
    }
    out = put_code_point(unit, out);
  }
  return out;
}

void append_code_point(char32_t code, std::string& out) {
  char buffer[4];
  out.append(buffer, static_cast<std::size_t>(put_code_point(code, buffer) - buffer));
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
  auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return ++at, lead;
  if (lead >= 0xc2 && lead < 0xe0 && is_continuation(text, at + 1)) {
    char32_t code = (lead & 0x1fu) << 6 | low_bits(text, at + 1);
    return at += 2, code;
  }
  if (lead >= 0xe0 && lead < 0xf0 && is_continuation(text, at + 1) && is_continuation(text, at + 2)) {
    char32_t code = (lead & 0x0fu) << 12 | low_bits(text, at + 1) << 6 | low_bits(text, at + 2);
    if (code >= 0x800) return at += 3, code;
  }
  if (lead >= 0xf0 && lead < 0xf5 && is_continuation(text, at + 1) && is_continuation(text, at + 2) &&
      is_continuation(text, at + 3)) {
    char32_t code = (lead & 0x07u) << 18 | low_bits(text, at + 1) << 12 | low_bits(text, at + 2) << 6 |
                    low_bits(text, at + 3);
    if (code >= 0x10000 && code < 0x110000) return at += 4, code;
  }
  return ++at, 0xdc00 + lead;
}

bool is_ascii(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data() + i, 8);
    if (eight & 0x8080808080808080u) return false;
  }
  for (; i < text.size(); ++i)
    if (text[i] & 0x80) return false;
  return true;
}

char32_t fold_code_point(char32_t code) {
  if (code < 0x80) return code >= 'A' && code <= 'Z' ? code | 0x20 : code;
  std::size_t low = 0, high = kCaseFoldingCount;
  while (low < high) {
    std::size_t middle = (low + high) / 2;
    if (kCaseFolding[middle].from < code) low = middle + 1;
    else high = middle;
  }
  return low < kCaseFoldingCount && kCaseFolding[low].from == code ? kCaseFolding[low].to : code;
}

namespace {

// Folds `size` bytes; false when there is one beyond ASCII (what is written then is of no use).
bool fold_ascii_run(const char* from, std::size_t size, char* to) {
  std::size_t at = 0;
  unsigned beyond = 0;
#ifdef __SSE2__
  const __m128i before_a = _mm_set1_epi8('A' - 1), after_z = _mm_set1_epi8('Z' + 1),
                difference = _mm_set1_epi8(0x20);
  for (; at + 16 <= size; at += 16) {
    const __m128i letters = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
    const __m128i is_upper =
        _mm_and_si128(_mm_cmpgt_epi8(letters, before_a), _mm_cmplt_epi8(letters, after_z));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + at),
                     _mm_or_si128(letters, _mm_and_si128(is_upper, difference)));
    beyond |= static_cast<unsigned>(_mm_movemask_epi8(letters));
  }
#endif
  for (; at < size; ++at) {
    to[at] = fold_ascii(from[at]);
    beyond |= static_cast<unsigned char>(from[at]) & 0x80u;
  }
  return beyond == 0;
}

}  // namespace

void fold_case(std::string_view text, std::string& out) {
  bool ascii = true;
  out.resize_and_overwrite(text.size(), [&](char* to, std::size_t) {  // libstdc++ 12 hands over the capacity
    ascii = fold_ascii_run(text.data(), text.size(), to);
    return text.size();
  });
  if (ascii) return;
  out.clear();
  for (std::size_t at = 0; at < text.size();) {
    std::size_t start = at;
    char32_t code = next_code_point(text, at);
    char32_t fold = fold_code_point(code);
    // Unchanged or bad bytes are copied as they are.
    if (fold == code) out.append(text, start, at - start);
    else append_code_point(fold, out);
  }
}

std::string folded(std::string_view text) {
  std::string out;
  fold_case(text, out);
  return out;
}

bool contains(std::string_view text, std::string_view part) {
#ifdef __SSE2__
  constexpr std::size_t kPlaces = 16;
  if (part.size() > 1 && text.size() >= part.size() + kPlaces) {
    const __m128i first = _mm_set1_epi8(part.front()), last = _mm_set1_epi8(part.back());
    const std::size_t places = text.size() - part.size() + 1, last_block = places - kPlaces;
    const auto found_in = [&](std::size_t at) {
      const char* from = text.data() + at;
      const __m128i begins = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
      const __m128i ends = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + part.size() - 1));
      auto bits = static_cast<unsigned>(
          _mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(begins, first), _mm_cmpeq_epi8(ends, last))));
      for (; bits != 0; bits &= bits - 1)
        if (std::memcmp(from + std::countr_zero(bits), part.data(), part.size()) == 0) return true;
      return false;
    };
    for (std::size_t at = 0; at < last_block; at += kPlaces)
      if (found_in(at)) return true;
    return found_in(last_block);
  }
#endif
  return text.find(part) != text.npos;
}

bool equals_ignoring_ascii_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (fold_ascii(a[i]) != fold_ascii(b[i])) return false;
  return true;
}

void append_valid_utf8(std::string_view text, std::string& out) {
  if (is_ascii(text)) return void(out.append(text));
  for (std::size_t at = 0; at < text.size();) {
    std::size_t start = at;
    char32_t code = next_code_point(text, at);
    if (code >= 0xd800 && code < 0xe000) out += "\xef\xbf\xbd";
    else out.append(text, start, at - start);
  }
}

}  // namespace bartizan
