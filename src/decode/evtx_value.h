// SPDX-License-Identifier: Apache-2.0
// The typed values of BinXml as text, in the form in which Windows shows them and rules compare them. Types
// after [MS-EVEN6] 2.2.12 (BinXml value types); bit 0x80 makes an array. A value of the wrong size is shown
// as upper-case hex digits: nothing is lost and nothing fails. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace bartizan::evtx {

inline constexpr std::uint8_t kNullType = 0x00;
inline constexpr std::uint8_t kStringType = 0x01;
inline constexpr std::uint8_t kAnsiStringType = 0x02;
inline constexpr std::uint8_t kEventXmlType = 0x23;  // text as well
inline constexpr std::uint8_t kFloatType = 0x0b;
inline constexpr std::uint8_t kDoubleType = 0x0c;
inline constexpr std::uint8_t kBooleanType = 0x0d;
inline constexpr std::uint8_t kBinaryType = 0x0e;
inline constexpr std::uint8_t kBinXmlType = 0x21;
inline constexpr std::uint8_t kArrayFlag = 0x80;

// Integers shown in decimal.
constexpr bool is_decimal_type(std::uint8_t type) { return type >= 0x03 && type <= 0x0a; }
// The type as which append_value shows the value: kBinaryType when it does not have the size of its type.
std::uint8_t shown_type(std::uint8_t type, Bytes data);

void append_utf16(Bytes utf16, std::string& out);
// UTF-16 without the NUL units at its end.
void append_string(Bytes utf16, std::string& out);
// One value that is not an array.
void append_value(std::uint8_t type, Bytes data, std::string& out);
// The members of an array; `type` carries kArrayFlag. Members past the end of `data` do not exist.
std::vector<std::string> array_values(std::uint8_t type, Bytes data);

}  // namespace bartizan::evtx
