// SPDX-License-Identifier: Apache-2.0
// LDIF (RFC 2849), as ldapsearch and ldifde print a directory: one event an entry, its attributes by their names. Values in
// base64 are decoded; a SID becomes text, other bytes that are no text become hexadecimal digits.
//   dn: CN=alice,CN=Users,DC=lab,DC=test
//   sAMAccountName: alice
//   objectSid:: AQUAAAAAAAUVAAAA…           base64
//   description: a long value that
//     goes on behind one blank
#include <array>
#include <string>

#include "base/limits.h"
#include "decode/decoder.h"
#include "decode/lines.h"

namespace bartizan {
namespace {

constexpr std::size_t kHexBytesMax = 64;

bool base64_bytes(std::string_view text, std::string& out) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static constexpr auto kValues = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < kDigits.size(); ++i)
      values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
    return values;
  }();
  out.clear();
  std::uint32_t bits = 0;
  unsigned count = 0;
  while (text.ends_with('=')) text.remove_suffix(1);
  for (char c : text) {
    const std::int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) return false;
    bits = bits << 6 | static_cast<std::uint32_t>(value), count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xff);
  }
  return true;
}

bool is_text(std::string_view bytes) {
  for (char c : bytes)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
  return true;
}

// [MS-DTYP] 2.4.2.2: revision, number of parts, authority (6, big-endian), parts (4 each).
std::string sid_text(std::string_view bytes) {
  const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(bytes[at])}; };
  if (bytes.size() < 8 || bytes.size() != 8 + 4 * byte(1)) return {};
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < 8; ++i) authority = authority << 8 | byte(i);
  std::string out = "S-" + std::to_string(byte(0)) + "-" + std::to_string(authority);
  for (std::size_t at = 8; at < bytes.size(); at += 4)
    out += "-" + std::to_string(byte(at) | byte(at + 1) << 8 | byte(at + 2) << 16 | byte(at + 3) << 24);
  return out;
}

std::string printable(std::string_view name, std::string_view bytes) {
  if (name == "objectSid" || name == "sIDHistory")
    if (std::string sid = sid_text(bytes); !sid.empty()) return sid;
  if (is_text(bytes)) return std::string(bytes);
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (char c : bytes.substr(0, kHexBytesMax))
    out += kHex[static_cast<unsigned char>(c) >> 4], out += kHex[static_cast<unsigned char>(c) & 15];
  return out;
}

// Entries stay whole: cuts behind an empty line.
class LdifCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    if (at_end || buffer.size() >= limits::kPieceBytesMax) return buffer.size();
    const std::string_view text = as_text(buffer);
    const std::size_t unix_end = text.rfind("\n\n"), dos_end = text.rfind("\n\r\n");
    const std::size_t last = unix_end == text.npos                        ? dos_end
                             : dos_end == text.npos || dos_end < unix_end ? unix_end
                                                                          : dos_end;
    if (last == text.npos) return 0;
    return last + (text[last + 1] == '\r' ? 3 : 2);
  }
};

class LdifDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const std::string_view text = as_text(piece.bytes);
    open_ = false;
    for (std::size_t at = 0; at < text.size();) {
      const std::uint64_t offset = piece.offset + at;
      read_line(text, at);
      if (line_.empty()) finish(out);
      else if (!line_.starts_with('#')) add(offset, out, oddities);
    }
    finish(out);
  }

 private:
  // A line with those that go on behind a blank.
  void read_line(std::string_view text, std::size_t& at) {
    line_.clear();
    do {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string_view part = text.substr(at, end - at);
      if (part.ends_with('\r')) part.remove_suffix(1);
      if (!line_.empty()) part.remove_prefix(1);
      if (line_.size() + part.size() <= limits::kLdifRecordBytesMax) line_ += part;
      at = end + 1;
    } while (at < text.size() && text[at] == ' ' && !line_.empty());
  }

  void add(std::uint64_t offset, EventBatch& out, OddityList& oddities) {
    const std::string_view line = line_;
    const std::size_t colon = line.find(':');
    if (colon == line.npos || colon == 0) return oddities.add("line is no attribute", offset);
    const std::string_view name = line.substr(0, colon).substr(0, line.find(';'));
    std::string_view value = line.substr(colon + 1);
    const bool is_encoded = value.starts_with(':');
    if (is_encoded || value.starts_with('<')) value.remove_prefix(1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "dn") {
      finish(out);
      Event& event = out.start();
      event.offset = offset, event.product = "directory", event.service = "ldif";
      open_ = true;
    }
    if (!open_) return;  // `version: 1`, `search: 2`
    if (out.fields_of_draft() >= limits::kLdifFieldsMax)
      return oddities.add("entry has too many values", offset);
    if (!is_encoded) return out.add(out.keep(name), out.keep(value));
    if (!base64_bytes(value, bytes_)) return oddities.add("value is not base64", offset);
    out.add(out.keep(name), out.keep(printable(name, bytes_)));
  }

  void finish(EventBatch& out) {
    if (open_) out.commit();
    open_ = false;
  }

  std::string line_, bytes_;
  bool open_ = false;
};

int recognise(Bytes head) {
  int score = 0;
  bool first = true;
  for_each_line(as_text(head), [&](std::string_view line, std::size_t) {
    if (line.starts_with('#')) return;
    if (line.starts_with("dn: ") || line.starts_with("dn:: ")) score = std::max(score, first ? 92 : 0);
    first = first && (line.starts_with("version: ") || line.starts_with("dn:"));
  });
  return score;
}

}  // namespace

const Format& ldif_format() {
  static constexpr Format kFormat{
      "ldif",
      "Directory entries (LDIF, ldapsearch, ldifde)",
      "directory: ldif",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<LdifCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<LdifDecoder>(); },
      nullptr,
      "# extended LDIF\n"
      "\n"
      "dn: CN=alice,CN=Users,DC=lab,DC=test\n"
      "objectClass: user\n"
      "sAMAccountName: alice\n"
      "userAccountControl: 66048\n"
      "objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAATwQAAA==\n"
      "description: works in\n"
      "  accounting\n"};
  return kFormat;
}

}  // namespace bartizan
