// SPDX-License-Identifier: Apache-2.0
// Emitting: from the values of a record to an event.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "decode/carried_message.h"
#include "decode/json_fields.h"
#include "decode/windows_message.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

constexpr std::uint16_t kColumnUnknown = Field::kNoColumn - 1;

// Get-WinEvent | ConvertTo-Json writes /Date(1557594606325)/.
// laurel: 1615114232.375:15558, the number behind the colon being the event's.
std::optional<Instant> parse_log_time(std::string_view text, const TimeZone* zone) {
  if (text.starts_with("/Date(")) text = text.substr(6, text.find_first_of(")+", 6) - 6);
  else if (const std::size_t colon = text.find(':');
           colon != text.npos && text.find_first_not_of("0123456789.") == colon)
    text = text.substr(0, colon);
  const TimeHints hints{{}, zone, nullptr};
  if (zone && text.find_first_not_of("0123456789.") != text.npos)
    if (const auto time = parse_written_time(text, hints)) return time;
  if (const auto time = parse_instant(text)) return time;
  return parse_written_time(text, hints);
}

// Whether times under this name are UTC though they do not say so.
bool names_utc(std::string_view name) {
  constexpr std::string_view kUtc = "utc";
  return name == "TimeCreated_SystemTime" ||
         !std::ranges::search(name, kUtc, {}, fold_ascii, fold_ascii).empty();
}

std::string_view decimal(std::uint32_t number, char (&digits)[16]) {
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  return {digits, static_cast<std::size_t>(end - digits)};
}

// The shortest text that reads back as the same number.
constexpr std::size_t kNumberBytesMax = 400;  // 1e-308 in full
char* write_double(double value, char* out) {
  const double size = std::fabs(value);
  const bool plain = size == 0 || (size >= 1e-7 && size < 1e21);
  const auto done = plain ? std::to_chars(out, out + kNumberBytesMax, value, std::chars_format::fixed)
                          : std::to_chars(out, out + kNumberBytesMax, value);
  return done.ec == std::errc() ? done.ptr : out;
}

void append_json_text(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\', out += c;
    else if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\t') out += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20)
      out.append("\\u00").append(1, c < 0x10 ? '0' : '1').append(1, "0123456789abcdef"[c & 15]);
    else out += c;
  }
  out += '"';
}

void append_number(const element& value, std::string& out) {
  char text[kNumberBytesMax];
  char* end = text;
  if (value.is_int64()) end = std::to_chars(text, text + 32, value.get_int64().value_unsafe()).ptr;
  else if (value.is_uint64()) end = std::to_chars(text, text + 32, value.get_uint64().value_unsafe()).ptr;
  else end = write_double(value.get_double().value_unsafe(), text);
  out.append(text, end);
}

// Compact JSON, as rules that search it expect; what nests too deeply is left out.
void append_json(const element& value, std::size_t depth, std::string& out) {
  object members;
  array items;
  std::string_view text;
  bool yes = false, first = true;
  if (!value.get(members)) {
    out += '{';
    for (auto [key, member] : members) {
      if (depth >= limits::kJsonDepthMax) break;
      if (!std::exchange(first, false)) out += ',';
      append_json_text(key, out);
      out += ':';
      append_json(member, depth + 1, out);
    }
    out += '}';
  } else if (!value.get(items)) {
    out += '[';
    for (element item : items) {
      if (depth >= limits::kJsonDepthMax) break;
      if (!std::exchange(first, false)) out += ',';
      append_json(item, depth + 1, out);
    }
    out += ']';
  } else if (!value.get(text)) {
    append_json_text(text, out);
  } else if (!value.get(yes)) {
    out += yes ? "true" : "false";
  } else if (value.is_null()) {
    out += "null";
  } else {
    append_number(value, out);
  }
}

}  // namespace

const JsonFields::Seen* JsonFields::seen(std::uint16_t slot, JsonNaming naming) const {
  const Seen& found = seen_[static_cast<std::size_t>(naming)][slot];
  return found.round == round_ ? &found : nullptr;
}

