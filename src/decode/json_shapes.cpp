// SPDX-License-Identifier: Apache-2.0
#include "decode/json_shapes.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "base/limits.h"

namespace bartizan {

namespace {

using simdjson::dom::element_type;

constexpr std::string_view kAttributes = "#attributes";  // evtx_dump
constexpr std::string_view kAttributesSuffix =
    "_attributes";  // evtx_dump --separate-json-attributes, Chainsaw
constexpr std::string_view kText = "#text";

std::string shortest_decimal(double value) {
  char text[400];
  double size = std::fabs(value);
  bool plain = size == 0 || (size >= 1e-7 && size < 1e21);
  auto [end, error] = plain ? std::to_chars(text, text + sizeof text, value, std::chars_format::fixed)
                            : std::to_chars(text, text + sizeof text, value);
  return error == std::errc() ? std::string(text, end) : std::string();
}

bool has(const simdjson::dom::object& object, std::string_view name) {
  return object.at_key(name).error() == simdjson::SUCCESS;
}

bool has_any(const simdjson::dom::object& object, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return has(object, name); });
}

std::string_view text_of(const simdjson::dom::object& object, std::string_view name) {
  std::string_view text;
  return object.at_key(name).get(text) ? std::string_view() : text;
}

// The `Event` object wherever a dump tool puts it; it must hold a System object.
bool find_windows_event(simdjson::dom::object root, simdjson::dom::object& event) {
  simdjson::dom::object inner, system;
  if (!root.at_key("document").get(inner)) root = inner;
  if (!root.at_key("data").get(inner)) root = inner;
  if (root.at_key("Event").get(event)) return false;
  return !event.at_key("System").get(system);
}

// Winlogbeat, nested or with dotted names, and its version 6 without the `winlog` object.
bool is_winlogbeat(const simdjson::dom::object& root) {
  return has_any(root, {"winlog", "winlog.channel", "winlog.event_id", "winlog.provider_name"}) ||
         (has(root, "log_name") && has(root, "event_id"));
}

bool is_flat_windows(const simdjson::dom::object& root) {
  return has_any(root, {"Channel", "LogName"}) && has_any(root, {"EventID", "EventId", "EventCode", "Id"});
}

// Get-WinEvent | ConvertTo-Json writes /Date(1557594606325)/.
std::optional<Instant> parse_log_time(std::string_view text) {
  if (text.starts_with("/Date(")) text = text.substr(6, text.find_first_of(")+", 6) - 6);
  return parse_instant(text);
}

}  // namespace

void JsonFields::read(const Object& root) {
  Object event;
  std::string path;
  if (find_windows_event(root, event)) {
    read_windows_event(event);
    name_windows_header();
    return;
  }
  flatten_members(path, root, 0);
  bool winlogbeat = is_winlogbeat(root);
  if (winlogbeat) rename_winlogbeat();
  if (winlogbeat || is_flat_windows(root)) {
    remove_blanks();
    name_windows_header();
  } else {
    name_generic(root);
  }
}

void JsonFields::read_windows_event(const Object& event) {
  Object system;
  if (!event.at_key("System").get(system)) read_system(system);
  for (auto [key, value] : event) {
    if (key == "System" || key.starts_with('#') || key.ends_with(kAttributesSuffix)) continue;
    read_leaves("Data", value, 0);
  }
  remove_blanks();
}

// Elements by name, attributes as Element_Attribute.
void JsonFields::read_system(const Object& system) {
  for (auto [key, value] : system) {
    Object attributes;
    std::string_view name = key;
    if (value.get(attributes)) {
      add(name, value);
      continue;
    }
    if (name.ends_with(kAttributesSuffix)) name.remove_suffix(kAttributesSuffix.size());
    if (auto text = attributes.at_key(kText); !text.error()) add(name, text.value_unsafe());
    Object inner;
    if (!attributes.at_key(kAttributes).get(inner)) attributes = inner;
    for (auto [attribute, content] : attributes)
      if (!attribute.starts_with('#')) add(std::string(name) + "_" + std::string(attribute), content);
  }
}

