// SPDX-License-Identifier: Apache-2.0
// The decodings loaders use: base64, deflate, text encodings, and the two ciphers whose key stands in the
// script. Pure and bounded by limits.h; nullopt when the input is not what it says it is. `limited` tells a
// bound stopped the work. Any thread. Wraps zlib and OpenSSL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "detect/powershell/value.h"

namespace bartizan::powershell {

std::optional<Bytes8> decode_base64(std::u16string_view text);  // strict but for blanks, as .NET
std::string encode_base64(const Bytes8& bytes);

enum class Deflated { kRaw, kGzip, kZlib };
// What could be inflated; cut data give what stands before the cut, as a reader of the stream would see it.
std::optional<Bytes8> inflate_bytes(const Bytes8& bytes, Deflated form, bool& limited);

enum class Encoding : std::uint8_t { kAscii, kUtf8, kUtf16, kUtf16Big, kUtf32, kUtf7, kLatin1, kWindows1252 };
std::optional<Encoding> encoding_named(std::string_view name);  // property or web name, lower case
std::optional<Encoding> encoding_numbered(std::int64_t code_page);
std::optional<Text> decode_text(Encoding encoding, const Bytes8& bytes);
std::optional<Bytes8> encode_text(Encoding encoding, std::u16string_view text);

// ConvertFrom-SecureString -Key writes 32 fixed hexadecimal digits, then base64 of UTF-16 "2|base64 of IV|hex
// of ciphertext"; AES in CBC mode over UTF-16, PKCS#7.
std::optional<Text> decrypt_secure_string(std::u16string_view text, const Bytes8& key);

enum class CipherMode { kCbc, kEcb };
std::optional<Bytes8> decrypt_aes(const Bytes8& data, const Bytes8& key, const Bytes8& iv, CipherMode mode,
                                  bool padded);

}  // namespace bartizan::powershell
