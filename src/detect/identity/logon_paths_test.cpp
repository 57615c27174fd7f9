// SPDX-License-Identifier: Apache-2.0
// Paths of logons on which the account changes, what is learned about everyday ones, and its file.
#include <gtest/gtest.h>

#include "detect/identity/identity_testing.h"

namespace bartizan::identity {
namespace {

const std::string kTitle = "Logons across machines on which the account changes";
constexpr std::int64_t kDay = 24 * 3600;
const std::string kWorkstation = "192.0.2.10", kServer = "192.0.2.20", kOther = "192.0.2.30";

void logon(Evening& evening, std::int64_t at, const std::string& host, const std::string& account,
           const std::string& address, const char* type = "3") {
  evening.windows(host + ".lab.test", 4624, at,
                  {{"TargetUserName", account},
                   {"TargetDomainName", "LAB"},
                   {"LogonType", type},
                   {"AuthenticationPackageName", "Kerberos"},
                   {"IpAddress", address}});
}

void machines(Evening& evening, std::int64_t at) {
  evening.granted(at, "ws1$", kWorkstation, ""), evening.granted(at, "srv1$", kServer, "");
  evening.granted(at, "srv2$", kOther, "");
}

// Four days: alice works on srv1, the administrator from his own machine on both servers.
Evening everyday() {
  Evening evening;
  for (std::int64_t day = 0; day < 4; ++day) {
    const std::int64_t at = day * kDay;
    machines(evening, at), machines(evening, at + kDay / 2);
    logon(evening, at + 60, "srv1", "alice", kWorkstation);
    logon(evening, at + 70, "srv1", "admin", "192.0.2.99");
    logon(evening, at + 80, "srv2", "admin", "192.0.2.99");
  }
  return evening;
}

void take(Evening& evening, std::int64_t at, const std::string& by, const std::string& account) {
  evening.windows("srv1.lab.test", 4648, at,
                  {{"SubjectUserName", by}, {"TargetUserName", account}, {"TargetServerName", "srv2"}});
}

TEST(LogonPaths, AreReportedWhereAnAccountIsTakenOver) {
  Evening evening = everyday();
  EXPECT_EQ(evening.titles(), std::vector<std::string>{});
  take(evening, 3 * kDay + 100, "alice", "admin");
  logon(evening, 3 * kDay + 110, "srv2", "admin", kServer);
  const auto found = evening.findings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].rule_title, kTitle);
  EXPECT_EQ(found[0].why[0].value,
            "ws1 -> srv1 as alice -> srv2 as admin (its credentials were taken there, never came from there, "
            "machines "
            "that never met)");
}

TEST(LogonPaths, WithoutARecordOfItAreForTheListOnly) {
  Evening evening = everyday();
  logon(evening, 3 * kDay + 110, "srv2", "backup", kServer);  // never seen anywhere
  std::size_t listed = 0;
  EXPECT_TRUE(
      evening
          .findings(1, [&](const IdentityDetector& detector) { listed = detector.paths().ranked(5).size(); })
          .empty());
  EXPECT_EQ(listed, 1u);
}

TEST(LogonPaths, AreSilentAboutEverydayWork) {
  Evening evening = everyday();
  // From the server on as oneself, and a service account that is at home there.
  logon(evening, 3 * kDay + 110, "srv2", "alice", kServer);
  EXPECT_EQ(evening.titles(), std::vector<std::string>{});
  Evening service;
  for (std::int64_t day = 0; day < 4; ++day) {
    machines(service, day * kDay);
    logon(service, day * kDay + 60, "srv1", "alice", kWorkstation);
    logon(service, day * kDay + 70, "srv2", "svc", kServer);
  }
  EXPECT_EQ(service.titles(), std::vector<std::string>{});
  // A day after, nobody is the cause.
  Evening late = everyday();
  take(late, 3 * kDay + 100, "alice", "admin");
  machines(late, 5 * kDay);
  logon(late, 5 * kDay + 110, "srv2", "admin", kServer);
  EXPECT_EQ(late.titles(), std::vector<std::string>{});
}

