// SPDX-License-Identifier: Apache-2.0
// What regedit and reg.exe export (.reg): one event for each value (registry_value.h). There is no time in it.
//   [HKEY_LOCAL_MACHINE\Software\X]   "Name"="text"   @=dword:0000002a   "B"=hex(2):25,00,\ (goes on in the
//   next line)
#include <cctype>
#include <charconv>
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/registry_value.h"
#include "decode/utf16.h"

namespace bartizan {
namespace {

constexpr std::string_view kHead5 = "Windows Registry Editor Version 5.00", kHead4 = "REGEDIT4";

// A key and its values stay together: cuts before the last line that begins with a bracket.
class RegistryCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_start_) encoding_ = encoding_of(buffer), at_start_ = false;
    if (at_end || buffer.size() >= limits::kPieceBytesMax) return buffer.size();
    const std::string_view wide_little("\n\0[\0", 4), wide_big("\0\n\0[", 4);
    const bool wide = encoding_ != TextEncoding::kUtf8;
    const std::string_view mark = !wide                                     ? "\n["
                                  : encoding_ == TextEncoding::kUtf16Little ? wide_little
                                                                            : wide_big;
    std::string_view text = as_text(buffer);
    for (std::size_t at; (at = text.rfind(mark)) != text.npos && at > 0;
         text = text.substr(0, at + mark.size() - 1))
      if (!wide || at % 2 == 0) return at + mark.size() / 2;
    return 0;
  }
  std::string context() const override { return std::string(1, static_cast<char>(encoding_)); }

 private:
  TextEncoding encoding_ = TextEncoding::kUtf8;
  bool at_start_ = true;
};

// Roots as Sysmon abbreviates them; the numbered control sets are what the current one stands for.
std::string short_key(std::string_view key) {
  static constexpr std::pair<std::string_view, std::string_view> kRoots[] = {{"HKEY_LOCAL_MACHINE", "HKLM"},
                                                                             {"HKEY_CURRENT_USER", "HKCU"},
                                                                             {"HKEY_USERS", "HKU"},
                                                                             {"HKEY_CLASSES_ROOT", "HKCR"},
                                                                             {"HKEY_CURRENT_CONFIG", "HKCC"}};
  for (std::string_view set : {"ControlSet001", "ControlSet002"}) {
    constexpr std::string_view kSystem = "HKEY_LOCAL_MACHINE\\SYSTEM\\";
    if (key.starts_with(kSystem) && key.substr(kSystem.size()).starts_with(set))
      return std::string("HKLM\\System\\CurrentControlSet").append(key.substr(kSystem.size() + set.size()));
  }
  for (const auto& [root, name] : kRoots)
    if (key.starts_with(root) && (key.size() == root.size() || key[root.size()] == '\\'))
      return std::string(name).append(key.substr(root.size()));
  return std::string(key);
}

// A quoted text at the start of `text`, taken off it; `\\` and `\"` resolved.
bool take_quoted(std::string_view& text, std::string& out) {
  out.clear();
  if (!text.starts_with('"')) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return text.remove_prefix(i + 1), true;
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out.push_back(text[i]);
  }
  return false;
}

std::string bytes_of(std::string_view list) {
  std::string bytes;
  for (std::size_t at = 0; at < list.size();) {
    while (at < list.size() && !std::isxdigit(static_cast<unsigned char>(list[at]))) ++at;
    unsigned value = 0;
    const auto [end, error] = std::from_chars(list.data() + at, list.data() + list.size(), value, 16);
    if (error != std::errc{} || value > 0xff) break;
    bytes.push_back(static_cast<char>(value));
    at = static_cast<std::size_t>(end - list.data());
  }
  return bytes;
}

// As Sysmon writes it.
std::string details_of(std::string_view value) {
  std::string text;
  if (take_quoted(value, text)) return text;
  if (value == "-") return "(deleted)";
  if (value.starts_with("dword:")) {
    std::uint32_t number = 0;
    std::from_chars(value.data() + 6, value.data() + value.size(), number, 16);
    return registry_dword(number);
  }
  if (!value.starts_with("hex")) return std::string(value);
  const std::size_t colon = value.find(':');
  if (colon == value.npos) return std::string(value);
  std::uint32_t type = static_cast<std::uint32_t>(RegistryType::kBinary);  // hex:…, others are hex(7):…
  if (value[3] == '(') std::from_chars(value.data() + 4, value.data() + colon, type, 16);
  return registry_details(static_cast<RegistryType>(type), bytes_of(value.substr(colon + 1)));
}

class RegistryDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const auto encoding =
        piece.context.empty() ? encoding_of(piece.bytes) : static_cast<TextEncoding>(piece.context[0]);
    const std::string_view text = text_in_utf8(piece.bytes, encoding, utf8_);
    PlaceInPiece place(piece.bytes, text, encoding);
    key_.clear();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t begin = at;
      read_line(text, at);
      const std::string_view line = line_;
      if (line.empty() || line.starts_with(';') || line.starts_with(kHead5) || line.starts_with(kHead4))
        continue;
      const std::uint64_t offset = piece.offset + place.of(begin);
      if (line.starts_with("[-"))
        add_registry_event("DeleteKey", short_key(line.substr(2, line.rfind(']') - 2)), "", offset, out);
      else if (line.starts_with('[')) key_ = short_key(line.substr(1, line.rfind(']') - 1));
      else if (!add_value(line, offset, out)) oddities.add("line is not a registry value", offset);
    }
  }

 private:
  // A line with those it goes on in behind a backslash.
  void read_line(std::string_view text, std::size_t& at) {
    line_.clear();
    do {
      if (line_.ends_with('\\')) line_.pop_back();
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string_view part = text.substr(at, end - at);
      while (part.ends_with('\r')) part.remove_suffix(1);
      while (!line_.empty() && part.starts_with(' ')) part.remove_prefix(1);
      line_ += part;
      at = end + 1;
    } while (line_.ends_with('\\') && at < text.size());
  }

  bool add_value(std::string_view line, std::uint64_t offset, EventBatch& out) {
    std::string name;
    if (line.starts_with('@')) name = "(Default)", line.remove_prefix(1);
    else if (!take_quoted(line, name)) return false;
    if (!line.starts_with('=')) return false;
    add_registry_event("SetValue", key_ + "\\" + name, details_of(line.substr(1)), offset, out);
    return true;
  }

  std::string utf8_, line_, key_;
};

int recognise(Bytes head) {
  std::string room;
  const std::string_view text = text_in_utf8(head, encoding_of(head), room);
  return text.starts_with(kHead5) || text.starts_with(kHead4) ? 100 : 0;
}

}  // namespace

const Format& registry_export_format() {
  static constexpr Format kFormat{
      "registry_export",
      "Registry export of Windows (.reg)",
      "windows: category registry_set",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<RegistryCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<RegistryDecoder>(); },
      nullptr,
      "Windows Registry Editor Version 5.00\n"
      "\n"
      "[HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run]\n"
      "\"Updater\"=\"C:\\\\Users\\\\jo\\\\updater.exe\"\n"};
  return kFormat;
}

}  // namespace bartizan
