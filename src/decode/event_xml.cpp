// SPDX-License-Identifier: Apache-2.0
#include "decode/event_xml.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "model/draft_event.h"

namespace bartizan {
namespace {

constexpr std::string_view kOpenTag = "<Event";

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() < 20 && text.find_first_not_of("0123456789") == text.npos;
}

// Typed as numbers by Windows; XML does not say.
bool is_numeric_header(std::string_view name) {
  return name == "EventID" || name == "Version" || name == "Level" || name == "Task" || name == "Opcode" ||
         name == "EventRecordID";
}

}  // namespace

bool looks_like_event_xml(std::string_view text) {
  const std::size_t event = text.find(kOpenTag);
  if (event == text.npos) return false;
  // Nothing but a declaration, comments and the root of an export stands before the first event.
  const std::size_t content = text.find_first_not_of(" \t\r\n");
  if (text[content] != '<') return false;
  const std::string_view inside = text.substr(event);
  return inside.find("schemas.microsoft.com/win/2004/08/events/event") != inside.npos ||
         (inside.find("<System>") != inside.npos && inside.find("<Provider ") != inside.npos);
}

std::size_t EventXmlDecoder::find_record(std::string_view text, std::size_t from) {
  for (std::size_t at = from; (at = text.find(kOpenTag, at)) != text.npos; at += kOpenTag.size()) {
    const std::size_t behind = at + kOpenTag.size();
    if (behind < text.size() && (is_xml_blank(text[behind]) || text[behind] == '>')) return at;
  }
  return text.npos;
}

void EventXmlDecoder::read_record(XmlReader& reader, std::uint64_t offset, EventBatch& out,
                                  OddityList& oddities) {
  Event& event = out.start();
  event.offset = offset;
  event.product = "windows";
  too_many_ = false;
  const std::string_view problem = read_elements(reader, out);
  if (!problem.empty()) oddities.add(std::string(problem), offset);
  if (too_many_) oddities.add("event with too many fields, the rest is left out", offset);
  if (out.fields_of_draft() == 0) return;
  if (event.provider == "Linux-Sysmon") event.product = "linux", event.service = "sysmon";
  judge_header(out);
  out.commit();
}

std::string_view EventXmlDecoder::read_elements(XmlReader& reader, EventBatch& out) {
  using Token = XmlReader::Token;
  open_.clear();
  section_ = Section::kNone;
  do {
    const Token token = reader.next();
    switch (token) {
      case Token::kStart:
      case Token::kEmpty:
        if (begins_next_record(reader))
          return reader.seek(reader.token_begin()), "event without an end, another follows";
        if (open_.size() >= limits::kXmlDepthMax) return "event nests too deeply, the rest of it is left out";
        open(reader);
        if (token == Token::kEmpty) close(out);
        break;
      case Token::kEnd: {
        const auto match = std::find_if(open_.rbegin(), open_.rend(),
                                        [&](const Open& element) { return element.name == reader.name(); });
        if (match == open_.rend()) break;
        for (auto left = match - open_.rbegin(); left >= 0; --left) close(out);
        break;
      }
      case Token::kText:
        append_unescaped(reader.value(), text_);
        open_.back().has_content = true;
        break;
      case Token::kLiteral:
        text_.append(reader.value());
        open_.back().has_content = true;
        break;
      case Token::kDone: return "event is cut short";
      case Token::kBroken: return "event is not well-formed, the rest of it is left out";
    }
  } while (!open_.empty());
  return {};
}

// Some providers have an element Event in their UserData; anywhere else it begins a record.
bool EventXmlDecoder::begins_next_record(const XmlReader& reader) const {
  return reader.name() == "Event" && !open_.empty() && section_ != Section::kUserData;
}

void EventXmlDecoder::open(const XmlReader& reader) {
  if (!open_.empty()) open_.back().has_child = true;
  if (open_.size() == 1)
    section_ = reader.name() == "System"          ? Section::kSystem
               : reader.name() == "RenderingInfo" ? Section::kRendering
               : reader.name() == "UserData"      ? Section::kUserData
                                                  : Section::kData;
  open_.push_back({reader.name(), reader.attributes()});
  text_.clear();
}

void EventXmlDecoder::close(EventBatch& out) {
  const Open element = open_.back();
  open_.pop_back();
  if (open_.size() == 2 && section_ == Section::kSystem) system_element(element, out);
  else if (open_.size() >= 2 && !element.has_child &&
           (section_ == Section::kUserData || section_ == Section::kData))
    data_element(element, out);
  text_.clear();
}

void EventXmlDecoder::system_element(const Open& element, EventBatch& out) {
  Event& event = out.draft();
  if (!element.has_child && !text_.empty()) {
    const std::string_view value = out.keep(text_);
    add(out.keep(element.name), value, is_numeric_header(element.name) && is_digits(value), out);
    system_member(element.name, value, event);
  }
  for_each_attribute(element.attributes, [&](std::string_view name, std::string_view raw) {
    if (name.starts_with("xmlns")) return;
    std::string_view value = unescaped(raw, out);
    if (element.name == "TimeCreated" && name == "SystemTime")
      if (const auto time = parse_instant(value)) event.time = *time, value = out.keep(format_instant(*time));
    if (element.name == "Provider" && name == "Name") event.provider = value;
    add(attribute_name(element.name, name, out), value, false, out);
  });
}

void EventXmlDecoder::system_member(std::string_view name, std::string_view value, Event& event) {
  if (name == "Channel") event.channel = value;
  else if (name == "Computer") event.host = value;
  else if (name == "EventRecordID") event.record_id = value;
  else if (name == "EventID") std::from_chars(value.data(), value.data() + value.size(), event.event_id);
}

void EventXmlDecoder::data_element(const Open& element, EventBatch& out) {
  scratch_.clear();
  bool is_named = false;
  if (section_ != Section::kUserData || element.name == "Data")
    for_each_attribute(element.attributes, [&](std::string_view name, std::string_view raw) {
      if (name == "Name" && !is_named) append_unescaped(raw, scratch_), is_named = true;
    });
  std::erase_if(scratch_, is_xml_blank);
  const std::string_view name = out.keep(std::string_view(scratch_.empty() ? element.name : scratch_));
  if (!is_named && !element.has_content && data_attributes(element, out)) return;
  add(name, out.keep(text_), false, out);
}

// Some providers (CAPI2) write their data as attributes of empty elements.
bool EventXmlDecoder::data_attributes(const Open& element, EventBatch& out) {
  bool any = false;
  for_each_attribute(element.attributes, [&](std::string_view name, std::string_view raw) {
    if (name.starts_with("xmlns")) return;
    add(attribute_name(element.name, name, out), unescaped(raw, out), false, out);
    any = true;
  });
  return any;
}

std::string_view EventXmlDecoder::attribute_name(std::string_view element, std::string_view attribute,
                                                 EventBatch& out) {
  scratch_.assign(element).append("_").append(attribute);
  return out.keep(scratch_);
}

std::string_view EventXmlDecoder::unescaped(std::string_view raw, EventBatch& out) {
  if (raw.find('&') == raw.npos) return out.keep(raw);
  scratch_.clear();
  append_unescaped(raw, scratch_);
  return out.keep(scratch_);
}

void EventXmlDecoder::add(std::string_view name, std::string_view value, bool is_number, EventBatch& out) {
  if (out.fields_of_draft() >= limits::kFieldsPerEventMax) too_many_ = true;
  else out.add(name.substr(0, limits::kFieldNameBytesMax), value, is_number);
}

}  // namespace bartizan
