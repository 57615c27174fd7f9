// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx_flatten.h"

#include <charconv>

#include "base/limits.h"

namespace bartizan::evtx {
namespace {

std::string attribute_field(const Element& element, const Attribute& attribute) {
  return std::string(element.name).append("_").append(attribute.name);
}

class Flattener {
 public:
  Flattener(const std::vector<Element>& elements, DraftEvent& event) : elements_(elements), event_(event) {}

  bool run() {
    each_child(elements_.front(), [&](const Element& top) {
      each_child(top, [&](const Element& section) {
        if (section.name == "System")
          each_child(section, [&](const Element& element) { system_element(element); });
        else if (section.name != "RenderingInfo") data_section(section);
      });
    });
    return !overflow_;
  }

 private:
  template <class Visit>
  void each_child(const Element& parent, Visit visit) {
    for (std::uint32_t child = parent.first_child; child != kNone; child = elements_[child].next)
      if (!elements_[child].is_omitted() && !elements_[child].is_instruction) visit(elements_[child]);
  }

  void add(std::string name, std::string value, bool is_number) {
    if (event_.fields.size() >= limits::kFieldsPerEventMax) overflow_ = true;
    else event_.fields.push_back({std::move(name), std::move(value), is_number});
  }

  void system_element(const Element& element) {
    if (element.has_content) {
      add(std::string(element.name), element.text, element.is_number());
      system_member(element);
    }
    for (const Attribute& attribute : element.attributes) {
      if (!attribute.has_value) continue;
      add(attribute_field(element, attribute), attribute.value, false);
      if (element.name == "Provider" && attribute.name == "Name") event_.provider = attribute.value;
      if (element.name == "TimeCreated" && attribute.name == "SystemTime")
        if (const auto time = parse_instant(attribute.value)) event_.time = *time;
    }
  }

  void system_member(const Element& element) {
    const std::string& text = element.text;
    if (element.name == "Channel") event_.channel = text;
    else if (element.name == "Computer") event_.host = text;
    else if (element.name == "EventRecordID" && !text.empty()) event_.record_id = text;
    else if (element.name == "EventID")
      std::from_chars(text.data(), text.data() + text.size(), event_.event_id);
  }

  void data_section(const Element& section) {
    is_user_data_ = section.name == "UserData";
    each_child(section, [&](const Element& element) { data_element(element); });
  }

  // As deep as the tree, which is bounded by limits::kBinXmlDepthMax.
  void data_element(const Element& element) {
    if (element.first_child != kNone)
      return each_child(element, [&](const Element& child) { data_element(child); });
    const bool is_named = !is_user_data_ || element.name == "Data";
    const std::string* given = is_named ? element.attribute("Name") : nullptr;
    std::string name = given ? field_name(*given) : std::string();
    if (name.empty()) name = std::string(element.name);
    if (!given && !element.has_content && data_attributes(element)) return;
    add(name, element.text, element.is_number());
    for (const std::string& value : element.more) add(name, value, element.is_number());
  }

  // Some providers (CAPI2) write their data as attributes of empty elements.
  bool data_attributes(const Element& element) {
    bool any = false;
    for (const Attribute& attribute : element.attributes) {
      if (!attribute.has_value || attribute.name.starts_with("xmlns")) continue;
      add(attribute_field(element, attribute), attribute.value, false);
      any = true;
    }
    return any;
  }

  const std::vector<Element>& elements_;
  DraftEvent& event_;
  bool is_user_data_ = false;
  bool overflow_ = false;
};

}  // namespace

std::string field_name(std::string_view given) {
  std::string out;
  for (char c : given)
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out.push_back(c);
  if (out.size() > limits::kFieldNameBytesMax) out.resize(limits::kFieldNameBytesMax);
  return out;
}

bool flatten(const std::vector<Element>& elements, DraftEvent& event) {
  return Flattener(elements, event).run();
}

}  // namespace bartizan::evtx
