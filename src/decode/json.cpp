// SPDX-License-Identifier: Apache-2.0
#include "decode/json.h"

#include <simdjson.h>

#include <string>
#include <utility>

#include "decode/json_decoded.h"
#include "decode/json_fields.h"
#include "decode/json_repair.h"

namespace bartizan {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

class Parser {
 public:
  // `readable`: bytes that may be read from the start of `text` on. The parser looks a little past the end.
  simdjson::error_code parse(std::string_view text, std::size_t readable, object& root) {
    const char* bytes = text.data();
    if (readable < text.size() + simdjson::SIMDJSON_PADDING) {
      if (buffer_.size() < text.size() + simdjson::SIMDJSON_PADDING)
        buffer_.resize(text.size() + simdjson::SIMDJSON_PADDING);
      text.copy(buffer_.data(), text.size());
      bytes = buffer_.data();
    }
    element top;
    if (auto error = parser_.parse(bytes, text.size(), false).get(top)) return error;
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

bool has(const object& root, std::string_view name) { return root.at_key(name).error() == simdjson::SUCCESS; }

bool says_list(const object& root) {
  std::string_view kind;
  return !root.at_key("kind").get(kind) && (kind.ends_with("EventList") || kind.ends_with("activities"));
}

// Members that hold a list of records, and when: an event with a list in it has more members than an answer of
// an API, which has the list, perhaps where the next one begins, and what was asked.
struct Wrapper {
  std::string_view list;
  bool (*wraps)(const object& root);
};
constexpr Wrapper kWrappers[] = {
    {"Records", [](const object& root) { return root.size() <= 2; }},
    {"records", [](const object& root) { return root.size() <= 2; }},
    {"items", says_list},
    {"value", [](const object& root) { return has(root, "@odata.context") || root.size() <= 2; }},
    {"Events", [](const object& root) { return root.size() <= 2; }},  // aws cloudtrail lookup-events
    {"events",
     [](const object& root) {
       return root.size() <= 3 && !has(root, "kind");
     }},                                                                 // aws logs filter-log-events
    {"entries", [](const object& root) { return root.size() <= 2; }},    // Google's entries.list
    {"response", [](const object& root) { return has(root, "stat"); }},  // Duo
    {"data",
     [](const object& root) { return has(root, "pagination") || has(root, "links") || root.size() == 1; }},
    {"logEvents", [](const object& root) { return has(root, "messageType"); }},  // CloudWatch subscription
    {"dmesg", [](const object& root) { return root.size() == 1; }},              // dmesg --json
};

// The `Event` object wherever a dump tool puts it, or the record itself (Velociraptor); it holds a System
// object.
bool find_windows_event(object root, object& event) {
  object inner, system;
  element channel;
  if (!root.at_key("System").get(system) && !system.at_key("Channel").get(channel)) return event = root, true;
  if (!root.at_key("document").get(inner)) root = inner;
  if (!root.at_key("data").get(inner)) root = inner;
  if (root.at_key("Event").get(event)) return false;
  return !event.at_key("System").get(system);
}

}  // namespace

struct JsonDecoder::Parsers {
  Parser outer, raw;  // `raw` reads the JSON inside a text while values of `outer` are in use
  JsonFields fields;
  Projection* projection = nullptr;

  struct Run {
    std::uint64_t offset;
    EventBatch& out;
    OddityList& oddities;
    std::size_t records = 0;
    bool many = false;  // records that share an offset: they are not projected
  };

