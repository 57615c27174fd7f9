// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "base/text.h"

namespace bartizan {
namespace {

std::string written(std::string_view value) {
  std::string out;
  JsonWriter(out).text(value);
  return out;
}

// A letter at a time, as RFC 8259 section 7 has it.
std::string plainly_quoted(std::string_view value) {
  std::string valid, out = "\"";
  append_valid_utf8(value, valid);
  for (const char letter : valid) {
    const auto c = static_cast<unsigned char>(letter);
    if (c == '"' || c == '\\') out += '\\', out += letter;
    else if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else if (c == '\t') out += "\\t";
    else if (c < 0x20 || c == 0x7f) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", c);
      out += code;
    } else out += letter;
  }
  return out + '"';
}

TEST(JsonWriter, TextOfAnyBytesIsQuotedAsByLetter) {
  std::mt19937 random(1);
  const std::string_view letters = "abcdefgh \\\"\n\t\r\x7f\x01/";
  const auto some = [&](std::size_t size, unsigned beyond) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
      text += random() % 100 < beyond ? static_cast<char>(random()) : letters[random() % letters.size()];
    return text;
  };
  for (std::size_t size = 0; size < 80; ++size)
    for (const unsigned beyond : {0u, 0u, 2u, 50u})
      for (int round = 0; round < 20; ++round) {
        const std::string text = some(size, beyond);
        ASSERT_EQ(written(text), plainly_quoted(text));
      }
  for (const std::size_t size : {1007u, 1008u, 1015u, 1023u, 1024u, 1025u, 1040u, 2048u, 5000u})
    for (const unsigned beyond : {0u, 1u}) {
      const std::string text = some(size, beyond), plain(size, 'p'), escaped(size, '\x01');
      EXPECT_EQ(written(text), plainly_quoted(text));
      EXPECT_EQ(written(plain), plainly_quoted(plain));
      EXPECT_EQ(written(escaped), plainly_quoted(escaped));
    }
}

TEST(JsonWriter, BytesBeyondAsciiAreValidUtf8AtEveryPlace) {
  for (std::size_t at = 0; at < 40; ++at)
    for (const std::string_view odd : {"\xc3\xa4", "\xff", "\xc3", "\xe2\x80", "\xf0\x9f\x8f\xb0"}) {
      std::string text(40, 'x');
      text.insert(at, odd);
      EXPECT_EQ(written(text), plainly_quoted(text));
    }
}

}  // namespace
}  // namespace bartizan
