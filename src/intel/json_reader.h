// SPDX-License-Identifier: Apache-2.0
// JsonReader: JSON (RFC 8259) read token by token from a stream, with the place of each, in bounded memory: bundles may be larger
// than memory, single values may not. JsonValue: one value as a whole, within limits::kIntelObjectBytesMax. Several values may
// follow each other, parted by blanks, as in JSON lines. The first mistake ends the reading; `complaint` says what it was.
// One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace bartizan::intel {

// Fewer bytes than asked only at the end.
using ReadBytes = std::function<Result<std::size_t>(std::span<std::uint8_t> buffer)>;

struct TextPlace {
  std::uint32_t line = 1, column = 1;  // columns in bytes
};

struct JsonValue {
  enum class Type : std::uint8_t { kNull, kTrue, kFalse, kNumber, kText, kList, kObject };
  Type type = Type::kNull;
  TextPlace place;
  std::string text;  // of a text or a number
  std::vector<JsonValue> items;
  struct Member;  // a type of its own: clang refuses a pair that holds what is not yet complete
  std::vector<Member> members;

  const JsonValue* find(std::string_view name) const;
  std::string_view text_of(std::string_view name) const;  // empty: no such member, or no text
  bool is_true(std::string_view name) const;
};
struct JsonValue::Member {
  std::string name;
  JsonValue value;
};

class JsonReader {
 public:
  enum class Token : std::uint8_t {
    kBeginObject,
    kEndObject,
    kBeginList,
    kEndList,
    kName,
    kText,
    kNumber,
    kTrue,
    kFalse,
    kNull,
    kEnd,     // of the stream
    kBroken,  // complaint() says why; stays so
  };

  explicit JsonReader(ReadBytes read) : read_(std::move(read)) {}

  Token next();
  // Of the last token: a name, a text or a number.
  const std::string& text() const { return text_; }
  TextPlace place() const { return place_; }

  // The rest of the value that `first`, the last token, began. False: broken.
  bool read_value(Token first, JsonValue& out);
  bool skip_value(Token first);

  const std::string& complaint() const { return complaint_; }
  // Not JSON's fault: the stream could not be read.
  bool is_stream_broken() const { return is_stream_broken_; }

 private:
  int peek();
  int take();
  void skip_blanks();
  Token fail(std::string complaint);
  Token read_string(Token token);
  bool read_escape();
  bool read_hex4(unsigned& unit);
  Token read_number();
  Token read_word(std::string_view word, Token token);
  Token open(bool is_object);
  Token close(bool is_object);
  Token value(int c);
  bool read_value(Token first, JsonValue& out, std::size_t& bytes);

  ReadBytes read_;
  std::vector<std::uint8_t> buffer_;
  std::size_t at_ = 0, size_ = 0;
  bool at_end_ = false, is_stream_broken_ = false;
  TextPlace here_, place_;
  std::string text_, complaint_;
  std::vector<bool> is_object_;  // of what is open
  enum class Expect : std::uint8_t {
    kValue,
    kValueOrEnd,
    kName,
    kNameOrEnd,
    kCommaOrEnd
  } expect_ = Expect::kValue;
};

}  // namespace bartizan::intel
