// SPDX-License-Identifier: Apache-2.0
// Indicators: kinds of values known from intelligence, and their normal form. `read_indicator` is the only place that knows how
// people spell them: defanged (hxxp, [.], (dot)), in any case, with IDNA names, IPv4 mapped into IPv6, with trailing dots,
// hashes with or without separators. Two spellings of one thing have one key; keys of one kind are compared byte for byte.
//   address 4 or 16 bytes; network the same, masked, behind one byte of prefix length; hashes their bytes; all else text.
// An answer without an indicator says why. Pure, any thread.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace bartizan::intel {

// The numbers are written to files.
enum class Kind : std::uint8_t {
  kAddress,
  kNetwork,
  kDomain,
  kUrl,
  kMd5,
  kSha1,
  kSha256,
  kImphash,
  kEmail,
  kJa3,
  kJa4,
  kRegistryKey,
  kMutex,
  kFileName,
  kUserAgent,
  kPattern,  // a STIX pattern that is more than one value; its key is the pattern
};
inline constexpr std::size_t kKinds = 16;

std::string_view kind_name(Kind kind);  // address, network, domain …
std::optional<Kind> kind_of_name(std::string_view name);

struct Indicator {
  Kind kind = Kind::kDomain;
  std::string key;
  bool operator==(const Indicator&) const = default;
};

// The error is a reason: a clause without a full stop.
using Reading = std::expected<Indicator, std::string>;

Reading read_indicator(Kind kind, std::string_view text);
// By its look: for lists that do not say what they list. An address with a prefix length is a network.
Reading guess_indicator(std::string_view text);
// For people and for export: read_indicator takes it back.
std::string indicator_text(Kind kind, std::string_view key);

// What defanging did, undone.
std::string refanged(std::string_view text);

// The parts of normalising that events need as well. Each appends to `out` (cleared first) and answers whether the text is one.
bool normal_domain(std::string_view text, std::string& out);
bool normal_url(std::string_view text, std::string& out);
bool normal_email(std::string_view text, std::string& out);
// A path or a bare name: case folded, with / as \, without drive and without a kernel's prefix.
bool normal_path(std::string_view text, std::string& out);
// HKLM\…, HKU\… and so on: hives by their short names, control sets as CurrentControlSet, user ids out.
bool normal_registry_key(std::string_view text, std::string& out);
bool normal_user_agent(std::string_view text, std::string& out);

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  std::uint8_t size = 0;  // 4 or 16
  std::string_view key() const { return {reinterpret_cast<const char*>(bytes.data()), size}; }
};
// IPv4 mapped into IPv6 is IPv4; a zone (%eth0) is left out.
std::optional<Address> parse_address(std::string_view text);
// The key of the network of `length` bits around `address`; it has length + 1 bytes.
void network_key(const Address& address, unsigned length, std::string& out);
// Of 4 or 16 bytes.
std::string address_text(std::string_view bytes);
bool parse_hex(std::string_view text, std::string& out);

}  // namespace bartizan::intel
