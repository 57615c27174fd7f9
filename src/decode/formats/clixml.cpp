// SPDX-License-Identifier: Apache-2.0
// Objects of PowerShell as XML: Export-Clixml ([MS-PSRP] 2.2.5) and ConvertTo-Xml. Each object becomes the JSON
// that ConvertTo-Json would make of it and is read as such, so that records of Get-WinEvent and of cloud cmdlets
// have one shape whatever they were exported with. A text that is itself an event as XML (ToXml()) is read as that.
//   <Objs><Obj RefId="0"><TN>…</TN><Props><I32 N="Id">4688</I32>…</Props><MS><S N="Message">…</S></MS></Obj></Objs>
//   <Objects><Object Type="…"><Property Name="Id" Type="System.Int32">4688</Property>…</Object></Objects>
#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "decode/decoder.h"
#include "decode/event_xml.h"
#include "decode/json.h"
#include "decode/text_cursor.h"
#include "decode/utf16.h"
#include "decode/xml_reader.h"

namespace bartizan {
namespace {

using Token = XmlReader::Token;

// _x000D_ stands for a character that XML cannot hold.
std::string without_escapes(std::string_view text) {
  constexpr std::size_t kEscapeBytes = 7;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    unsigned code = 0;
    const std::string_view escape = text.substr(at, kEscapeBytes);
    if (escape.size() == kEscapeBytes && escape.starts_with("_x") && escape.back() == '_' &&
        std::from_chars(escape.data() + 2, escape.data() + 6, code, 16).ptr == escape.data() + 6) {
      append_code_point(code, out);
      at += kEscapeBytes;
    } else {
      out += text[at++];
    }
  }
  return out;
}

// Writes the element the reader has just opened as a JSON value.
class Objects {
 public:
  Objects(XmlReader& reader, JsonWriter& json) : reader_(reader), json_(json) {}

  // False: the element does not end within the text.
  bool value(Token opened) {
    const std::string_view name = reader_.name();
    if (opened == Token::kEmpty) return json_.text(""), true;
    if (name == "Obj") return object();
    if (name == "Object") return members();
    if (name == "Property") return property();
    return plain(name);
  }

 private:
  static constexpr std::string_view kPropertyBags[] = {"Props", "MS"};
  static constexpr std::string_view kLists[] = {"LST", "IE", "STK", "QUE"};

  static std::string_view attribute(std::string_view attributes, std::string_view wanted) {
    std::string_view found;
    for_each_attribute(attributes, [&](std::string_view name, std::string_view raw) {
      if (name == wanted) found = raw;
    });
    return found;
  }

  // Text up to the end of the element; elements within are passed over.
  bool text(std::string& out) {
    for (std::size_t depth = 0;;) {
      switch (reader_.next()) {
        case Token::kText: append_unescaped(reader_.value(), out); break;
        case Token::kLiteral: out += reader_.value(); break;
        case Token::kStart: ++depth; break;
        case Token::kEnd:
          if (depth-- == 0) return out = without_escapes(out), true;
          break;
        case Token::kDone: return false;
        default: break;
      }
    }
  }
  bool plain(std::string_view element) {
    std::string content;
    const bool ended = text(content);
    const bool is_text = element == "S" || element == "ToString" || element == "DT";
    if (!is_text && is_plain_number(content)) json_.raw(content);
    else json_.text(content);
    return ended;
  }

  // Every element behind an opening one until it ends; `one` reads each.
  template <class One>
  bool each(One one) {
    for (;;) {
      const Token token = reader_.next();
      if (token == Token::kEnd) return true;
      if (token == Token::kDone) return false;
      if ((token == Token::kStart || token == Token::kEmpty) && !one(token)) return false;
    }
  }
  bool skip(Token token) {
    std::string unused;
    return token == Token::kEmpty || text(unused);
  }
  bool deeper(Token token) {
    if (depth_ >= limits::kJsonDepthMax) return json_.text(""), skip(token);
    ++depth_;
    const bool ended = value(token);
    --depth_;
    return ended;
  }
  bool named(Token token, std::string_view key) {
    const std::string name = without_escapes(attribute(reader_.attributes(), key));
    if (reader_.name() == "Nil" || name.empty()) return skip(token);
    json_.key(name);
    return deeper(token);
  }

