// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx_template.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"
#include "decode/evtx_flatten.h"
#include "decode/evtx_token.h"
#include "decode/evtx_value.h"

namespace bartizan::evtx {
namespace {

constexpr std::size_t kDefinitionHeaderBytes = 24;

// The tokens of the definition at `at`, as far as the chunk has them.
Bytes body_of(Bytes chunk, std::size_t at) {
  ByteReader header(chunk, at);
  header.skip(kDefinitionHeaderBytes - 4);
  const std::size_t size = header.u32();
  if (header.failed() || size > header.remaining()) return {};
  return chunk.subspan(at + kDefinitionHeaderBytes, size);
}

// The UTF-16 text of the name at `offset`; false when it is not in the chunk.
bool read_name(Bytes chunk, std::size_t offset, Bytes& utf16) {
  ByteReader reader(chunk, offset);
  reader.skip(kNameHeaderBytes - 2);
  const std::size_t units = reader.u16();
  utf16 = reader.take(units * 2);
  return !reader.failed();
}

std::string as_string(Bytes bytes) { return std::string(as_text(bytes)); }

}  // namespace

class TemplateCompiler {
 public:
  TemplateCompiler(Bytes chunk, Bytes body, bool is_fragment, FlatTemplate& out)
      : chunk_(chunk),
        body_at_(static_cast<std::size_t>(body.data() - chunk.data())),
        reader_(body),
        is_fragment_(is_fragment),
        out_(out) {}

  bool run() {
    // Not every writer repeats the header within a record.
    ByteReader first = reader_;
    if (first.u8() == kFragmentHeader) reader_.skip(4);
    else if (!is_fragment_) return false;
    for (;;) {
      const std::uint8_t token = reader_.u8();
      if (reader_.failed()) return false;
      if (token == kEnd) return true;
      if ((token & ~kMoreFlag) != kStartElement || !read_top(token & kMoreFlag)) return false;
    }
  }

 private:
  // An element while it is read. A substitution is either all of its content or makes the definition not simple.
  struct Element {
    std::string name, text, given_name;
    bool has_given_name = false, has_content = false, has_children = false, is_optional = false;
    std::uint16_t value = kNoValue;
    std::size_t fields_before = 0;
  };

  bool read_top(bool has_attributes) {
    if (out_.root_ == FlatTemplate::Root::kSections) return read_section(has_attributes);
    if (out_.root_ == FlatTemplate::Root::kUserData) {
      is_user_data_ = true;
      return read_element(has_attributes, 2);
    }
    Element event;
    if (!start(has_attributes, event, false)) return is_closed_;
    for (;;) {
      const std::uint8_t token = reader_.u8();
      if (reader_.failed()) return false;
      if (token == kEndElement) return true;
      if ((token & ~kMoreFlag) == kStartElement) {
        if (!read_section(token & kMoreFlag)) return false;
      } else if (token == kSubstitution || token == kOptionalSubstitution) {
        FlatField embedded{FlatField::Kind::kEmbedded, true, false, read_value(), kNoValue, {}, {}};
        out_.fields_.push_back(std::move(embedded));
      } else {
        return false;
      }
    }
  }

  bool read_section(bool has_attributes) {
    Element section;
    const std::size_t before = out_.fields_.size();
    if (!start(has_attributes, section, false)) return is_closed_;
    in_system_ = section.name == "System";
    is_user_data_ = section.name == "UserData";
    if (!read_children(section, 1)) return false;
    if (is_user_data_ && section.value != kNoValue) {
      if (section.has_children) return false;
      out_.fields_.push_back({FlatField::Kind::kUserData, true, false, section.value, kNoValue, {}, {}});
    }
    if (section.name == "RenderingInfo") out_.fields_.resize(before);
    in_system_ = false;
    return true;
  }

  // The content of an element up to its end.
  bool read_children(Element& parent, unsigned depth) {
    if (depth > limits::kBinXmlDepthMax) return false;
    for (;;) {
      const std::uint8_t token = reader_.u8();
      if (reader_.failed()) return false;
      switch (token & ~kMoreFlag) {
        case kEndElement: return true;
        case kStartElement:
          parent.has_children = true;
          if (!read_element(token & kMoreFlag, depth + 1)) return false;
          break;
        case kText:
          if (parent.value != kNoValue || !read_text(parent.text)) return false;
          parent.has_content = true;
          break;
        case kSubstitution:
        case kOptionalSubstitution:
          if (parent.has_content) return false;
          parent.has_content = true;
          parent.is_optional = token == kOptionalSubstitution;
          parent.value = read_value();
          break;
        default: return false;
      }
    }
  }

