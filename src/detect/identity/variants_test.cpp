// SPDX-License-Identifier: Apache-2.0
// Other ways in which the same attacks are made, each beside what looks most like it in everyday work; and what every finding
// says of its platform.
#include <gtest/gtest.h>

#include <set>

#include "detect/identity/identity_testing.h"
#include "detect/identity/invariants/coercion.h"

namespace bartizan::identity {
namespace {

using Titles = std::vector<std::string>;
using Values = Evening::Values;
const std::string kA = "192.0.2.10", kB = "192.0.2.20", kC = "192.0.2.30", kDc = "192.0.2.2";
constexpr std::int64_t kHour = 3600;
const std::string kSpoofed = "Machine account renamed to a name without $ (sAMAccountName spoofing)";
const std::string kHistory = "SID history added to an account";
const std::string kChannel = "Secure channel of a machine tried again and again (Zerologon)";
const std::string kGiven = "Right to act for others was given";
const std::string kUsed = "Right to act for others used within a day of being given";
const std::string kUnconfigured = "Service acted for a user against the directory";
const std::string kSync = "Directory replicated by who is no domain controller (DCSync)";
const std::string kShadow = "Machine registered as a domain controller (DCShadow)";
const std::string kRelay = "Machine account logs on over NTLM from another machine (relay)";
const std::string kCoerced = "Machine asked to log on elsewhere (coercion)";
const std::string kRoasting = "Many service tickets for service accounts at once (Kerberoasting)";
const std::string kNobody = "Ticket of an account the directory does not have, or has disabled";
const std::string kGroups = "Logon with administrators' groups the directory does not give";
const std::string kProtected = "Member of Protected Users over NTLM or with RC4";
const std::string kDowngrade = "Kerberos encryption weaker than the account is known to use";

void wire(Evening& evening, std::int64_t at, const std::string& from, const std::string& to,
          const char* endpoint, const char* operation) {
  evening.log("zeek", "dce_rpc", at,
              {{"id.orig_h", from}, {"id.resp_h", to}, {"endpoint", endpoint}, {"operation", operation}});
}

// An entry as `ldapsearch` prints it with every attribute.
void entry(Evening& evening, const std::string& name, std::uint32_t flags, Values more = {}) {
  Values values = {{"dn", "CN=" + name + ",CN=Users,DC=lab,DC=test"},
                   {"instanceType", "4"},
                   {"sAMAccountName", name},
                   {"userAccountControl", std::to_string(flags)},
                   {"pwdLastSet", "132000000000000000"}};
  values.insert(values.end(), more.begin(), more.end());
  evening.log("directory", "ldif", 0, values);
}

Evening with_directory() {
  Evening evening;
  evening.log("directory", "ldif", 0, {{"dn", "DC=lab,DC=test"}, {"objectClass", "domainDNS"}});
  entry(evening, "krbtgt", 0x202), entry(evening, "alice", 0x200), entry(evening, "DC1$", 0x82000);
  entry(evening, "root", 0x200,
        {{"adminCount", "1"}, {"memberOf", "CN=Protected Users,CN=Users,DC=lab,DC=test"}});
  entry(evening, "gone", 0x202), entry(evening, "svc_sql", 0x200, {{"adminCount", "1"}});
  entry(evening, "WEB1$", 0x1000, {{"msDS-AllowedToDelegateTo", "cifs/srv1"}});
  entry(evening, "APP1$", 0x1000), entry(evening, "SRV1$", 0x1000), entry(evening, "WS1$", 0x1000);
  return evening;
}

TEST(SpoofedName, IsAControllersWithoutItsSign) {
  const auto renamed = [](const char* before, const char* after) {
    Evening evening;
    evening.used(0, "alice", kA, "", "SRV1$");  // dc1 is a KDC
    evening.windows("dc1", 4781, 1, {{"OldTargetUserName", before}, {"NewTargetUserName", after}});
    return evening.titles();
  };
  EXPECT_EQ(renamed("new1$", "dc1"), Titles{kSpoofed});
  EXPECT_EQ(renamed("new1$", "new1"), Titles{kSpoofed});
  EXPECT_EQ(renamed("someone", "DC1"), Titles{kSpoofed});
  EXPECT_EQ(renamed("ws1$", "ws2$"), Titles{});
  EXPECT_EQ(renamed("alice.old", "alice.new"), Titles{});
  // The rename itself is not in the evidence.
  Evening ticket;
  ticket.used(0, "alice", kA, "", "SRV1$"), ticket.granted(1, "DC1$", kDc, "");
  EXPECT_EQ(ticket.titles(), Titles{});
  ticket.granted(2, "dc1", kB, "");
  EXPECT_EQ(ticket.titles(), Titles{kSpoofed});
}

TEST(SidHistory, IsWrittenInSeveralWays) {
  const auto made = [](std::uint32_t id, Values values) {
    Evening evening;
    values.emplace_back("SubjectUserName", "mallory");
    evening.windows("dc1", id, 0, values);
    return evening.titles();
  };
  EXPECT_EQ(made(4765, {{"TargetUserName", "eve"}}), Titles{kHistory});
  EXPECT_EQ(made(4738, {{"TargetUserName", "eve"}, {"SidHistory", "%{S-1-5-21-1-2-3-519}"}}),
            Titles{kHistory});
  EXPECT_EQ(made(5136, {{"ObjectDN", "CN=eve,DC=lab"}, {"AttributeLDAPDisplayName", "sIDHistory"}}),
            Titles{kHistory});
  EXPECT_EQ(made(4738, {{"TargetUserName", "eve"}, {"SidHistory", "-"}}), Titles{});
  EXPECT_EQ(made(5136, {{"ObjectDN", "CN=eve,DC=lab"}, {"AttributeLDAPDisplayName", "info"}}), Titles{});
}

TEST(Zerologon, OnTheWireIsManyAttempts) {
  Evening evening;
  for (int i = 0; i < 5; ++i)
    wire(evening, i, kA, kDc, "netlogon", "NetrServerAuthenticate3");  // a wrong password
  wire(evening, 6, kA, kDc, "netlogon", "NetrServerPasswordSet2");
  for (int i = 0; i < 60; ++i) wire(evening, i * 60, kB, kDc, "netlogon", "NetrServerAuthenticate3");
  EXPECT_EQ(evening.titles(), Titles{});
  for (int i = 0; i < 40; ++i) wire(evening, 9000 + i / 4, kC, kDc, "netlogon", "NetrServerAuthenticate3");
  EXPECT_EQ(evening.titles(), Titles{kChannel});
  wire(evening, 9011, kC, kDc, "netlogon", "NetrServerPasswordSet2");
  const auto found = evening.findings();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].level, Level::kCritical);
}

