// SPDX-License-Identifier: Apache-2.0
// Reading: the walk over a parsed object. What is made of it is in json_event.cpp.
#include "decode/json_fields.h"

#include "base/limits.h"

namespace bartizan {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

constexpr std::string_view kAttributes = "#attributes";  // evtx_dump
constexpr std::string_view kAttributesSuffix =
    "_attributes";  // evtx_dump --separate-json-attributes, Chainsaw
constexpr std::string_view kText = "#text";
constexpr std::string_view kValue = "Value";  // Velociraptor

std::string_view member_text(const object& from, std::string_view name) {
  std::string_view text;
  return from.at_key(name).get(text) ? std::string_view() : text;
}

}  // namespace

JsonFields::JsonFields()
    : names_([](const void* shapes,
                std::string_view text) { return static_cast<const JsonShapes*>(shapes)->mark_of(text); },
             &shapes_),
      root_(names_.make_root('.')),
      system_(names_.make_root('_')),
      data_(names_.make_root(0)),
      pairs_(names_.make_root(0)) {
  Arena unused;
  JsonName* guess = nullptr;
  for (std::size_t i = 0; i < JsonHeader::kCount; ++i)
    header_names_[i] = &names_.child(data_, guess, shapes_.headers()[i].name, unused);
  unnamed_ = &names_.child(data_, guess, "Data", unused);
  for (auto& seen : seen_) seen.resize(shapes_.slots());
}

void JsonFields::begin(std::uint64_t offset, EventBatch& out, OddityList& oddities) {
  offset_ = offset, out_ = &out, oddities_ = &oddities;
  leaves_.clear();
  full_ = deep_ = is_windows_event_ = has_payload_ = false;
  candidates_ = {};
  if (++round_ == 0) {  // wrapped: marks of old rounds must not look new
    for (auto& seen : seen_) seen.assign(seen.size(), Seen{});
    round_ = 1;
  }
}

bool JsonFields::read(const Object& root, bool may_wrap) { return flatten_members(root_, root, 0, may_wrap); }

bool JsonFields::flatten_members(JsonName& name, const Object& members, std::size_t depth, bool may_wrap) {
  JsonName** guess = &name.first;
  for (auto [key, value] : members) {
    if (full_) return true;
    JsonName& member = names_.child(name, *guess, key, out_->arena());
    if (may_wrap && member.mark[0].wraps) return false;
    if (value.is_object() || value.is_array()) flatten(member, value, depth);
    else if (!too_deep(depth)) add(member, value);
    guess = &member.next;
  }
  return true;
}

void JsonFields::flatten(JsonName& name, const Element& value, std::size_t depth) {
  if (too_deep(depth)) return;
  const element_type type = value.type();
  if (type != element_type::ARRAY && type != element_type::OBJECT) return add(name, value);
  note_present(name.mark[0]);
  if (name.mark[0].has_text) add(name, value);
  if (type == element_type::OBJECT) {
    const object members = value.get_object().value_unsafe();
    (void)flatten_members(name, members, depth + 1, false);
    return;
  }
  const array items = value.get_array().value_unsafe();
  for (element item : items) {
    if (name.mark[0].has_pairs) read_pair(item, depth + 1);
    flatten(name, item, depth + 1);
  }
}

// {"Name": "RequestType", "Value": "..."} is also a field RequestType.
void JsonFields::read_pair(const Element& item, std::size_t depth) {
  object pair;
  std::string_view called;
  if (item.get(pair)) return;
  for (std::string_view name : {"Name", "name"})
    if (called.empty()) called = member_text(pair, name);
  if (called.empty()) return;
  element value;
  for (std::string_view name : {"Value", "value", "boolValue", "intValue", "multiValue"}) {
    if (pair.at_key(name).get(value)) continue;
    flatten(names_.child(pairs_, pairs_.first, called, out_->arena()), value, depth);
    return;
  }
}

void JsonFields::read_windows_event(const Object& event) {
  is_windows_event_ = true;
  Object system;
  if (!event.at_key("System").get(system)) read_system(system);
  for (auto [key, value] : event) {
    if (key == "System" || key.starts_with('#') || key.ends_with(kAttributesSuffix)) continue;
    const bool is_rendering = key == "Message" && value.is_string();  // Velociraptor's, for people
    read_data(is_rendering ? names_.child(data_, unnamed_->next, key, out_->arena()) : *unnamed_, value, 0);
  }
}