  // An Obj holds what it is called, a list, a dictionary or properties, in any mixture: a list is what counts, then
  // properties, then the name.
  bool object() {
    std::string called, inner;
    bool has_members = false, has_list = false;
    JsonWriter own(inner);
    Objects within(reader_, own);
    within.depth_ = depth_;
    const bool ended = each([&](Token token) {
      const std::string_view name = reader_.name();
      if (name == "ToString") return called.clear(), token == Token::kEmpty || text(called);
      if (std::ranges::find(kLists, name) != std::end(kLists) && !has_list && !has_members) {
        has_list = true;
        own.begin_array();
        const bool done = token == Token::kEmpty || each([&](Token item) { return within.deeper(item); });
        own.end_array();
        return done;
      }
      if (std::ranges::find(kPropertyBags, name) != std::end(kPropertyBags) && !has_list) {
        if (!std::exchange(has_members, true)) own.begin_object();
        return token == Token::kEmpty || each([&](Token item) { return within.named(item, "N"); });
      }
      if (name == "DCT" && !has_list) {
        if (!std::exchange(has_members, true)) own.begin_object();
        return token == Token::kEmpty || each([&](Token entry) { return within.entry(entry); });
      }
      return skip(token);
    });
    if (has_members) own.end_object();
    if (has_members || has_list) json_.raw(inner);
    else json_.text(called);
    return ended;
  }
  // <En><S N="Key">a</S><S N="Value">b</S></En>
  bool entry(Token opened) {
    if (opened == Token::kEmpty) return true;
    std::string key;
    return each([&](Token token) {
      if (attribute(reader_.attributes(), "N") == "Key")
        return key.clear(), token == Token::kEmpty || text(key);
      if (key.empty()) return skip(token);
      json_.key(std::exchange(key, {}));
      return deeper(token);
    });
  }

  // ConvertTo-Xml.
  bool members() {
    json_.begin_object();
    const bool ended = each([&](Token token) { return named(token, "Name"); });
    json_.end_object();
    return ended;
  }
  bool property() {
    const std::string_view type = attribute(reader_.attributes(), "Type");
    std::string content, inner;
    JsonWriter own(inner);
    Objects within(reader_, own);
    within.depth_ = depth_;
    bool is_open = false, has_names = false;
    for (;;) {
      const Token token = reader_.next();
      if (token == Token::kText) append_unescaped(reader_.value(), content);
      else if (token == Token::kLiteral) content += reader_.value();
      else if (token == Token::kEnd || token == Token::kDone) {
        if (is_open) has_names ? own.end_object() : own.end_array();
        const bool is_number = type.find("Int") != type.npos && is_plain_number(content);
        if (is_open || is_number) json_.raw(is_open ? inner : content);
        else json_.text(content);
        return token == Token::kEnd;
      } else if (token == Token::kStart || token == Token::kEmpty) {
        const bool names = !attribute(reader_.attributes(), "Name").empty();
        if (!std::exchange(is_open, true)) has_names = names, names ? own.begin_object() : own.begin_array();
        const bool done = names != has_names ? skip(token)
                          : names            ? within.named(token, "Name")
                                             : within.deeper(token);
        if (!done) return has_names ? own.end_object() : own.end_array(), json_.raw(inner), false;
      }
    }
  }