TEST(LogonPaths, SayWhereAnAdministratorsRightsWereUsed) {
  const auto path = [](std::int64_t rights_at, std::uint32_t id) {
    Evening evening = everyday();
    take(evening, 3 * kDay + 100, "alice", "admin");
    const auto rights = [&] {
      evening.windows("srv2.lab.test", id, 3 * kDay + rights_at,
                      {{"SubjectUserName", "admin"}, {"ShareName", "\\\\*\\ADMIN$"}});
    };
    if (rights_at <= 110) rights();
    logon(evening, 3 * kDay + 110, "srv2", "admin", kServer);
    if (rights_at > 110) rights();
    return evening.findings().at(0).why.at(0).value.ends_with("with an administrator's rights)");
  };
  EXPECT_TRUE(path(110, 4672));  // just before the logon
  EXPECT_TRUE(path(111, 4672));  // just after it
  EXPECT_TRUE(path(130, 5140));  // an administrative share
  EXPECT_FALSE(path(30, 4672));  // of another logon
  EXPECT_FALSE(path(400, 5140));
}

TEST(LogonPaths, DoNotGoOnFromWhoHadLoggedOff) {
  const auto listed = [](bool logs_off, bool comes_back) {
    Evening evening;
    for (std::int64_t day = 0; day < 4; ++day) {
      machines(evening, day * kDay);
      logon(evening, day * kDay + 60, "srv1", "alice", kWorkstation, "10");
      if (logs_off)
        evening.windows("srv1.lab.test", 4634, day * kDay + 90,
                        {{"TargetUserName", "alice"}, {"TargetDomainName", "LAB"}, {"LogonType", "10"}});
    }
    if (comes_back) logon(evening, 3 * kDay + 100, "srv1", "alice", kWorkstation, "10");
    logon(evening, 3 * kDay + 110, "srv2", "backup", kServer);
    std::size_t paths = 0;
    (void)evening.findings(
        1, [&](const IdentityDetector& detector) { paths = detector.paths().ranked(5).size(); });
    return paths;
  };
  EXPECT_EQ(listed(false, false), 1u);
  EXPECT_EQ(listed(true, false), 0u);
  EXPECT_EQ(listed(true, true), 1u);
}

TEST(LogonPaths, HaveADailyBudget) {
  Evening evening = everyday();
  for (int i = 0; i < 20; ++i) {
    const std::string who = "guest" + std::to_string(i);
    logon(evening, 3 * kDay + 200 + i * 10, "srv1", who, "192.0.2." + std::to_string(100 + i));
    take(evening, 3 * kDay + 201 + i * 10, who, "admin" + std::to_string(i));
    logon(evening, 3 * kDay + 202 + i * 10, "srv2", "admin" + std::to_string(i), kServer);
  }
  EXPECT_EQ(evening.titles().size(), 5u);
}

TEST(LearnedContext, KeepsWhatWasSeenAndForgetsWhatIsOld) {
  using Pair = LearnedContext::Pair;
  const auto day = [](int number) { return Instant{(20'000 + number) * kDay * kTicksPerSecond}; };
  LearnedContext context;
  const std::uint64_t old = LearnedContext::key_of(Pair::kAccountOnHost, "alice", "srv1");
  const std::uint64_t fresh = LearnedContext::key_of(Pair::kAccountOnHost, "alice", "srv2");
  EXPECT_NE(old, LearnedContext::key_of(Pair::kAccountFromHost, "alice", "srv1"));
  context.note(old, day(0)), context.note(fresh, day(80));
  EXPECT_TRUE(context.knew(old, day(1)));
  EXPECT_FALSE(context.knew(old, day(0)));
  EXPECT_EQ(context.days_learned(day(81)), 81u);
  LearnedContext read;
  ASSERT_TRUE(read.parse(context.bytes()).has_value());
  EXPECT_TRUE(read.knew(fresh, day(81)));
  EXPECT_FALSE(read.knew(old, day(81)));
  for (std::uint64_t i = 0; i < 10'000; ++i) context.note((i + 1) * 0x9e3779b97f4a7c15u, day(80));
  ASSERT_TRUE(read.parse(context.bytes()).has_value());
  EXPECT_EQ(read.size(), 10'001u);
  EXPECT_EQ(read.bytes(), LearnedContext(read).bytes());
}

TEST(LearnedContext, RefusesADamagedFile) {
  LearnedContext context;
  context.note(LearnedContext::key_of(LearnedContext::Pair::kHostToHost, "a", "b"),
               Instant{kDay * kTicksPerSecond});
  const std::string whole = context.bytes();
  LearnedContext read;
  for (std::size_t cut = 0; cut < whole.size(); ++cut)
    EXPECT_FALSE(read.parse(whole.substr(0, cut)).has_value());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string other = whole;
    other[at] = static_cast<char>(other[at] ^ 1);
    EXPECT_FALSE(read.parse(other).has_value()) << at;
  }
  EXPECT_TRUE(read.parse(whole).has_value());
}

}  // namespace
}  // namespace bartizan::identity