bool JsonFields::read_payload(const Object& payload) {
  Element data;
  if (payload.size() != 1 || (payload.at_key("EventData").get(data) && payload.at_key("UserData").get(data)))
    return false;
  has_payload_ = true;
  read_data(*unnamed_, data, 0);
  return true;
}

// Elements by name, attributes as Element_Attribute.
void JsonFields::read_system(const Object& system) {
  JsonName** guess = &system_.first;
  for (auto [key, value] : system) {
    Object attributes;
    std::string_view element_name = key;
    if (element_name.ends_with(kAttributesSuffix) && value.is_object())
      element_name.remove_suffix(kAttributesSuffix.size());
    JsonName& name = names_.child(system_, *guess, element_name, out_->arena());
    guess = &name.next;
    if (value.get(attributes)) {
      if (!value.is_null()) add(name, value);  // an element without content
      continue;
    }
    for (std::string_view content : {kText, kValue})
      if (auto text = attributes.at_key(content); !text.error()) add(name, text.value_unsafe());
    Object inner;
    if (!attributes.at_key(kAttributes).get(inner)) attributes = inner;
    JsonName** attribute_guess = &name.first;
    for (auto [attribute, content] : attributes) {
      if (attribute.starts_with('#') || attribute == kValue) continue;
      JsonName& attribute_name = names_.child(name, *attribute_guess, attribute, out_->arena());
      attribute_guess = &attribute_name.next;
      if (!content.is_null()) add(attribute_name, content);
    }
  }
}

// EventData and UserData: the name of the innermost element is the field's name.
void JsonFields::read_data(JsonName& name, const Element& value, std::size_t depth) {
  if (too_deep(depth)) return;
  array items;
  Object members, attributes;
  if (!value.get(items)) {
    for (Element item : items) read_data(name, item, depth + 1);
    return;
  }
  if (value.get(members)) return add(name, value);
  std::string_view own_name;
  element text;
  const bool has_text = !members.at_key(kText).get(text);
  if (has_text && !members.at_key(kAttributes).get(attributes)) own_name = member_text(attributes, "Name");
  else if (has_text) own_name = member_text(members, "@Name");  // EvtxECmd
  JsonName** guess = &name.first;
  for (auto [key, content] : members) {
    if (key == kText) {
      read_data(own_name.empty() ? name : names_.child(data_, *guess, own_name, out_->arena()), content,
                depth + 1);
    } else if (key != kAttributes && !key.starts_with('@') &&
               !(key.ends_with(kAttributesSuffix) && content.is_object())) {
      JsonName& member = names_.child(data_, *guess, key, out_->arena());
      read_data(member, content, depth + 1);
      guess = &member.next;
    }
  }
}

void JsonFields::add(JsonName& name, const Element& value) {
  if (full_) return;
  if (leaves_.size() >= limits::kFieldsPerEventMax) {
    full_ = true;
    oddities_->add("an event has too many fields; the rest is dropped", offset_);
    return;
  }
  if (name.is_marked)
    for (JsonNaming naming : {JsonNaming::kPath, JsonNaming::kWindows})
      if (name.marked(naming).slot != JsonMark::kNoSlot) note(naming, name.marked(naming), value);
  leaves_.push_back({&name, value});
}

void JsonFields::note(JsonNaming naming, const JsonMark& mark, const Element& value) {
  Seen& seen = see(naming, mark.slot);
  if (value.is_null()) {
    ++seen.nulls;
    return;
  }
  const auto leaf = static_cast<std::uint32_t>(leaves_.size());
  if (seen.count++ == 0) seen.first = leaf;
  std::string_view text;
  if (seen.filled == Seen::kNone && (value.get(text) || !text.empty())) seen.filled = leaf;
}

void JsonFields::note_present(const JsonMark& mark) {
  if (mark.slot != JsonMark::kNoSlot) (void)see(JsonNaming::kPath, mark.slot);
}

JsonFields::Seen& JsonFields::see(JsonNaming naming, std::uint16_t slot) {
  Seen& seen = seen_[static_cast<std::size_t>(naming)][slot];
  if (seen.round == round_) return seen;
  if (naming == JsonNaming::kPath)
    for (std::size_t i = 0; i < candidates_.size(); ++i) candidates_[i] |= shapes_.begun_by(slot)[i];
  return seen = {round_};
}

bool JsonFields::too_deep(std::size_t depth) {
  if (depth <= limits::kJsonDepthMax) return false;
  if (!deep_) oddities_->add("a JSON object nests too deeply; the innermost values are dropped", offset_);
  return deep_ = true;
}

}  // namespace bartizan
