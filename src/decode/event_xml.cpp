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

// As append_instant writes it, which most logs do already.
std::string_view written_alike(Instant time, std::string_view text, EventBatch& out) {
  constexpr std::size_t kBytes = 28;
  if (text.size() == kBytes && text[10] == 'T' && text.back() == 'Z') return text;
  return out.keep(format_instant(time));
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

void EventXmlDecoder::read_record(XmlReader& reader, std::string_view text, std::uint64_t offset,
                                  EventBatch& out, OddityList& oddities) {
  const std::size_t begin = reader.at();
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
  rule_out_.judge(text.substr(begin, reader.at() - begin), out);
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
        append_content(reader.value(), true);
        open_.back().has_content = true;
        break;
      case Token::kLiteral:
        append_content(reader.value(), false);
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
  clear_content();
}

void EventXmlDecoder::close(EventBatch& out) {
  const Open element = open_.back();
  open_.pop_back();
  if (open_.size() == 2 && section_ == Section::kSystem) system_element(element, out);
  else if (open_.size() >= 2 && !element.has_child &&
           (section_ == Section::kUserData || section_ == Section::kData))
    data_element(element, out);
  clear_content();
}

void EventXmlDecoder::system_element(const Open& element, EventBatch& out) {
  Event& event = out.draft();
  if (const std::string_view value = element.has_child ? std::string_view() : content(out); !value.empty()) {
    add(element.name, value, is_numeric_header(element.name) && is_digits(value), out);
    system_member(element.name, value, event);
  }
  for_each_attribute(element.attributes, [&](std::string_view name, std::string_view raw) {
    if (name.starts_with("xmlns")) return;
    std::string_view value = unescaped(raw, out);
    if (element.name == "TimeCreated" && name == "SystemTime")
      if (const auto time = parse_instant(value))
        event.time = *time, value = written_alike(*time, value, out);
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
  const std::string_view name = scratch_.empty() ? element.name : out.keep(scratch_);
  if (!is_named && !element.has_content && data_attributes(element, out)) return;
  add(name, content(out), false, out);
}

void EventXmlDecoder::append_content(std::string_view raw, bool has_references) {
  if (plain_.empty() && text_.empty() && (!has_references || raw.find('&') == raw.npos))
    return void(plain_ = raw);
  text_.append(plain_);
  plain_ = {};
  if (has_references) append_unescaped(raw, text_);
  else text_.append(raw);
}

std::string_view EventXmlDecoder::content(EventBatch& out) {
  return text_.empty() ? plain_.empty() ? std::string_view("") : plain_ : out.keep(text_);
}

void EventXmlDecoder::clear_content() { plain_ = {}, text_.clear(); }

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
  if (raw.find('&') == raw.npos) return raw;
  scratch_.clear();
  append_unescaped(raw, scratch_);
  return out.keep(scratch_);
}

void EventXmlDecoder::add(std::string_view name, std::string_view value, bool is_number, EventBatch& out) {
  if (out.fields_of_draft() >= limits::kFieldsPerEventMax) too_many_ = true;
  else out.add(name.substr(0, limits::kFieldNameBytesMax), value, is_number);
}

}  // namespace bartizan
