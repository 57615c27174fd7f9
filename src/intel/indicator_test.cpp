// SPDX-License-Identifier: Apache-2.0
#include "intel/indicator.h"

#include <gtest/gtest.h>

namespace bartizan::intel {
namespace {

std::string text_of(const Reading& reading) {
  if (!reading) return "! " + reading.error();
  return std::string(kind_name(reading->kind)) + " " + indicator_text(reading->kind, reading->key);
}
std::string guessed(std::string_view text) { return text_of(guess_indicator(text)); }
std::string read(Kind kind, std::string_view text) { return text_of(read_indicator(kind, text)); }

TEST(Indicator, KindIsToldByLook) {
  EXPECT_EQ(guessed("198.51.100.7"), "address 198.51.100.7");
  EXPECT_EQ(guessed("198.51.100.7/24"), "network 198.51.100.0/24");
  EXPECT_EQ(guessed("198.51.100.7/32"), "address 198.51.100.7");
  EXPECT_EQ(guessed("2001:DB8::1"), "address 2001:db8::1");
  EXPECT_EQ(guessed("2001:db8::/32"), "network 2001:db8::/32");
  EXPECT_EQ(guessed("evil.example"), "domain evil.example");
  EXPECT_EQ(guessed("https://evil.example/a"), "url http://evil.example/a");
  EXPECT_EQ(guessed("evil.example/a?b=c"), "url http://evil.example/a?b=c");
  EXPECT_EQ(guessed("d41d8cd98f00b204e9800998ecf8427e"), "md5 d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(guessed("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"),
            "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(guessed("a@evil.example"), "email a@evil.example");
  EXPECT_EQ(guessed("t13d1516h2_8daaf6152771_b186095e22b6"), "ja4 t13d1516h2_8daaf6152771_b186095e22b6");
  EXPECT_EQ(guessed("HKLM\\Software\\Evil"), "registry-key hklm\\software\\evil");
  EXPECT_EQ(guessed("loader.exe"), "file-name loader.exe");
  EXPECT_EQ(guessed("C:\\Temp\\Loader.dll"), "file-name \\temp\\loader.dll");
  EXPECT_EQ(guessed("evil"), "! is nothing whose kind can be told by its look");
}

TEST(Indicator, DefangedIsRefanged) {
  EXPECT_EQ(guessed("evil[.]example"), "domain evil.example");
  EXPECT_EQ(guessed("evil(dot)example"), "domain evil.example");
  EXPECT_EQ(guessed("hxxps://evil[.]example[/]x"), "url http://evil.example/x");
  EXPECT_EQ(guessed("hXXp[://]evil{.}example/x"), "url http://evil.example/x");
  EXPECT_EQ(guessed("198[.]51[.]100[.]7"), "address 198.51.100.7");
  EXPECT_EQ(guessed("a[@]evil[.]example"), "email a@evil.example");
  EXPECT_EQ(guessed("  evil.example \r"), "domain evil.example");
}

TEST(Indicator, OneThingHasOneKey) {
  EXPECT_EQ(read(Kind::kDomain, "EVIL.Example."), "domain evil.example");
  EXPECT_EQ(read(Kind::kDomain, "BÜCHER.example"), read(Kind::kDomain, "xn--bcher-kva.example"));
  EXPECT_EQ(read(Kind::kDomain, "*.evil.example"), "domain evil.example");
  EXPECT_EQ(read(Kind::kAddress, "::ffff:198.51.100.7"), "address 198.51.100.7");
  EXPECT_EQ(read(Kind::kAddress, "2001:0db8:0000:0000:0000:0000:0000:0001"), "address 2001:db8::1");
  EXPECT_EQ(read(Kind::kUrl, "HTTP://User:pw@EVIL.example:80"), "url http://evil.example/");
  EXPECT_EQ(read(Kind::kUrl, "https://evil.example:443/%7Ea/./b/../%2f?q=%41#frag"),
            "url http://evil.example/~a/%2F?q=A");
  EXPECT_EQ(read(Kind::kUrl, "https://evil.example:8443/"), "url http://evil.example:8443/");
  EXPECT_EQ(read(Kind::kUrl, "http://[2001:DB8::1]:8080/a"), "url http://[2001:db8::1]:8080/a");
  EXPECT_EQ(read(Kind::kMd5, "D4:1D:8C:D9:8F:00:B2:04:E9:80:09:98:EC:F8:42:7E"),
            "md5 d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(read(Kind::kRegistryKey, "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\Evil\\"),
            "registry-key hklm\\system\\currentcontrolset\\services\\evil");
  EXPECT_EQ(read(Kind::kRegistryKey, "HKU\\S-1-5-21-1-2-3-1001\\Software\\Evil"),
            read(Kind::kRegistryKey, "HKCU\\Software\\Evil"));
  EXPECT_EQ(read(Kind::kFileName, "\\Device\\HarddiskVolume3\\Temp\\a.exe"),
            read(Kind::kFileName, "C:/temp/A.EXE"));
  EXPECT_EQ(read(Kind::kMutex, "Global\\EvilMutex"), "mutex evilmutex");
  EXPECT_EQ(read(Kind::kEmail, "\"Boss\" <Boss@Evil.example>"), "email boss@evil.example");
}

TEST(Indicator, WhatIsNoneSaysWhy) {
  EXPECT_EQ(read(Kind::kAddress, "300.1.1.1"), "! is no IP address");
  EXPECT_EQ(read(Kind::kAddress, "010.1.1.1"), "! is no IP address");
  EXPECT_EQ(read(Kind::kAddress, "1:2"), "! is no IP address");
  EXPECT_EQ(read(Kind::kNetwork, "10.0.0.0/33"), "! has no prefix length of 0 to 32");
  EXPECT_EQ(read(Kind::kNetwork, "0.0.0.0/0"), "! is a network too large to mean anything (shorter than /8)");
  EXPECT_EQ(read(Kind::kDomain, "com"), "! is no domain name of two labels or more");
  EXPECT_EQ(read(Kind::kDomain, "198.51.100.7"), "! is an address, no domain");
  EXPECT_EQ(read(Kind::kDomain, "a..b.example"), "! is no domain name of two labels or more");
  EXPECT_EQ(read(Kind::kSha256, "abcd"), "! is no sha256 (64 hexadecimal digits)");
  EXPECT_EQ(read(Kind::kUrl, "evil.example/x"), "! is no URL with a scheme and a host");
  EXPECT_EQ(read(Kind::kRegistryKey, "HKLM\\Software"),
            "! is a registry key so high that everything lies below it");
  EXPECT_EQ(read(Kind::kDomain, ""), "! is empty");
  EXPECT_EQ(read(Kind::kUrl, "http://" + std::string(5000, 'a')), "! is longer than 4096 bytes");
}

TEST(Indicator, TextReadsBackAsTheSame) {
  for (const char* text :
       {"198.51.100.7", "198.51.100.0/22", "2001:db8::/48", "::1", "evil.example", "http://evil.example/%2F",
        "d41d8cd98f00b204e9800998ecf8427e", "a@evil.example", "HKLM\\Software\\Evil\\X", "\\temp\\a.exe"}) {
    const Reading first = guess_indicator(text);
    ASSERT_TRUE(first) << text;
    const Reading again = read_indicator(first->kind, indicator_text(first->kind, first->key));
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(*first, *again) << text;
  }
}

TEST(Indicator, EveryCutIsReadWithoutHarm) {
  const std::string samples[] = {"hxxps://user@[2001:db8::1]:8443/%7E/../a?b#c", "::ffff:198.51.100.7/96",
                                 "HKEY_USERS\\S-1-5-21\\x\\y", "\"b\" <bücher@bücher.example>",
                                 "\\\\?\\C:\\a\\b.exe"};
  for (const std::string& sample : samples)
    for (std::size_t size = 0; size <= sample.size(); ++size) {
      (void)guess_indicator(std::string_view(sample).substr(0, size));
      for (std::size_t kind = 0; kind < kKinds; ++kind)
        (void)read_indicator(static_cast<Kind>(kind), std::string_view(sample).substr(0, size));
    }
}

}  // namespace
}  // namespace bartizan::intel
