// SPDX-License-Identifier: Apache-2.0
#include "decode/xml_reader.h"

#include <charconv>

#include "base/text.h"
#include "decode/utf16.h"

namespace bartizan {
namespace {

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == name.npos ? name : name.substr(colon + 1);
}

struct Entity {
  std::string_view name;
  char character;
};
constexpr Entity kEntities[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};

// `reference` without & and ;.
bool append_reference(std::string_view reference, std::string& out) {
  if (reference.starts_with('#')) {
    reference.remove_prefix(1);
    const bool hexadecimal = reference.starts_with('x') || reference.starts_with('X');
    if (hexadecimal) reference.remove_prefix(1);
    std::uint32_t code = 0;
    const auto [end, error] =
        std::from_chars(reference.data(), reference.data() + reference.size(), code, hexadecimal ? 16 : 10);
    if (error != std::errc{} || end != reference.data() + reference.size() || code > 0x10ffff) return false;
    append_code_point(code, out);
    return true;
  }
  for (const Entity& entity : kEntities)
    if (reference == entity.name) return out.push_back(entity.character), true;
  return false;
}

}  // namespace

XmlReader::Token XmlReader::next() {
  for (;;) {
    begin_ = at_;
    if (at_ >= text_.size()) return Token::kDone;
    if (text_[at_] != '<') {
      const std::size_t end = text_.find('<', at_);
      at_ = end == text_.npos ? text_.size() : end;
      value_ = text_.substr(begin_, at_ - begin_);
      return Token::kText;
    }
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("</")) return read_end_tag();
    if (rest.starts_with("<![CDATA[")) {
      constexpr std::size_t kOpenBytes = 9, kCloseBytes = 3;
      if (!skip_past("]]>", at_ + kOpenBytes, no_literal_end_)) return Token::kBroken;
      value_ = text_.substr(begin_ + kOpenBytes, at_ - kCloseBytes - begin_ - kOpenBytes);
      return Token::kLiteral;
    }
    if (rest.starts_with("<!--")) {
      if (!skip_past("-->", at_ + 4, no_comment_end_)) return Token::kBroken;
    } else if (rest.starts_with("<?")) {
      if (!skip_past("?>", at_ + 2, no_instruction_end_)) return Token::kBroken;
    } else {
      return read_tag();
    }
  }
}

bool XmlReader::skip_past(std::string_view terminator, std::size_t from, bool& known_missing) {
  const std::size_t end = known_missing ? text_.npos : text_.find(terminator, from);
  known_missing = end == text_.npos;
  at_ = known_missing ? begin_ + 1 : end + terminator.size();
  return !known_missing;
}

// A raw < cannot stand in a tag, quoted or not, so a torn tag ends where the next one begins.
XmlReader::Token XmlReader::read_tag() {
  std::size_t end = begin_ + 1;
  for (char quote = 0; end < text_.size() && (text_[end] != '>' || quote); ++end) {
    const char c = text_[end];
    if (c == '<') break;
    if (quote ? c == quote : c == '"' || c == '\'') quote = quote ? '\0' : c;
  }
  at_ = end;
  if (end >= text_.size() || text_[end] != '>') return Token::kBroken;
  at_ = end + 1;
  std::string_view inside = text_.substr(begin_ + 1, end - begin_ - 1);
  const bool is_empty = inside.ends_with('/');
  if (is_empty) inside.remove_suffix(1);
  std::size_t name_end = 0;
  while (name_end < inside.size() && !is_xml_blank(inside[name_end])) ++name_end;
  name_ = local_name(inside.substr(0, name_end));
  attributes_ = inside.substr(name_end);
  if (name_.empty() || name_[0] == '!') return Token::kBroken;
  return is_empty ? Token::kEmpty : Token::kStart;
}

XmlReader::Token XmlReader::read_end_tag() {
  const std::size_t end = text_.find_first_of("<>", begin_ + 2);
  at_ = end == text_.npos ? text_.size() : end;
  if (end == text_.npos || text_[end] != '>') return Token::kBroken;
  at_ = end + 1;
  std::string_view name = text_.substr(begin_ + 2, end - begin_ - 2);
  while (!name.empty() && is_xml_blank(name.back())) name.remove_suffix(1);
  name_ = local_name(name);
  return Token::kEnd;
}

void append_unescaped(std::string_view raw, std::string& out) {
  constexpr std::size_t kReferenceBytesMax = 12;
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t ampersand = raw.find('&', at);
    out.append(raw.substr(at, ampersand - at));
    if (ampersand == raw.npos) return;
    const std::size_t length = raw.substr(ampersand, kReferenceBytesMax).find(';');
    const bool known = length != raw.npos && append_reference(raw.substr(ampersand + 1, length - 1), out);
    if (!known) out.push_back('&');
    at = known ? ampersand + length + 1 : ampersand + 1;
  }
}

bool begins_with_element(Bytes head, std::string_view tag, std::string_view name_space) {
  constexpr std::size_t kAttributesMax = 512;
  std::string room;
  const std::string_view text = text_in_utf8(head, encoding_of(head), room);
  const std::size_t first = text.find_first_not_of(" \t\r\n"), at = text.find(tag);
  return first != text.npos && text[first] == '<' && at != text.npos &&
         text.substr(at, kAttributesMax).find(name_space) != text.npos;
}

}  // namespace bartizan
