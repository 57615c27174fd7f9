// SPDX-License-Identifier: Apache-2.0
// Text: UTF-8 everywhere inside the program. Unpaired UTF-16 surrogates are kept as their three-byte form (WTF-8) so that
// nothing is lost; what is shown to people or written as JSON goes through append_valid_utf8 first, which replaces bad
// sequences by U+FFFD. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace bartizan {

// The most bytes `units` UTF-16 units can need in UTF-8.
constexpr std::size_t utf8_bytes_max(std::size_t units) { return units * 3; }
// Writes UTF-16LE as UTF-8 to `out` (room for utf8_bytes_max(utf16.size() / 2)); returns the end. An odd last byte is ignored.
char* utf16le_to_utf8(Bytes utf16, char* out);

void append_code_point(char32_t code, std::string& out);
// The code point at `at` and, in `at`, the start of the next; a bad byte stands for itself as U+DC80..U+DCFF and takes one byte.
char32_t next_code_point(std::string_view text, std::size_t& at);
bool is_ascii(std::string_view text);

// Simple Unicode case folding (CaseFolding.txt classes C and S), one code point to one code point, without normalisation.
char32_t fold_code_point(char32_t code);
// Folds `text` into `out` (cleared first). ASCII runs fast.
void fold_case(std::string_view text, std::string& out);
std::string folded(std::string_view text);
inline char fold_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
bool equals_ignoring_ascii_case(std::string_view a, std::string_view b);
// Whether `part` stands in `text`; quick for long texts, by the first and the last letter of the part sixteen places at a time
// (W. Muła, "SIMD-friendly algorithms for substring searching").
bool contains(std::string_view text, std::string_view part);

// The texts one behind the other, `between` between them.
template <class Texts>
std::string joined(const Texts& texts, std::string_view between) {
  std::string out;
  bool is_first = true;
  for (const auto& text : texts) {
    if (!is_first) out += between;
    is_first = false;
    out += text;
  }
  return out;
}

void append_valid_utf8(std::string_view text, std::string& out);

}  // namespace bartizan
