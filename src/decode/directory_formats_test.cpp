// SPDX-License-Identifier: Apache-2.0
// Exports of directories: what they give, and that they stay bounded cut anywhere.
#include <gtest/gtest.h>

#include "decode/decode_testing.h"

namespace bartizan {

const Format& ldif_format();
const Format& sharphound_format();

namespace {

const std::string kLdif =
    "version: 1\r\n\r\n"
    "dn: CN=alice,CN=Users,\r\n DC=lab,DC=test\r\n"
    "objectSid:: AQUAAAAAAAUVAAAAAQAAAAIAAAADAAAATwQAAA==\r\n"
    "member;range=0-1: a\r\nmember: b\r\n"
    "logonHours:: AP8B\r\n"
    "cn:: w6k=\r\n"
    "broken:: !!\r\n"
    "\r\n"
    "dn: CN=bob\r\nsAMAccountName: bob\r\n";

TEST(Ldif, GivesAnEntryWithItsValues) {
  const Decoded log = decode_text(ldif_format(), kLdif);
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(log.field(0, "dn"), "CN=alice,CN=Users,DC=lab,DC=test");
  EXPECT_EQ(log.field(0, "objectSid"), "S-1-5-21-1-2-3-1103");
  EXPECT_EQ(log.field(0, "member"), "a");
  EXPECT_EQ(log.field(0, "logonHours"), "00ff01");
  EXPECT_EQ(log.field(0, "cn"), "\xc3\xa9");
  EXPECT_EQ(log.field(1, "sAMAccountName"), "bob");
  EXPECT_EQ(log.oddities.total, 1u);
  EXPECT_GT(ldif_format().recognise(as_bytes(kLdif)), 80);
  EXPECT_EQ(ldif_format().recognise(as_bytes("note: x\ndn: y\n")), 0);
}

const std::string kSharpHound =
    "\xef\xbb\xbf{\"meta\":{\"type\":\"users\",\"count\":2},\"data\":[{\"Properties\":{\"name\":\"A}]{\\\"@"
    "LAB\",\"hasspn\":true,"
    "\"pwdlastset\":7,\"serviceprincipalnames\":[\"x\",\"y\"]},\"Aces\":[{\"RightName\":\"Owns\"}],"
    "\"ObjectIdentifier\":\"S-1\"},"
    "{\"Properties\":{\"Name\":\"B\"},\"ObjectIdentifier\":\"S-2\"}]}";

TEST(SharpHound, GivesAnObjectWithItsProperties) {
  for (const std::size_t read : {SIZE_MAX, std::size_t{1}, std::size_t{7}}) {
    const Decoded log = decode_text(sharphound_format(), kSharpHound, read);
    ASSERT_EQ(log.events.size(), 2u) << read;
    EXPECT_EQ(log.field(0, "name"), "A}]{\"@LAB");
    EXPECT_EQ(log.field(0, "hasspn"), "true");
    EXPECT_EQ(log.field(0, "pwdlastset"), "7");
    EXPECT_EQ(log.field(0, "objectidentifier"), "S-1");
    EXPECT_EQ(log.field(1, "name"), "B");
    EXPECT_EQ(log.oddities.total, 0u);
  }
  EXPECT_GT(sharphound_format().recognise(as_bytes(kSharpHound)), 80);
  EXPECT_EQ(sharphound_format().recognise(as_bytes("{\"data\":[1]}")), 0);
}

TEST(DirectoryFormats, StayBoundedCutAnywhere) {
  for (std::size_t cut = 0; cut <= kLdif.size(); ++cut)
    EXPECT_LE(decode_text(ldif_format(), kLdif.substr(0, cut)).events.size(), 2u);
  for (std::size_t cut = 0; cut <= kSharpHound.size(); ++cut)
    EXPECT_LE(decode_text(sharphound_format(), kSharpHound.substr(0, cut)).events.size(), 2u);
  for (const Format* format : {&ldif_format(), &sharphound_format()})
    (void)decode_text(*format, std::string(5000, '{') + std::string(5000, ']') + "\ndn: x\n");
}

}  // namespace
}  // namespace bartizan
