// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx_render.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"

namespace bartizan {
namespace {

using evtx::Attribute, evtx::Element, evtx::kNone;

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// XML 1.0 (fifth edition), 2.2 Char.
bool is_xml_character(char32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  return code < 0xd800 || (code >= 0xe000 && code != 0xfffe && code != 0xffff);
}

// Quotation marks and blanks other than the plain one mean something inside an attribute only; a carriage
// return would be read back as a line feed.
void append_escaped(std::string_view text, bool in_attribute, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t code = next_code_point(text, at);
    if (code == '&') out += "&amp;";
    else if (code == '<') out += "&lt;";
    else if (code == '>') out += "&gt;";
    else if (code == '\r') out += "&#13;";
    else if (in_attribute && code == '"') out += "&quot;";
    else if (in_attribute && code == '\n') out += "&#10;";
    else if (in_attribute && code == '\t') out += "&#9;";
    else if (!is_xml_character(code)) out += kReplacement;
    else out.append(text, start, at - start);
  }
}

// Stricter than XML for ASCII, laxer beyond it, where Windows has no names.
void append_name(std::string_view name, std::string& out) {
  const std::size_t start = out.size();
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t from = at;
    const char32_t code = next_code_point(name, at);
    const bool begins =
        (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code == '_' || code >= 0xc0;
    const bool goes_on = begins || (code >= '0' && code <= '9') || code == '-' || code == '.' || code == ':';
    if ((out.size() == start ? begins : goes_on) && is_xml_character(code)) out.append(name, from, at - from);
    else out += '_';
  }
  if (out.size() == start) out += '_';
}

class XmlRenderer {
 public:
  XmlRenderer(const std::vector<Element>& elements, std::string& out) : elements_(elements), out_(out) {}

  void children(const Element& parent) {
    std::size_t at = 0;
    for (std::uint32_t child = parent.first_child; child != kNone; child = elements_[child].next) {
      const Element& element = elements_[child];
      append_escaped(std::string_view(parent.text).substr(at, element.text_at - at), false, out_);
      at = element.text_at;
      if (element.is_instruction) instruction(element);
      else if (!element.is_omitted()) this->element(element);
    }
    append_escaped(std::string_view(parent.text).substr(at), false, out_);
  }

 private:
  void element(const Element& element) {
    const std::size_t tag_start = out_.size();
    out_ += '<';
    append_name(element.name, out_);
    const std::size_t name_size = out_.size() - tag_start - 1;
    attributes(element);
    if (!element.has_content && element.first_child == kNone) return void(out_ += "/>");
    out_ += '>';
    const std::string start_tag = out_.substr(tag_start);
    const std::string_view name = std::string_view(start_tag).substr(1, name_size);
    children(element);
    // Long attributes of long arrays would multiply what is written.
    const bool is_short = start_tag.size() * element.more.size() <= limits::kBinXmlTextBytesMax;
    for (const std::string& value : element.more) {
      out_.append("</").append(name).append(">");
      if (is_short) out_ += start_tag;
      else out_.append("<").append(name).append(">");
      append_escaped(value, false, out_);
    }
    out_.append("</").append(name).append(">");
  }

  void attributes(const Element& element) {
    std::set<std::string> seen;
    for (const Attribute& attribute : element.attributes) {
      if (!attribute.has_value) continue;
      std::string name;
      append_name(attribute.name, name);
      if (!seen.insert(name).second) continue;
      out_.append(" ").append(name).append("=\"");
      append_escaped(attribute.value, true, out_);
      out_ += '"';
    }
  }

  void instruction(const Element& element) {
    std::string data;
    append_escaped(element.text, false, data);
    out_ += "<?";
    append_name(element.name, out_);
    out_.append(" ").append(data).append("?>");  // escaped, so it cannot hold `?>`
  }

  const std::vector<Element>& elements_;
  std::string& out_;
};

class JsonRenderer {
 public:
  JsonRenderer(const std::vector<Element>& elements, std::string& out) : elements_(elements), json_(out) {}

  void document(std::string_view carved) {
    json_.begin_object();
    members(elements_.front());
    if (!carved.empty()) json_.member("Carved", carved);
    json_.end_object();
  }

