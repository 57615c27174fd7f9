// SPDX-License-Identifier: Apache-2.0
#include "decode/evtx_value.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"

namespace bartizan::evtx {
namespace {

void append_hex(Bytes data, std::string& out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  out.reserve(out.size() + data.size() * 2);
  for (std::uint8_t byte : data) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
}

// The first three groups are stored little-endian.
void append_guid(Bytes data, std::string& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  constexpr std::uint8_t kOrder[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
  char text[38];
  char* to = text;
  *to++ = '{';
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
    *to++ = kDigits[data[kOrder[i]] >> 4];
    *to++ = kDigits[data[kOrder[i]] & 15];
  }
  *to = '}';
  out.append(text, sizeof text);
}

void append_number(std::uint64_t number, std::string& out) {
  char digits[24];
  out.append(digits,
             static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, number).ptr - digits));
}

// [MS-DTYP] 2.4.2: revision, count, a big-endian authority of 48 bits, `count` little-endian sub-authorities.
std::size_t sid_bytes(Bytes data) { return data.size() < 8 ? data.size() + 1 : 8 + std::size_t{data[1]} * 4; }

void append_sid(Bytes data, std::string& out) {
  std::uint64_t authority = 0;
  for (std::size_t i = 2; i < 8; ++i) authority = authority << 8 | data[i];
  if (authority >> 32) fmt::format_to(std::back_inserter(out), "S-{}-0x{:012x}", data[0], authority);
  else out += "S-", append_number(data[0], out), out += '-', append_number(authority, out);
  ByteReader reader(data, 8);
  for (int i = 0; i < data[1]; ++i) out += '-', append_number(reader.u32(), out);
}

// Not by way of Instant: damaged records carry months and days that no calendar has.
void append_system_time(Bytes data, std::string& out) {
  ByteReader reader(data);
  const auto year = reader.u16(), month = reader.u16();
  reader.skip(2);
  const auto day = reader.u16(), hour = reader.u16(), minute = reader.u16(), second = reader.u16(),
             milli = reader.u16();
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}0000Z", year, month, day,
                 hour, minute, second, milli);
}

void append_ansi(Bytes data, std::string& out) {
  while (!data.empty() && data.back() == 0) data = data.first(data.size() - 1);
  for (std::size_t at = 0; at < data.size();) {
    const std::size_t from = at;
    while (at < data.size() && data[at] < 0x80) ++at;
    out.append(as_text(data.subspan(from, at - from)));
    if (at < data.size()) append_code_point(data[at++], out);
  }
}

template <class T>
void append_decimal(Bytes data, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{}", ByteReader(data).read<T>());
}

void append_hex_integer(Bytes data, std::string& out) {
  ByteReader reader(data);
  const std::uint64_t value = data.size() == 8 ? reader.u64() : reader.u32();
  fmt::format_to(std::back_inserter(out), "{:#x}", value);
}

// 0 for the types without a fixed size.
std::size_t fixed_bytes(std::uint8_t type) {
  switch (type) {
    case 0x03:
    case 0x04: return 1;
    case 0x05:
    case 0x06: return 2;
    case 0x07:
    case 0x08:
    case 0x0b:
    case 0x0d:
    case 0x14: return 4;
    case 0x09:
    case 0x0a:
    case 0x0c:
    case 0x11:
    case 0x15: return 8;
    case 0x0f:
    case 0x12: return 16;
    default: return 0;
  }
}

std::vector<std::string> split_at_nul(Bytes data, std::size_t unit) {
  std::vector<std::string> values;
  for (std::size_t start = 0; start + unit <= data.size();) {
    std::size_t end = start;
    while (end + unit <= data.size() && (data[end] != 0 || data[end + unit - 1] != 0)) end += unit;
    std::string& value = values.emplace_back();
    const Bytes text = data.subspan(start, end - start);
    if (unit == 2) append_utf16(text, value);
    else append_ansi(text, value);
    start = end + unit;
  }
  return values;
}

}  // namespace

// Booleans are seen with other sizes than the documented four bytes.
std::uint8_t shown_type(std::uint8_t type, Bytes data) {
  const std::size_t size = fixed_bytes(type);
  return size == 0 || data.size() == size || type == kBooleanType ? type : kBinaryType;
}

void append_utf16(Bytes utf16, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + utf8_bytes_max(utf16.size() / 2));
  const char* end = utf16le_to_utf8(utf16, out.data() + before);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

void append_string(Bytes utf16, std::string& out) {
  std::size_t size = utf16.size() & ~std::size_t{1};
  while (size >= 2 && utf16[size - 1] == 0 && utf16[size - 2] == 0) size -= 2;
  append_utf16(utf16.first(size), out);
}

void append_value(std::uint8_t type, Bytes data, std::string& out) {
  switch (shown_type(type, data)) {
    case kNullType: return;
    case kStringType:
    case kEventXmlType: return append_string(data, out);
    case kAnsiStringType: return append_ansi(data, out);
    case 0x03: return append_decimal<std::int8_t>(data, out);
    case 0x04: return append_decimal<std::uint8_t>(data, out);
    case 0x05: return append_decimal<std::int16_t>(data, out);
    case 0x06: return append_decimal<std::uint16_t>(data, out);
    case 0x07: return append_decimal<std::int32_t>(data, out);
    case 0x08: return append_decimal<std::uint32_t>(data, out);
    case 0x09: return append_decimal<std::int64_t>(data, out);
    case 0x0a: return append_decimal<std::uint64_t>(data, out);
    case kFloatType: return append_decimal<float>(data, out);
    case kDoubleType: return append_decimal<double>(data, out);
    case kBooleanType:
      out += std::ranges::any_of(data, [](std::uint8_t byte) { return byte != 0; }) ? "true" : "false";
      return;
    case 0x0f: return append_guid(data, out);
    case 0x11: return append_instant(instant_from_filetime(ByteReader(data).u64()), out);
    case 0x12: return append_system_time(data, out);
    case 0x13:
      if (sid_bytes(data) <= data.size()) return append_sid(data, out);
      return append_hex(data, out);
    case 0x10:
    case 0x14:
    case 0x15:
    case 0x20:
      if (data.size() == 4 || data.size() == 8) return append_hex_integer(data, out);
      return append_hex(data, out);
    default: return append_hex(data, out);
  }
}

std::vector<std::string> array_values(std::uint8_t type, Bytes data) {
  const auto member = static_cast<std::uint8_t>(type & ~kArrayFlag);
  if (member == kStringType) return split_at_nul(data, 2);
  if (member == kAnsiStringType) return split_at_nul(data, 1);
  std::vector<std::string> values;
  while (!data.empty()) {
    std::size_t size = member == 0x13 ? sid_bytes(data) : member == 0x10 ? 8 : fixed_bytes(member);
    if (size == 0) size = data.size();
    if (size > data.size()) break;
    append_value(member, data.first(size), values.emplace_back());
    data = data.subspan(size);
  }
  return values;
}

}  // namespace bartizan::evtx