std::uint32_t JsonFields::filled(std::uint16_t slot, JsonNaming naming) const {
  const Seen* found = seen(slot, naming);
  return found ? found->filled : Seen::kNone;
}

std::string_view JsonFields::text_of_slot(std::uint16_t slot, JsonNaming naming) {
  const std::uint32_t leaf = slot == JsonMark::kNoSlot ? Seen::kNone : filled(slot, naming);
  return leaf == Seen::kNone ? std::string_view() : text_of(leaves_[leaf].value);
}

std::string_view JsonFields::first_text(const JsonShapes::Slots& slots, JsonNaming naming) {
  for (std::uint16_t slot : slots)
    if (filled(slot, naming) != Seen::kNone) return text_of_slot(slot, naming);
  return {};
}

std::string_view JsonFields::inside() const {
  for (std::uint16_t slot : shapes_.inside()) {
    const std::uint32_t leaf = filled(slot, JsonNaming::kPath);
    std::string_view text;
    if (leaf != Seen::kNone && !leaves_[leaf].value.get(text) && text.size() > 1) {
      const std::size_t begin = text.find_first_not_of(" \t\r\n");
      if (begin != text.npos && text[begin] == '{') return text.substr(begin);
    }
  }
  return {};
}

const JsonShapes::Shape* JsonFields::recognise() const {
  return shapes_.recognise(
      candidates_, [&](std::uint16_t slot) { return seen(slot, JsonNaming::kPath) != nullptr; },
      [&](std::uint16_t slot, std::string_view begin) {
        const std::uint32_t leaf = filled(slot, JsonNaming::kPath);
        std::string_view text;
        return leaf != Seen::kNone && !leaves_[leaf].value.get(text) && text.size() >= begin.size() &&
               equals_ignoring_ascii_case(text.substr(0, begin.size()), begin);
      });
}

bool JsonFields::set_time(const JsonShapes::Slots& slots, JsonNaming naming) {
  for (std::uint16_t slot : slots) {
    if (filled(slot, naming) == Seen::kNone) continue;
    const std::string_view called = leaves_[filled(slot, naming)].name->called(naming);
    const auto time = parse_log_time(text_of_slot(slot, naming), names_utc(called) ? nullptr : zone_);
    if (!time) continue;
    out_->draft().time = *time;
    return true;
  }
  return false;
}

bool JsonFields::is_plain(const JsonShapes::Header& header, std::string_view text) {
  const Seen* found = seen(header.slot, JsonNaming::kWindows);
  const Header& made = headers_[static_cast<std::size_t>(&header - shapes_.headers().data())];
  if (found && found->nulls > 0) return false;
  if (made.alias != Seen::kNone) return text == text_of(leaves_[made.alias].value);
  return found && found->count == 1 && text == text_of(leaves_[found->first].value);
}

void JsonFields::make_windows_header() {
  for (std::size_t i = 0; i < JsonHeader::kCount; ++i) {
    const JsonShapes::Header& header = shapes_.headers()[i];
    Header& made = headers_[i] = {};
    const Seen* own = seen(header.slot, JsonNaming::kWindows);
    if (own && own->count > 0) {
      made.text = text_of_slot(header.slot, JsonNaming::kWindows);
      continue;
    }
    for (std::uint16_t slot : header.others) {
      const Seen* other = seen(slot, JsonNaming::kWindows);
      if (!other || other->count == 0) continue;
      made.alias = other->first;
      made.text = text_of(leaves_[made.alias].value);
      break;
    }
  }
  Event& event = out_->draft();
  event.channel = headers_[JsonHeader::kChannel].text;
  event.provider = headers_[JsonHeader::kProvider].text;
  event.host = headers_[JsonHeader::kComputer].text;
  event.record_id = headers_[JsonHeader::kRecordId].text;
  const std::string_view id = headers_[JsonHeader::kEventId].text;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), event.event_id);
  if (!id.empty() && (error != std::errc() || end != id.data() + id.size())) {
    event.event_id = 0;
    oddities_->add("an event id is not a number", offset_);
  }
  char digits[16];
  event.header_is_plain =
      is_plain(shapes_.headers()[JsonHeader::kEventId], decimal(event.event_id, digits)) &&
      is_plain(shapes_.headers()[JsonHeader::kChannel], event.channel) &&
      is_plain(shapes_.headers()[JsonHeader::kProvider], event.provider);
  (void)set_time(shapes_.windows_times(), JsonNaming::kWindows);
}

