// SPDX-License-Identifier: Apache-2.0
// IP addresses as text (RFC 4291, written as RFC 5952 says) and as bytes. IPv4 is strictly four decimal numbers: forms that
// some programs read as octal or as one number are no addresses here.
#include <algorithm>
#include <charconv>

#include "intel/indicator.h"

namespace bartizan::intel {
namespace {

bool parse_ipv4(std::string_view text, std::uint8_t* out) {
  if (text.size() < 7 || text.size() > 15) return false;
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    unsigned value = 0;
    std::size_t digits = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits)
      value = value * 10 + static_cast<unsigned>(text[at] - '0');
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[at - digits] == '0')) return false;
    out[part] = static_cast<std::uint8_t>(value);
    if (part < 3 && (at >= text.size() || text[at++] != '.')) return false;
  }
  return at == text.size();
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool parse_ipv6(std::string_view text, std::uint8_t* out) {
  if (text.size() < 2 || text.size() > 45) return false;
  std::uint8_t bytes[16] = {};
  std::size_t size = 0, gap = 17, at = 0;
  if (text.starts_with("::")) gap = 0, at = 2;
  else if (text[0] == ':') return false;
  while (at < text.size()) {
    if (size == 16) return false;
    const std::string_view rest = text.substr(at);
    const std::size_t colon = rest.find(':');
    if (colon == rest.npos && rest.find('.') != rest.npos) {
      if (size > 12 || !parse_ipv4(rest, bytes + size)) return false;
      size += 4;
      break;
    }
    const std::string_view group = rest.substr(0, colon);
    unsigned value = 0;
    if (group.empty() || group.size() > 4) return false;
    for (const char c : group) {
      if (hex_digit(c) < 0) return false;
      value = value * 16 + static_cast<unsigned>(hex_digit(c));
    }
    bytes[size++] = static_cast<std::uint8_t>(value >> 8);
    bytes[size++] = static_cast<std::uint8_t>(value & 255);
    at += group.size();
    if (at == text.size()) break;
    if (++at == text.size()) return false;
    if (text[at] == ':') {
      if (gap != 17) return false;
      gap = size;
      ++at;
    }
  }
  if (gap == 17 ? size != 16 : size > 14) return false;
  if (gap != 17) {
    std::copy_backward(bytes + gap, bytes + size, bytes + 16);
    std::fill(bytes + gap, bytes + gap + (16 - size), std::uint8_t{0});
  }
  std::copy(bytes, bytes + 16, out);
  return true;
}

// The longest run of two or more zero groups is left out.
std::string ipv6_text(std::string_view bytes) {
  unsigned groups[8];
  for (std::size_t i = 0; i < 8; ++i)
    groups[i] = static_cast<unsigned>(static_cast<unsigned char>(bytes[2 * i])) << 8 |
                static_cast<unsigned char>(bytes[2 * i + 1]);
  std::size_t gap = 8, gap_size = 1;
  for (std::size_t i = 0, size; i < 8; i += size + 1) {
    for (size = 0; i + size < 8 && groups[i + size] == 0;) ++size;
    if (size > gap_size) gap = i, gap_size = size;
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == gap) {
      out += "::";
      i += gap_size - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    char digits[4];
    out.append(digits, std::to_chars(digits, digits + 4, groups[i], 16).ptr);
  }
  return out;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  Address address;
  if (text.empty() || text.size() > 64) return std::nullopt;
  if (text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  if (text.find(':') == text.npos) {
    if (!parse_ipv4(text, address.bytes.data())) return std::nullopt;
    address.size = 4;
    return address;
  }
  if (!parse_ipv6(text.substr(0, text.find('%')), address.bytes.data())) return std::nullopt;
  constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  address.size = 16;
  if (std::equal(kMapped, kMapped + 12, address.bytes.data())) {
    std::copy_n(address.bytes.data() + 12, 4, address.bytes.data());
    address.size = 4;
  }
  return address;
}

void network_key(const Address& address, unsigned length, std::string& out) {
  out.assign(1, static_cast<char>(length));
  for (unsigned i = 0; i < address.size; ++i) {
    const unsigned kept = length >= (i + 1) * 8 ? 8 : length > i * 8 ? length - i * 8 : 0;
    out += static_cast<char>(address.bytes[i] & (0xff00u >> kept & 0xff));
  }
}

std::string address_text(std::string_view bytes) {
  if (bytes.size() == 16) return ipv6_text(bytes);
  std::string out;
  for (const char c : bytes) out += (out.empty() ? "" : ".") + std::to_string(static_cast<unsigned char>(c));
  return out;
}

bool parse_hex(std::string_view text, std::string& out) {
  out.clear();
  int high = -1;
  for (const char c : text) {
    if (c == ':' || c == '-' || c == ' ') continue;
    const int digit = hex_digit(c);
    if (digit < 0) return false;
    if (high < 0) high = digit;
    else out += static_cast<char>(high << 4 | digit), high = -1;
  }
  return high < 0 && !out.empty();
}

}  // namespace bartizan::intel
