// SPDX-License-Identifier: Apache-2.0
#include "intel/json_reader.h"

#include "base/limits.h"
#include "base/text.h"

namespace bartizan::intel {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;

bool is_surrogate(unsigned unit, unsigned first) { return (unit & 0xFC00u) == first; }

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const auto& [known, value] : members)
    if (known == name) return &value;
  return nullptr;
}

std::string_view JsonValue::text_of(std::string_view name) const {
  const JsonValue* value = find(name);
  return value && (value->type == Type::kText || value->type == Type::kNumber) ? std::string_view(value->text)
                                                                               : std::string_view();
}

bool JsonValue::is_true(std::string_view name) const {
  const JsonValue* value = find(name);
  return value && value->type == Type::kTrue;
}

int JsonReader::peek() {
  if (at_ < size_) return buffer_[at_];
  if (at_end_) return -1;
  if (buffer_.empty()) buffer_.resize(kBufferBytes);
  auto got = read_(buffer_);
  at_ = 0, size_ = 0;
  if (!got.has_value()) {
    is_stream_broken_ = at_end_ = true;
    complaint_ = got.error().text();
    return -1;
  }
  size_ = *got;
  at_end_ = size_ == 0;
  return at_end_ ? -1 : buffer_[0];
}

int JsonReader::take() {
  const int c = peek();
  if (c < 0) return c;
  ++at_;
  if (c == '\n') ++here_.line, here_.column = 1;
  else ++here_.column;
  return c;
}

void JsonReader::skip_blanks() {
  for (int c = peek(); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek()) take();
}

JsonReader::Token JsonReader::fail(std::string complaint) {
  if (complaint_.empty()) complaint_ = std::move(complaint);
  return Token::kBroken;
}

JsonReader::Token JsonReader::next() {
  if (!complaint_.empty()) return Token::kBroken;
  if (here_.line == 1 && here_.column == 1 && peek() == 0xEF) take(), take(), take();  // a byte order mark
  skip_blanks();
  int c = peek();
  if (expect_ == Expect::kCommaOrEnd) {
    if (c == ',') {
      take();
      skip_blanks();
      expect_ = is_object_.back() ? Expect::kName : Expect::kValue;
      c = peek();
    } else if (c != '}' && c != ']') {
      place_ = here_;
      return fail(c < 0 ? "the text ends before what is open is closed" : "a comma or an end is missing");
    }
  }
  place_ = here_;
  if (is_stream_broken_) return Token::kBroken;
  if (c < 0) return is_object_.empty() ? Token::kEnd : fail("the text ends before what is open is closed");
  if (expect_ == Expect::kName || expect_ == Expect::kNameOrEnd) {
    if (c == '}' && expect_ == Expect::kNameOrEnd) return close(true);
    if (c != '"') return fail("a name in quotation marks is missing");
    const Token token = read_string(Token::kName);
    if (token == Token::kBroken) return token;
    skip_blanks();
    if (take() != ':') return fail("a colon is missing after the name");
    expect_ = Expect::kValue;
    return token;
  }
  if (expect_ == Expect::kCommaOrEnd) return close(c == '}');
  if (expect_ == Expect::kValueOrEnd && c == ']') return close(false);
  expect_ = is_object_.empty() ? Expect::kValue : Expect::kCommaOrEnd;
  return value(c);
}

JsonReader::Token JsonReader::value(int c) {
  switch (c) {
    case '{': return open(true);
    case '[': return open(false);
    case '"': return read_string(Token::kText);
    case 't': return read_word("true", Token::kTrue);
    case 'f': return read_word("false", Token::kFalse);
    case 'n': return read_word("null", Token::kNull);
    default: break;
  }
  if (c == '-' || (c >= '0' && c <= '9')) return read_number();
  return fail("a value is missing");
}

JsonReader::Token JsonReader::open(bool is_object) {
  take();
  if (is_object_.size() >= limits::kJsonDepthMax)
    return fail("nests deeper than " + std::to_string(limits::kJsonDepthMax));
  is_object_.push_back(is_object);
  expect_ = is_object ? Expect::kNameOrEnd : Expect::kValueOrEnd;
  return is_object ? Token::kBeginObject : Token::kBeginList;
}

JsonReader::Token JsonReader::close(bool is_object) {
  if (is_object_.empty() || is_object_.back() != is_object) return fail("the wrong bracket closes");
  take();
  is_object_.pop_back();
  expect_ = is_object_.empty() ? Expect::kValue : Expect::kCommaOrEnd;
  return is_object ? Token::kEndObject : Token::kEndList;
}

