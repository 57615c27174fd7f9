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
  append_valid_utf8(value, valid);
  out_ += '"';
  for (char c : valid) {
    if (c == '"' || c == '\\') out_ += '\\', out_ += c;
    else if (c == '\n') out_ += "\\n";
    else if (c == '\r') out_ += "\\r";
    else if (c == '\t') out_ += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      fmt::format_to(std::back_inserter(out_), "\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    else out_ += c;
  }
  out_ += '"';
}

}  // namespace bartizan
