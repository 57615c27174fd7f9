// SPDX-License-Identifier: Apache-2.0
#include "engine/collected_host.h"

#include <gtest/gtest.h>

namespace bartizan {
namespace {

TEST(CollectedHost, FoldersAndArchivesOfCollectorsNameIt) {
  EXPECT_EQ(host_of_collection("in/uac-web1-linux-20260310093000/bodyfile/bodyfile.txt"), "web1");
  EXPECT_EQ(host_of_collection("uac-db-2.example.test-freebsd-20260310093000.tar.gz!uac.log"),
            "db-2.example.test");
  EXPECT_EQ(host_of_collection("Collection-PC-7-2026-03-10T09_30_00Z/results/x.json"), "PC-7");
  EXPECT_EQ(host_of_collection("Collection-pc7-2026-03-10T09_30_00Z.zip!results/x.json"), "pc7");
}

TEST(CollectedHost, TheInnermostCounts) {
  EXPECT_EQ(host_of_collection("Collection-a-2026-03-10T09_30_00Z/uac-b-linux-20260310093000/x"), "b");
}

TEST(CollectedHost, OtherNamesNameNone) {
  for (const char* path : {"", "uac.log", "uac-linux-20260310093000/x", "uac-web1-linux-2026/x",
                           "uac-20260310093000", "Collection-2026/x", "Collection--2026-03-10/x",
                           "my-uac-web1-linux-20260310093000/x", "Collection-of-logs/x", "uac-", "/", "!"})
    EXPECT_EQ(host_of_collection(path), "") << path;
}

}  // namespace
}  // namespace bartizan
