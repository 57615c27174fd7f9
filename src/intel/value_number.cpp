// SPDX-License-Identifier: Apache-2.0
#include "intel/value_number.h"

#include <algorithm>

#include "intel/key_hash.h"

namespace bartizan::intel {
namespace {

constexpr std::uint64_t kHashed = std::uint64_t{1} << 63;  // below it, addresses
constexpr std::uint64_t kSixBegins = std::uint64_t{1} << 56;
constexpr std::uint64_t kSeed = 0x5d1f7c3a9b2e4680u;

// IPv4 as it is; of IPv6 the first seven bytes, which are more than a network that is ever given has.
std::uint64_t address_number(std::string_view bytes) {
  std::uint64_t number = bytes.size() == 4 ? 0 : 1;
  for (const char byte : bytes.substr(0, std::min<std::size_t>(bytes.size(), 7)))
    number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}
static_assert(kSixBegins > 0xffff'ffffu);

}  // namespace

std::uint64_t value_number(Kind kind, std::string_view key) {
  if (kind == Kind::kAddress) return address_number(key);
  return key_hash(kind, key, kSeed) | kHashed;
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> numbers_of(const Indicator& indicator) {
  if (indicator.kind == Kind::kPattern) return std::nullopt;
  if (indicator.kind != Kind::kNetwork) {
    const std::uint64_t number = value_number(indicator.kind, indicator.key);
    return std::pair{number, number};
  }
  // One byte of prefix length, then the masked address.
  const unsigned length = static_cast<unsigned char>(indicator.key[0]);
  const std::string_view address = std::string_view(indicator.key).substr(1);
  const unsigned kept = static_cast<unsigned>(std::min<std::size_t>(address.size(), 7)) * 8;
  const std::uint64_t first = address_number(address);
  const std::uint64_t others = length >= kept ? 0 : (std::uint64_t{1} << (kept - length)) - 1;
  return std::pair{first, first | others};
}

}  // namespace bartizan::intel