bool JsonReader::read_hex4(unsigned& unit) {
  unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int c = take();
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return false;
    unit = unit * 16 + static_cast<unsigned>(digit);
  }
  return true;
}

bool JsonReader::read_escape() {
  switch (const int c = take()) {
    case '"':
    case '\\':
    case '/': text_ += static_cast<char>(c); return true;
    case 'b': text_ += '\b'; return true;
    case 'f': text_ += '\f'; return true;
    case 'n': text_ += '\n'; return true;
    case 'r': text_ += '\r'; return true;
    case 't': text_ += '\t'; return true;
    case 'u': break;
    default: return false;
  }
  unsigned unit = 0, low = 0;
  if (!read_hex4(unit)) return false;
  if (is_surrogate(unit, 0xD800)) {
    if (take() != '\\' || take() != 'u' || !read_hex4(low) || !is_surrogate(low, 0xDC00)) return false;
    unit = 0x10000u + ((unit & 0x3FFu) << 10) + (low & 0x3FFu);
  } else if (is_surrogate(unit, 0xDC00)) {
    return false;
  }
  append_code_point(unit, text_);
  return true;
}

JsonReader::Token JsonReader::read_string(Token token) {
  take();
  text_.clear();
  for (;;) {
    const int c = take();
    if (c == '"') return token;
    if (c < 0) return fail("a text does not end");
    if (c < 0x20) return fail("a control character stands in a text");
    if (c == '\\') {
      if (!read_escape()) return fail("an escape is wrong");
    } else {
      text_ += static_cast<char>(c);
    }
    if (text_.size() > limits::kIntelObjectBytesMax) return fail("a text is too long");
  }
}

JsonReader::Token JsonReader::read_number() {
  text_.clear();
  for (int c = peek();
       c >= 0 && std::string_view("+-.0123456789eE").find(static_cast<char>(c)) != std::string_view::npos;
       c = peek()) {
    text_ += static_cast<char>(take());
    if (text_.size() > limits::kIntelNumberBytesMax) return fail("a number is too long");
  }
  return Token::kNumber;
}

JsonReader::Token JsonReader::read_word(std::string_view word, Token token) {
  for (const char c : word)
    if (take() != c) return fail("a value is missing");
  return token;
}

bool JsonReader::skip_value(Token first) {
  std::size_t open = 0;
  for (Token token = first;; token = next()) {
    if (token == Token::kBroken || token == Token::kEnd) return false;
    if (token == Token::kBeginObject || token == Token::kBeginList) ++open;
    if (token == Token::kEndObject || token == Token::kEndList) --open;
    if (open == 0) return true;
  }
}

bool JsonReader::read_value(Token first, JsonValue& out) {
  std::size_t bytes = 0;
  return read_value(first, out, bytes);
}

// Recursion is bounded by limits::kJsonDepthMax.
bool JsonReader::read_value(Token first, JsonValue& out, std::size_t& bytes) {
  out = JsonValue{};
  out.place = place_;
  bytes += sizeof(JsonValue) + text_.size();
  if (bytes > limits::kIntelObjectBytesMax) {
    (void)fail("one object is larger than " + std::to_string(limits::kIntelObjectBytesMax) + " bytes");
    return false;
  }
  using Type = JsonValue::Type;
  switch (first) {
    case Token::kNull: out.type = Type::kNull; return true;
    case Token::kTrue: out.type = Type::kTrue; return true;
    case Token::kFalse: out.type = Type::kFalse; return true;
    case Token::kNumber: out.type = Type::kNumber, out.text = text_; return true;
    case Token::kText: out.type = Type::kText, out.text = text_; return true;
    case Token::kBeginList:
      out.type = Type::kList;
      for (Token token = next(); token != Token::kEndList; token = next())
        if (!read_value(token, out.items.emplace_back(), bytes)) return false;
      return true;
    case Token::kBeginObject:
      out.type = Type::kObject;
      for (Token token = next(); token != Token::kEndObject; token = next()) {
        if (token != Token::kName) return false;
        std::string name = text_;
        token = next();
        out.members.push_back({std::move(name), {}});
        if (!read_value(token, out.members.back().value, bytes)) return false;
      }
      return true;
    default: return false;
  }
}

}  // namespace bartizan::intel