void JsonFields::make_header(const JsonShapes::Shape& shape) {
  const auto part = [&](std::uint16_t slot, std::string_view text) {
    return slot == JsonMark::kNoSlot ? text : text_of_slot(slot, JsonNaming::kPath);
  };
  Event& event = out_->draft();
  event.product = part(shape.slot_of_product, shape.product);
  event.service = part(shape.slot_of_service, shape.service);
  event.category = shape.category;
  event.host = first_text(shape.hosts, JsonNaming::kPath);
}

// Get-WinEvent and Splunk's own event log input give values without names, or none; the message has both.
std::string_view JsonFields::message_with_fields() {
  const std::uint32_t id = headers_[JsonHeader::kEventId].alias;
  if (id == Seen::kNone) return {};
  const std::string_view called = leaves_[id].name->called(JsonNaming::kPath);
  if (called != "Id" && called != "EventCode") return {};
  for (const Leaf& leaf : leaves_)
    if (std::string_view text; leaf.name->called(JsonNaming::kPath) == "Message" && !leaf.value.get(text))
      return text;
  return {};
}

// Beside the data of an event, Get-WinEvent and EvtxECmd tell who wrote the record by names that data have, too.
std::string_view JsonFields::property_name(const Leaf& leaf, std::string_view called) const {
  if (leaf.name->parent != &root_) return called;
  if (called == "ProcessId") return "Execution_ProcessID";
  if (called == "ThreadId") return "Execution_ThreadID";
  return called;
}

bool JsonFields::emit(Projection* projection) {
  if (leaves_.empty()) return false;
  const JsonShapes::Shape* shape = is_windows_event_ ? nullptr : recognise();
  if (shape && shape->from->is_audit) return emit_audit(*shape), true;
  const auto carries = shape ? shape->from->carries : JsonShape::Carries::kNothing;
  Event& event = out_->start();
  event.offset = offset_;
  const JsonNaming naming = is_windows_event_ || (shape && shape->from->naming == JsonNaming::kWindows)
                                ? JsonNaming::kWindows
                                : JsonNaming::kPath;
  std::string_view message;  // in which the fields are
  if (naming == JsonNaming::kWindows) {
    make_windows_header();
    message = message_with_fields();
  } else {
    if (shape) make_header(*shape);
    if (!shape || !set_time(shape->times, naming)) (void)set_time(shapes_.any_times(), naming);
    if (!shape || shape->hosts.empty()) event.host = first_text(shapes_.any_hosts(), naming);
  }
  for (std::string_view* text : {&event.channel, &event.provider, &event.product, &event.service})
    *text = out_->keep(*text);
  const bool has_properties = !message.empty() || has_payload_;
  if (carries != JsonShape::Carries::kNothing || has_properties) projection = nullptr;
  Kind* kind = projection ? &kind_of(event, naming, *projection) : nullptr;
  if (kind) {
    event.columns = kind->columns;
    event.host = event.record_id = {};
  } else {
    event.host = out_->keep(event.host), event.record_id = out_->keep(event.record_id);
  }
  for (const Leaf& leaf : leaves_) {
    const std::string_view called = leaf.name->called(naming);
    emit_field(*leaf.name, has_properties ? property_name(leaf, called) : called, leaf.value, kind);
  }
  if (naming == JsonNaming::kWindows) {
    for (const Leaf& leaf : leaves_)
      if (leaf.name->unnamed) emit_field(*unnamed_, unnamed_->called(naming), leaf.value, kind);
    for (std::size_t i = 0; i < JsonHeader::kCount; ++i)
      if (headers_[i].alias != Seen::kNone)
        emit_field(*header_names_[i], shapes_.headers()[i].name, leaves_[headers_[i].alias].value, kind);
  }
  if (!message.empty())
    add_windows_message_fields(event.provider, event.event_id, out_->keep(message), *out_);
  if (carries == JsonShape::Carries::kMessage && read_carried_message(*out_, *oddities_)) return true;
  if (carries == JsonShape::Carries::kEventData) read_carried_event_data(*out_);
  if (carries == JsonShape::Carries::kKernel) read_carried_kernel_message(*out_);
  out_->commit();
  return true;
}

