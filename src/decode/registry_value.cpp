// SPDX-License-Identifier: Apache-2.0
#include "decode/registry_value.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/text.h"

namespace bartizan {
namespace {

std::string text_of_utf16(std::string_view bytes) {
  std::string text(utf8_bytes_max(bytes.size() / 2), '\0');
  text.resize(static_cast<std::size_t>(utf16le_to_utf8(as_bytes(bytes), text.data()) - text.data()));
  while (text.ends_with('\0')) text.pop_back();
  for (char& c : text)
    if (c == '\0') c = ' ';  // between the texts of a REG_MULTI_SZ
  return text;
}

}  // namespace

std::string registry_dword(std::uint32_t number) { return fmt::format("DWORD (0x{:08x})", number); }

std::string registry_details(RegistryType type, std::string_view bytes) {
  using enum RegistryType;
  ByteReader reader(as_bytes(bytes));
  if (type == kText || type == kExpandableText || type == kTexts) return text_of_utf16(bytes);
  if (type == kDword && bytes.size() == 4) return registry_dword(reader.u32());
  if (type == kQword && bytes.size() == 8) {
    const std::uint32_t low = reader.u32(), high = reader.u32();
    return fmt::format("QWORD (0x{:08x}-0x{:08x})", high, low);
  }
  return "Binary Data";
}

void add_registry_event(std::string_view kind, std::string_view object, std::string_view details,
                        std::uint64_t offset, EventBatch& out) {
  Event& event = out.start();
  event.offset = offset;
  event.product = "windows", event.category = "registry_set";
  out.add("EventType", kind);
  out.add("TargetObject", out.keep(object));
  if (!details.empty()) out.add("Details", out.keep(details));
  out.commit();
}

}  // namespace bartizan
