// SPDX-License-Identifier: Apache-2.0
#include "decode/json_repair.h"

#include <charconv>

#include "base/text.h"

namespace bartizan {
namespace {

// Values JSON does not know (NaN, numbers beyond 64 bits) become text.
std::size_t repair_token(std::string_view text, std::size_t at, std::string& out) {
  std::size_t end = text.find_first_of("{}[],:\" \t\r\n", at);
  std::string_view token = text.substr(at, end == text.npos ? end : end - at);
  bool plain = token.size() <= 18 && token.find_first_not_of("-0123456789.") == token.npos;
  if (plain || token == "true" || token == "false" || token == "null") out.append(token);
  else out.append(1, '"').append(token).append(1, '"');
  return at + token.size();
}

int hex_unit(std::string_view text, std::size_t at) {
  int unit = -1;
  if (text.substr(at, 2) != "\\u" || text.size() < at + 6) return -1;
  auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  return error == std::errc() && end == text.data() + at + 6 ? unit : -1;
}

// An escape at `at` inside a string; returns where it ends. Lone surrogates become U+FFFD, unknown escapes a
// backslash.
std::size_t repair_escape(std::string_view text, std::size_t at, std::string& out) {
  int unit = hex_unit(text, at);
  if (unit >= 0xd800 && unit <= 0xdfff) {
    int low = hex_unit(text, at + 6 <= text.size() ? at + 6 : at);
    bool pair = unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
    out.append(pair ? text.substr(at, 12) : std::string_view("\\ufffd"));
    return at + (pair ? 12 : 6);
  }
  if (unit >= 0) return out.append(text.substr(at, 6)), at + 6;
  bool known =
      at + 1 < text.size() && std::string_view("\"\\/bfnrt").find(text[at + 1]) != std::string_view::npos;
  out.append(known ? text.substr(at, 2) : std::string_view("\\\\"));
  return at + (known ? 2 : 1);
}

}  // namespace

std::string repaired_json(std::string_view raw) {
  std::string text, out;
  append_valid_utf8(raw, text);
  out.reserve(text.size() + 64);
  bool in_string = false;
  for (std::size_t at = 0; at < text.size();) {
    char c = text[at];
    if (c == '"') {
      in_string = !in_string, out += c, ++at;
    } else if (!in_string) {
      bool token = std::string_view("{}[],: \t\r\n").find(c) == std::string_view::npos;
      if (token) at = repair_token(text, at, out);
      else out += c, ++at;
    } else if (c == '\\') {
      at = repair_escape(text, at, out);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr char kDigits[] = "0123456789abcdef";
      out.append("\\u00").append(1, kDigits[c >> 4]).append(1, kDigits[c & 15]);
      ++at;
    } else {
      out += c, ++at;
    }
  }
  return out;
}

}  // namespace bartizan
