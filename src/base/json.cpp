// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <fmt/format.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <iterator>

#include "base/must.h"
#include "base/text.h"

namespace bartizan {
namespace {

// Letters that do not stand for themselves, and bytes beyond ASCII.
constexpr std::array<bool, 256> kIsEscaped = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 256; ++c) table[c] = c < 0x20 || c == '"' || c == '\\' || c >= 0x7f;
  return table;
}();

char* put_escape(unsigned char c, char* to) {
  constexpr char kDigits[] = "0123456789abcdef";
  *to++ = '\\';
  switch (c) {
    case '"': *to++ = '"'; return to;
    case '\\': *to++ = '\\'; return to;
    case '\n': *to++ = 'n'; return to;
    case '\r': *to++ = 'r'; return to;
    case '\t': *to++ = 't'; return to;
    default: break;
  }
  for (const char letter : {'u', '0', '0', kDigits[c >> 4], kDigits[c & 15]}) *to++ = letter;
  return to;
}
constexpr std::size_t kEscapeBytesMax = 6;

#ifdef __SSE2__
// Which of sixteen letters are in kIsEscaped, a bit each.
unsigned escaped_of(__m128i letters) {
  // As signed numbers, bytes beyond ASCII are below a blank too.
  const __m128i odd =
      _mm_or_si128(_mm_cmplt_epi8(letters, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(letters, _mm_set1_epi8(0x7f)));
  const __m128i marks =
      _mm_or_si128(_mm_cmpeq_epi8(letters, _mm_set1_epi8('"')), _mm_cmpeq_epi8(letters, _mm_set1_epi8('\\')));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(odd, marks)));
}
#endif

// Copies letters that need no escape, from `at` of `text` on, at most to its end. `at` moves along, the end of what was
// written is returned. As many as kBlock bytes may be written behind it.
constexpr std::size_t kBlock = 16;
char* put_plain(std::string_view text, std::size_t& at, char* to) {
#ifdef __SSE2__
  while (at < text.size()) {
    const std::size_t left = std::min(text.size() - at, kBlock);
    __m128i block = _mm_setzero_si128();  // a zero is escaped: the end stops the copy
    if (left == kBlock) block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    else std::memcpy(&block, text.data() + at, left);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
    const unsigned escaped = escaped_of(block);
    const auto plain = escaped ? static_cast<std::size_t>(std::countr_zero(escaped)) : kBlock;
    at += plain, to += plain;
    if (escaped) break;
  }
#else
  while (at < text.size() && !kIsEscaped[static_cast<unsigned char>(text[at])]) *to++ = text[at++];
#endif
  return to;
}

// Copies ASCII, escaped, to the end of `text` or up to a byte beyond ASCII.
char* put_ascii(std::string_view text, std::size_t& at, char* to) {
  for (to = put_plain(text, at, to); at < text.size(); to = put_plain(text, at, to)) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x80) break;
    to = put_escape(c, to), ++at;
  }
  return to;
}

}  // namespace

void JsonWriter::separate() {
  if (after_key_) return void(after_key_ = false);
  if (!is_nested_) return;
  if (has_items_) out_ += ',';
  has_items_ = true;
}
void JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  outer_.push_back(is_nested_ && has_items_);
  is_nested_ = true, has_items_ = false;
}
void JsonWriter::close(char bracket) {
  MUST(!outer_.empty());
  has_items_ = outer_.back();
  outer_.pop_back();
  is_nested_ = !outer_.empty();
  out_ += bracket;
}
void JsonWriter::key(std::string_view name) {
  separate();
  quoted(name);
  out_ += ':';
  after_key_ = true;
}
void JsonWriter::plain_key(std::string_view name) {
  separate();
  out_ += '"';
  out_.append(name).append("\":", 2);
  after_key_ = true;
}
void JsonWriter::text(std::string_view value) {
  separate();
  quoted(value);
}
void JsonWriter::number(std::int64_t value) {
  separate();
  fmt::format_to(std::back_inserter(out_), "{}", value);
}
void JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
}

void JsonWriter::quoted(std::string_view value) {
  constexpr std::size_t kPart = 1024;  // of a text: what is reserved for escapes stays small
  out_ += '"';
  for (std::string_view rest = value; !rest.empty();) {
    const std::string_view part = rest.substr(0, kPart);
    const std::size_t before = out_.size();
    std::size_t at = 0;
    out_.resize_and_overwrite(before + part.size() * kEscapeBytesMax + kBlock, [&](char* room, std::size_t) {
      return static_cast<std::size_t>(put_ascii(part, at, room + before) - room);
    });
    rest.remove_prefix(at);
    if (at == part.size()) continue;
    std::string valid;  // from here on it may be any bytes
    append_valid_utf8(rest, valid);
    quoted_beyond_ascii(valid);
    break;
  }
  out_ += '"';
}

void JsonWriter::quoted_beyond_ascii(std::string_view valid) {
  std::size_t plain = 0;
  for (std::size_t at = 0; at < valid.size(); ++at) {
    const auto c = static_cast<unsigned char>(valid[at]);
    if (!kIsEscaped[c] || c >= 0x80) continue;
    out_.append(valid, plain, at - plain);
    plain = at + 1;
    escape(c);
  }
  out_.append(valid, plain, valid.npos);
}

void JsonWriter::escape(unsigned char c) {
  char text[kEscapeBytesMax];
  out_.append(text, put_escape(c, text));
}

}  // namespace bartizan
