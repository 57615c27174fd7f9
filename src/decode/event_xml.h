// SPDX-License-Identifier: Apache-2.0
// Windows events as XML: what wevtutil and Event Viewer export, and what Sysmon for Linux writes.
// EventXmlDecoder turns each <Event> of a text into one event whose fields have the names the EVTX decoder
// gives them: System elements by name and Element_Attribute, EventData by the Name attribute without blanks,
// other leaves by element name, RenderingInfo left out. A damaged record is kept as far as it could be read,
// with an oddity. UTF-8; one thread. Events are views of the text where that is possible.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decode/rule_out.h"
#include "decode/xml_reader.h"
#include "model/event.h"
#include "model/oddity.h"

namespace bartizan {

bool looks_like_event_xml(std::string_view text);

class EventXmlDecoder {
 public:
  explicit EventXmlDecoder(Projection* projection = nullptr) : rule_out_(projection) {}

  // Appends the events of `text`, which must lie in `out`. `offset_of(position in text)` tells where a record stands in its log.
  template <class OffsetOf>
  void decode(std::string_view text, OffsetOf offset_of, EventBatch& out, OddityList& oddities) {
    XmlReader reader(text);
    for (std::size_t begin; (begin = find_record(text, reader.at())) != text.npos;) {
      reader.seek(begin);
      read_record(reader, text, offset_of(begin), out, oddities);
    }
  }

 private:
  struct Open {
    std::string_view name, attributes;
    bool has_child = false, has_content = false;
  };
  enum class Section : std::uint8_t { kNone, kSystem, kRendering, kUserData, kData };

  static std::size_t find_record(std::string_view text, std::size_t from);
  void read_record(XmlReader& reader, std::string_view text, std::uint64_t offset, EventBatch& out,
                   OddityList& oddities);
  // Empty when the record was read to its end; else what is wrong.
  std::string_view read_elements(XmlReader& reader, EventBatch& out);
  bool begins_next_record(const XmlReader& reader) const;
  void open(const XmlReader& reader);
  void close(EventBatch& out);
  void system_element(const Open& element, EventBatch& out);
  void system_member(std::string_view name, std::string_view value, Event& event);
  void data_element(const Open& element, EventBatch& out);
  bool data_attributes(const Open& element, EventBatch& out);
  void append_content(std::string_view raw, bool has_references);
  std::string_view content(EventBatch& out);
  void clear_content();
  std::string_view attribute_name(std::string_view element, std::string_view attribute, EventBatch& out);
  std::string_view unescaped(std::string_view raw, EventBatch& out);
  void add(std::string_view name, std::string_view value, bool is_number, EventBatch& out);

  std::vector<Open> open_;
  RuleOut rule_out_;
  // The text of the innermost element: a view, until something comes that the view does not hold.
  std::string_view plain_;
  std::string text_, scratch_;
  Section section_ = Section::kNone;
  bool too_many_ = false;
};

}  // namespace bartizan
