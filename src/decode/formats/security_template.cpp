// SPDX-License-Identifier: Apache-2.0
// A security template of Windows: what `secedit /export` writes and what group policy keeps as GptTmpl.inf ([MS-GPSB] 2.2).
// Lines of [Registry Values] become events as of a registry export (registry_value.h), all others events with the section,
// the name and the value of the setting. There is neither host nor time in it.
//   [Registry Values]  MACHINE\Software\X\Name=4,1     (type, value)
//   [Event Audit]      AuditPolicyChange = 3
//   [Registry Keys]    "MACHINE\Software\X",0,"D:P(...)"
#include <algorithm>
#include <charconv>
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/registry_value.h"
#include "decode/text_cursor.h"
#include "decode/utf16.h"
#include "decode/whole.h"

namespace bartizan {
namespace {

constexpr std::string_view kSections[] = {"[System Access]",    "[Event Audit]",      "[Registry Values]",
                                          "[Privilege Rights]", "[Group Membership]", "[Registry Keys]"};

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
  return quoted ? text.substr(1, text.size() - 2) : text;
}

// `4,1` as Sysmon would write the value.
std::string details_of(std::string_view written) {
  std::uint32_t type = 0, number = 0;
  const auto end = std::from_chars(written.data(), written.data() + written.size(), type);
  std::string_view value(end.ptr, static_cast<std::size_t>(written.data() + written.size() - end.ptr));
  if (value.starts_with(',')) value.remove_prefix(1);
  using enum RegistryType;
  switch (static_cast<RegistryType>(type)) {
    case kDword:
      std::from_chars(value.data(), value.data() + value.size(), number);
      return registry_dword(number);
    case kText:
    case kExpandableText: return std::string(unquoted(value));
    case kTexts: {
      std::string texts(value);
      for (char& c : texts)
        if (c == ',') c = ' ';
      return texts;
    }
    default: return "Binary Data";
  }
}

// MACHINE and USERS stand for roots, which Sysmon abbreviates.
std::string object_of(std::string_view name) {
  name = unquoted(name);
  if (name.starts_with("MACHINE\\")) return std::string("HKLM").append(name.substr(7));
  if (name.starts_with("USERS\\")) return std::string("HKU").append(name.substr(5));
  return std::string(name);
}

class TemplateDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const TextEncoding encoding = encoding_of(piece.bytes);
    const std::string_view text = text_in_utf8(piece.bytes, encoding, utf8_);
    PlaceInPiece place(piece.bytes, text, encoding);
    section_.clear();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at, end = std::min(text.find('\n', at), text.size());
      at = end + 1;
      std::string_view line = text.substr(begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      line = without_blanks_around(line);
      if (line.empty() || line.starts_with(';')) continue;
      const std::uint64_t offset = piece.offset + place.of(begin);
      if (line.starts_with('[')) section_ = line.substr(1, line.find(']') - 1);
      else if (section_ != "Unicode" && section_ != "Version" && !add_line(line, offset, out))
        oddities.add("line is not a setting", offset);
    }
  }

 private:
  bool add_line(std::string_view line, std::uint64_t offset, EventBatch& out) const {
    const std::size_t behind_quotes = line.starts_with('"') ? std::min(line.find('"', 1), line.size()) : 0;
    const std::size_t parts = line.find_first_of("=,", behind_quotes);
    if (section_.empty() || parts == line.npos) return false;
    const std::string_view name = without_blanks_around(line.substr(0, parts)),
                           value = without_blanks_around(line.substr(parts + 1));
    if (section_ == "Registry Values") {
      add_registry_event("SetValue", object_of(name), details_of(value), offset, out);
      return true;
    }
    Event& event = out.start();
    event.offset = offset;
    event.product = "windows", event.category = "security_policy";
    out.add("PolicySection", out.keep(section_));
    out.add("PolicyName", out.keep(unquoted(name)));
    if (!value.empty()) out.add("PolicyValue", out.keep(unquoted(value)));
    out.commit();
    return true;
  }

  std::string utf8_, section_;
};

int recognise(Bytes head) {
  std::string room;
  const std::string_view text = text_in_utf8(head, encoding_of(head), room);
  if (!without_blanks_around(text).starts_with('[') && !without_blanks_around(text).starts_with(';'))
    return 0;
  for (const std::string_view section : kSections)
    if (text.find(section) != text.npos) return text.find("$CHICAGO$") != text.npos ? 95 : 60;
  return 0;
}

}  // namespace

const Format& security_template_format() {
  static constexpr Format kFormat{
      "security_template",
      "Security template of Windows (secedit /export, GptTmpl.inf)",
      "windows: categories registry_set and security_policy",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<WholeCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<TemplateDecoder>(); },
      nullptr,
      "[Unicode]\n"
      "Unicode=yes\n"
      "[Event Audit]\n"
      "AuditPolicyChange = 3\n"
      "[Registry Values]\n"
      "MACHINE\\System\\CurrentControlSet\\Control\\Lsa\\LmCompatibilityLevel=4,5\n"
      "[Version]\n"
      "signature=\"$CHICAGO$\"\n"
      "Revision=1\n"};
  return kFormat;
}

}  // namespace bartizan
