// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/fields.h"

#include <cstdint>

#include "base/must.h"

namespace bartizan::identity {
namespace {

constexpr std::size_t kSlots = 4096;
constexpr std::uint8_t kNoField = 0xff;
static_assert(std::size(kFieldNames) < kNoField);

// Of its length, its first, middle and last characters: enough to tell the names apart, and cheap. What it finds is
// compared.
constexpr std::uint32_t slot_of(std::string_view name, std::uint32_t seed) {
  const auto at = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(name[i]));
  };
  std::uint32_t hash = static_cast<std::uint32_t>(name.size()) * 0x9e3779b1u + seed;
  const std::size_t size = name.size();
  for (std::size_t i : {std::size_t{0}, size / 4, size / 3, size / 2, size - size / 4 - 1, size - 1})
    hash = (hash ^ at(i)) * 0x01000193u;
  return (hash ^ hash >> 15) % kSlots;
}

struct Slots {
  std::uint32_t seed = 0;
  std::array<std::uint8_t, kSlots> index;
};

constexpr bool fill(Slots& slots) {
  slots.index.fill(kNoField);
  std::uint8_t number = 0;
  for (std::string_view name : kFieldNames) {
    std::uint8_t& place = slots.index[slot_of(name, slots.seed)];
    if (place != kNoField) return false;
    place = number++;
  }
  return true;
}

Slots make_slots() {
  Slots slots;
  while (!fill(slots)) MUST(++slots.seed < 100'000);
  return slots;
}

}  // namespace

Fields::Fields(const Event& event) : event_(event) {
  static const Slots slots = make_slots();
  for (const Field& field : event.fields) {
    if (field.name.empty()) continue;
    const std::uint8_t index = slots.index[slot_of(field.name, slots.seed)];
    if (index == kNoField || kFieldNames[index] != field.name) continue;
    if (values_[index].data() == nullptr)
      values_[index] = field.value == "-" ? std::string_view("", 0) : field.value;
  }
}

}  // namespace bartizan::identity
