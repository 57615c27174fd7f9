// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/codec.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/limits.h"
#include "base/text.h"

namespace bartizan::powershell {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 128> make_base64_values() {
  std::array<std::int8_t, 128> values{};
  for (auto& value : values) value = -1;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<std::size_t>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  return values;
}
constexpr auto kBase64Values = make_base64_values();

// What Windows-1252 has at 0x80..0x9F.
constexpr char16_t kWindows1252[32] = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                       0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                       0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                       0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

std::optional<Text> decode_utf7(const Bytes8& bytes) {
  Text out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '+') {
      if (bytes[i] >= 0x80) return std::nullopt;
      out += static_cast<char16_t>(bytes[i]);
      continue;
    }
    std::uint32_t bits = 0;
    unsigned count = 0;
    std::size_t begin = ++i;
    for (; i < bytes.size() && bytes[i] < 128 && kBase64Values[bytes[i]] >= 0; ++i) {
      bits = (bits << 6 | static_cast<std::uint32_t>(kBase64Values[bytes[i]])) & 0xFFFFFF;
      count += 6;
      if (count < 16) continue;
      count -= 16;
      out += static_cast<char16_t>(bits >> count);
    }
    if (i < bytes.size() && bytes[i] == '-') {
      if (i == begin) out += u'+';
    } else {
      --i;
    }
  }
  return out;
}

}  // namespace

std::optional<Bytes8> decode_base64(std::u16string_view text) {
  Bytes8 out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  unsigned digits = 0, padding = 0;
  for (char16_t unit : text) {
    if (unit == ' ' || unit == '\t' || unit == '\r' || unit == '\n') continue;
    if (unit == '=') {
      ++padding;
      continue;
    }
    if (unit >= 128 || kBase64Values[unit] < 0 || padding != 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(kBase64Values[unit]);
    if (++digits % 4 != 0) continue;
    out.push_back(static_cast<std::uint8_t>(bits >> 16));
    out.push_back(static_cast<std::uint8_t>(bits >> 8));
    out.push_back(static_cast<std::uint8_t>(bits));
    bits = 0;
  }
  unsigned rest = digits % 4;
  if ((rest == 0 && padding != 0) || rest == 1 || (rest != 0 && rest + padding != 4)) return std::nullopt;
  if (rest == 2) out.push_back(static_cast<std::uint8_t>(bits >> 4));
  if (rest == 3) {
    out.push_back(static_cast<std::uint8_t>(bits >> 10));
    out.push_back(static_cast<std::uint8_t>(bits >> 2));
  }
  return out;
}

std::string encode_base64(const Bytes8& bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = static_cast<std::uint32_t>(bytes[i]) << 16;
    if (count > 1) bits |= static_cast<std::uint32_t>(bytes[i + 1]) << 8;
    if (count > 2) bits |= bytes[i + 2];
    for (std::size_t k = 0; k < 4; ++k) out += k > count ? '=' : kAlphabet[bits >> (18 - 6 * k) & 63];
  }
  return out;
}

std::optional<Bytes8> inflate_bytes(const Bytes8& bytes, Deflated form, bool& limited) {
  z_stream stream{};
  int window = form == Deflated::kRaw ? -15 : form == Deflated::kGzip ? 15 + 16 : 15;
  if (inflateInit2(&stream, window) != Z_OK) return std::nullopt;
  std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  std::size_t bound =
      std::max(limits::kPowershellInflateFreeBytes, bytes.size() * limits::kPowershellInflateRatioMax);
  bound = std::min(bound, limits::kPowershellStringMax);
  Bytes8 out;
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::array<std::uint8_t, 16384> piece;
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = piece.data();
    stream.avail_out = static_cast<uInt>(piece.size());
    state = inflate(&stream, Z_SYNC_FLUSH);
    out.insert(out.end(), piece.begin(),
               piece.begin() + static_cast<std::ptrdiff_t>(piece.size() - stream.avail_out));
    if (out.size() <= bound) continue;
    limited = true;
    return std::nullopt;
  }
  if (state == Z_STREAM_END || (state == Z_BUF_ERROR && !out.empty())) return out;
  return std::nullopt;
}