  XmlReader& reader_;
  JsonWriter& json_;
  std::size_t depth_ = 0;
};

// Behind the last object that stands alone: Export-Clixml sets them in by two blanks.
class ClixmlCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_start_) encoding_ = encoding_of(buffer), at_start_ = false;
    if (at_end) return buffer.size();
    constexpr std::string_view kEnd = "\n  </Obj>";
    std::string end;
    for (const char c : kEnd) {
      if (encoding_ == TextEncoding::kUtf16Big) end += '\0';
      end += c;
      if (encoding_ == TextEncoding::kUtf16Little) end += '\0';
    }
    const std::size_t found = as_text(buffer).rfind(end);
    if (found != std::string_view::npos) return found + end.size();
    return buffer.size() >= limits::kPieceBytesMax ? buffer.size() : 0;
  }
  std::string context() const override { return std::string(1, static_cast<char>(encoding_)); }

 private:
  TextEncoding encoding_ = TextEncoding::kUtf8;
  bool at_start_ = true;
};

class ClixmlDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const auto encoding =
        piece.context.empty() ? encoding_of(piece.bytes) : static_cast<TextEncoding>(piece.context[0]);
    const std::string_view text = out.keep(text_in_utf8(piece.bytes, encoding, utf8_));
    PlaceInPiece place(piece.bytes, text, encoding);
    decoder_.set_zone(piece.zone);
    XmlReader reader(text);
    for (Token token; (token = reader.next()) != Token::kDone;) {
      if (token != Token::kStart) continue;
      const std::string_view name = reader.name();
      const std::uint64_t offset = piece.offset + place.of(reader.token_begin());
      if (name == "Obj" || name == "Object") read_object(reader, offset, out, oddities);
      else if (name == "S") read_text(reader, offset, out, oddities);
    }
  }

 private:
  void read_object(XmlReader& reader, std::uint64_t offset, EventBatch& out, OddityList& oddities) {
    object_.clear();
    JsonWriter json(object_);
    if (!Objects(reader, json).value(Token::kStart)) oddities.add("an object is cut short", offset);
    if (object_.starts_with('{')) decoder_.decode(as_bytes(object_), object_.size(), offset, out, oddities);
  }
  void read_text(XmlReader& reader, std::uint64_t offset, EventBatch& out, OddityList& oddities) {
    object_.clear();
    JsonWriter json(object_);
    std::string raw;
    for (Token token; (token = reader.next()) != Token::kEnd && token != Token::kDone;)
      if (token == Token::kText) append_unescaped(reader.value(), raw);
    const std::string_view text = out.keep(without_escapes(raw));
    if (looks_like_event_xml(text)) events_.decode(text, [&](std::size_t) { return offset; }, out, oddities);
  }

  JsonDecoder decoder_;
  EventXmlDecoder events_;
  std::string utf8_, object_;
};

int recognise(Bytes head) {
  std::string room;
  const std::string_view text = text_in_utf8(head, encoding_of(head), room);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || text[first] != '<') return 0;
  if (text.find("http://schemas.microsoft.com/powershell/2004/04") != text.npos &&
      text.find("<Objs ") != text.npos)
    return 95;
  const std::size_t objects = text.find("<Objects>");
  return objects != text.npos && text.find("<Object ", objects) != text.npos ? 80 : 0;
}

}  // namespace

const Format& clixml_format() {
  static constexpr Format kFormat{
      "clixml",
      "Objects of PowerShell as XML: Export-Clixml, ConvertTo-Xml",
      "by the shape of the objects, as json; windows: by channel",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<ClixmlCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<ClixmlDecoder>(); },
      nullptr,
      "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\n"
      "  <Obj RefId=\"0\">\n    <Props>\n      <I32 N=\"Id\">104</I32>\n      <S N=\"LogName\">System</S>\n"
      "      <S N=\"ProviderName\">Microsoft-Windows-Eventlog</S>\n"
      "      <DT N=\"TimeCreated\">2026-11-24T08:00:00+00:00</DT>\n    </Props>\n    <MS>\n"
      "      <S N=\"Message\">The System log file was cleared.</S>\n    </MS>\n  </Obj>\n</Objs>\n"};
  return kFormat;
}

}  // namespace bartizan
