// SPDX-License-Identifier: Apache-2.0
// XmlReader: a pull reader over the part of XML that logs use: elements, attributes, text, CDATA, character
// references and the five named entities. Comments, processing instructions and declarations are passed over;
// a document type is not read, so no entity can be defined. Names are given without their prefix. It is
// lenient where nothing is lost by it: end tags are reported as they stand. Views into the text, which must
// outlive them; one thread. Every byte is looked at a bounded number of times, whatever the input.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace bartizan {

class XmlReader {
 public:
  enum class Token {
    kStart,
    kEmpty,
    kEnd,
    kText,
    kLiteral,
    kDone,
    kBroken
  };  // kEmpty: <x/>, no kEnd follows

  explicit XmlReader(std::string_view text) : text_(text) {}
  // kBroken: what stands at at() is not XML or not complete; the next call looks behind it.
  Token next();
  std::string_view name() const { return name_; }              // of kStart, kEmpty, kEnd
  std::string_view attributes() const { return attributes_; }  // as they stand, for for_each_attribute
  std::string_view value() const { return value_; }  // kText: with references; kLiteral (CDATA): plain
  std::size_t at() const { return at_; }             // behind the token
  std::size_t token_begin() const { return begin_; }
  void seek(std::size_t at) { at_ = at; }

 private:
  Token read_tag();
  Token read_end_tag();
  bool skip_past(std::string_view terminator, std::size_t from, bool& known_missing);

  std::string_view text_;
  std::size_t at_ = 0, begin_ = 0;
  std::string_view name_, attributes_, value_;
  // Once a terminator was not found to the end of the text it need not be looked for again.
  bool no_comment_end_ = false, no_instruction_end_ = false, no_literal_end_ = false;
};

// Appends `raw` with its references resolved; unknown ones stay as they are.
void append_unescaped(std::string_view raw, std::string& out);

inline bool is_xml_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Calls visit(name, raw value) for each attribute, prefix and all.
template <class Visit>
void for_each_attribute(std::string_view attributes, Visit visit) {
  for (std::size_t at = 0;;) {
    while (at < attributes.size() && is_xml_blank(attributes[at])) ++at;
    const std::size_t equals = attributes.find('=', at);
    if (equals == attributes.npos) return;
    std::string_view name = attributes.substr(at, equals - at);
    while (!name.empty() && is_xml_blank(name.back())) name.remove_suffix(1);
    std::size_t open = equals + 1;
    while (open < attributes.size() && is_xml_blank(attributes[open])) ++open;
    if (open >= attributes.size() || (attributes[open] != '"' && attributes[open] != '\'')) return;
    const std::size_t close = attributes.find(attributes[open], open + 1);
    if (close == attributes.npos) return;
    visit(name, attributes.substr(open + 1, close - open - 1));
    at = close + 1;
  }
}

// Whether a file of XML, in UTF-8 or UTF-16, has early on the element whose start is `tag`, in that name space.
bool begins_with_element(Bytes head, std::string_view tag, std::string_view name_space);

}  // namespace bartizan
