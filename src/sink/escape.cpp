// SPDX-License-Identifier: Apache-2.0
#include "sink/escape.h"

#include <fmt/core.h>

#include "base/text.h"

namespace bartizan {
namespace {

// Direction marks can show a text in another order than it has (`exe.txt` for `txt.exe`); the others cannot
// be seen.
bool is_invisible(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
         (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || (code >= 0xe0000 && code <= 0xe0fff);
}

std::string visible_character(char32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\r') return "\\r";
  if (code == '\t') return "\\t";
  const auto number = static_cast<std::uint32_t>(code);
  if (code >= 0xdc80 && code <= 0xdcff) return fmt::format("\\x{:02x}", number & 0xff);
  if (code >= 0xd800 && code <= 0xdfff) return fmt::format("\\u{{{:x}}}", number);
  if (!is_invisible(code)) {
    std::string out;
    append_code_point(code, out);
    return out;
  }
  return code < 0x100 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{{{:x}}}", number);
}

}  // namespace

std::string visible(std::string_view text, std::size_t columns) {
  std::string out;
  std::size_t used = 0;
  std::size_t fits = 0;  // where the text ends if an ellipsis must follow
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    const std::string shown = visible_character(code);
    const std::size_t width = shown[0] == '\\' ? shown.size() : 1;
    if (used + width > columns) {
      out.resize(fits);
      return columns == 0 ? out : out + "…";
    }
    out += shown;
    used += width;
    if (used < columns) fits = out.size();
  }
  return out;
}

std::string visible_path(std::string_view path, std::size_t columns) {
  const std::string whole = visible(path, path.size() * 8);  // an escape has at most eight characters a byte
  std::size_t count = 0, at = whole.size();
  for (; at > 0 && count < columns; ++count) do
      --at;
    while (at > 0 && (static_cast<unsigned char>(whole[at]) & 0xc0) == 0x80);
  if (at == 0 || columns == 0) return whole.substr(at);
  do ++at;
  while (at < whole.size() && (static_cast<unsigned char>(whole[at]) & 0xc0) == 0x80);
  return "…" + whole.substr(at);
}

void append_html(std::string_view text, std::string& out) {
  std::string valid;
  append_valid_utf8(text, valid);
  for (const char c : valid) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
}

std::string shortened(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace bartizan