std::optional<Encoding> encoding_named(std::string_view name) {
  constexpr std::pair<std::string_view, Encoding> kNames[] = {{"ascii", Encoding::kAscii},
                                                              {"us-ascii", Encoding::kAscii},
                                                              {"utf8", Encoding::kUtf8},
                                                              {"utf-8", Encoding::kUtf8},
                                                              {"unicode", Encoding::kUtf16},
                                                              {"utf-16", Encoding::kUtf16},
                                                              {"utf-16le", Encoding::kUtf16},
                                                              {"bigendianunicode", Encoding::kUtf16Big},
                                                              {"utf-16be", Encoding::kUtf16Big},
                                                              {"utf32", Encoding::kUtf32},
                                                              {"utf-32", Encoding::kUtf32},
                                                              {"utf7", Encoding::kUtf7},
                                                              {"utf-7", Encoding::kUtf7},
                                                              {"default", Encoding::kWindows1252},
                                                              {"windows-1252", Encoding::kWindows1252},
                                                              {"latin1", Encoding::kLatin1},
                                                              {"iso-8859-1", Encoding::kLatin1},
                                                              {"utf_8", Encoding::kUtf8}};
  for (auto& [known, encoding] : kNames)
    if (known == name) return encoding;
  return std::nullopt;
}

std::optional<Encoding> encoding_numbered(std::int64_t code_page) {
  constexpr std::pair<int, Encoding> kPages[] = {{20127, Encoding::kAscii},      {65001, Encoding::kUtf8},
                                                 {1200, Encoding::kUtf16},       {1201, Encoding::kUtf16Big},
                                                 {12000, Encoding::kUtf32},      {65000, Encoding::kUtf7},
                                                 {1252, Encoding::kWindows1252}, {28591, Encoding::kLatin1}};
  for (auto& [page, encoding] : kPages)
    if (page == code_page) return encoding;
  return std::nullopt;
}

std::optional<Text> decode_text(Encoding encoding, const Bytes8& bytes) {
  Text out;
  out.reserve(bytes.size());
  switch (encoding) {
    case Encoding::kUtf8: {
      std::string valid;
      append_valid_utf8(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), valid);
      return widen(valid);
    }
    case Encoding::kUtf7: return decode_utf7(bytes);
    case Encoding::kUtf16:
    case Encoding::kUtf16Big:
      for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        unsigned first = bytes[i], second = bytes[i + 1];
        out +=
            static_cast<char16_t>(encoding == Encoding::kUtf16 ? second << 8 | first : first << 8 | second);
      }
      if (bytes.size() % 2 != 0) out += char16_t{0xFFFD};
      return out;
    case Encoding::kUtf32:
      if (bytes.size() % 4 != 0) return std::nullopt;
      for (std::size_t i = 0; i < bytes.size(); i += 4) {
        if (bytes[i + 2] != 0 || bytes[i + 3] != 0) return std::nullopt;
        out += static_cast<char16_t>(bytes[i + 1] << 8 | bytes[i]);
      }
      return out;
    case Encoding::kAscii:
      for (std::uint8_t byte : bytes) out += static_cast<char16_t>(byte < 0x80 ? byte : '?');
      return out;
    case Encoding::kLatin1:
    case Encoding::kWindows1252:
      for (std::uint8_t byte : bytes)
        out += encoding == Encoding::kWindows1252 && byte >= 0x80 && byte < 0xA0
                   ? kWindows1252[byte - 0x80]
                   : static_cast<char16_t>(byte);
      return out;
  }
  return std::nullopt;
}