  bool parse(Parser& parser, std::string_view text, std::size_t readable, object& root, Run& run) {
    auto error = parser.parse(text, readable, root);
    if (!error) return true;
    bool hopeless =
        error == simdjson::CAPACITY || error == simdjson::MEMALLOC || error == simdjson::DEPTH_ERROR;
    if (!hopeless && !parser.parse(repaired_json(text), 0, root)) {
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
    run.many = true;
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
    // EventBridge around a CloudTrail record.
    if (!root.at_key("detail-type").get(text) && !root.at_key("detail").get(inner) &&
        inner.at_key("eventName").error() == 0)
      return decode_object(inner, run, wrappers), true;
    // The audit log of Microsoft 365 as Graph answers it.
    if (!root.at_key("auditData").get(inner) && has(inner, "Operation"))
      return decode_object(inner, run, wrappers), true;
    for (const Wrapper& wrapper : kWrappers)
      if (wrapper.wraps(root) && !root.at_key(wrapper.list).get(items) && first_is_object(items))
        return decode_records(items, run, wrappers), true;
    // Duo's API puts its lists into `response`, Okta's event hook into `data`.
    for (const auto& [holder, list] : {std::pair{"response", "authlogs"}, std::pair{"data", "events"}})
      if (!root.at_key(holder).get(inner) && !inner.at_key(list).get(items) && first_is_object(items))
        return decode_records(items, run, wrappers), true;
    if (!root.at_key("_raw").get(text) && looks_like_json(as_bytes(text)) && !reading_raw_) {
      reading_raw_ = true;
      bool read = parse(raw, text, 0, inner, run);
      if (read) decode_object(inner, run, wrappers);
      reading_raw_ = false;
      return read;
    }
    return false;
  }

  void decode_object(const object& root, Run& run, int wrappers) {
    constexpr int kWrappersMax = 4;  // Splunk around Elasticsearch around a list is three
    object event;
    if (read_decoded_event(root, run.offset, run.out)) return void(++run.records);
    fields.begin(run.offset, run.out, run.oddities);
    if (!fields.read(root, true)) {
      if (wrappers < kWrappersMax && unwrap(root, run, wrappers + 1)) return;
      fields.begin(run.offset, run.out, run.oddities);
      if (find_windows_event(root, event)) fields.read_windows_event(event);
      else (void)fields.read(root, false);
    }
    ++run.records;
    // A record in a text of another: the fields of both.
    if (const std::string_view text = fields.inside();
        !text.empty() && !reading_raw_ && !raw.parse(text, 0, event))
      if (!fields.read_payload(event)) (void)fields.read(event, false);
    if (!fields.emit(run.many ? nullptr : projection))
      run.oddities.add("a JSON object holds no fields", run.offset);
  }

 private:
  bool reading_raw_ = false;
};

JsonDecoder::JsonDecoder(Projection* projection) : parsers_(std::make_unique<Parsers>()) {
  parsers_->projection = projection;
}
JsonDecoder::~JsonDecoder() = default;
JsonDecoder::JsonDecoder(JsonDecoder&&) noexcept = default;
JsonDecoder& JsonDecoder::operator=(JsonDecoder&&) noexcept = default;

void JsonDecoder::set_zone(const TimeZone* zone) { parsers_->fields.set_zone(zone); }

void JsonDecoder::decode(Bytes json, std::size_t readable, std::uint64_t file_offset, EventBatch& out,
                         OddityList& oddities) {
  Parsers::Run run{file_offset, out, oddities};
  object root;
  if (parsers_->parse(parsers_->outer, as_text(json), readable, root, run))
    parsers_->decode_object(root, run, 0);
}

bool JsonDecoder::decode_line(Bytes line, std::size_t readable, std::uint64_t file_offset, EventBatch& out,
                              OddityList& oddities) {
  Parsers::Run run{file_offset, out, oddities};
  object root;
  if (parsers_->outer.parse(as_text(line), readable, root)) return false;
  parsers_->decode_object(root, run, 0);
  return true;
}

void JsonDecoder::decode_whole(Bytes json, std::uint64_t file_offset, EventBatch& out) {
  OddityList told_before;
  Projection* const wanted = std::exchange(parsers_->projection, nullptr);
  decode(json, json.size(), file_offset, out, told_before);
  parsers_->projection = wanted;
}

}  // namespace bartizan
