// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <fmt/format.h>

#include <array>
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

// The first place at or behind `at` of a letter in kIsEscaped, eight letters at a time: a byte of a difference to `"` or `\`
// is zero, or of a letter below 0x20 or from 0x7f on its highest bit comes out.
std::size_t plain_letters(std::string_view text, std::size_t at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t bytes) { return (bytes - kOnes) & ~bytes & kHigh; };
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data() + at, 8);
    const std::uint64_t below = (eight - kOnes * 0x20) & ~eight, above = eight | (eight + kOnes);
    if (((below | above) & kHigh) | has_zero(eight ^ kOnes * '"') | has_zero(eight ^ kOnes * '\\')) break;
  }
  while (at < text.size() && !kIsEscaped[static_cast<unsigned char>(text[at])]) ++at;
  return at;
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
  out_ += '"';
  std::size_t plain = 0;  // where the letters begin that need no escape
  for (std::size_t at = plain_letters(value, 0); at < value.size(); at = plain_letters(value, plain)) {
    const auto c = static_cast<unsigned char>(value[at]);
    if (c >= 0x80) {  // from here on it may be any bytes
      out_.append(value, plain, at - plain);
      std::string valid;
      append_valid_utf8(value.substr(at), valid);
      quoted_beyond_ascii(valid);
      out_ += '"';
      return;
    }
    out_.append(value, plain, at - plain);
    plain = at + 1;
    escape(c);
  }
  out_.append(value, plain, value.npos);
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
  switch (c) {
    case '"': out_ += "\\\""; return;
    case '\\': out_ += "\\\\"; return;
    case '\n': out_ += "\\n"; return;
    case '\r': out_ += "\\r"; return;
    case '\t': out_ += "\\t"; return;
    default: fmt::format_to(std::back_inserter(out_), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

}  // namespace bartizan