// EventData and UserData: the name of the innermost element is the field's name.
void JsonFields::read_leaves(std::string_view name, const Element& value, std::size_t depth) {
  if (too_deep(depth)) return;
  simdjson::dom::array items;
  Object object;
  if (!value.get(items)) {
    for (Element item : items) read_leaves(name, item, depth + 1);
    return;
  }
  if (value.get(object)) return add(name, value);
  Object attributes;
  std::string_view own_name;
  if (!object.at_key(kAttributes).get(attributes)) own_name = text_of(attributes, "Name");
  if (own_name.empty() || !has(object, kText)) own_name = name;
  for (auto [key, content] : object) {
    if (key == kText)
      read_leaves(own_name, content, depth + 1);
    else if (key != kAttributes && !(key.ends_with(kAttributesSuffix) && content.is_object()))
      read_leaves(key, content, depth + 1);
  }
}

void JsonFields::flatten(std::string& path, const Element& value, std::size_t depth) {
  if (too_deep(depth)) return;
  simdjson::dom::array items;
  Object object;
  if (!value.get(items)) {
    for (Element item : items) flatten(path, item, depth + 1);
  } else if (!value.get(object)) {
    flatten_members(path, object, depth + 1);
  } else {
    add(path, value);
  }
}

void JsonFields::flatten_members(std::string& path, const Object& object, std::size_t depth) {
  std::size_t size = path.size();
  for (auto [key, value] : object) {
    if (full_) return;
    if (size > 0) path += '.';
    path += key.substr(0, limits::kFieldNameBytesMax);
    if (path.size() > limits::kFieldNameBytesMax) path.resize(std::max(size, limits::kFieldNameBytesMax));
    flatten(path, value, depth);
    path.resize(size);
  }
}

void JsonFields::rename_winlogbeat() {
  constexpr std::string_view kPrefixes[] = {"winlog.event_data.", "winlog.user_data.", "event_data.",
                                            "user_data."};
  std::vector<DraftField> unnamed;
  for (DraftField& field : event_.fields) {
    for (std::string_view prefix : kPrefixes) {
      if (!field.name.starts_with(prefix)) continue;
      std::size_t cut = prefix.size();
      bool user_data = prefix.find("user_data") != prefix.npos;
      if (user_data) cut = std::max(cut, field.name.rfind('.') + 1);
      field.name.erase(0, cut);
      // Winlogbeat calls unnamed Data elements param1, param2...; some providers do so themselves: both names
      // are kept.
      bool numbered = field.name.size() > 5 && field.name.starts_with("param") &&
                      field.name.find_first_not_of("0123456789", 5) == field.name.npos;
      if (!user_data && numbered) unnamed.push_back({"Data", field.value, field.is_number});
      break;
    }
  }
  for (DraftField& field : unnamed) event_.fields.push_back(std::move(field));
}

void JsonFields::name_windows_header() {
  add_alias("EventID", {"winlog.event_id", "event.code", "event_id", "EventId", "EventCode", "Id"});
  add_alias("Channel", {"winlog.channel", "log_name", "LogName"});
  add_alias("Provider_Name",
            {"winlog.provider_name", "event.provider", "source_name", "SourceName", "ProviderName"});
  add_alias("Computer", {"winlog.computer_name", "computer_name", "Hostname", "ComputerName", "MachineName",
                         "host.name"});
  add_alias("EventRecordID",
            {"winlog.record_id", "record_number", "RecordNumber", "RecordId", "EventRecordId"});
  if (auto* text = first_of({"Channel"})) event_.channel = *text;
  if (auto* text = first_of({"Provider_Name"})) event_.provider = *text;
  if (auto* text = first_of({"Computer"})) event_.host = *text;
  if (auto* text = first_of({"EventRecordID"})) event_.record_id = *text;
  if (auto* text = first_of({"EventID"})) {
    std::uint32_t number = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error == std::errc() && end == text->data() + text->size())
      event_.event_id = number;
    else
      oddities_.add("an event id is not a number", event_.offset);
  }
  for (std::string_view name :
       {"TimeCreated_SystemTime", "TimeCreated", "@timestamp", "EventTime", "UtcTime", "_time"}) {
    auto* text = first_of({name});
    auto time = text ? parse_log_time(*text) : std::nullopt;
    if (!time) continue;
    event_.time = *time;
    break;
  }
}