TEST(Replication, OfAMachineTheDirectoryKnowsBetter) {
  const auto replicate = [](const char* by) {
    Evening evening = with_directory();
    evening.windows("dc1.lab.test", 4662, 0,
                    {{"SubjectUserName", by},
                     {"AccessMask", "0x100"},
                     {"Properties", "{1131f6aa-9c07-11d1-f79f-00c04fc2dcd2}"}});
    return evening.titles();
  };
  EXPECT_EQ(replicate("DC1$"), Titles{});
  EXPECT_EQ(replicate("NEW9$"), Titles{});  // not in the export: who knows
  EXPECT_EQ(replicate("WS1$"), Titles{kSync});
}

TEST(Shadow, IsNoControllerOfTheDirectory) {
  const auto names = [](const char* machine) {
    Evening evening = with_directory();
    evening.windows("dc9", 4742, 0,
                    {{"TargetUserName", machine},
                     {"SubjectUserName", "eve"},
                     {"ServicePrincipalNames", "E3514235-4B06-11D1-AB04-00C04FC2DCD2/x/lab.test"}});
    return evening.titles();
  };
  EXPECT_EQ(names("DC1$"), Titles{});
  EXPECT_EQ(names("WS1$"), Titles{kShadow});
}

// `acts_for` towards srv1 as admin, by way of `front`.
void act(Evening& evening, std::int64_t at, const char* front, const char* user = "admin") {
  evening.used(at, user, kA, "", "SRV1$", {{"TransmittedServices", front}});
}