std::optional<Bytes8> encode_text(Encoding encoding, std::u16string_view text) {
  Bytes8 out;
  if (encoding == Encoding::kUtf8) {
    std::string utf8 = narrow(text), valid;
    append_valid_utf8(utf8, valid);
    return Bytes8(valid.begin(), valid.end());
  }
  for (char16_t unit : text) {
    switch (encoding) {
      case Encoding::kUtf16:
        out.push_back(static_cast<std::uint8_t>(unit));
        out.push_back(static_cast<std::uint8_t>(unit >> 8));
        break;
      case Encoding::kUtf16Big:
        out.push_back(static_cast<std::uint8_t>(unit >> 8));
        out.push_back(static_cast<std::uint8_t>(unit));
        break;
      case Encoding::kAscii: out.push_back(static_cast<std::uint8_t>(unit < 0x80 ? unit : '?')); break;
      case Encoding::kLatin1: out.push_back(static_cast<std::uint8_t>(unit < 0x100 ? unit : '?')); break;
      default:
        if (unit >= 0x80) return std::nullopt;
        out.push_back(static_cast<std::uint8_t>(unit));
    }
  }
  return out;
}

std::optional<Text> decrypt_secure_string(std::u16string_view text, const Bytes8& key) {
  constexpr std::u16string_view kHeader = u"76492d1116743f0423413b16050a5345";
  if (!text.starts_with(kHeader)) return std::nullopt;
  auto packed = decode_base64(text.substr(kHeader.size()));
  if (!packed) return std::nullopt;
  auto inner = decode_text(Encoding::kUtf16, *packed);
  std::size_t first = inner->find(u'|'), second = inner->find(u'|', first + 1);
  if (first == Text::npos || second == Text::npos) return std::nullopt;
  auto iv = decode_base64(std::u16string_view(*inner).substr(first + 1, second - first - 1));
  Bytes8 data;
  auto digit = [](char16_t unit) {
    return unit >= '0' && unit <= '9'                     ? unit - '0'
           : (unit | 0x20) >= 'a' && (unit | 0x20) <= 'f' ? (unit | 0x20) - 'a' + 10
                                                          : -1;
  };
  for (std::size_t i = second + 1; i + 1 < inner->size(); i += 2) {
    int high = digit((*inner)[i]), low = digit((*inner)[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    data.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  if (!iv) return std::nullopt;
  auto plain = decrypt_aes(data, key, *iv, CipherMode::kCbc, true);
  if (!plain) return std::nullopt;
  return decode_text(Encoding::kUtf16, *plain);
}

std::optional<Bytes8> decrypt_aes(const Bytes8& data, const Bytes8& key, const Bytes8& iv, CipherMode mode,
                                  bool padded) {
  bool cbc = mode == CipherMode::kCbc;
  const EVP_CIPHER* cipher = key.size() == 16   ? (cbc ? EVP_aes_128_cbc() : EVP_aes_128_ecb())
                             : key.size() == 24 ? (cbc ? EVP_aes_192_cbc() : EVP_aes_192_ecb())
                             : key.size() == 32 ? (cbc ? EVP_aes_256_cbc() : EVP_aes_256_ecb())
                                                : nullptr;
  if (cipher == nullptr || (cbc && iv.size() != 16) || data.size() > limits::kPowershellStringMax)
    return std::nullopt;
  std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(),
                                                                     EVP_CIPHER_CTX_free);
  if (!context ||
      EVP_DecryptInit_ex(context.get(), cipher, nullptr, key.data(), cbc ? iv.data() : nullptr) != 1)
    return std::nullopt;
  EVP_CIPHER_CTX_set_padding(context.get(), padded ? 1 : 0);
  Bytes8 out(data.size() + 16);
  int first = 0, last = 0;
  if (EVP_DecryptUpdate(context.get(), out.data(), &first, data.data(), static_cast<int>(data.size())) != 1)
    return std::nullopt;
  if (EVP_DecryptFinal_ex(context.get(), out.data() + first, &last) != 1) return std::nullopt;
  out.resize(static_cast<std::size_t>(first + last));
  return out;
}

}  // namespace bartizan::powershell
