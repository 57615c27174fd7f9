// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx_binxml.h"

#include <algorithm>

#include "base/text.h"
#include "decode/evtx_token.h"
#include "decode/evtx_value.h"

namespace bartizan::evtx {
namespace {

constexpr std::size_t kTemplateHeaderBytes =
    24;  // next template u32, GUID (it begins with the template's id), size u32

// No value needs more text than three bytes a byte (UTF-16 takes 1.5, hexadecimal digits 2) and some for
// short numbers.
constexpr std::size_t text_bytes_max(std::size_t size) { return size * 3 + 48; }

// As Windows computes it (libevtx, "Name").
std::uint16_t name_hash(Bytes utf16) {
  std::uint32_t hash = 0;
  for (ByteReader reader(utf16); reader.remaining() >= 2;) hash = hash * 65'599 + reader.u16();
  return static_cast<std::uint16_t>(hash);
}

}  // namespace

bool BinXmlReader::fail(std::string_view problem) {
  if (problem_.empty()) problem_ = problem;
  return false;
}

bool BinXmlReader::charge(std::size_t nodes, std::size_t text) {
  nodes_ += nodes, chunk_nodes_ += nodes, text_ += text, chunk_text_ += text;
  if (nodes_ > limits::kBinXmlNodesMax || text_ > limits::kBinXmlTextBytesMax)
    return fail("event record grows too large");
  if (is_exhausted()) return fail("records of the chunk grow too large");
  return true;
}

const std::vector<Element>& BinXmlReader::read(std::size_t offset, std::size_t end) {
  elements_.clear();
  elements_.emplace_back();
  problem_ = {};
  nodes_ = text_ = 0;
  const Values no_values;
  (void)read_fragment({ByteReader(slice(chunk_, 0, end), offset), 0, 0, no_values, 0, true});
  return elements_;
}

bool BinXmlReader::read_fragment(Cursor cursor) {
  if (cursor.depth > limits::kBinXmlDepthMax)
    return fail("templates within each other too deep or without end");
  while (cursor.reader.remaining() > 0) {
    const std::uint8_t token = cursor.reader.u8();
    if ((token & ~kMoreFlag) == kEnd) return true;
    if (!charge(1, 0) || !read_token(cursor, token)) return false;
    if (cursor.reader.failed()) return fail("binary XML ends in the middle of a token");
  }
  return true;
}

bool BinXmlReader::read_token(Cursor& cursor, std::uint8_t token) {
  ByteReader& reader = cursor.reader;
  switch (token & ~kMoreFlag) {
    case kStartElement: return start_element(cursor, (token & kMoreFlag) != 0);
    case kCloseStart: cursor.in_attribute = false; return true;
    case kCloseEmpty: cursor.in_attribute = false; return end_element(cursor);
    case kEndElement: return end_element(cursor);
    case kText: {
      if (reader.u8() != kStringType) return fail("text of an unknown type in binary XML");
      const std::size_t units = reader.u16();
      return add_value(cursor, kStringType, reader.take(units * 2));
    }
    case kAttribute: return start_attribute(cursor);
    case kCharacterData: {
      const std::size_t units = reader.u16();
      return add_value(cursor, kStringType, reader.take(units * 2));
    }
    case kCharacter:
      if (!charge(0, 4)) return false;
      append_code_point(reader.u16(), open_text(cursor, kStringType));
      return true;
    case kEntity: return add_entity(cursor);
    case kInstructionTarget: return start_instruction(cursor);
    case kInstructionData: return end_instruction(cursor);
    case kTemplateInstance: return template_instance(cursor);
    case kSubstitution: return substitute(cursor, false);
    case kOptionalSubstitution: return substitute(cursor, true);
    case kFragmentHeader: reader.skip(3); return true;
    default: return fail("unknown token in binary XML");
  }
}

// Dependency id u16 (not in embedded values), size u32, name offset u32, a name where the offset points here,
// and the size of the attribute list u32. Writers differ in the dependency id: when the expected layout makes
// no sense the other one is tried.
bool BinXmlReader::start_element(Cursor& cursor, bool has_attributes) {
  const std::size_t start = cursor.reader.offset();
  const auto makes_sense = [&](bool has_dependency) {
    ByteReader probe = cursor.reader;
    if (has_dependency) probe.skip(2);
    const std::size_t size = probe.u32();
    const std::size_t rest = probe.remaining();
    return size <= rest && probe.u32() < chunk_.size() && !probe.failed();
  };
  const bool flip = !makes_sense(cursor.has_dependency) && makes_sense(!cursor.has_dependency);
  cursor.reader.seek(start + (cursor.has_dependency != flip ? 2 : 0));
  cursor.reader.skip(4);
  const std::string_view element_name = name(cursor);
  if (has_attributes) cursor.reader.skip(4);
  if (cursor.reader.failed()) return fail("binary XML ends in the middle of an element");
  if (!trusts_chunk_ && !problem_.empty()) return false;
  if (!add_child(cursor, element_name)) return false;
  cursor.element = elements_[cursor.element].last_child;
  cursor.in_attribute = false;
  return true;
}

bool BinXmlReader::add_child(Cursor& cursor, std::string_view child_name) {
  const std::uint32_t depth = elements_[cursor.element].depth + 1;
  if (depth > limits::kBinXmlDepthMax) return fail("elements within each other too deep");
  if (!charge(0, child_name.size())) return false;
  const auto index = static_cast<std::uint32_t>(elements_.size());
  Element& child = elements_.emplace_back();
  Element& parent = elements_[cursor.element];
  child.name = child_name;
  child.parent = cursor.element;
  child.depth = depth;
  child.text_at = static_cast<std::uint32_t>(parent.text.size());
  if (parent.first_child == kNone) parent.first_child = index;
  else elements_[parent.last_child].next = index;
  parent.last_child = index;
  return true;
}

bool BinXmlReader::start_instruction(Cursor& cursor) {
  if (!add_child(cursor, name(cursor))) return false;
  cursor.instruction = elements_[cursor.element].last_child;
  elements_[cursor.instruction].is_instruction = true;
  return true;
}

bool BinXmlReader::end_instruction(Cursor& cursor) {
  const std::size_t units = cursor.reader.u16();
  const Bytes data = cursor.reader.take(units * 2);
  if (!charge(0, text_bytes_max(data.size()))) return false;
  if (cursor.instruction == kNone)
    return fail("data of a processing instruction that was not started in binary XML");
  append_string(data, elements_[cursor.instruction].text);
  cursor.instruction = kNone;
  return true;
}

bool BinXmlReader::start_attribute(Cursor& cursor) {
  if (cursor.element == cursor.root) return fail("attribute outside of an element in binary XML");
  Element& element = elements_[cursor.element];
  const std::string_view attribute_name = name(cursor);
  if (!trusts_chunk_ && !problem_.empty()) return false;
  // The field of an attribute is named after both.
  if (!charge(0, element.name.size() + attribute_name.size())) return false;
  element.attributes.push_back({attribute_name, {}});
  cursor.in_attribute = true;
  return true;
}

bool BinXmlReader::end_element(Cursor& cursor) {
  if (cursor.element == cursor.root) return fail("end of an element that was not started in binary XML");
  cursor.element = elements_[cursor.element].parent;
  cursor.in_attribute = false;
  return true;
}

// Unknown u8, template id u32, definition offset u32, the definition itself where the offset points here;
// then the count of values u32, for each its size u16, type u8 and an unknown u8, then the values.
bool BinXmlReader::template_instance(Cursor& cursor) {
  ByteReader& reader = cursor.reader;
  reader.skip(1);
  const std::uint32_t id = reader.u32();
  const std::size_t definition = reader.u32();
  ByteReader header(chunk_, definition);
  header.skip(4);
  const std::uint32_t defined_id = header.u32();
  header.skip(kTemplateHeaderBytes - 12);
  const std::size_t size = header.u32();
  if (header.failed() || reader.failed()) return fail("template definition outside of the chunk");
  if (!trusts_chunk_ && id != defined_id) return fail("template written over since");
  if (size > header.remaining()) return fail("template definition larger than the chunk");
  if (definition == reader.offset()) reader.skip(kTemplateHeaderBytes + size);

  const std::size_t count = reader.u32();
  if (reader.failed() || count > reader.remaining() / 4)
    return fail("template with more values than the record holds");
  if (!charge(count, 0)) return false;
  ByteReader descriptors(reader);
  reader.skip(count * 4);
  Values values;
  values.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t bytes = descriptors.u16();
    const std::uint8_t type = descriptors.u8();
    descriptors.skip(1);
    values.push_back({reader.take(bytes), type});
  }
  if (reader.failed()) return fail("template values reach past the record");
  return read_fragment({ByteReader(slice(chunk_, 0, header.offset() + size), header.offset()), cursor.element,
                        cursor.element, values, cursor.depth + 1, true});
}