TEST(Delegation, IsGivenInManyWays) {
  const auto changed = [](const char* account, const char* before, const char* after) {
    Evening evening;
    evening.windows("dc1", 4742, 0,
                    {{"TargetUserName", account},
                     {"SubjectUserName", "mallory"},
                     {"OldUacValue", before},
                     {"NewUacValue", after}});
    act(evening, 60, "evil1$");
    return evening.titles();
  };
  EXPECT_EQ(changed("EVIL1$", "0x80", "0x2080"), (Titles{kGiven, kUsed}));   // receives everybody's tickets
  EXPECT_EQ(changed("EVIL1$", "0x80", "0x40080"), (Titles{kGiven, kUsed}));  // for users who never came
  EXPECT_EQ(changed("EVIL1$", "0x2080", "0x80"), Titles{});                  // taken away
  EXPECT_EQ(changed("EVIL1$", "0x80", "0x84"), Titles{});
  const auto written = [](const char* object, const char* attribute, std::int64_t used_at) {
    Evening evening;
    evening.windows(
        "dc1", 5136, 0,
        {{"ObjectDN", object}, {"SubjectUserName", "mallory"}, {"AttributeLDAPDisplayName", attribute}});
    act(evening, used_at, "evil1$");
    return evening.titles();
  };
  const char* named = "msDS-AllowedToDelegateTo";
  EXPECT_EQ(written("CN=EVIL1,DC=lab", named, 60), (Titles{kGiven, kUsed}));  // the one that acts
  EXPECT_EQ(written("CN=SRV1,DC=lab", "msDS-AllowedToActOnBehalfOfOtherIdentity", 60),
            (Titles{kGiven, kUsed}));
  EXPECT_EQ(written("CN=EVIL1,DC=lab", named, 30 * kHour),
            Titles{kGiven});  // a day later it is everyday work
  EXPECT_EQ(written("CN=OTHER,DC=lab", named, 60), Titles{kGiven});
}

TEST(Delegation, ByAMachineMadeForIt) {
  const auto made = [](const char* machine, const char* by) {
    Evening evening;
    evening.windows("dc1", 4741, 0, {{"TargetUserName", machine}, {"SubjectUserName", by}});
    act(evening, 600, "evil1$");
    return evening.titles();
  };
  EXPECT_EQ(made("EVIL1$", "alice"), Titles{kUsed});
  EXPECT_EQ(made("WS7$", "alice"), Titles{});
  EXPECT_EQ(made("EVIL1$", "cluster1$"), Titles{});  // a cluster makes its own names
}

TEST(Delegation, AgainstTheDirectory) {
  const auto acts = [](const char* front, const char* user) {
    Evening evening = with_directory();
    act(evening, 60, front, user);
    return evening.titles();
  };
  EXPECT_EQ(acts("WEB1$", "alice"), Titles{});
  EXPECT_EQ(acts("APP1$", "alice"), Titles{kUnconfigured});
  EXPECT_EQ(acts("NEW9$", "alice"), Titles{});
  EXPECT_EQ(acts("WEB1$", "root"), Titles{kUnconfigured});  // nobody may act for them
}

TEST(Relay, FollowsACallOnTheWire) {
  const auto relayed = [](const char* endpoint, const char* operation, const std::string& from) {
    Evening evening;
    evening.granted(0, "srv1$", kA, "");
    wire(evening, 10, kB, kA, endpoint, operation);
    evening.log("zeek", "ntlm", 12,
                {{"id.orig_h", from}, {"id.resp_h", kDc}, {"username", "SRV1$"}, {"success", "true"}});
    return evening.findings();
  };
  const auto found = relayed("efsrpc", "EfsRpcOpenFileRaw", kB);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].rule_title, kCoerced);
  EXPECT_EQ(found[1].rule_title, kRelay);
  EXPECT_EQ(found[1].level, Level::kHigh);
  EXPECT_EQ(found[1].why[1].pattern, "the machine is made to call");
  const auto printing = relayed("spoolss", "RpcRemoteFindFirstPrinterChangeNotificationEx", kB);
  ASSERT_EQ(printing.size(), 1u);  // clients of printers ask for that as well
  EXPECT_EQ(printing[0].level, Level::kHigh);
  EXPECT_TRUE(relayed("spoolss", "RpcOpenPrinterEx", kA).empty());
  EXPECT_TRUE(relayed("lsarpc", "LsarLookupNames3", kA).empty());
}

