// SPDX-License-Identifier: Apache-2.0
#include "detect/identity/fields.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/must.h"

namespace bartizan::identity {
namespace {

constexpr std::size_t kSlots = 4096;
constexpr std::uint8_t kNoField = 0xff;
static_assert(std::size(kFieldNames) < kNoField);

// Of its length, its first and last eight characters: enough to tell the names apart, and cheap. What it finds is
// compared.
std::uint32_t slot_of(std::string_view name, std::uint32_t seed) {
  std::uint64_t first = 0, last = 0;
  const std::size_t taken = std::min<std::size_t>(name.size(), 8);
  if (taken == 8) {
    std::memcpy(&first, name.data(), 8);
    std::memcpy(&last, name.data() + name.size() - 8, 8);
  } else {
    std::memcpy(&first, name.data(), taken);
  }
  const std::uint64_t hash = (first ^ (last << 29 | last >> 35) ^ name.size() * 0x9e3779b97f4a7c15u) *
                             (0xbf58476d1ce4e5b9u + 2 * std::uint64_t{seed});
  return static_cast<std::uint32_t>(hash >> 40) % kSlots;
}

struct Slots {
  std::uint32_t seed = 0;
  std::array<std::uint8_t, kSlots> index;
};

bool fill(Slots& slots) {
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
