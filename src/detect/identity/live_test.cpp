// SPDX-License-Identifier: Apache-2.0
// What is found as records come in is what is found in the same logs read afterwards, while they come no later than said.
#include <gtest/gtest.h>

#include <set>

#include "detect/identity/identity_testing.h"

namespace bartizan::identity {
namespace {

constexpr std::int64_t kHour = 3600;

// A working day at two domain controllers and a server; at its end each attack that tickets tell of.
Evening working_day() {
  Evening evening;
  const auto address = [](int machine) { return "192.0.2." + std::to_string(10 + machine); };
  const auto hash = [](int a, std::int64_t b) {
    return std::string(30, 'h') + std::to_string(a) + "-" + std::to_string(b);
  };
  const auto on = [&](const std::string& host, std::int64_t at, std::uint32_t id, Evening::Values values) {
    evening.log_of(host), evening.windows(host + ".lab.test", id, at, values);
  };
  const auto ticket = [&](const std::string& dc, std::int64_t at, const std::string& account, int machine,
                          const std::string& text) {
    on(dc, at, 4768,
       {{"TargetUserName", account},
        {"TargetDomainName", "LAB"},
        {"ServiceName", "krbtgt"},
        {"IpAddress", address(machine)},
        {"Status", "0x0"},
        {"PreAuthType", "2"},
        {"TicketEncryptionType", "0x12"},
        {"ResponseTicket", text}});
  };
  const auto use = [&](const std::string& dc, std::int64_t at, const std::string& account, int machine,
                       const std::string& text, const std::string& service, const char* encryption = "0x12") {
    on(dc, at, 4769,
       {{"TargetUserName", account + "@LAB.TEST"},
        {"TargetDomainName", "LAB.TEST"},
        {"ServiceName", service},
        {"IpAddress", address(machine)},
        {"Status", "0x0"},
        {"TicketEncryptionType", encryption},
        {"RequestTicketHash", text}});
  };
  const auto logon = [&](std::int64_t at, const std::string& account, int machine) {
    on("srv1", at, 4624,
       {{"TargetUserName", account},
        {"TargetDomainName", "LAB"},
        {"LogonType", "3"},
        {"AuthenticationPackageName", "Kerberos"},
        {"IpAddress", address(machine)}});
  };
  // Within a minute the records are a second apart, so that no two share a time.
  for (std::int64_t at = 0; at < 13 * kHour; at += 60)
    for (int person = 0; person < 4; ++person) {
      const std::string dc = (at / 60 + person) % 2 ? "dc1" : "dc2",
                        account = "user" + std::to_string(person);
      const std::int64_t now = at + person * 5, turn = at / (6 * kHour);
      if (at % (6 * kHour) == 0) ticket(dc, now, account, person, hash(person, turn));
      use(person % 2 ? "dc1" : "dc2", now + 1, account, person, hash(person, turn), "SRV1$");
      logon(now + 2, account, person);
    }
  std::int64_t at = 13 * kHour;
  use("dc1", at += 7, "ghost", 8, hash(99, 0), "SRV1$");  // forged
  use("dc2", at += 7, "user1", 8, hash(1, 2), "SRV1$");   // stolen
  logon(at += 7, "silver", 8);                            // no ticket for it
  ticket("dc1", at += 7, "late", 5,
         hash(5, 0));  // and one that looks forged at the other until both are read
  use("dc2", at += 1, "late", 5, hash(5, 0), "SRV1$");
  for (int i = 0; i < 4; ++i) use("dc1", at += 7, "user2", 2, hash(2, 2), "svc" + std::to_string(i), "0x17");
  for (int i = 0; i < 6; ++i)
    on("dc2", at += 7, 4771,
       {{"TargetUserName", "guess" + std::to_string(i)}, {"Status", "0x18"}, {"IpAddress", address(9)}});
  for (std::int64_t end = at + 3 * kHour; at < end; at += 60) {
    ticket("dc1", at, "night", 7, hash(7, at)), ticket("dc2", at + 3, "night", 7, hash(7, at + 3));
    logon(at + 5, "user1", 1);
  }
  return evening;
}

std::multiset<std::string> ids(const std::vector<Finding>& findings) {
  std::multiset<std::string> out;
  for (const Finding& finding : findings) out.insert(finding.rule_title + " " + finding.id);
  return out;
}

TEST(LiveIdentities, AreWhatTheLogsGiveAfterwards) {
  const Evening evening = working_day();
  const auto whole = ids(evening.findings());
  EXPECT_EQ(whole.size(), 5u);
  for (const std::int64_t lateness : {0, 1, 30, 120})
    EXPECT_EQ(ids(evening.live_findings(lateness)), whole) << lateness;
}

TEST(LiveIdentities, AreToldOnceTheyAreProven) {
  IdentityDetector detector;
  std::vector<Finding> found;
  const auto use = [&](std::int64_t second, const char* address, const char* hash, std::uint32_t id) {
    const std::string number = std::to_string(second + 1);
    const Field fields[] = {{"TargetUserName", "alice"},
                            {"IpAddress", address},
                            {"ServiceName", id == 4768 ? "krbtgt" : "SRV1$"},
                            {"Status", "0x0"},
                            {"PreAuthType", "2"},
                            {id == 4768 ? "ResponseTicket" : "RequestTicketHash", hash}};
    Event event;
    event.channel = "Security", event.host = "dc1.lab.test", event.event_id = id, event.record_id = number;
    event.time = {second * kTicksPerSecond}, event.fields = fields;
    detector.observe(event, "dc1.evtx", static_cast<std::uint64_t>(second));
  };
  const std::string hash(44, 'x');
  use(1000, "192.0.2.10", hash.c_str(), 4768), use(1001, "192.0.2.20", hash.c_str(), 4769);
  detector.advance({1100 * kTicksPerSecond}, found);
  EXPECT_TRUE(found.empty());  // the machine may have moved, and show itself
  use(1200, "192.0.2.10", hash.c_str(), 4769);
  detector.advance({1201 * kTicksPerSecond}, found);
  EXPECT_EQ(found.size(), 1u);
  detector.advance({1300 * kTicksPerSecond}, found);
  detector.finish(found);
  EXPECT_EQ(found.size(), 1u);
}

// More than waits in memory: nothing behind the watermark is lost, nothing before it is judged twice.
TEST(LiveIdentities, WaitInAScratchFileWhenTheyAreMany) {
  struct Times final : Observer {
    void observe(const Authentication& a, Domain&) override {
      EXPECT_LE(last, a.time);
      last = a.time, ++count;
    }
    Instant last;
    std::uint64_t count = 0;
  };
  constexpr std::int64_t kRecords = 250'000;
  Times times;
  IdentityDetector detector;
  detector.tell(times);
  Observations piece;
  const Field fields[] = {{"TargetUserName", "alice"}, {"IpAddress", "192.0.2.10"}, {"LogonType", "3"}};
  for (std::int64_t i = 0; i < kRecords; ++i) {
    Event event;
    event.channel = "Security", event.host = "srv1", event.event_id = 4624, event.fields = fields;
    event.time = {(i ^ 1) * kTicksPerSecond + kTicksPerSecond};
    piece.observe(event, static_cast<std::uint64_t>(i));
  }
  detector.add(piece, "srv1.evtx", 0);
  std::vector<Finding> found;
  detector.advance({100 * kTicksPerSecond + 1}, found);
  EXPECT_EQ(times.count, 100u);
  detector.advance({240'000 * kTicksPerSecond + 1}, found);
  EXPECT_EQ(times.count, 240'000u);
  detector.finish(found);
  EXPECT_EQ(times.count, static_cast<std::uint64_t>(kRecords));
}

}  // namespace
}  // namespace bartizan::identity