TEST(Relay, FollowsAPipeOpened) {
  const auto relayed = [](Values values, const char* service) {
    Evening evening;
    if (service) evening.log("zeek", service, 10, values);
    else evening.windows("srv1.lab.test", 5145, 10, values);
    evening.windows("dc1", 4624, 20,
                    {{"TargetUserName", "SRV1$"},
                     {"LogonType", "3"},
                     {"IpAddress", kB},
                     {"AuthenticationPackageName", "NTLM"}});
    return evening.findings().at(0).level;
  };
  EXPECT_EQ(
      relayed({{"ShareName", "\\\\*\\IPC$"}, {"RelativeTargetName", "spoolss"}, {"IpAddress", kB}}, nullptr),
      Level::kHigh);
  EXPECT_EQ(
      relayed({{"ShareName", "\\\\*\\IPC$"}, {"RelativeTargetName", "srvsvc"}, {"IpAddress", kB}}, nullptr),
      Level::kMedium);
  EXPECT_EQ(
      relayed({{"ShareName", "\\\\*\\IPC$"}, {"RelativeTargetName", "spoolss"}, {"IpAddress", kC}}, nullptr),
      Level::kMedium);
}

TEST(Zeek, SaysWhichPipesAndSharesAreOpened) {
  NameTable names;
  const auto read = [&](const char* service, std::vector<Field> fields) {
    fields.push_back({"id.orig_h", kA}), fields.push_back({"id.resp_h", kB});
    Event event;
    event.product = "zeek", event.service = service, event.fields = fields;
    return normalise(Fields(event), names);
  };
  const auto pipe =
      read("smb_files", {{"action", "SMB::PIPE_OPEN"}, {"path", "\\\\srv1\\IPC$"}, {"name", "\\spoolss"}});
  ASSERT_TRUE(pipe);
  EXPECT_EQ(pipe->act, Act::kPipeOpened);
  EXPECT_EQ(coercion_in(*pipe, names), Coercion::kMaybe);
  const auto share = read("smb_mapping", {{"path", "\\\\srv1.lab.test\\ADMIN$"}, {"share_type", "DISK"}});
  ASSERT_TRUE(share);
  EXPECT_EQ(share->act, Act::kRights);
  const auto command =
      read("smb_cmd", {{"command", "CREATE"}, {"username", "LAB\\Admin"}, {"tree", "\\\\srv1\\C$"}});
  ASSERT_TRUE(command);
  EXPECT_EQ(names.text(command->account), "admin");
  EXPECT_FALSE(read("smb_mapping", {{"path", "\\\\srv1\\sysvol"}, {"share_type", "DISK"}}));
  EXPECT_FALSE(
      read("smb_files", {{"action", "SMB::FILE_OPEN"}, {"path", "\\\\srv1\\sysvol"}, {"name", "spoolss"}}));
}

TEST(Kerberoasting, OfStrongTicketsNeedsMore) {
  const auto asked = [](int services, const char* encryption, bool user_to_user = false) {
    Evening evening;
    for (int i = 0; i < services; ++i)
      evening.used(i, "bob", kA, "", "svc" + std::to_string(i),
                   {{"TicketEncryptionType", encryption},
                    {"TicketOptions", user_to_user ? "0x40810008" : "0x40810000"}});
    return evening.titles();
  };
  EXPECT_EQ(asked(7, "0x12"), Titles{});
  EXPECT_EQ(asked(8, "0x12"), Titles{kRoasting});
  EXPECT_EQ(asked(2, "0x17"), Titles{});
  EXPECT_EQ(asked(3, "0x17"), Titles{kRoasting});
  EXPECT_EQ(asked(8, "0x17", true), Titles{});
  Evening privileged = with_directory();
  for (const char* service : {"a", "b", "c", "d", "e", "f", "g", "svc_sql"})
    privileged.used(1, "alice", kA, "", service);
  const auto found = privileged.findings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].level, Level::kHigh);
  EXPECT_TRUE(found[0].why[0].value.ends_with("privileged: svc_sql"));
}