  bool read_element(bool has_attributes, unsigned depth) {
    Element element;
    element.fields_before = out_.fields_.size();
    const bool has_body = start(has_attributes, element, true);
    if (!has_body && !is_closed_) return false;
    const std::size_t attributes_end = out_.fields_.size();
    if (has_body && !read_children(element, depth)) return false;
    if (element.has_children) {
      // System has no elements within elements; elsewhere the attributes of such elements are no fields.
      if (in_system_ || element.value != kNoValue) return false;
      out_.fields_.erase(out_.fields_.begin() + static_cast<std::ptrdiff_t>(element.fields_before),
                         out_.fields_.begin() + static_cast<std::ptrdiff_t>(attributes_end));
      return true;
    }
    return in_system_ ? add_system(element) : add_data(element);
  }

  // System: the text stands before the attributes, and both are gone with an optional value that is NULL.
  bool add_system(Element& element) {
    const std::uint16_t gate = element.is_optional ? element.value : kNoValue;
    for (std::size_t i = element.fields_before; i < out_.fields_.size(); ++i) out_.fields_[i].gate = gate;
    if (element.has_content)
      out_.fields_.insert(out_.fields_.begin() + static_cast<std::ptrdiff_t>(element.fields_before),
                          field_of(element, element.name));
    return true;
  }

  bool add_data(Element& element) {
    const bool is_named = element.has_given_name && (!is_user_data_ || element.name == "Data");
    if (!is_named && !element.has_content && out_.fields_.size() > element.fields_before) {
      // Attributes are the data. With values that may be NULL it depends on the record whether any is there.
      return std::all_of(out_.fields_.begin() + static_cast<std::ptrdiff_t>(element.fields_before),
                         out_.fields_.end(), [](const FlatField& field) { return field.value == kNoValue; });
    }
    if (out_.fields_.size() > element.fields_before) out_.fields_.resize(element.fields_before);
    std::string name = is_named ? field_name(element.given_name) : std::string();
    out_.fields_.push_back(field_of(element, name.empty() ? element.name : name));
    return true;
  }

  // Takes the text of the element.
  FlatField field_of(Element& element, std::string name) const {
    return {FlatField::Kind::kElement, element.is_optional,    in_system_, element.value, kNoValue,
            std::move(name),           std::move(element.text)};
  }

  // Reads the start of an element with its attributes, which become fields when `keep_attributes`. False: it has no body (then
  // is_closed_ is set), or it cannot be read.
  bool start(bool has_attributes, Element& element, bool keep_attributes) {
    is_closed_ = false;
    if (!is_fragment_) reader_.skip(2);  // only definitions have the dependency id
    const std::size_t size = reader_.u32();
    if (size > reader_.remaining() || !name(known_element_, element.name)) return false;
    if (has_attributes) reader_.skip(4);
    for (;;) {
      const std::uint8_t token = reader_.u8();
      if (reader_.failed()) return false;
      if (token == kCloseStart) return true;
      if (token == kCloseEmpty) return is_closed_ = true, false;
      if ((token & ~kMoreFlag) != kAttribute || !attribute(element, keep_attributes)) return false;
    }
  }

  bool attribute(Element& element, bool keep) {
    own_.clear();
    if (!name(known_attribute_, own_)) return false;
    const bool gives_name = own_ == "Name" && !in_system_;
    // add_data() drops the attributes of data that has a name, so that the name itself becomes no field: half of the
    // attributes in fragments are such.
    const bool is_dropped = gives_name && (!is_user_data_ || element.name == "Data");
    std::string text;
    std::uint16_t value = kNoValue;
    const std::uint8_t token = reader_.u8();
    if (token == kText) {
      if (!read_text(text)) return false;
    } else if (token == kSubstitution || token == kOptionalSubstitution) {
      value = read_value();
    } else {
      return false;
    }
    if (gives_name) {
      if (value != kNoValue) return false;  // a name that is another in every record
      if (!element.has_given_name) {
        element.has_given_name = true;
        if (is_dropped) element.given_name = std::move(text);
        else element.given_name = text;
      }
    }
    // Declarations of name spaces are no data, but in System every attribute is a field.
    if (keep && !is_dropped && (in_system_ || !own_.starts_with("xmlns")))
      out_.fields_.push_back({FlatField::Kind::kAttribute, true, in_system_, value, kNoValue,
                              element.name + "_" + own_, std::move(text)});
    return true;
  }

