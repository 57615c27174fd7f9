// SPDX-License-Identifier: Apache-2.0
#include "decode/json.h"

#include <array>

namespace bartizan {

namespace {

bool is_blank(std::uint8_t c) { return c == ' ' || c == '\t' || c == '\r'; }
// The end of a list, or the record separator of RFC 7464.
bool is_separator(std::uint8_t c) { return c == ']' || c == 0x1e; }

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

// What a string is scanned for; a table, as most bytes of a log are in strings.
constexpr std::array<bool, 256> kEndsRunInString = [] {
  std::array<bool, 256> ends{};
  ends['"'] = ends['\\'] = ends['\n'] = true;
  return ends;
}();

// Where the first record of a list begins, in an object that is nothing but its wrapper, `{"Records": [{`; 0:
// elsewhere.
std::size_t first_record(Bytes object) {
  for (std::string_view name : {"Records", "records", "items", "value"}) {
    std::size_t at = 0;
    auto takes = [&](std::string_view text) {
      at = skip_space(object, at);
      if (as_text(slice(object, at, text.size())) != text) return false;
      return at += text.size(), true;
    };
    if (takes("{") && takes("\"") && as_text(slice(object, at, name.size())) == name &&
        (at += name.size(), takes("\"")) && takes(":") && takes("[") && takes("{"))
      return at - 1;
  }
  return 0;
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
    JsonCut skipped = skip_damage(buffer, at, at, nullptr);
    if (skipped.end > at) return skipped;
  }
  for (; at < buffer.size(); ++at) {
    std::uint8_t c = buffer[at];
    if (c == '\n') {
      line_start_ = true, column_ = 0, restarts_ = 0;
    } else if (is_blank(c)) {
      ++column_;
    } else if (c == ',' || c == '[') {
      line_start_ = false, in_list_ = true;
    } else if (std::size_t mark = c == 0xef ? mark_bytes(buffer, at) : 0; mark > 0) {
      if (mark < 3 && !end_of_input) return cut(JsonCut::Kind::kMore, at, at);
      at += mark - 1;
    } else if (is_separator(c)) {
      line_start_ = in_list_ = false;
    } else {
      break;
    }
  }
  if (at >= buffer.size()) return cut(end_of_input ? JsonCut::Kind::kEnd : JsonCut::Kind::kMore, at, at);
  if (buffer[at] != '{') return skip_damage(buffer, at, at, "text between JSON objects");
  if (line_start_) indent_ = column_;
  else if (indent_ == SIZE_MAX) indent_ = 0;
  depth_ = 0, lists_ = 0, last_ = 0, in_string_ = escaped_ = false, style_ = Style::kUnknown;
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

// False: in valid JSON the bracket cannot stand here. An object follows a colon in an object, the beginning
// or a comma in a list.
bool JsonCutter::opens(std::uint8_t c) {
  const bool in_object = depth_ > 0 && depth_ <= 64 && (lists_ & 1) == 0;
  const bool fits = !in_object || last_ == ':';
  ++depth_;
  lists_ = lists_ << 1 | (c == '[');
  return fits;
}

bool JsonCutter::closes(std::uint8_t c) {
  const bool fits = depth_ > 64 || (lists_ & 1) == (c == ']');
  --depth_;
  lists_ >>= 1;
  return fits;
}

// The end of an object that is no object. When it is but the wrapper of a list, its records are read on their
// own.
JsonCut JsonCutter::broken(Bytes buffer, std::size_t begin, std::size_t end, const char* why) {
  if (const std::size_t inner = in_list_ ? 0 : first_record(buffer.subspan(begin)); inner > 0) {
    in_list_ = true;
    return finish(cut(JsonCut::Kind::kSkipped, begin, begin + inner,
                      "a list of JSON records has no end; they are read on their own"));
  }
  const bool one_line = style_ == Style::kUnknown || style_ == Style::kOneLine;
  if (in_list_ && one_line && restarts_ < limits::kJsonRestartsMax) {
    ++restarts_;
    scanned_ = 0;
    return skip_damage(buffer, begin, begin + 1, why);
  }
  return finish(cut(JsonCut::Kind::kSkipped, begin, end, why));
}

JsonCut JsonCutter::scan_object(Bytes buffer, std::size_t begin, bool end_of_input) {
  constexpr const char* kBroken = "a JSON object is broken off before the next one begins";
  constexpr const char* kTooLarge = "a JSON object is larger than the limit";
  const std::size_t limit =
      begin + object_bytes_max_ < buffer.size() ? begin + object_bytes_max_ : buffer.size();
  std::size_t at = begin + scanned_;
  for (; at < limit; ++at) {
    std::uint8_t c = buffer[at];
    if (c == '\n') {
      escaped_ = false;
      Line line = judge_line(buffer, begin, at, end_of_input);
      if (line == Line::kNeedsMore) {
        scanned_ = at - begin;
        return cut(JsonCut::Kind::kMore, begin, begin);
      }
      if (line == Line::kNewObject) {
        JsonCut skipped = broken(buffer, begin, at + 1, kBroken);
        line_start_ = skipped.end == at + 1;
        return skipped;
      }
      while (at + 1 < limit && buffer[at + 1] == ' ') ++at;  // indentation
    } else if (in_string_) {
      if (escaped_) {
        escaped_ = false;
        continue;
      }
      while (at < limit && !kEndsRunInString[buffer[at]]) ++at;
      if (at == limit) break;
      if (buffer[at] == '"') in_string_ = false;
      else if (buffer[at] == '\\') escaped_ = true;
      else --at;  // the line end is judged above
    } else if (!is_blank(c)) {
      const bool ends_string = c == ':' || c == ',' || c == '}' || c == ']';
      bool fits = last_ != '"' || ends_string;
      const std::size_t from = fits ? at : begin + string_begin_;  // the string may have begun too early
      if (c == '"') {
        in_string_ = true, string_begin_ = at - begin;
      } else if (c == '{' || c == '[') {
        fits = opens(c) && fits;
      } else if (c == '}' || c == ']') {
        fits = closes(c) && fits;
        if (depth_ == 0 && (fits || !in_list_)) return finish(cut(JsonCut::Kind::kObject, begin, at + 1));
      }
      if (!fits && in_list_) {
        if (c == '{' && from == at) return finish(cut(JsonCut::Kind::kSkipped, begin, at, kBroken));
        scanned_ = 0;
        return skip_damage(buffer, begin, from, kBroken);
      }
      last_ = c;
    }
  }
  scanned_ = at - begin;
  if (scanned_ >= object_bytes_max_) {
    if (!in_list_ && first_record(buffer.subspan(begin)) > 0) return broken(buffer, begin, at, kTooLarge);
    scanned_ = 0;
    return skip_damage(buffer, begin, begin, kTooLarge);
  }
  if (end_of_input) return broken(buffer, begin, buffer.size(), "a JSON object is cut off at the end");
  return cut(JsonCut::Kind::kMore, begin, begin);
}

// Up to the next line that begins with `{` no further right than the last object did; in a list on one line
// also up to the next item. [begin, from) is known not to hold that.
JsonCut JsonCutter::skip_damage(Bytes buffer, std::size_t begin, std::size_t from, const char* why) {
  std::size_t at = from;
  if (!damaged_) {
    damaged_ = true, line_start_ = false, column_ = 0, item_ = 0;
    to_item_ = in_list_ && (style_ == Style::kUnknown || style_ == Style::kOneLine);
  }
  for (; at < buffer.size(); ++at) {
    std::uint8_t c = buffer[at];
    const bool next_line = c == '{' && line_start_ && column_ <= indent_;
    const bool next_item = c == '{' && to_item_ && item_ == 2 && at > begin;
    if (next_line || next_item) {
      damaged_ = false;
      break;
    }
    if (c == '\n') {
      line_start_ = true, column_ = 0, restarts_ = 0;
    } else if (is_blank(c)) {
      ++column_;
    } else {
      line_start_ = false;
      item_ = c == '}' ? 1 : c == ',' && item_ == 1 ? 2 : 0;
    }
  }
  return cut(JsonCut::Kind::kSkipped, begin, at, why);
}

}  // namespace bartizan