bool BinXmlReader::substitute(Cursor& cursor, bool is_optional) {
  const std::size_t index = cursor.reader.u16();
  cursor.reader.skip(1);
  if (index >= cursor.values.size()) return fail("template asks for a value that the record does not have");
  const Value& value = cursor.values[index];
  if (value.type == kNullType) {
    if (cursor.in_attribute) return true;
    Element& element = elements_[cursor.element];
    element.has_content = true;
    if (is_optional) element.optional_null = true;
    return true;
  }
  if (value.type == kBinXmlType) {
    const auto offset = static_cast<std::size_t>(value.data.data() - chunk_.data());
    if (value.data.empty()) return true;
    return read_fragment({ByteReader(slice(chunk_, 0, offset + value.data.size()), offset), cursor.element,
                          cursor.element, cursor.values, cursor.depth + 1, false});
  }
  if (value.type & kArrayFlag) return add_array(cursor, value.type, value.data);
  return add_value(cursor, value.type, value.data);
}

std::string& BinXmlReader::open_text(Cursor& cursor, std::uint8_t type) {
  Element& element = elements_[cursor.element];
  if (cursor.in_attribute) {
    Attribute& attribute = element.attributes.back();
    attribute.type = attribute.has_value ? kStringType : type;
    attribute.has_value = true;
    return attribute.value;
  }
  element.has_content = true;
  element.type = element.parts == 0 ? type : kStringType;
  ++element.parts;
  return element.text;
}