TEST(Downgrade, IsNotAWeakService) {
  Evening evening;
  const auto kerberos = [&](std::int64_t at, const char* request, const char* service, const char* offered,
                            const char* ticket) {
    evening.samba(at, request, "bob", service,
                  {{"EncryptionOffered", offered}, {"TicketEncryption", ticket}});
  };
  kerberos(0, "AS-REQ", "krbtgt/LAB.TEST", "18,17,23", "18");
  kerberos(1, "TGS-REQ", "cifs/old", "18,17,23", "23");
  EXPECT_EQ(evening.titles(), Titles{});
  kerberos(2, "TGS-REQ", "cifs/old", "23", "23");
  EXPECT_EQ(evening.titles(), Titles{kDowngrade});
}

TEST(Lifetime, MayReachTheRenewableLife) {
  Evening evening;
  const auto kerberos = [&](std::int64_t at, const char* request, const char* service, const char* end) {
    evening.samba(at, request, "alice", service,
                  {{"AuthTime", "1795486000"}, {"EndTime", end}, {"RenewTill", "1796090800"}});
  };
  for (int i = 0; i < 3; ++i) kerberos(i, "AS-REQ", "krbtgt/LAB.TEST", "1795522000");
  kerberos(4, "TGS-REQ", "cifs/a", "1796000000");  // renewed for days
  EXPECT_EQ(evening.titles(), Titles{});
  kerberos(5, "TGS-REQ", "cifs/a", "1797000000");
  EXPECT_EQ(evening.titles().size(), 1u);
}

TEST(Overpass, MayBeOverNtlmAndIsNotOneself) {
  const auto taken = [](const char* outbound, const char* used) {
    Evening evening;
    evening.granted(0, "ws1$", kA, "");
    evening.windows("ws1.lab.test", 4624, 1,
                    {{"TargetUserName", "bob"},
                     {"LogonType", "9"},
                     {"LogonProcessName", "seclogo"},
                     {"TargetOutboundUserName", outbound},
                     {"IpAddress", "::1"}});
    evening.windows("srv1", 4624, 2,
                    {{"TargetUserName", used},
                     {"LogonType", "3"},
                     {"IpAddress", kA},
                     {"AuthenticationPackageName", "NTLM"}});
    return evening.titles().size();
  };
  EXPECT_EQ(taken("admin", "admin"), 1u);
  EXPECT_EQ(taken("admin", "carol"), 0u);
  EXPECT_EQ(taken("bob", "bob"), 0u);
}

TEST(Spraying, IsSeenInEachKindOfLog) {
  const auto sprayed = [](int accounts, std::uint32_t id, const char* where) {
    Evening evening;
    for (int i = 0; i < accounts; ++i)
      evening.windows("dc1", id, i,
                      {{"TargetUserName", "user" + std::to_string(i)},
                       {"Status", "0xc000006a"},
                       {"LogonType", "3"},
                       {where, kA}});
    return evening.titles().size();
  };
  EXPECT_EQ(sprayed(5, 4625, "IpAddress"), 1u);
  EXPECT_EQ(sprayed(4, 4625, "IpAddress"), 0u);
  EXPECT_EQ(sprayed(5, 4776, "Workstation"), 1u);
  EXPECT_EQ(sprayed(5, 4768, "IpAddress"), 1u);
}

