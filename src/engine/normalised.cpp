// SPDX-License-Identifier: Apache-2.0
#include "engine/normalised.h"

#include "base/json.h"
#include "model/jsonl.h"

namespace bartizan {
namespace {

void write_fields(const Event& event, const EventPlace& place, JsonWriter& json) {
  json.key("fields");
  json.begin_object();
  std::deque<std::string> made;
  std::vector<std::string_view> values;
  for (const auto& [name, mapping] : place.fields) {
    values.clear();
    append_mapped(event, mapping, made, values);
    if (values.empty()) continue;
    json.key(name);
    if (values.size() > 1) json.begin_array();
    for (std::string_view value : values) json.text(value);
    if (values.size() > 1) json.end_array();
  }
  json.end_object();
}

}  // namespace

void append_normalised_json(const Event& event, std::string_view file, const LogsourceTable& table,
                            std::string& out) {
  append_event_json(event, file, out);
  out.pop_back();  // the closing bracket
  out += ",\"as\":";
  JsonWriter json(out);
  json.begin_array();
  const EventKind kind = kind_of(event);
  for (const auto& [name, places] : table.all()) {
    for (const EventPlace& place : places) {
      if (!place.may_hold(kind) || !place.accepts(event)) continue;
      json.begin_object();
      for (const auto& [key, text] :
           {std::pair{"product", &name.product}, {"category", &name.category}, {"service", &name.service}})
        if (!text->empty()) json.member(key, *text);
      json.member("source", place.name);
      write_fields(event, place, json);
      json.end_object();
      break;  // the first one that takes it counts
    }
  }
  json.end_array();
  out += '}';
}

}  // namespace bartizan