void JsonFields::name_generic(const Object& root) {
  for (std::string_view name :
       {"@timestamp", "eventTime", "requestReceivedTimestamp", "timestamp", "activityDateTime",
        "createdDateTime", "TimeGenerated", "CreationTime", "TimeCreated", "time", "_time", "ts", "date"}) {
    auto* text = first_of({name});
    auto time = text ? parse_log_time(*text) : std::nullopt;
    if (!time) continue;
    event_.time = *time;
    break;
  }
  if (auto* text = first_of({"host.name", "hostname", "Hostname", "Computer", "host"})) event_.host = *text;
  std::string_view category = text_of(root, "category");
  if (has(root, "eventSource") && has(root, "eventName")) {
    event_.product = "aws", event_.service = "cloudtrail";
  } else if (text_of(root, "apiVersion").starts_with("audit.k8s.io")) {
    event_.product = "kubernetes", event_.service = "audit", event_.category = "application";
  } else if (has(root, "operationName") && has_any(root, {"resourceId", "tenantId"})) {
    event_.product = "azure";
    if (category == "AuditLogs")
      event_.service = "auditlogs";
    else if (category.ends_with("SignInLogs"))
      event_.service = "signinlogs";
    else if (category == "Administrative")
      event_.service = "activitylogs";
  }
}

void JsonFields::add(std::string_view name, const Element& scalar) {
  if (full_ || scalar.is_null()) return;
  if (event_.fields.size() >= limits::kFieldsPerEventMax) {
    full_ = true;
    oddities_.add("an event has too many fields; the rest is dropped", event_.offset);
    return;
  }
  DraftField field;
  field.name = name.substr(0, limits::kFieldNameBytesMax);
  switch (scalar.type()) {
    case element_type::STRING:
      field.value = std::string_view(scalar.get_string().value_unsafe());
      break;
    case element_type::BOOL:
      field.value = scalar.get_bool().value_unsafe() ? "true" : "false";
      break;
    case element_type::INT64:
      field.value = std::to_string(scalar.get_int64().value_unsafe());
      break;
    case element_type::UINT64:
      field.value = std::to_string(scalar.get_uint64().value_unsafe());
      break;
    case element_type::DOUBLE:
      field.value = shortest_decimal(scalar.get_double().value_unsafe());
      break;
    default:
      return;
  }
  field.is_number = scalar.is_number();
  event_.fields.push_back(std::move(field));
}

bool JsonFields::too_deep(std::size_t depth) {
  if (depth <= limits::kJsonDepthMax) return false;
  if (!deep_)
    oddities_.add("a JSON object nests too deeply; the innermost values are dropped", event_.offset);
  return deep_ = true;
}

const std::string* JsonFields::first_of(Names names) const {
  for (std::string_view name : names)
    if (const std::string* value = event_.find(name); value && !value->empty()) return value;
  return nullptr;
}

void JsonFields::add_alias(std::string_view name, Names sources) {
  if (event_.find(name)) return;
  for (std::string_view source : sources) {
    auto field = std::find_if(event_.fields.begin(), event_.fields.end(),
                              [&](const DraftField& f) { return f.name == source; });
    if (field == event_.fields.end()) continue;
    DraftField alias{std::string(name), field->value, field->is_number};
    event_.fields.push_back(std::move(alias));
    return;
  }
}

void JsonFields::remove_blanks() {
  for (DraftField& field : event_.fields) std::erase(field.name, ' ');
}

}  // namespace bartizan
