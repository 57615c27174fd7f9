// SPDX-License-Identifier: Apache-2.0
#include "decode/json.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "base/text.h"
#include "decode/json_shapes.h"

namespace bartizan {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

// Values JSON does not know (NaN, numbers beyond 64 bits) become text.
std::size_t repair_token(std::string_view text, std::size_t at, std::string& out) {
  std::size_t end = text.find_first_of("{}[],:\" \t\r\n", at);
  std::string_view token = text.substr(at, end == text.npos ? end : end - at);
  bool plain = token.size() <= 18 && token.find_first_not_of("-0123456789.") == token.npos;
  if (plain || token == "true" || token == "false" || token == "null")
    out.append(token);
  else
    out.append(1, '"').append(token).append(1, '"');
  return at + token.size();
}

int hex_unit(std::string_view text, std::size_t at) {
  int unit = -1;
  if (text.substr(at, 2) != "\\u" || text.size() < at + 6) return -1;
  auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  return error == std::errc() && end == text.data() + at + 6 ? unit : -1;
}

// An escape at `at` inside a string; returns where it ends. Lone surrogates become U+FFFD, unknown escapes a
// backslash.
std::size_t repair_escape(std::string_view text, std::size_t at, std::string& out) {
  int unit = hex_unit(text, at);
  if (unit >= 0xd800 && unit <= 0xdfff) {
    int low = hex_unit(text, at + 6 <= text.size() ? at + 6 : at);
    bool pair = unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
    out.append(pair ? text.substr(at, 12) : std::string_view("\\ufffd"));
    return at + (pair ? 12 : 6);
  }
  if (unit >= 0) return out.append(text.substr(at, 6)), at + 6;
  bool known =
      at + 1 < text.size() && std::string_view("\"\\/bfnrt").find(text[at + 1]) != std::string_view::npos;
  out.append(known ? text.substr(at, 2) : std::string_view("\\\\"));
  return at + (known ? 2 : 1);
}

// What real exporters get wrong: bytes that are not UTF-8, raw control characters and bad escapes in strings.
std::string repaired(std::string_view raw) {
  std::string text, out;
  append_valid_utf8(raw, text);
  out.reserve(text.size() + 64);
  bool in_string = false;
  for (std::size_t at = 0; at < text.size();) {
    char c = text[at];
    if (c == '"') {
      in_string = !in_string, out += c, ++at;
    } else if (!in_string) {
      bool token = std::string_view("{}[],: \t\r\n").find(c) == std::string_view::npos;
      if (token)
        at = repair_token(text, at, out);
      else
        out += c, ++at;
    } else if (c == '\\') {
      at = repair_escape(text, at, out);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr char kDigits[] = "0123456789abcdef";
      out.append("\\u00").append(1, kDigits[c >> 4]).append(1, kDigits[c & 15]);
      ++at;
    } else {
      out += c, ++at;
    }
  }
  return out;
}

class Parser {
 public:
  simdjson::error_code parse(std::string_view text, object& root) {
    buffer_.assign(text);
    buffer_.resize(text.size() + simdjson::SIMDJSON_PADDING);
    element top;
    if (auto error = parser_.parse(buffer_.data(), text.size(), false).get(top)) return error;
    return top.get(root);
  }

 private:
  simdjson::dom::parser parser_;
  std::string buffer_;
};

// Splunk's export and an Elasticsearch hit carry nothing but the record and its address; an event with a
// member of the same name carries more.
bool only_wraps(const object& root, std::string_view name) {
  for (auto [key, value] : root)
    if (key != name && key != "preview" && key != "offset" && key != "lastrow" && key != "sort" &&
        !key.starts_with('_'))
      return false;
  return true;
}

bool first_is_object(const array& items) {
  object first;
  return items.size() > 0 && !items.at(0).get(first);
}

}  // namespace

struct JsonDecoder::Parsers {
  Parser outer, raw;  // `raw` reads the JSON inside Splunk's _raw while values of `outer` are in use

  struct Run {
    std::uint64_t offset;
    EventBatch& out;
    OddityList& oddities;
    std::size_t records = 0;
  };

  bool parse(Parser& parser, std::string_view text, object& root, Run& run) {
    auto error = parser.parse(text, root);
    if (!error) return true;
    bool hopeless =
        error == simdjson::CAPACITY || error == simdjson::MEMALLOC || error == simdjson::DEPTH_ERROR;
    if (!hopeless && !parser.parse(repaired(text), root)) {
      run.oddities.add("a JSON object had to be repaired: " + std::string(simdjson::error_message(error)),
                       run.offset);
      return true;
    }
    run.oddities.add("a JSON object is not valid: " + std::string(simdjson::error_message(error)),
                     run.offset);
    return false;
  }

  // Every element of a wrapper's array is a record of its own.
  void decode_records(const array& items, Run& run, int wrappers) {
    for (element item : items) {
      object record;
      if (item.get(record)) continue;
      if (run.records >= limits::kJsonRecordsMax) {
        run.oddities.add("a JSON object wraps too many records; the rest is dropped", run.offset);
        return;
      }
      decode_object(record, run, wrappers);
    }
  }

  bool unwrap(const object& root, Run& run, int wrappers) {
    object inner;
    array items;
    std::string_view text;
    for (const char* name : {"_source", "result"}) {
      if (root.at_key(name).get(inner) || !only_wraps(root, name)) continue;
      decode_object(inner, run, wrappers);
      return true;
    }
    if (!root.at_key("hits").get(inner) && !inner.at_key("hits").get(items) && first_is_object(items))
      return decode_records(items, run, wrappers), true;
    bool kubernetes_list = !root.at_key("kind").get(text) && text.ends_with("EventList");
    constexpr std::size_t kWrapperMembersMax = 2;  // an event with a list of records in it has more
    for (const char* name : {"Records", "records", "items"})
      if ((name[0] == 'i' ? kubernetes_list : root.size() <= kWrapperMembersMax) &&
          !root.at_key(name).get(items) && first_is_object(items))
        return decode_records(items, run, wrappers), true;
    if (!root.at_key("_raw").get(text) && looks_like_json(as_bytes(text)) && !reading_raw_) {
      reading_raw_ = true;
      bool read = parse(raw, text, inner, run);
      if (read) decode_object(inner, run, wrappers);
      reading_raw_ = false;
      return read;
    }
    return false;
  }

  void decode_object(const object& root, Run& run, int wrappers) {
    constexpr int kWrappersMax = 4;  // Splunk around Elasticsearch around a list is three
    if (wrappers < kWrappersMax && unwrap(root, run, wrappers + 1)) return;
    DraftEvent event;
    event.offset = run.offset;
    ++run.records;
    JsonFields fields(event, run.oddities);
    fields.read(root);
    if (event.fields.empty())
      run.oddities.add("a JSON object holds no fields", run.offset);
    else
      event.add_to(run.out);
  }

 private:
  bool reading_raw_ = false;
};

JsonDecoder::JsonDecoder() : parsers_(std::make_unique<Parsers>()) {}
JsonDecoder::~JsonDecoder() = default;
JsonDecoder::JsonDecoder(JsonDecoder&&) noexcept = default;
JsonDecoder& JsonDecoder::operator=(JsonDecoder&&) noexcept = default;

void JsonDecoder::decode(Bytes json, std::uint64_t file_offset, EventBatch& out,
                         OddityList& oddities) {
  Parsers::Run run{file_offset, out, oddities};
  object root;
  if (parsers_->parse(parsers_->outer, as_text(json), root, run)) parsers_->decode_object(root, run, 0);
}

}  // namespace bartizan
