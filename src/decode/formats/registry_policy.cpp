// SPDX-License-Identifier: Apache-2.0
// Registry.pol, what group policy sets in the registry ([MS-GPREG] 2.2.1): one event for each value (registry_value.h). The
// file says neither host nor root: the machine's policy is for HKEY_LOCAL_MACHINE, a user's for HKEY_CURRENT_USER.
//   "PReg" u32 version=1, then entries in UTF-16LE: [key NUL ; value NUL ; u32 type ; u32 size ; data ]
// Names of values that begin with ** are orders ([MS-GPREG] 3.2.5.1): **Del.NAME, **DeleteValues and **DeleteKeys with a list
// in the data, **Soft.NAME for a value that is set where there is none.
#include <algorithm>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/limits.h"
#include "base/text.h"
#include "decode/decoder.h"
#include "decode/registry_value.h"
#include "decode/whole.h"

namespace bartizan {
namespace {

constexpr std::string_view kSignature("PReg\1\0\0\0", 8);
constexpr std::string_view kBetweenEntries("]\0[\0", 4);

struct Entry {
  std::string key, name;
  RegistryType type{};
  std::string_view data;
};

bool take_unit(ByteReader& reader, char wanted) {
  return reader.u16() == static_cast<unsigned char>(wanted) && !reader.failed();
}

std::optional<std::string> take_name(ByteReader& reader) {
  std::string units;
  while (units.size() < limits::kPathBytesMax * 2) {
    const std::uint16_t unit = reader.u16();
    if (reader.failed()) return std::nullopt;
    if (unit == 0) return registry_details(RegistryType::kText, units);
    units.push_back(static_cast<char>(unit & 0xff)), units.push_back(static_cast<char>(unit >> 8));
  }
  return std::nullopt;
}

std::optional<Entry> take_entry(ByteReader& reader) {
  Entry entry;
  if (!take_unit(reader, '[')) return std::nullopt;
  const auto key = take_name(reader);
  if (!key || !take_unit(reader, ';')) return std::nullopt;
  const auto name = take_name(reader);
  if (!name || !take_unit(reader, ';')) return std::nullopt;
  entry.type = static_cast<RegistryType>(reader.u32());
  if (!take_unit(reader, ';')) return std::nullopt;
  const std::uint32_t size = reader.u32();
  if (!take_unit(reader, ';') || size > limits::kRegistryPolicyDataMax) return std::nullopt;
  entry.data = as_text(reader.take(size));
  if (!take_unit(reader, ']')) return std::nullopt;
  entry.key = *key, entry.name = *name;
  return entry;
}

// What follows `order` in a name; nothing where the name is no such order.
std::optional<std::string_view> ordered(std::string_view name, std::string_view order) {
  if (name.size() < order.size() || !equals_ignoring_ascii_case(name.substr(0, order.size()), order))
    return std::nullopt;
  return name.substr(order.size());
}

void add_each(std::string_view kind, std::string_view under, std::string_view list, std::uint64_t offset,
              EventBatch& out) {
  while (!list.empty()) {
    const std::string_view name = list.substr(0, list.find(';'));
    list.remove_prefix(std::min(name.size() + 1, list.size()));
    if (!name.empty()) add_registry_event(kind, std::string(under).append(name), "", offset, out);
  }
}

void add_entry(const Entry& entry, std::uint64_t offset, EventBatch& out) {
  const std::string under = entry.key + "\\";
  const std::string details = registry_details(entry.type, entry.data);
  if (entry.name.empty()) return add_registry_event("CreateKey", entry.key, "", offset, out);
  if (const auto name = ordered(entry.name, "**del."))
    return add_registry_event("DeleteValue", under + std::string(*name), "", offset, out);
  if (ordered(entry.name, "**deletevalues")) return add_each("DeleteValue", under, details, offset, out);
  if (ordered(entry.name, "**deletekeys")) return add_each("DeleteKey", "", details, offset, out);
  const std::string_view name = ordered(entry.name, "**soft.").value_or(entry.name);
  add_registry_event("SetValue", under + std::string(name), details, offset, out);
}

class PolicyDecoder final : public Decoder {
 public:
  void decode(const Piece& piece, EventBatch& out, OddityList& oddities) override {
    const std::string_view bytes = as_text(piece.bytes);
    ByteReader reader(piece.bytes);
    if (bytes.starts_with(kSignature)) reader.skip(kSignature.size());
    while (reader.remaining() > 0) {
      const std::size_t begin = reader.offset();
      if (const auto entry = take_entry(reader)) {
        add_entry(*entry, piece.offset + begin, out);
        continue;
      }
      oddities.add("entry of the policy is broken or cut short", piece.offset + begin);
      const std::size_t next = bytes.find(kBetweenEntries, begin);
      if (next == bytes.npos) return;
      reader = ByteReader(piece.bytes, next + 2);
    }
  }
};

int recognise(Bytes head) { return as_text(head).starts_with(kSignature) ? 100 : 0; }

}  // namespace

const Format& registry_policy_format() {
  static constexpr Format kFormat{
      "registry_policy",
      "Registry settings of a group policy (Registry.pol)",
      "windows: category registry_set",
      recognise,
      []() -> std::unique_ptr<Cutter> { return std::make_unique<WholeCutter>(); },
      [](const DecodeOptions&) -> std::unique_ptr<Decoder> { return std::make_unique<PolicyDecoder>(); }};
  return kFormat;
}

}  // namespace bartizan
