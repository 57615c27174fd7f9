// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <fmt/format.h>

#include <iterator>

#include "base/must.h"
#include "base/text.h"

namespace bartizan {

void JsonWriter::separate() {
  if (after_key_) return void(after_key_ = false);
  if (has_items_.empty()) return;
  if (has_items_.back()) out_ += ',';
  has_items_.back() = true;
}
void JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  has_items_.push_back(false);
}
void JsonWriter::close(char bracket) {
  MUST(!has_items_.empty());
  has_items_.pop_back();
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
  std::string valid;
  if (!is_ascii(value)) append_valid_utf8(value, valid), value = valid;
  out_ += '"';
  std::size_t plain = 0;  // where the letters begin that need no escape
  for (std::size_t at = 0; at < value.size(); ++at) {
    const auto c = static_cast<unsigned char>(value[at]);
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) continue;
    out_.append(value, plain, at - plain);
    plain = at + 1;
    escape(c);
  }
  out_.append(value, plain, value.npos);
  out_ += '"';
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