  std::uint16_t read_value() {
    const std::uint16_t value = reader_.u16();
    reader_.skip(1);
    out_.values_needed_ = std::max<std::size_t>(out_.values_needed_, std::size_t{value} + 1);
    return value;
  }

  bool read_text(std::string& out) {
    if (reader_.u8() != kStringType) return false;
    const std::size_t units = reader_.u16();
    append_string(reader_.take(units * 2), out);
    return !reader_.failed();
  }

  // Data follows data: elements bear the name of the one before, and so do attributes.
  struct KnownName {
    std::size_t offset = 0;
    std::string text;
  };

  bool name(KnownName& known, std::string& out) {
    const auto at = static_cast<std::uint32_t>(reader_.offset());
    const std::size_t offset = reader_.u32();
    if (is_fragment_ && offset == known.offset && !known.text.empty() && !reader_.failed() &&
        offset != body_at_ + reader_.offset())
      return out += known.text, true;
    Bytes utf16;
    if (reader_.failed() || !read_name(chunk_, offset, utf16)) return false;
    const bool is_inline = offset == body_at_ + reader_.offset();
    if (is_inline) reader_.skip(kNameHeaderBytes + utf16.size() + 2);
    if (!is_fragment_) out_.names_.push_back({at, is_inline, as_string(utf16)});
    known.offset = offset;
    known.text.clear();
    append_string(slice(utf16, 0, limits::kFieldNameBytesMax), known.text);
    out += known.text;
    return !reader_.failed();
  }

  Bytes chunk_;
  std::size_t body_at_;
  ByteReader reader_;
  bool is_fragment_;
  FlatTemplate& out_;
  bool in_system_ = false, is_user_data_ = false, is_closed_ = false;
  KnownName known_element_, known_attribute_;
  std::string own_;  // name of the attribute at hand
};

std::unique_ptr<FlatTemplate> FlatTemplate::compile(Bytes chunk, std::size_t at, Root root) {
  const Bytes body = body_of(chunk, at);
  if (body.empty()) return nullptr;
  auto flat = std::make_unique<FlatTemplate>();
  flat->root_ = root;
  flat->body_.assign(body.begin(), body.end());
  if (!TemplateCompiler(chunk, body, false, *flat).run()) return nullptr;
  if (flat->fields_.size() > limits::kFieldsPerEventMax / 2) return nullptr;
  return flat;
}

std::unique_ptr<FlatTemplate> FlatTemplate::compile_fragment(Bytes chunk, Bytes body, Root root) {
  auto flat = std::make_unique<FlatTemplate>();
  flat->root_ = root;
  if (!TemplateCompiler(chunk, body, true, *flat).run() || flat->values_needed_ > 0) return nullptr;
  if (flat->fields_.size() > limits::kFieldsPerEventMax / 2) return nullptr;
  return flat;
}

bool FlatTemplate::is_same(Bytes chunk, std::size_t at, Root root) const {
  const Bytes body = body_of(chunk, at);
  if (root != root_ || body.size() != body_.size()) return false;
  const std::size_t body_at = at + kDefinitionHeaderBytes;
  std::size_t compared = 0;
  for (const NamePlace& place : names_) {
    if (std::memcmp(body.data() + compared, body_.data() + compared, place.at - compared) != 0) return false;
    const std::size_t offset = ByteReader(body, place.at).u32();
    compared = place.at + 4;
    if (place.is_inline != (offset == body_at + compared)) return false;
    Bytes utf16;
    if (!read_name(chunk, offset, utf16) || as_text(utf16) != place.utf16) return false;
    if (place.is_inline) compared += 4;  // the place of the next name in the table
  }
  return std::memcmp(body.data() + compared, body_.data() + compared, body.size() - compared) == 0;
}

}  // namespace bartizan::evtx
