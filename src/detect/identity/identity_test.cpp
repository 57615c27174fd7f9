// SPDX-License-Identifier: Apache-2.0
// Each invariant broken, and the innocent neighbours that must stay silent.
#include <gtest/gtest.h>

#include "detect/identity/identity_testing.h"
#include "detect/identity/invariants/recent.h"

namespace bartizan::identity {
namespace {

using Titles = std::vector<std::string>;
const std::string kHashA(44, 'a'), kHashB(44, 'b'), kHashC(44, 'c');
const std::string kA = "192.0.2.10", kB = "192.0.2.20", kC = "192.0.2.30";
constexpr std::int64_t kHour = 3600;
const std::string kStolen = "Kerberos ticket used from a machine it was not issued to";
const std::string kForged = "Kerberos ticket presented that no KDC issued";
const std::string kUnissued = "Kerberos logon without a service ticket from a KDC";

TEST(StolenTicket, IsUsedFromAnotherMachine) {
  Evening evening;
  evening.granted(0, "alice", kA, kHashA);
  evening.used(1, "alice", kA, kHashA, "SRV1$");
  EXPECT_EQ(evening.titles(), Titles{});
  evening.used(60, "alice", kB, kHashA, "SRV2$");
  EXPECT_EQ(evening.titles(), Titles{kStolen});
}

TEST(StolenTicket, IsNotAMachineThatMoved) {
  Evening evening;
  evening.granted(0, "ws1$", kA, kHashB);
  evening.granted(1, "alice", kA, kHashA);
  evening.used(60, "alice", kB, kHashA, "SRV2$");
  evening.granted(90, "ws1$", kB, kHashC);  // the machine shows itself after its user
  EXPECT_EQ(evening.titles(), Titles{});
}

TEST(StolenTicket, IsNotASharedAddress) {
  Evening evening;
  evening.granted(0, "ws1$", kB, "1" + kHashB), evening.granted(1, "ws2$", kB, "2" + kHashB);
  evening.granted(2, "ws3$", kB, "3" + kHashB);
  evening.granted(3, "alice", kA, kHashA);
  evening.used(60, "alice", kB, kHashA, "SRV2$");
  EXPECT_EQ(evening.titles(), Titles{});
}

TEST(StolenTicket, IsNotATicketHandedOn) {
  Evening evening;
  evening.granted(0, "srv1$", kB, kHashC);
  evening.granted(1, "alice", kA, kHashA);
  evening.used(2, "alice", kA, kHashA, "SRV1$");
  evening.used(3, "alice", kA, kHashA, "krbtgt",
               {{"TicketOptions", "0x60810010"}, {"ResponseTicketHash", kHashB}});
  evening.used(4, "alice", kB, kHashB, "SRV2$");
  EXPECT_EQ(evening.titles(), Titles{});
}

TEST(StolenTicket, IsFollowedThroughARenewal) {
  Evening evening;
  evening.granted(0, "alice", kA, kHashA);
  evening.windows("dc1", 4770, 60,
                  {{"TargetUserName", "alice"},
                   {"ServiceName", "krbtgt"},
                   {"IpAddress", kA},
                   {"RequestTicketHash", kHashA},
                   {"ResponseTicketHash", kHashB}});
  evening.used(61, "alice", kA, kHashB, "SRV1$");
  EXPECT_EQ(evening.titles(), Titles{});
  evening.used(62, "alice", kB, kHashB, "SRV1$");
  EXPECT_EQ(evening.titles(), Titles{kStolen});
}

Evening eleven_hours() {
  Evening evening;
  for (int hour = 0; hour <= 11; ++hour)
    evening.granted(hour * kHour, "carol", kC, std::to_string(hour + 10) + kHashC);
  return evening;
}

TEST(ForgedTicket, WasNeverIssued) {
  Evening evening = eleven_hours();
  evening.used(11 * kHour, "ghost", kB, kHashA, "SRV1$");
  EXPECT_EQ(evening.titles(), Titles{kForged});
}

TEST(ForgedTicket, IsNotClaimedBeforeTheLogsReachBackFarEnough) {
  Evening evening;
  evening.granted(0, "carol", kC, kHashC);
  evening.used(kHour, "alice", kB, kHashA, "SRV1$");
  EXPECT_EQ(evening.titles(), Titles{});
}

TEST(ForgedTicket, IsNotClaimedAcrossAGap) {
  Evening evening = eleven_hours();
  evening.skip_records();
  evening.used(11 * kHour + 1, "alice", kB, kHashA, "SRV1$");
  EXPECT_EQ(evening.titles(), Titles{});
}

TEST(ForgedTicket, MayHaveBeenIssuedByAKdcReadLater) {
  Evening evening = eleven_hours();
  evening.used(11 * kHour, "alice", kB, kHashA, "SRV1$");
  evening.granted(10 * kHour, "alice", kB, kHashA);  // later in the evidence, earlier in time
  EXPECT_EQ(evening.titles(), Titles{});
}

TEST(UnissuedServiceTicket, IsForgedOrStolen) {
  const Evening::Values logon = {{"TargetUserName", "alice"},
                                 {"LogonType", "3"},
                                 {"IpAddress", kB},
                                 {"AuthenticationPackageName", "Kerberos"}};
  Evening issued = eleven_hours();
  issued.used(11 * kHour - 9, "alice", kB, "", "SRV1$");
  issued.granted(11 * kHour + 5, "carol", kC, "x" + kHashC);
  issued.windows("srv1.lab.test", 4624, 11 * kHour, logon);
  EXPECT_EQ(issued.titles(), Titles{});
  Evening forged = eleven_hours();
  forged.granted(11 * kHour + 5, "carol", kC, "x" + kHashC);
  forged.windows("srv1.lab.test", 4624, 11 * kHour, logon);
  EXPECT_EQ(forged.titles(), Titles{kUnissued});
}

TEST(Kerberoasting, IsManyWeakTicketsOfServiceAccounts) {
  Evening evening;
  const Evening::Values weak = {{"TicketEncryptionType", "0x17"}};
  for (const char* service : {"SQL1$", "SQL2$", "SQL3$", "krbtgt"})
    evening.used(1, "bob", kA, "", service, weak);
  for (const char* service : {"svc_a", "svc_b", "svc_a"}) evening.used(2, "bob", kA, "", service, weak);
  evening.used(3, "bob", kA, "", "carol",
               {{"TicketEncryptionType", "0x17"}, {"TicketOptions", "0x40810008"}});
  evening.used(900, "bob", kA, "", "svc_c", weak);
  EXPECT_EQ(evening.titles(), Titles{});
  evening.used(901, "bob", kA, "", "svc_d", weak), evening.used(902, "bob", kA, "", "svc_e", weak);
  EXPECT_EQ(evening.titles().size(), 1u);
}

TEST(MissingPreauth, IsATicketForWhoeverAsks) {
  Evening evening;
  evening.granted(0, "alice", kA, "");
  EXPECT_EQ(evening.titles(), Titles{});
  evening.granted(1, "legacy", kA, "", {{"PreAuthType", "0"}});
  EXPECT_EQ(evening.titles().size(), 1u);
}

TEST(EncryptionDowngrade, IsAnAccountThatUsedAesBefore) {
  Evening evening;
  const Evening::Values weak = {{"TicketEncryptionType", "0x17"}};
  evening.granted(0, "old", kA, "", weak);
  for (int i = 0; i < 20; ++i) evening.granted(i, "alice", kA, "");
  EXPECT_EQ(evening.titles(), Titles{});
  evening.granted(30, "alice", kB, "", weak);
  EXPECT_EQ(evening.titles().size(), 1u);
}

TEST(TicketLifetime, EndsWithTheTicketItIsMadeFrom) {
  Evening evening;
  const auto kerberos = [&](std::int64_t at, const char* request, const char* service, const char* end) {
    evening.samba(at, request, "alice", service, {{"AuthTime", "1795486000"}, {"EndTime", end}});
  };
  for (int i = 0; i < 3; ++i) kerberos(i, "AS-REQ", "krbtgt/LAB.TEST", "1795522000");
  kerberos(4, "TGS-REQ", "cifs/a", "1795522000");
  EXPECT_EQ(evening.titles(), Titles{});
  kerberos(5, "TGS-REQ", "cifs/a", "2110846000");
  EXPECT_EQ(evening.titles().size(), 1u);
}

TEST(NamesDisagree, AreOneSidUnderTwoNamesUnlessRenamed) {
  const auto logon = [](Evening& evening, std::int64_t at, const char* account) {
    evening.windows(
        "srv1", 4624, at,
        {{"TargetUserName", account}, {"TargetUserSid", "S-1-5-21-1-2-3-500"}, {"LogonType", "2"}});
  };
  Evening renamed;
  logon(renamed, 0, "Administrator"), logon(renamed, 1, "ADMINISTRATOR");
  renamed.windows("dc1", 4781, 2,
                  {{"OldTargetUserName", "Administrator"},
                   {"NewTargetUserName", "wardog"},
                   {"TargetSid", "S-1-5-21-1-2-3-500"}});
  logon(renamed, 3, "wardog");
  EXPECT_EQ(renamed.titles(), Titles{});
  Evening forged;
  logon(forged, 0, "Administrator"), logon(forged, 1, "nobody");
  EXPECT_EQ(forged.titles(), Titles{"One SID under two account names"});
}

TEST(NamesDisagree, OnTheRealmInLowerCase) {
  Evening evening;
  evening.used(0, "alice", kA, "", "SRV1$");
  EXPECT_EQ(evening.titles(), Titles{});
  evening.used(1, "ghost", kA, "", "SRV1$", {{"TargetDomainName", "lab.test"}});
  EXPECT_EQ(evening.titles().size(), 1u);
  for (const char* other : {"b", "c", "d"})
    evening.used(2, other, kA, "", "SRV1$", {{"TargetDomainName", "lab.test"}});
  EXPECT_EQ(evening.titles(), Titles{});  // this realm is written so
}

TEST(DirectoryReplication, IsForDomainControllers) {
  Evening evening;
  const auto replicate = [&](const char* by) {
    evening.windows("dc1", 4662, 0,
                    {{"SubjectUserName", by},
                     {"AccessMask", "0x100"},
                     {"Properties", "%%7688 {1131F6AD-9C07-11D1-F79F-00C04FC2DCD2}"}});
  };
  replicate("DC2$");
  EXPECT_EQ(evening.titles(), Titles{});
  replicate("mallory");
  EXPECT_EQ(evening.titles().size(), 1u);
}

TEST(AccountChanges, ThatAttacksNeed) {
  Evening evening;
  evening.used(0, "alice", kA, "", "SRV1$");  // dc1 is a KDC
  evening.windows("dc1", 4742, 1,
                  {{"TargetUserName", "DC1$"},
                   {"SubjectUserName", "DC1$"},
                   {"ServicePrincipalNames", "E3514235-4B06-11D1-AB04-00C04FC2DCD2/x/lab.test"}});
  evening.windows("dc1", 4742, 1,
                  {{"TargetUserName", "WS1$"}, {"SubjectUserName", "WS1$"}, {"PasswordLastSet", "1/1/2026"}});
  evening.windows("dc1", 4781, 2, {{"OldTargetUserName", "ws1$"}, {"NewTargetUserName", "ws9$"}});
  EXPECT_EQ(evening.titles(), Titles{});
  evening.windows("dc1", 4742, 3,
                  {{"TargetUserName", "WS1$"},
                   {"SubjectUserName", "eve"},
                   {"ServicePrincipalNames", "E3514235-4B06-11D1-AB04-00C04FC2DCD2/x/lab.test"}});
  evening.windows("dc1", 4781, 4, {{"OldTargetUserName", "ws1$"}, {"NewTargetUserName", "dc1"}});
  evening.windows("dc1", 4765, 5, {{"TargetUserName", "eve"}, {"SubjectUserName", "mallory"}});
  evening.windows(
      "dc1", 4742, 6,
      {{"TargetUserName", "DC1$"}, {"SubjectUserName", "ANONYMOUS LOGON"}, {"PasswordLastSet", "1/1/2026"}});
  EXPECT_EQ(evening.titles().size(), 4u);
}

TEST(Delegation, IsGivenAndUsed) {
  Evening evening;
  evening.windows("dc1", 5136, 0,
                  {{"ObjectDN", "CN=SRV1,CN=Computers,DC=lab,DC=test"},
                   {"SubjectUserName", "mallory"},
                   {"AttributeLDAPDisplayName", "description"}});
  evening.used(1, "admin", kA, "", "SRV1$", {{"TransmittedServices", "evil$"}});
  EXPECT_EQ(evening.titles(), Titles{});
  evening.windows("dc1", 5136, 2,
                  {{"ObjectDN", "CN=SRV1,CN=Computers,DC=lab,DC=test"},
                   {"SubjectUserName", "mallory"},
                   {"AttributeLDAPDisplayName", "msDS-AllowedToActOnBehalfOfOtherIdentity"}});
  evening.used(3, "admin", kA, "", "SRV1$", {{"TransmittedServices", "evil$"}});
  EXPECT_EQ(evening.titles(), (Titles{"Right to act for others was given",
                                      "Right to act for others used within a day of being given"}));
}

TEST(RelayedLogon, IsAMachineOverNtlmFromElsewhere) {
  Evening evening;
  const auto logon = [&](std::int64_t at, const std::string& address) {
    evening.windows("dc1", 4624, at,
                    {{"TargetUserName", "EX1$"},
                     {"LogonType", "3"},
                     {"IpAddress", address},
                     {"AuthenticationPackageName", "NTLM"}});
  };
  evening.granted(0, "ex1$", kA, "");
  logon(1, kA);
  EXPECT_EQ(evening.titles(), Titles{});
  logon(2, kB);
  EXPECT_EQ(evening.titles().size(), 1u);
}

TEST(Spraying, IsOneSourceForManyAccounts) {
  Evening evening;
  const auto fail = [&](std::int64_t at, const std::string& account) {
    evening.windows("dc1", 4771, at, {{"TargetUserName", account}, {"Status", "0x18"}, {"IpAddress", kA}});
  };
  for (int i = 0; i < 20; ++i) fail(i, "alice");  // somebody forgot theirs
  for (int i = 0; i < 4; ++i) fail(i * 1000, "user" + std::to_string(i));
  EXPECT_EQ(evening.titles(), Titles{});
  for (int i = 0; i < 9; ++i) fail(9000 + i, "user" + std::to_string(i));
  EXPECT_EQ(evening.titles().size(), 1u);
  evening.granted(9020, "user3", kA, "");
  EXPECT_EQ(evening.titles().size(), 2u);
}

TEST(OverpassTheHash, IsABorrowedIdentityInUse) {
  Evening evening;
  evening.granted(0, "ws1$", kA, ""), evening.granted(0, "ws2$", kB, "");
  evening.windows("ws1.lab.test", 4624, 1,
                  {{"TargetUserName", "bob"},
                   {"LogonType", "9"},
                   {"LogonProcessName", "seclogo"},
                   {"TargetOutboundUserName", "admin"},
                   {"IpAddress", "::1"}});
  evening.granted(2, "admin", kB, "");  // admin's own machine
  EXPECT_EQ(evening.titles(), Titles{});
  evening.granted(3, "admin", kA, "");
  EXPECT_EQ(evening.titles().size(), 1u);
}

TEST(IdentityDetector, GivesTheSameFindingsEachTime) {
  Evening evening = eleven_hours();
  evening.used(11 * kHour, "ghost", kB, kHashA, "SRV1$");
  evening.used(11 * kHour, "alice", kB, "10" + kHashC, "SRV1$");
  const auto one = evening.findings(), two = evening.findings();
  ASSERT_EQ(one.size(), two.size());
  ASSERT_FALSE(one.empty());
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].id, two[i].id);
}

