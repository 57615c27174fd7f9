// SPDX-License-Identifier: Apache-2.0
// The identity detector over recorded logs: the lab's two realms (every attack, nothing else). With BARTIZAN_IDENTITY_REPLAY
// set to a folder, prints what is found in each file there.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "detect/identity/detector.h"
#include "engine/read_events.h"

namespace bartizan {
namespace {

std::filesystem::path corpus() {
  const char* shared = std::getenv("BARTIZAN_SHARED");
  return std::filesystem::path(shared ? shared : "../shared") / "corpus";
}

std::vector<Finding> replay(const std::vector<std::filesystem::path>& files) {
  identity::IdentityDetector detector;
  std::uint64_t sequence = 0;
  for (const auto& file : files)
    (void)read_events(file.string(), {}, [&](const EventBatch& batch, const std::string& name) {
      for (const Event& event : batch) detector.observe(event, name, sequence++);
      return true;
    });
  std::vector<Finding> findings;
  detector.finish(findings);
  return findings;
}

std::vector<std::string> in_words(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings) out.push_back(finding.attack[0] + " " + finding.why[0].value);
  return out;
}

TEST(IdentityReplay, FindsTheAttacksOnTheMitRealmAndNothingElse) {
  const auto log = corpus() / "identity-lab" / "mit-krb5kdc.log";
  if (!std::filesystem::exists(log)) GTEST_SKIP() << "no lab logs: set BARTIZAN_SHARED";
  const auto found = in_words(replay({log}));
  const std::vector<std::string> expected = {
      "T1550.003 The ticket of alice issued to 192.0.2.10 was used from 192.0.2.20 to get a ticket for "
      "http/web1.lab.test; the "
      "first machine went on using it",
      "T1550.002 bob has used AES; now 192.0.2.20 offers RC4 or DES only, for mssqlsvc/db1.lab.test",
      "T1558.001 ghost presented a ticket from 192.0.2.20 for cifs/fs1.lab.test that no KDC issued (no KDC "
      "authenticated it at "
      "that time)",
      "T1558.001 alice presented a ticket from 192.0.2.20 for cifs/fs1.lab.test that no KDC issued (no KDC "
      "authenticated it at "
      "that time)",
      "T1558.004 A ticket for noauth was given to 192.0.2.20 without proof of the key"};
  EXPECT_EQ(found, expected);
}

TEST(IdentityReplay, FindsTheStolenTicketOnTheSambaRealmAndNothingElse) {
  const auto folder = corpus() / "identity-lab";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no lab logs: set BARTIZAN_SHARED";
  const auto found = in_words(replay({folder / "samba-kerberos.log", folder / "samba-auth_json.log"}));
  const std::vector<std::string> expected = {
      "T1550.003 The ticket of alice issued to 192.0.2.10 was used from 192.0.2.20 to get a ticket for "
      "krbtgt/ad.lab.test"};
  EXPECT_EQ(found, expected);
}

TEST(IdentityReplay, ShowsWhatIsInAFolder) {
  const char* folder = std::getenv("BARTIZAN_IDENTITY_REPLAY");
  if (!folder) GTEST_SKIP() << "set BARTIZAN_IDENTITY_REPLAY to a folder of logs";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    for (const std::string& words : in_words(replay({entry.path()})))
      std::printf("%s\t%s\n", entry.path().filename().c_str(), words.c_str());
  }
}

}  // namespace
}  // namespace bartizan
