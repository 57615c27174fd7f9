// SPDX-License-Identifier: Apache-2.0
#include "decode/json.h"

namespace bartizan {

namespace {

bool is_blank(std::uint8_t c) {
  return c == ' ' || c == '\t' || c == '\r';
}
// Also the record separator of RFC 7464.
bool is_separator(std::uint8_t c) {
  return c == ',' || c == '[' || c == ']' || c == 0x1e;
}

std::size_t skip_space(Bytes bytes, std::size_t at) {
  while (at < bytes.size() && (is_blank(bytes[at]) || bytes[at] == '\n')) ++at;
  return at;
}

// How much of a byte order mark is at `at`: 3 is all of it, less only where the buffer ends.
std::size_t mark_bytes(Bytes bytes, std::size_t at) {
  constexpr std::uint8_t kMark[] = {0xef, 0xbb, 0xbf};
  std::size_t size = 0;
  while (size < 3 && at + size < bytes.size() && bytes[at + size] == kMark[size]) ++size;
  return size == 3 || at + size == bytes.size() ? size : 0;
}

JsonCut cut(JsonCut::Kind kind, std::size_t begin, std::size_t end, const char* why = nullptr) {
  return {kind, begin, end, why};
}

}  // namespace

bool looks_like_json(Bytes head) {
  std::size_t at = skip_space(head, mark_bytes(head, 0));
  if (at == head.size()) return false;
  if (head[at] == '[') {
    at = skip_space(head, at + 1);
    if (at == head.size()) return false;
  }
  if (head[at] != '{') return false;
  at = skip_space(head, at + 1);
  return at == head.size() || head[at] == '"' || head[at] == '}';
}

JsonCut JsonCutter::next(Bytes buffer, std::size_t from, bool end_of_input) {
  std::size_t at = from;
  if (scanned_ > 0) return scan_object(buffer, at, end_of_input);
  if (damaged_) {
    JsonCut skipped = skip_damage(buffer, at, nullptr);
    if (skipped.end > at) return skipped;
  }
  for (; at < buffer.size(); ++at) {
    std::uint8_t c = buffer[at];
    if (c == '\n') {
      line_start_ = true, column_ = 0;
    } else if (is_blank(c)) {
      ++column_;
    } else if (std::size_t mark = c == 0xef ? mark_bytes(buffer, at) : 0; mark > 0) {
      if (mark < 3 && !end_of_input) return cut(JsonCut::Kind::kMore, at, at);
      at += mark - 1;
    } else if (is_separator(c)) {
      line_start_ = false;
    } else {
      break;
    }
  }
  if (at >= buffer.size()) return cut(end_of_input ? JsonCut::Kind::kEnd : JsonCut::Kind::kMore, at, at);
  if (buffer[at] != '{') return skip_damage(buffer, at, "text between JSON objects");
  if (line_start_)
    indent_ = column_;
  else if (indent_ == SIZE_MAX)
    indent_ = 0;
  depth_ = 0, last_ = 0, in_string_ = escaped_ = false, style_ = Style::kUnknown;
  return scan_object(buffer, at, end_of_input);
}

JsonCut JsonCutter::finish(JsonCut done) {
  scanned_ = 0, column_ = 0;
  line_start_ = false;
  return done;
}

// A line that begins with `{` at or left of the object's own column starts a new object, unless the writer
// does not indent at all and a value is due there. Judged even inside a string: a JSON string holds no raw
// line end.
JsonCutter::Line JsonCutter::judge_line(Bytes buffer, std::size_t begin, std::size_t newline,
                                        bool end_of_input) {
  std::size_t at = newline + 1;
  while (at < buffer.size() && is_blank(buffer[at])) ++at;
  if (at == buffer.size()) {
    bool too_long = at - begin > object_bytes_max_;
    return end_of_input || too_long ? Line::kInside : Line::kNeedsMore;
  }
  std::size_t column = at - newline - 1;
  if (style_ == Style::kUnknown && buffer[at] != '\n') {
    bool content_before = last_ != '{' || depth_ > 1 || in_string_;
    style_ = content_before ? Style::kOneLine : column > indent_ ? Style::kIndented : Style::kFlush;
  }
  if (buffer[at] != '{' || column > indent_) return Line::kInside;
  bool value_due = !in_string_ && (last_ == '[' || last_ == ',' || last_ == ':');
  return style_ == Style::kFlush && value_due ? Line::kInside : Line::kNewObject;
}

JsonCut JsonCutter::scan_object(Bytes buffer, std::size_t begin, bool end_of_input) {
  constexpr const char* kBroken = "a JSON object is broken off before the next one begins";
  for (std::size_t at = begin + scanned_; at < buffer.size(); ++at) {
    if (at - begin >= object_bytes_max_) {
      scanned_ = 0;
      return skip_damage(buffer, begin, "a JSON object is larger than the limit");
    }
    std::uint8_t c = buffer[at];
    if (c == '\n') {
      escaped_ = false;
      Line line = judge_line(buffer, begin, at, end_of_input);
      if (line == Line::kNeedsMore) {
        scanned_ = at - begin;
        return cut(JsonCut::Kind::kMore, begin, begin);
      }
      if (line == Line::kNewObject) {
        JsonCut broken = finish(cut(JsonCut::Kind::kSkipped, begin, at + 1, kBroken));
        line_start_ = true;
        return broken;
      }
    } else if (in_string_) {
      if (escaped_)
        escaped_ = false;
      else if (c == '\\')
        escaped_ = true;
      else if (c == '"')
        in_string_ = false;
    } else if (!is_blank(c)) {
      last_ = c;
      if (c == '"')
        in_string_ = true;
      else if (c == '{' || c == '[')
        ++depth_;
      else if ((c == '}' || c == ']') && --depth_ == 0)
        return finish(cut(JsonCut::Kind::kObject, begin, at + 1));
    }
  }
  if (end_of_input)
    return finish(cut(JsonCut::Kind::kSkipped, begin, buffer.size(), "a JSON object is cut off at the end"));
  scanned_ = buffer.size() - begin;
  return cut(JsonCut::Kind::kMore, begin, begin);
}

// Up to the next line that begins with `{` no further right than the last object did.
JsonCut JsonCutter::skip_damage(Bytes buffer, std::size_t begin, const char* why) {
  std::size_t at = begin;
  if (!damaged_) damaged_ = true, line_start_ = false, column_ = 0;
  for (; at < buffer.size(); ++at) {
    std::uint8_t c = buffer[at];
    if (c == '\n') {
      line_start_ = true, column_ = 0;
    } else if (is_blank(c)) {
      ++column_;
    } else if (c == '{' && line_start_ && column_ <= indent_) {
      damaged_ = false;
      break;
    } else {
      line_start_ = false;
    }
  }
  return cut(JsonCut::Kind::kSkipped, begin, at, why);
}

}  // namespace bartizan