JsonFields::Kind& JsonFields::kind_of(const Event& event, JsonNaming naming, Projection& projection) {
  scratch_.assign(1, naming == JsonNaming::kPath ? 'p' : 'w');  // a member's name depends on it
  for (std::string_view part : {event.channel, event.provider, event.product, event.category, event.service})
    scratch_.append(part).append(1, '\0');
  scratch_.append(reinterpret_cast<const char*>(&event.event_id), sizeof event.event_id)
      .append(1, event.header_is_plain ? '1' : '0');
  auto found = kinds_.find(scratch_);
  if (found == kinds_.end()) {
    if (kinds_.size() >= limits::kJsonKindsMax) kinds_.clear();
    found = kinds_.emplace(scratch_, Kind{}).first;
    found->second.columns =
        projection.columns_of({event.channel, event.provider, event.event_id, event.product, event.category,
                               event.service, event.header_is_plain});
  }
  return found->second;
}

std::uint16_t JsonFields::find_column(Kind& kind, const JsonName& name, std::string_view called) const {
  const std::vector<std::string>& names = kind.columns->names;
  const auto found = std::lower_bound(names.begin(), names.end(), called);
  const auto column = found != names.end() && *found == called
                          ? static_cast<std::uint16_t>(found - names.begin())
                          : Field::kNoColumn;
  if (name.id == JsonName::kNoId) return column;
  if (name.id >= kind.column_of.size()) kind.column_of.resize(names_.size(), kColumnUnknown);
  return kind.column_of[name.id] = column;
}

void JsonFields::emit_field(const JsonName& name, std::string_view called, const Element& value, Kind* kind) {
  std::uint16_t column = Field::kNoColumn;
  if (kind) {
    column = name.id < kind->column_of.size() ? kind->column_of[name.id] : kColumnUnknown;
    if (column == kColumnUnknown) column = find_column(*kind, name, called);
    if (column == Field::kNoColumn && !kind->columns->all) return;
  }
  const element_type type = value.type();
  const bool is_text = type == element_type::STRING;
  const bool is_number =
      type == element_type::INT64 || type == element_type::UINT64 || type == element_type::DOUBLE;
  const std::string_view text = is_text ? out_->keep(value.get_string().value_unsafe()) : text_of(value);
  out_->add({called, text, column, is_number, type == element_type::NULL_VALUE});
}

// Text of the parsed object where it is text there, of the batch otherwise.
std::string_view JsonFields::text_of(const Element& value) {
  Arena& arena = out_->arena();
  char* room = nullptr;
  switch (value.type()) {
    case element_type::STRING: return value.get_string().value_unsafe();
    case element_type::BOOL: return value.get_bool().value_unsafe() ? "true" : "false";
    case element_type::NULL_VALUE: return "";
    case element_type::INT64:
      room = arena.reserve(32);
      return arena.take(static_cast<std::size_t>(
          std::to_chars(room, room + 32, value.get_int64().value_unsafe()).ptr - room));
    case element_type::UINT64:
      room = arena.reserve(32);
      return arena.take(static_cast<std::size_t>(
          std::to_chars(room, room + 32, value.get_uint64().value_unsafe()).ptr - room));
    case element_type::DOUBLE:
      room = arena.reserve(kNumberBytesMax);
      return arena.take(
          static_cast<std::size_t>(write_double(value.get_double().value_unsafe(), room) - room));
    default:
      scratch_.clear();
      append_json(value, 0, scratch_);
      return arena.copy(scratch_);
  }
}

}  // namespace bartizan
