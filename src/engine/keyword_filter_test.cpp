// SPDX-License-Identifier: Apache-2.0
#include "engine/keyword_filter.h"

#include <gtest/gtest.h>

#include <random>

#include "base/text.h"

namespace bartizan {
namespace {

std::vector<std::uint8_t> utf16(std::u16string_view text) {
  std::vector<std::uint8_t> bytes;
  for (char16_t unit : text)
    bytes.push_back(static_cast<std::uint8_t>(unit & 0xff)),
        bytes.push_back(static_cast<std::uint8_t>(unit >> 8));
  return bytes;
}

sigma::Leaf keyword(std::string text) {
  sigma::Leaf leaf;
  leaf.op = sigma::LeafOp::kContains;
  leaf.text = std::move(text);
  return leaf;
}

std::unique_ptr<RawKeywords> filter_of(std::initializer_list<const sigma::Leaf*> leaves) {
  const auto runs = RawKeywords::runs_of(std::vector<const sigma::Leaf*>(leaves));
  return runs ? std::make_unique<RawKeywords>(*runs) : nullptr;
}

TEST(KeywordFilter, NeverSaysNoToATextWithAKeyword) {
  const sigma::Leaf masterkey = keyword("dpapi::masterkey"), kiwi = keyword("eo.oe.kiwi"),
                    german = keyword("schlüssel weg");
  const auto filter = filter_of({&masterkey, &kiwi, &german});
  ASSERT_TRUE(filter);
  std::mt19937 random(7);
  const std::u16string words[] = {u"dpapi::masterkey", u"EO.OE.Kiwi", u"SCHLÜSSEL WEG", u"eo.oe.\u212aiwi",
                                  u"dpapi::ma\u017fterkey"};
  for (int round = 0; round < 2000; ++round) {
    std::u16string text;
    for (std::size_t i = random() % 40; i-- > 0;) text.push_back(static_cast<char16_t>(random() % 0x250));
    text += words[random() % std::size(words)];
    for (std::size_t i = random() % 40; i-- > 0;) text.push_back(static_cast<char16_t>(random() % 0x250));
    EXPECT_TRUE(filter->may_match_utf16(utf16(text)));
  }
  EXPECT_TRUE(filter->may_match("x DPAPI::MasterKey"));
}

TEST(KeywordFilter, SaysNoToOrdinaryText) {
  const sigma::Leaf masterkey = keyword("dpapi::masterkey");
  const auto filter = filter_of({&masterkey});
  ASSERT_TRUE(filter);
  EXPECT_FALSE(filter->may_match_utf16(utf16(u"C:\\Windows\\System32\\dpapi.dll ::masterke")));
  EXPECT_FALSE(filter->may_match_utf16({}));
  EXPECT_EQ(filter->shortest, 16u);
}

// What a number, a time or hexadecimal text may hold cannot be told from texts alone.
TEST(KeywordFilter, IsNotMadeOfKeywordsThatOtherValuesMayHold) {
  const sigma::Leaf guid = keyword("1131f6ad-9c07"), number = keyword("4624"), brief = keyword("mim"),
                    good = keyword("mimikatz");
  for (const sigma::Leaf* leaf : {&guid, &number, &brief})
    EXPECT_FALSE(filter_of({&good, leaf})) << leaf->text;
  sigma::Leaf regex;
  regex.op = sigma::LeafOp::kRegex;
  EXPECT_FALSE(filter_of({&regex}));
  regex.regex_needs = {"invoke-mimikatz"};
  EXPECT_TRUE(filter_of({&regex}));
}

}  // namespace
}  // namespace bartizan
