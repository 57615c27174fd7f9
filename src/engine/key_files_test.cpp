// SPDX-License-Identifier: Apache-2.0
#include "engine/key_files.h"

#include <gtest/gtest.h>

#include <vector>

namespace bartizan {
namespace {

std::optional<KeyFile> seen(const std::vector<Field>& fields) {
  Event event;
  event.product = "linux", event.fields = fields;
  return key_file_in(event);
}

TEST(KeyFiles, AreOpenWhenOthersCanReadThem) {
  const auto open = [](const char* name, const char* mode, const char* group) {
    const auto file = seen({{"TargetFilename", name}, {"Mode", mode}, {"Group", group}});
    return file && file->is_open;
  };
  EXPECT_TRUE(open("/etc/krb5.keytab", "-rw-r--r--", "root"));
  EXPECT_FALSE(open("/etc/krb5.keytab", "-rw-------", "root"));
  EXPECT_FALSE(open("/etc/krb5.keytab", "-rw-r-----", "root"));
  EXPECT_TRUE(open("/etc/http.keytab", "-rw-r-----", "www-data"));
  EXPECT_FALSE(open("/etc/http.keytab", "lrwxrwxrwx", "root"));
  EXPECT_TRUE(open("/tmp/krb5cc_1000", "-rw-rw-r--", "alice"));
  EXPECT_FALSE(open("/etc/passwd", "-rw-r--r--", "root"));
}

TEST(KeyFiles, AreSeenInAuditRecords) {
  const auto audited =
      seen({{"type", "PATH"}, {"name", "/etc/krb5.keytab"}, {"mode", "0100644"}, {"ogid", "0"}});
  ASSERT_TRUE(audited);
  EXPECT_TRUE(audited->is_open);
  EXPECT_FALSE(seen({{"name", "/etc/krb5.keytab"}, {"mode", "0100600"}})->is_open);
  EXPECT_FALSE(seen({{"name", "/etc/a.keytab"}, {"mode", "040755"}}));  // a folder
  EXPECT_FALSE(seen({{"name", "/etc/a.keytab"}}));                      // nothing is known of it
}

TEST(KeyFiles, CachesAreFilesUnlessAKeyringOrDaemonHoldsThem) {
  EXPECT_TRUE(is_in_files("FILE:/tmp/krb5cc_%{uid}"));
  EXPECT_TRUE(is_in_files("/tmp/krb5cc_0"));
  EXPECT_TRUE(is_in_files("DIR:/run/user/%{uid}/krb5cc"));
  EXPECT_FALSE(is_in_files("KEYRING:persistent:%{uid}"));
  EXPECT_FALSE(is_in_files("KCM:"));
}

}  // namespace
}  // namespace bartizan
