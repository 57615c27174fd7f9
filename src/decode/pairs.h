// SPDX-License-Identifier: Apache-2.0
// key=value pairs as devices and logfmt write them: blanks or commas between pairs, values bare or in
// quotation marks. Views of the text; one thread.
#pragma once

#include <string_view>

#include "decode/text_cursor.h"

namespace bartizan {

inline bool is_pair_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '@' || c == '/';
}

// The next pair. False at the end, or where something else stands; then nothing is taken.
inline bool take_pair(TextCursor& in, std::string_view& key, std::string_view& value) {
  const TextCursor saved = in;
  while (in.peek() == ' ' || in.peek() == ',' || in.peek() == ';' || in.peek() == '\t') in.skip(1);
  const std::string_view rest = in.rest();
  std::size_t size = 0;
  while (size < rest.size() && is_pair_key_char(rest[size])) ++size;
  if (size == 0 || size >= rest.size() || rest[size] != '=') return in = saved, false;
  key = rest.substr(0, size);
  in.skip(size + 1);
  if (in.quoted(value)) return true;
  const std::size_t end = in.rest().find_first_of(" \t");
  value = in.rest().substr(0, end);
  in.skip(value.size());
  while (value.ends_with(',') || value.ends_with(';')) value.remove_suffix(1);
  return true;
}

}  // namespace bartizan
