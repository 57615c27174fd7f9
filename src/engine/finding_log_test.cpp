// SPDX-License-Identifier: Apache-2.0
#include "engine/finding_log.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/limits.h"

namespace bartizan {
namespace {

Finding numbered(std::size_t number) {
  Finding finding;
  finding.time = {static_cast<std::int64_t>(number)};
  finding.file = "evidence/Security.evtx";
  finding.record_id = std::to_string(number);
  finding.host = std::string(number % 700, 'h');
  finding.entities = {{"account", "user" + std::to_string(number)}};
  return finding;
}

// More than is kept in memory at once, three times over.
void expect_all_come_back() {
  FindingLog log;
  std::size_t bytes = 0;
  while (bytes < 3 * limits::kFindingsWrittenAtOnceBytes) {
    const Finding finding = numbered(log.size());
    bytes += finding.host.size();
    log.add(finding);
  }
  Finding back;
  for (std::size_t step = 0; step < log.size(); ++step) {
    const std::size_t number = step * 7919 % log.size();
    const Finding wanted = numbered(number);
    ASSERT_TRUE(log.read(number, back));
    ASSERT_EQ(back.record_id, wanted.record_id);
    ASSERT_EQ(back.host, wanted.host);
    ASSERT_EQ(back.entities, wanted.entities);
  }
}

TEST(FindingLog, GivesBackByNumberInAnyOrder) { expect_all_come_back(); }

TEST(FindingLog, KeepsInMemoryWhatCannotBeWritten) {
  setenv("TMPDIR", "/nowhere", 1);
  expect_all_come_back();
  unsetenv("TMPDIR");
}

}  // namespace
}  // namespace bartizan