 private:
  void members(const Element& parent) {
    std::map<std::string, unsigned> used;
    bool unnamed_done = false;
    each_child(parent, [&](const Element& child) {
      if (child.name != "Data") return json_.key(free_name(child.name, used)), element(child);
      if (const std::string* name = child.attribute("Name"))
        return json_.key(free_name(*name, used)), content(child);
      if (!std::exchange(unnamed_done, true)) json_.key(free_name(child.name, used)), unnamed_data(parent);
    });
  }
  template <class Visit>
  void each_child(const Element& parent, Visit visit) {
    for (std::uint32_t child = parent.first_child; child != kNone; child = elements_[child].next)
      if (!elements_[child].is_omitted() && !elements_[child].is_instruction) visit(elements_[child]);
  }

  // Each try that is in vain meets another member of the parent, so all of them together take linear time.
  std::string free_name(std::string_view name, std::map<std::string, unsigned>& used) {
    const auto [first, is_new] = used.try_emplace(std::string(name), 0u);
    if (is_new) return first->first;
    unsigned number = first->second;
    std::string candidate;
    do candidate = std::string(name) + '_' + std::to_string(++number);
    while (used.contains(candidate));
    first->second = number;
    used.emplace(candidate, 0u);
    return candidate;
  }

  void element(const Element& element) {
    const bool has_attributes = std::ranges::any_of(element.attributes, &Attribute::has_value);
    if (!has_attributes) return content(element);
    json_.begin_object();
    attributes(element);
    if (element.first_child != kNone) members(element);
    if (!element.text.empty() || !element.more.empty()) json_.key("#text"), text(element);
    json_.end_object();
  }

  void attributes(const Element& element) {
    std::set<std::string_view> seen;
    json_.key("#attributes");
    json_.begin_object();
    for (const Attribute& attribute : element.attributes) {
      if (!attribute.has_value || !seen.insert(attribute.name).second) continue;
      json_.key(attribute.name);
      value(attribute.value, attribute.type);
    }
    json_.end_object();
  }

  // What is between the tags.
  void content(const Element& element) {
    if (element.first_child == kNone) return element.has_content ? text(element) : json_.raw("null");
    json_.begin_object();
    members(element);
    if (!element.text.empty()) json_.key("#text"), text(element);
    json_.end_object();
  }

  void text(const Element& element) {
    if (element.more.empty()) return value(element.text, element.type);
    json_.begin_array();
    texts(element);
    json_.end_array();
  }
  void texts(const Element& element) {
    value(element.text, element.type);
    for (const std::string& more : element.more) value(more, element.type);
  }

  void unnamed_data(const Element& parent) {
    std::vector<const Element*> all;
    each_child(parent, [&](const Element& child) {
      if (child.name == "Data" && !child.attribute("Name")) all.push_back(&child);
    });
    const bool is_list = all.size() > 1 || !all.front()->more.empty();
    json_.begin_object();
    json_.key("#text");
    if (is_list) json_.begin_array();
    for (const Element* one : all)
      if (one->first_child == kNone) texts(*one);
      else content(*one);
    if (is_list) json_.end_array();
    json_.end_object();
  }

  void value(const std::string& text, std::uint8_t type) {
    const bool is_plain = evtx::is_decimal_type(type) || type == evtx::kBooleanType ||
                          ((type == evtx::kFloatType || type == evtx::kDoubleType) &&
                           std::isfinite(std::strtod(text.c_str(), nullptr)));
    if (is_plain && !text.empty()) json_.raw(text);
    else json_.text(text);
  }

  const std::vector<Element>& elements_;
  JsonWriter json_;
};

}  // namespace

void append_rendering(const EvtxRecord& record, Rendering form, std::string& out) {
  if (form == Rendering::kJson) return JsonRenderer(record.elements, out).document(record.carved);
  if (!record.carved.empty()) out.append("<!-- carved: ").append(record.carved).append(" -->");
  XmlRenderer(record.elements, out).children(record.elements.front());
}

void EvtxRenderer::render(const EvtxRecord& record) {
  if (!going_) return;
  text_.clear();
  append_rendering(record, form_, text_);
  going_ = take_(text_);
}

}  // namespace bartizan
