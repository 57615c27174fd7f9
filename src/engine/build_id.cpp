// SPDX-License-Identifier: Apache-2.0
#include "engine/build_id.h"

#include <elf.h>
#include <link.h>

#include <cstring>

namespace bartizan {
namespace {

constexpr std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

// ELF notes: sizes of name and content u32, type u32, the name and the content padded to 4 bytes.
std::string id_in(const char* notes, std::size_t size) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes, sizeof note);
    const std::size_t whole = sizeof note + padded(note.n_namesz) + padded(note.n_descsz);
    if (whole > size) return {};
    const char* name = notes + sizeof note;
    const char* content = name + padded(note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
      static constexpr char kDigits[] = "0123456789abcdef";
      std::string id;
      for (std::size_t i = 0; i < note.n_descsz; ++i) {
        const auto byte = static_cast<unsigned char>(content[i]);
        id += kDigits[byte >> 4], id += kDigits[byte & 15];
      }
      return id;
    }
    notes += whole, size -= whole;
  }
  return {};
}

// The first object is the program itself.
int look_at_program(dl_phdr_info* object, std::size_t, void* out) {
  for (std::size_t i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    // The address of a loaded segment is a number in its header. NOLINTNEXTLINE(performance-no-int-to-ptr)
    const auto* notes = reinterpret_cast<const char*>(object->dlpi_addr + segment.p_vaddr);
    std::string& id = *static_cast<std::string*>(out);
    id = id_in(notes, segment.p_memsz);
    if (!id.empty()) break;
  }
  return 1;
}

}  // namespace

const std::string& build_id() {
  static const std::string id = [] {
    std::string found;
    dl_iterate_phdr(look_at_program, &found);
    return found;
  }();
  return id;
}

}  // namespace bartizan
