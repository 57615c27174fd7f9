// SPDX-License-Identifier: Apache-2.0
// krb5.conf and kdc.conf, the settings of MIT's and Heimdal's Kerberos, as they are collected from hosts. One event a setting,
// with its section; values in braces are told by their own names.
//   [libdefaults]
//     default_ccache_name = KEYRING:persistent:%{uid}
// https://web.mit.edu/kerberos/krb5-latest/doc/admin/conf_files/krb5_conf.html
#include "decode/decoder.h"
#include "decode/lines.h"

namespace bartizan {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The file is small; it is read as a whole, so that each setting knows its section.
class WholeCutter final : public Cutter {
 public:
  std::size_t cut(Bytes buffer, bool at_end) override {
    return at_end || buffer.size() >= limits::kPieceBytesMax ? buffer.size() : 0;
  }
};

class Krb5ConfDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList&) override {
    std::string_view section;
    for_each_line(as_text(piece.bytes), [&](std::string_view line, std::size_t at) {
      line = trimmed(line);
      if (line.empty() || line[0] == '#' || line[0] == ';') return;
      if (line[0] == '[') return void(section = line.substr(1, line.find(']') - 1));
      const std::size_t equals = line.find('=');
      if (equals == line.npos) return;
      const std::string_view value = trimmed(line.substr(equals + 1));
      if (value.empty() || value == "{") return;
      Event& event = out.start();
      event.offset = piece.offset + at, event.product = "linux", event.service = "krb5_conf";
      out.add("Section", out.keep(section)), out.add("Setting", out.keep(trimmed(line.substr(0, equals))));
      out.add("Value", out.keep(value));
      out.commit();
    });
  }
};

int recognise(Bytes head) {
  int found = 0;
  for_each_line(as_text(head), [&](std::string_view line, std::size_t) {
    line = trimmed(line);
    if (line == "[libdefaults]" || line == "[kdcdefaults]" || line == "[realms]") found = 88;
  });
  return found;
}

}  // namespace

const Format& krb5_conf_format() {
  static constexpr Format kFormat{
      "krb5_conf",
      "Kerberos settings (krb5.conf, kdc.conf)",
      "linux: krb5_conf",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<WholeCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<Krb5ConfDecoder>(); },
      nullptr,
      "[libdefaults]\n"
      "  default_realm = LAB.TEST\n"
      "  default_ccache_name = FILE:/tmp/krb5cc_%{uid}\n"};
  return kFormat;
}

}  // namespace bartizan
