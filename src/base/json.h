// SPDX-License-Identifier: Apache-2.0
// JsonWriter: appends compact JSON to a string. The caller nests begin/end correctly (checked by MUST). Text is made
// valid UTF-8 on the way, so any byte sequence gives valid JSON. Value, one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bartizan {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);
  // A literal, which has no letter to escape.
  template <std::size_t N>
  void key(const char (&name)[N]) {
    plain_key({name, N - 1});
  }
  void text(std::string_view value);
  void number(std::int64_t value);
  void raw(std::string_view json);  // already JSON
  void member(std::string_view name, std::string_view value) { key(name), text(value); }
  template <std::size_t N>
  void member(const char (&name)[N], std::string_view value) {
    key(name), text(value);
  }

 private:
  void plain_key(std::string_view name);
  void separate();
  void open(char bracket);
  void close(char bracket);
  void quoted(std::string_view value);
  void quoted_beyond_ascii(std::string_view valid);
  void escape(unsigned char c);

  std::string& out_;
  std::vector<bool> outer_;  // of the levels around the innermost: whether they have items
  bool is_nested_ = false, has_items_ = false, after_key_ = false;
};

}  // namespace bartizan