TEST(UnissuedTicket, OfServicesThatActForUsersIsLeftOut) {
  Evening evening;
  for (int hour = 0; hour <= 11; ++hour)
    evening.granted(hour * kHour, "carol", kC, std::to_string(hour) + std::string(44, 'c'));
  const auto logon = [&](std::int64_t at, const char* account, const std::string& address) {
    evening.windows("srv1.lab.test", 4624, at,
                    {{"TargetUserName", account},
                     {"LogonType", "3"},
                     {"IpAddress", address},
                     {"AuthenticationPackageName", "Kerberos"}});
  };
  // The front end got the ticket for alice, from its own address.
  evening.used(10 * kHour, "alice", kB, "", "SRV1$", {{"TransmittedServices", "web1$"}});
  evening.granted(11 * kHour + 9, "carol", kC, "x" + std::string(44, 'c'));
  logon(10 * kHour + 5, "alice", kB);
  logon(10 * kHour + 6, "srv2$", kB);  // machines have ways of their own
  EXPECT_EQ(evening.titles(), Titles{});
  logon(10 * kHour + 7, "alice", kA);
  EXPECT_EQ(evening.titles(), Titles{"Kerberos logon without a service ticket from a KDC"});
}

TEST(DirectoryContradiction, IsWhoIsNotInIt) {
  const auto presented = [](const char* account, bool logs_on) {
    Evening evening = with_directory();
    if (logs_on) evening.granted(0, account, kA, "");
    evening.used(1, account, kA, "", "SRV1$");
    return evening.titles();
  };
  EXPECT_EQ(presented("ghost", false), Titles{kNobody});
  EXPECT_EQ(presented("gone", false), Titles{kNobody});  // disabled
  EXPECT_EQ(presented("alice", false), Titles{});
  EXPECT_EQ(presented("newcomer", true), Titles{});  // made after the export: a KDC knows it
  Evening partly;
  entry(partly, "krbtgt", 0x202), entry(partly, "root", 0x200);  // an export of some accounts
  partly.used(1, "ghost", kA, "", "SRV1$");
  EXPECT_EQ(partly.titles(), Titles{});
  Evening cut = with_directory();  // many are missing: the export was cut off
  for (const char* account : {"a", "b", "c", "d"}) cut.used(1, account, kA, "", "SRV1$");
  EXPECT_EQ(cut.titles(), Titles{});
}

TEST(DirectoryContradiction, IsInTheGroupsOfALogon) {
  const auto groups = [](const char* account, const char* membership) {
    Evening evening = with_directory();
    evening.windows(
        "srv1.lab.test", 4627, 1,
        {{"TargetUserName", account}, {"TargetDomainName", "LAB"}, {"GroupMembership", membership}});
    return evening.titles();
  };
  const char* admins = "\n\t\t%{S-1-5-21-1-2-3-513}\n\t\t%{S-1-5-21-1-2-3-512}\n\t\t%{S-1-1-0}";
  EXPECT_EQ(groups("alice", admins), Titles{kGroups});
  EXPECT_EQ(groups("alice", "%{S-1-5-21-1-2-3-513}%{S-1-5-21-1-2-3-5120}"), Titles{});
  EXPECT_EQ(groups("root", admins), Titles{});
  EXPECT_EQ(groups("stranger", admins), Titles{});
}

TEST(DirectoryContradiction, IsInProtectedUsers) {
  const auto ntlm = [](const char* account, std::uint32_t id) {
    Evening evening = with_directory();
    evening.windows("srv1.lab.test", id, 1,
                    {{"TargetUserName", account},
                     {"TargetDomainName", "LAB"},
                     {"LogonType", "3"},
                     {"IpAddress", kA},
                     {"AuthenticationPackageName", "NTLM"}});
    return evening.titles();
  };
  EXPECT_EQ(ntlm("root", 4624), Titles{kProtected});
  EXPECT_EQ(ntlm("root", 4625), Titles{});  // refused, as it should be
  EXPECT_EQ(ntlm("alice", 4624), Titles{});
  Evening rc4 = with_directory();
  rc4.granted(1, "root", kA, "", {{"TicketEncryptionType", "0x17"}});
  EXPECT_EQ(rc4.titles(), Titles{kProtected});
}

// Of the first finding; empty: it has no such part.
std::string part(const Evening& evening, std::string_view name) {
  const auto found = evening.findings();
  for (const FindingReason& why : found.at(0).why)
    if (why.predicate == name) return why.value;
  return {};
}

