// SPDX-License-Identifier: Apache-2.0
#include "decode/escapes.h"

namespace bartizan {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The byte two hexadecimal digits at `at` say; -1 when they are none.
int hex_byte(std::string_view text, std::size_t at) {
  if (text.size() < at + 2) return -1;
  const int high = hex_digit(text[at]), low = hex_digit(text[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// The character a backslash and `c` stand for; 0 for an unknown escape.
char escaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '\\':
    case '"':
    case '\'':
    case '=':
    case '|': return c;
    default: return 0;
  }
}

}  // namespace

std::string_view without_backslashes(std::string_view text, Arena& arena) {
  if (text.find('\\') == text.npos) return text;
  char* out = arena.reserve(text.size());
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out[size++] = text[at++];
    } else if (const int byte = text[at + 1] == 'x' ? hex_byte(text, at + 2) : -1; byte >= 0) {
      out[size++] = static_cast<char>(byte), at += 4;
    } else if (const char c = escaped(text[at + 1]); c != 0) {
      out[size++] = c, at += 2;
    } else {
      out[size++] = text[at++];
    }
  }
  return arena.take(size);
}

std::string_view without_hex_escapes(std::string_view text, Arena& arena) {
  if (text.find("\\x") == text.npos) return text;
  char* out = arena.reserve(text.size());
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size();) {
    const int byte = text[at] == '\\' && text.substr(at + 1, 1) == "x" ? hex_byte(text, at + 2) : -1;
    const bool escaped_byte =
        byte >= 0 && (byte < 0x20 || byte >= 0x7f || byte == ',' || byte == '-' || byte == '(');
    out[size++] = escaped_byte ? static_cast<char>(byte) : text[at];
    at += escaped_byte ? 4 : 1;
  }
  return arena.take(size);
}

std::string_view without_percents(std::string_view text, Arena& arena) {
  if (text.find('%') == text.npos) return text;
  char* out = arena.reserve(text.size());
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size();) {
    const int byte = text[at] == '%' ? hex_byte(text, at + 1) : -1;
    out[size++] = byte >= 0 ? static_cast<char>(byte) : text[at];
    at += byte >= 0 ? 3 : 1;
  }
  return arena.take(size);
}

std::string_view without_doubled_quotes(std::string_view text, Arena& arena) {
  if (text.find('"') == text.npos) return text;
  char* out = arena.reserve(text.size());
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    out[size++] = text[at];
    if (text[at] == '"' && at + 1 < text.size() && text[at + 1] == '"') ++at;
  }
  return arena.take(size);
}

}  // namespace bartizan
