// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

#include <random>

namespace bartizan {
namespace {

std::string from_utf16(std::u16string_view units) {
  Bytes bytes{reinterpret_cast<const std::uint8_t*>(units.data()), units.size() * 2};
  std::string out(utf8_bytes_max(units.size()), '\0');
  out.resize(static_cast<std::size_t>(utf16le_to_utf8(bytes, out.data()) - out.data()));
  return out;
}

}  // namespace

TEST(Text, Utf16BecomesUtf8) {
  EXPECT_EQ(from_utf16(u"plain ascii text"), "plain ascii text");
  EXPECT_EQ(from_utf16(u"abcdé€😀z"), "abcdé€😀z");
  EXPECT_EQ(from_utf16(std::u16string(1, char16_t{0xd83d}) + u"x"),
            "\xed\xa0\xbdx");  // a lone surrogate is kept
}

TEST(Text, FoldsBeyondAscii) {
  EXPECT_EQ(folded("CMD.EXE"), "cmd.exe");
  EXPECT_EQ(folded("ПРИВЕТ Ł Ω"), "привет ł ω");
  EXPECT_EQ(folded("\xff"
                   "A"),
            "\xff"
            "a");
}

TEST(Text, ContainsWhatFindFinds) {
  std::mt19937 random(3);
  std::size_t found = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 90, ' '), part(random() % 6, ' ');
    for (char& letter : text) letter = static_cast<char>('a' + random() % 3);
    for (char& letter : part) letter = static_cast<char>('a' + random() % 3);
    if (random() % 2 && text.size() > 30) part = text.substr(random() % 30, 1 + random() % 40);
    ASSERT_EQ(contains(text, part), text.find(part) != text.npos) << text << " " << part;
    found += contains(text, part);
  }
  EXPECT_GT(found, 1'000u);
}

TEST(Text, ShownTextIsValid) {
  std::string out;
  append_valid_utf8(
      "a\xff\xed\xa0\xbd"
      "b",
      out);
  EXPECT_EQ(out,
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b");
}

}  // namespace bartizan