TEST(StolenTicket, IsNotAMachineOfAnMitRealmThatMoved) {
  const auto realm = [](bool shows_itself) {
    Evening evening;
    const auto kdc = [&](std::int64_t at, const char* request, const char* client, const std::string& from) {
      evening.log("linux", "krb5kdc", at,
                  {{"Request", request},
                   {"Result", "ISSUE"},
                   {"Client", std::string(client) + "@LAB.TEST"},
                   {"Service", request[0] == 'A' ? "krbtgt/LAB.TEST@LAB.TEST" : "cifs/fs1.lab.test@LAB.TEST"},
                   {"SourceIp", from},
                   {"AuthTime", request[0] == 'A' ? std::to_string(1'795'486'000 + at) : "1795486001"}});
    };
    for (const char* client : {"host/ws1.lab.test", "dave"})
      evening.log("linux", "krb5kdc", 0,
                  {{"Request", "AS_REQ"},
                   {"Result", "NEEDED_PREAUTH"},
                   {"Client", std::string(client) + "@LAB.TEST"}});
    kdc(0, "AS_REQ", "host/ws1.lab.test", kA);
    kdc(1, "AS_REQ", "dave", kA);
    kdc(60, "TGS_REQ", "dave", kB);
    if (shows_itself) kdc(70, "AS_REQ", "host/ws1.lab.test", kB);
    return evening.titles();
  };
  EXPECT_EQ(realm(true), Titles{});
  EXPECT_EQ(realm(false), Titles{"Kerberos ticket used from a machine it was not issued to"});
}

TEST(Findings, SayWhatTheDirectoryKnows) {
  Evening stranger = with_directory(), known = with_directory();
  stranger.used(1, "ghost", kA, "", "SRV1$");
  EXPECT_EQ(part(stranger, "directory"), "the account is not in the export, krbtgt's password of 2019-04-17");
  known.granted(1, "root", kA, "", {{"PreAuthType", "0"}});
  EXPECT_EQ(part(known, "directory"),
            "privileged, in Protected Users, password of 2019-04-17, krbtgt's password of 2019-04-17");
}

TEST(Findings, SayWhatToDoOnTheirPlatform) {
  Evening windows, mit;
  windows.granted(0, "old", kA, "", {{"PreAuthType", "0"}});
  EXPECT_NE(part(windows, "containment").find("Set-ADAccountControl"), std::string::npos);
  mit.log("linux", "krb5kdc", 0,
          {{"Request", "AS_REQ"},
           {"Result", "ISSUE"},
           {"Client", "old@LAB.TEST"},
           {"Service", "krbtgt/LAB.TEST@LAB.TEST"},
           {"SourceIp", kA},
           {"AuthTime", "1795486000"}});
  EXPECT_NE(part(mit, "containment").find("modprinc +requires_preauth"), std::string::npos);
  Evening samba;
  samba.log("samba", "kerberos", 0,
            {{"Request", "AS-REQ"},
             {"Result", "SUCCESS"},
             {"Client", "old@LAB.TEST"},
             {"Service", "krbtgt/LAB.TEST@LAB.TEST"},
             {"SourceIp", kA}});
  EXPECT_NE(part(samba, "containment").find("samba-tool"), std::string::npos);
}

// What a tired analyst asks of each finding.
TEST(Findings, AllHaveTheirReasonsAndTheirEnd) {
  Evening evening = with_directory();
  evening.granted(0, "old", kA, "", {{"PreAuthType", "0"}});
  evening.windows("dc1", 4765, 5, {{"TargetUserName", "eve"}, {"SubjectUserName", "mallory"}});
  evening.used(6, "ghost", kA, "", "SRV1$");
  act(evening, 7, "APP1$", "alice");
  wire(evening, 8, kB, kA, "netdfs", "NetrDfsAddStdRoot");
  const auto found = evening.findings();
  EXPECT_EQ(found.size(), 5u);
  for (const Finding& finding : found) {
    std::set<std::string> said;
    for (const FindingReason& why : finding.why)
      if (!why.value.empty()) said.insert(std::string(why.predicate));
    for (const char* part :
         {"what happened", "includes", "assumed", "ruled out", "logs of KDCs", "next step", "containment"})
      EXPECT_TRUE(said.contains(part)) << finding.rule_title << " lacks " << part;
  }
}

}  // namespace
}  // namespace bartizan::identity