TEST(TicketLedger, ForgetsTheOldestAndSaysSo) {
  NameTable names;
  Realms realms;
  Coverage coverage(realms);
  TicketLedger ledger(coverage, realms);
  Authentication a;
  a.act = Act::kTicketGranted;
  a.observer = names.number("dc1"), a.account = names.number("alice"), a.address = names.number("192.0.2.10");
  coverage.note({a.observer, 0, 0, Instant{1}, Instant{1'000'000'000}}, kNoName);
  coverage.note_kdc(a, kNoName, names);
  EXPECT_TRUE(coverage.complete(kNoName, Instant{1}, Instant{1000}));
  for (std::uint64_t i = 1; i <= 1'700'000; ++i) {
    a.time = {static_cast<std::int64_t>(i)}, a.returned = i * 0x9e3779b97f4a7c15u | 1;
    ledger.observe(a, names);
  }
  EXPECT_LE(ledger.tickets().size(), 1'500'000u);
  EXPECT_FALSE(coverage.complete(kNoName, Instant{1}, Instant{1000}));
}

TEST(IssuedServices, AreRememberedForATicketsLife) {
  IssuedServices services;
  const auto hash = [](std::uint64_t i) { return (i + 1) * 0x9e3779b97f4a7c15u; };
  const Instant start{1'795'486'000 * kTicksPerSecond};
  for (std::uint64_t i = 0; i < 100'000; ++i) EXPECT_FALSE(services.add(hash(i), start));
  for (std::uint64_t i = 0; i < 100'000; ++i)
    EXPECT_TRUE(services.holds(hash(i), {start.ticks + seconds(9 * kHour)}));
  EXPECT_FALSE(services.holds(hash(0), {start.ticks + seconds(11 * kHour)}));
  EXPECT_FALSE(services.holds(hash(0), {start.ticks - seconds(kHour)}));
  EXPECT_FALSE(services.holds(hash(100'000), start));
}

TEST(Observations, GiveTheSameInOnePieceOrMany) {
  Evening evening = eleven_hours();
  evening.used(11 * kHour, "ghost", kB, kHashA, "SRV1$");
  const auto many = evening.findings(1), one = evening.findings(1000), some = evening.findings(3);
  ASSERT_EQ(many.size(), 1u);
  ASSERT_EQ(one.size(), 1u);
  ASSERT_EQ(some.size(), 1u);
  EXPECT_EQ(one[0].id, many[0].id);
  EXPECT_EQ(some[0].why[0].value, many[0].why[0].value);
  EXPECT_EQ(some[0].why.back().value, many[0].why.back().value);
}

TEST(Channel, IsComparedWithoutCase) {
  NameTable names;
  Event event;
  event.channel = "SECURITY", event.event_id = 4624, event.time = {1};
  EXPECT_TRUE(wants(kind_of(event)));
  EXPECT_TRUE(normalise(Fields(event), names));
}

TEST(Recent, IsBoundedAndForgetsWhatIsOld) {
  Recent<Name> recent(seconds(600));
  Authentication a;
  for (Name group = 1; group <= 150'000; ++group) (void)recent.add(group, group, a);
  EXPECT_EQ(recent.size(), 100'000u);
  a.time = {seconds(3600)};
  EXPECT_EQ(recent.add(7, 7, a).size(), 1u);
  EXPECT_EQ(recent.size(), 1u);
  for (Name what = 0; what < 200; ++what) EXPECT_LE(recent.add(7, what, a).size(), 64u);
}

TEST(StolenTicket, IsNotAMachineWhoseLeaseChanged) {
  const auto lease = [](Evening& evening, std::int64_t at, const std::string& ip, const char* mac,
                        const char* action) {
    evening.log("windows", "dhcp-audit", at, {{"action", action}, {"ip", ip}, {"mac", mac}});
    evening.category("dhcp");
  };
  Evening evening;
  lease(evening, 0, kA, "00-11-22-33-44-55", "Assign");
  evening.granted(1, "alice", kA, kHashA);
  lease(evening, 50, kB, "001122334455", "DHCPACK");
  evening.used(60, "alice", kB, kHashA, "SRV2$");
  EXPECT_EQ(evening.titles(), Titles{});
  lease(evening, 70, kC, "00:11:22:33:44:66", "DHCP4_LEASE_ALLOC");
  evening.used(80, "alice", kC, kHashA, "SRV2$");
  EXPECT_EQ(evening.titles(), Titles{kStolen});
}

TEST(DirectoryReplication, OnTheWireIsBetweenDomainControllers) {
  Evening evening;
  const auto call = [&](const std::string& from, const std::string& to, const char* operation) {
    evening.log("zeek", "dce_rpc", 0,
                {{"id.orig_h", from}, {"id.resp_h", to}, {"endpoint", "drsuapi"}, {"operation", operation}});
  };
  call(kA, kB, "DRSGetNCChanges"), call(kB, kA, "DRSGetNCChanges"), call(kC, kA, "DRSBind");
  EXPECT_EQ(evening.titles(), Titles{});
  call(kC, kA, "DRSGetNCChanges");
  EXPECT_EQ(evening.titles().size(), 1u);
}

TEST(Spraying, OfAShellIsToldWhenSomebodyGetsIn) {
  Evening evening;
  const auto sshd = [&](std::int64_t at, const std::string& user, const char* result) {
    evening.log("linux", "sshd", at,
                {{"Action", "logon"}, {"Result", result}, {"User", user}, {"SourceIp", kA}});
  };
  for (int i = 0; i < 9; ++i) sshd(i, "user" + std::to_string(i), "failure");
  sshd(20, "other", "success");
  EXPECT_EQ(evening.titles(), Titles{});
  sshd(30, "user3", "success");
  EXPECT_EQ(evening.titles().size(), 1u);
}

TEST(SortedRuns, GiveBackWhatTheyWereGivenInOrder) {
  SortedRuns runs;
  std::vector<Authentication> all(3000);
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    Authentication& a = all[i];
    a.time = {static_cast<std::int64_t>((i * 7919 % 3000)) * kTicksPerSecond}, a.sequence = i;
    a.record = i * 3, a.account = i + 1, a.presented = ~0ull - i,
    a.encryption = static_cast<std::int8_t>(i % 24 - 1);
    a.preauth = static_cast<std::int16_t>(i % 3 - 1), a.authtime = -5, a.status = 0xc000006a,
    a.short_realm = i % 2;
    a.act = i % 2 ? Act::kPipeOpened : Act::kRenewal, a.value = i;
  }
  for (std::size_t from = 0; from < all.size(); from += 1000) {
    std::vector<const Authentication*> order;
    for (std::size_t i = from; i < from + 1000; ++i) order.push_back(&all[i]);
    std::ranges::sort(order, {}, [](const Authentication* a) { return std::tie(a->time, a->sequence); });
    ASSERT_TRUE(runs.add(order).has_value());
  }
  std::vector<Authentication> back;
  ASSERT_TRUE(runs.merge([&](const Authentication& a) { back.push_back(a); }).has_value());
  ASSERT_EQ(back.size(), all.size());
  for (std::size_t i = 0; i < back.size(); ++i) {
    EXPECT_LE(back[i ? i - 1 : 0].time, back[i].time);
    const Authentication& a = all[back[i].sequence];
    EXPECT_EQ(back[i].record, a.record);
    EXPECT_EQ(back[i].presented, a.presented);
    EXPECT_EQ(std::tie(back[i].time, back[i].encryption, back[i].preauth, back[i].authtime, back[i].status),
              std::tie(a.time, a.encryption, a.preauth, a.authtime, a.status));
    EXPECT_EQ(std::tie(back[i].act, back[i].value, back[i].short_realm, back[i].account),
              std::tie(a.act, a.value, a.short_realm, a.account));
  }
}

// Two controllers' logs, one after the other, with more records than wait in memory: nothing is called forged that the second
// issued, and what neither did is.
TEST(IdentityDetector, JudgesLogsReadOneAfterTheOther) {
  IdentityDetector detector;
  Observations piece;
  std::uint64_t sequence = 0;
  const auto record = [&](const char* host, std::int64_t second, std::uint32_t id, const std::string& hash) {
    const std::string number = std::to_string(second + 1);
    const Field fields[] = {
        {"TargetUserName", "alice"}, {"TargetDomainName", "LAB.TEST"},
        {"IpAddress", kA},           {"ServiceName", id == 4768 ? "krbtgt" : "SRV1$"},
        {"Status", "0x0"},           {id == 4768 ? "ResponseTicket" : "RequestTicketHash", hash}};
    Event event;
    event.channel = "Security", event.host = host, event.event_id = id, event.record_id = number;
    event.time = {1'795'486'000 * kTicksPerSecond + second * kTicksPerSecond}, event.fields = fields;
    piece.observe(event, 0);
    detector.add(piece, host, sequence++);
    piece.clear();
  };
  constexpr std::int64_t kSeconds = 22'000, kEach = 5;  // 110,000 records a controller, in 30 hours
  for (std::int64_t i = 0; i < kSeconds; ++i)
    for (int turn = 0; turn < kEach; ++turn)
      record("dc1.lab.test", i * kEach + turn, 4769, kHashA + std::to_string(i / 600));
  for (std::int64_t i = 0; i < kSeconds; ++i)
    for (int turn = 0; turn < kEach; ++turn)
      record("dc2.lab.test", i * kEach + turn, 4768, kHashA + std::to_string(i / 600));
  record("dc2.lab.test", kSeconds * kEach, 4769, kHashB);
  record("dc1.lab.test", kSeconds * kEach, 4768, kHashC);
  std::vector<Finding> findings;
  detector.finish(findings);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].rule_title, kForged);
}

TEST(NameTable, IsBounded) {
  NameTable names;
  EXPECT_EQ(names.number(""), kNoName);
  EXPECT_EQ(names.number("-"), kNoName);
  EXPECT_EQ(names.folded("ALICE"), names.number("alice"));
  EXPECT_EQ(names.text(names.number(std::string(10'000, 'x'))).size(), 512u);
}

}  // namespace
}  // namespace bartizan::identity