bool BinXmlReader::add_value(Cursor& cursor, std::uint8_t type, Bytes data) {
  if (!charge(0, text_bytes_max(data.size()))) return false;
  append_value(type, data, open_text(cursor, shown_type(type, data)));
  return true;
}

// Windows repeats the element for each member; an attribute cannot be repeated and gets them separated by
// commas.
bool BinXmlReader::add_array(Cursor& cursor, std::uint8_t type, Bytes data) {
  if (!charge(data.size(), text_bytes_max(data.size()))) return false;
  const std::vector<std::string> values = array_values(type, data);
  // Each member becomes a field and repeats the name.
  const std::string* name_attribute = elements_[cursor.element].attribute("Name");
  const std::size_t name_bytes =
      name_attribute ? name_attribute->size() : elements_[cursor.element].name.size();
  if (!charge(0, values.size() * std::min(name_bytes, limits::kFieldNameBytesMax))) return false;
  const auto member = static_cast<std::uint8_t>(type & ~kArrayFlag);
  std::string& text =
      open_text(cursor, values.empty() || (cursor.in_attribute && values.size() > 1) ? kStringType : member);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == 0) text += values[i];
    else if (cursor.in_attribute) text.append(", ").append(values[i]);
    else elements_[cursor.element].more.push_back(values[i]);
  }
  return true;
}

bool BinXmlReader::add_entity(Cursor& cursor) {
  const std::string_view entity = name(cursor);
  if (!charge(0, entity.size() + 2)) return false;
  std::string& text = open_text(cursor, kStringType);
  if (entity == "amp") text += '&';
  else if (entity == "lt") text += '<';
  else if (entity == "gt") text += '>';
  else if (entity == "quot") text += '"';
  else if (entity == "apos") text += '\'';
  else text.append("&").append(entity).append(";");
  return true;
}

// A name offset u32, followed by the name itself where it points here.
std::string_view BinXmlReader::name(Cursor& cursor) {
  const std::uint32_t offset = cursor.reader.u32();
  if (offset == cursor.reader.offset()) {
    ByteReader header(cursor.reader);
    header.skip(kNameHeaderBytes - 2);
    const std::size_t units = header.u16();
    cursor.reader.skip(kNameHeaderBytes + units * 2 + 2);
  }
  return name_at(offset);
}

std::string_view BinXmlReader::name_at(std::uint32_t offset) {
  if (const auto known = names_.find(offset); known != names_.end()) return known->second;
  ByteReader reader(chunk_, offset);
  reader.skip(kNameHeaderBytes - 4);
  const std::uint16_t hash = reader.u16();
  const std::size_t units = reader.u16();
  const Bytes utf16 = reader.take(units * 2);
  if (reader.failed()) {
    (void)fail("name outside of the chunk");
    return {};
  }
  if (!trusts_chunk_ && hash != name_hash(utf16)) {
    (void)fail("name written over since");
    return {};
  }
  std::string text;
  append_string(slice(utf16, 0, limits::kFieldNameBytesMax), text);
  return names_.emplace(offset, std::move(text)).first->second;
}

}  // namespace bartizan::evtx
