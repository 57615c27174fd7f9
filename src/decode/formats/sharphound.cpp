// SPDX-License-Identifier: Apache-2.0
// What SharpHound collects of a directory (users.json, computers.json, domains.json …): one event an object, with the members
// of its Properties as fields, its objectid, and what it may delegate to.
//   {"data":[{"Properties":{"name":"ALICE@LAB.TEST","hasspn":false,…},"ObjectIdentifier":"S-1-5-21-…",…},…],
//    "meta":{"type":"users","count":2,"version":5}}        older: "users":[…] in place of "data"
#include <simdjson.h>

#include <algorithm>
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"

namespace bartizan {
namespace {

// Follows braces outside of texts. Objects of the list stand at depth 3: {[{
struct Depth {
  std::uint8_t depth = 0;  // no deeper than kDeepest is told apart
  bool in_text = false, escaped = false;

  static constexpr std::uint8_t kDeepest = 250;
  // The depth before a closing brace, 0 for other characters.
  std::uint8_t take(char c) {
    if (in_text) {
      if (escaped) escaped = false;
      else if (c == '\\') escaped = true;
      else if (c == '"') in_text = false;
      return 0;
    }
    if (c == '"') in_text = true;
    else if (c == '{' || c == '[') depth = static_cast<std::uint8_t>(depth + (depth < kDeepest));
    else if ((c == '}' || c == ']') && depth > 0) return depth--;
    return 0;
  }
};
constexpr std::uint8_t kObject = 3;

class SharpHoundCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    const std::string_view text = as_text(buffer);
    before_ = cut_;
    std::size_t end = 0;
    for (; scanned_ < text.size(); ++scanned_)
      if (now_.take(text[scanned_]) == kObject) end = scanned_ + 1, cut_ = now_;
    if (at_end || (end == 0 && buffer.size() >= limits::kPieceBytesMax)) end = buffer.size(), cut_ = now_;
    scanned_ -= end;
    return end;
  }
  // The depth at which the piece begins.
  std::string context() const override { return std::string(1, static_cast<char>(before_.depth)); }

 private:
  Depth now_, cut_, before_;
  std::size_t scanned_ = 0;
};

class SharpHoundDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const std::string_view text = as_text(piece.bytes);
    Depth now;
    now.depth = piece.context.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(piece.context[0]);
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool opens = !now.in_text && text[at] == '{';
      const std::uint8_t closed = now.take(text[at]);
      if (opens && now.depth == kObject) begin = at;
      if (closed == kObject && text[at] == '}')
        add(text.substr(begin, at + 1 - begin), piece.offset + begin, out, oddities);
    }
  }

 private:
  void add(std::string_view text, std::uint64_t offset, EventBatch& out, OddityList& oddities) {
    simdjson::dom::object object;
    const simdjson::padded_string padded(text);
    if (parser_.parse(padded).get(object)) return oddities.add("object is not JSON", offset);
    simdjson::dom::object properties;
    if (object["Properties"].get(properties)) return;  // meta
    Event& event = out.start();
    event.offset = offset, event.product = "directory", event.service = "sharphound";
    for (const auto& [name, value] : properties) add_value(lower(name), value, out);
    for (const auto& [name, value] : object)
      if (name == "ObjectIdentifier" || name == "PrimaryGroupSID" || name == "IsDC" || name == "IsDeleted")
        add_value(lower(name), value, out);
    out.commit();
  }

  std::string_view lower(std::string_view name) {
    name_.assign(name);
    std::ranges::transform(name_, name_.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    return name_;
  }

  static void add_value(std::string_view name, simdjson::dom::element value, EventBatch& out) {
    if (out.fields_of_draft() >= limits::kLdifFieldsMax) return;
    std::string_view text;
    simdjson::dom::array list;
    bool truth = false;
    if (!value.get(text)) return out.add(out.keep(name), out.keep(text));
    if (!value.get(truth)) return out.add(out.keep(name), truth ? "true" : "false");
    if (!value.get(list)) {
      for (simdjson::dom::element one : list)
        if (!one.is_array()) add_value(name, one, out);
      return;
    }
    if (value.is_object() || value.is_null()) return;
    out.add(out.keep(name), out.keep(simdjson::minify(value)), true);
  }

  simdjson::dom::parser parser_;
  std::string name_;
};

int recognise(Bytes head) {
  std::string_view text = as_text(head);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || text[first] != '{') return 0;
  const auto has = [&](std::string_view part) { return text.find(part) != text.npos; };
  const bool is_list = has("\"data\"") || has("\"users\"") || has("\"computers\"") || has("\"domains\"");
  return is_list && has("\"Properties\"") &&
                 (has("\"ObjectIdentifier\"") || has("\"Aces\"") || has("\"domainsid\""))
             ? 93
             : 0;
}

}  // namespace

const Format& sharphound_format() {
  static constexpr Format kFormat{
      "sharphound",
      "Directory objects as SharpHound exports them",
      "directory: sharphound",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<SharpHoundCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<SharpHoundDecoder>(); },
      nullptr,
      "{\"data\":[{\"Properties\":{\"domain\":\"LAB.TEST\",\"name\":\"ALICE@LAB.TEST\",\"samaccountname\":"
      "\"alice\","
      "\"hasspn\":false,\"dontreqpreauth\":false,\"enabled\":true},\"ObjectIdentifier\":\"S-1-5-21-1-2-3-"
      "1103\","
      "\"Aces\":[]}],\"meta\":{\"type\":\"users\",\"count\":1,\"version\":5}}\n"};
  return kFormat;
}

}  // namespace bartizan
