// SPDX-License-Identifier: Apache-2.0
// Two realms in one evidence: neither hides the other's forgeries, nor lends it its habits.
#include <gtest/gtest.h>

#include "detect/identity/identity_testing.h"

namespace bartizan::identity {
namespace {

using Titles = std::vector<std::string>;
const std::string kForged = "Kerberos ticket presented that no KDC issued";
const std::string kA = "192.0.2.10", kB = "192.0.2.20";
constexpr std::int64_t kStart = 1'795'486'000, kHour = 3600;

// A line of krb5kdc.log of `realm`; the ticket is from `authtime` seconds after the start.
void kdc(Evening& evening, std::int64_t at, const char* request, const std::string& client,
         const std::string& service, const std::string& realm, std::int64_t authtime,
         const char* result = "ISSUE", const char* offered = "18,17") {
  evening.log("linux", "krb5kdc", at,
              {{"Request", request},
               {"Result", result},
               {"Client", client},
               {"Service", service + "@" + realm},
               {"SourceIp", kA},
               {"EncryptionOffered", offered},
               {"AuthTime", std::to_string(kStart + authtime)}});
}

TEST(Realms, DoNotHideEachOthersForgedTickets) {
  Evening evening;
  kdc(evening, 0, "AS_REQ", "alice@A.TEST", "krbtgt/A.TEST", "A.TEST", 0);
  kdc(evening, 900, "AS_REQ", "bob@B.TEST", "krbtgt/B.TEST", "B.TEST", 900);  // this log begins later
  kdc(evening, 950, "AS_REQ", "alice@B.TEST", "krbtgt/B.TEST", "B.TEST", 950);
  for (const char* client : {"alice@A.TEST", "alice@B.TEST", "bob@B.TEST"})
    kdc(evening, 960, "AS_REQ", client, "krbtgt/X", "X", 0, "NEEDED_PREAUTH");
  EXPECT_EQ(evening.titles(), Titles{});
  kdc(evening, 1000, "TGS_REQ", "ghost@A.TEST", "cifs/fs1", "A.TEST", 500);
  kdc(evening, 1001, "TGS_REQ", "alice@A.TEST", "cifs/fs1", "A.TEST", 950);  // issued, but to the other alice
  EXPECT_EQ(evening.titles(), (Titles{kForged, kForged}));
}

TEST(Realms, KnowATicketOfATrustedOne) {
  Evening evening;
  kdc(evening, 0, "AS_REQ", "alice@A.TEST", "krbtgt/A.TEST", "A.TEST", 0, "NEEDED_PREAUTH");
  kdc(evening, 0, "AS_REQ", "alice@A.TEST", "krbtgt/A.TEST", "A.TEST", 0);
  kdc(evening, 1, "AS_REQ", "bob@B.TEST", "krbtgt/B.TEST", "B.TEST", 1, "NEEDED_PREAUTH");
  kdc(evening, 1, "AS_REQ", "bob@B.TEST", "krbtgt/B.TEST", "B.TEST", 1);
  kdc(evening, 2, "TGS_REQ", "alice@A.TEST", "krbtgt/B.TEST", "A.TEST", 0);
  kdc(evening, 3, "TGS_REQ", "alice@A.TEST", "host/srv", "B.TEST", 0);
  kdc(evening, 4, "TGS_REQ", "carol@C.TEST", "host/srv", "B.TEST", 0);  // of C there is no log
  EXPECT_EQ(evening.titles(), Titles{});
}

TEST(Realms, DoNotShareTheHabitsOfAName) {
  Evening evening;
  kdc(evening, 0, "AS_REQ", "alice@A.TEST", "krbtgt/A.TEST", "A.TEST", 0, "NEEDED_PREAUTH");
  kdc(evening, 1, "AS_REQ", "alice@A.TEST", "krbtgt/A.TEST", "A.TEST", 1);
  kdc(evening, 2, "TGS_REQ", "alice@A.TEST", "cifs/a", "A.TEST", 1);
  kdc(evening, 3, "AS_REQ", "alice@B.TEST", "krbtgt/B.TEST", "B.TEST", 3, "NEEDED_PREAUTH", "23");
  kdc(evening, 4, "AS_REQ", "alice@B.TEST", "krbtgt/B.TEST", "B.TEST", 4, "ISSUE", "23");
  EXPECT_EQ(evening.titles(), Titles{});  // the other alice never used AES
  kdc(evening, 5, "AS_REQ", "bob@A.TEST", "krbtgt/A.TEST", "A.TEST", 5, "NEEDED_PREAUTH");
  kdc(evening, 6, "AS_REQ", "bob@B.TEST", "krbtgt/B.TEST", "B.TEST", 6);  // of him no proof was asked
  EXPECT_EQ(evening.titles(), Titles{"Ticket issued without pre-authentication (AS-REP roasting)"});
}

// Both domains call their domain controller dc1, as the logs of a forest do.
void ticket(Evening& evening, std::int64_t at, const std::string& domain, const std::string& account,
            const std::string& hash) {
  evening.windows("dc1." + domain + ".test", 4768, at,
                  {{"TargetUserName", account},
                   {"TargetDomainName", domain},
                   {"ServiceName", "krbtgt"},
                   {"IpAddress", kA},
                   {"Status", "0x0"},
                   {"PreAuthType", "2"},
                   {"TicketEncryptionType", "0x12"},
                   {"ResponseTicket", std::string(40, 'r') + hash}});
}
void use(Evening& evening, std::int64_t at, const std::string& domain, const std::string& client,
         const std::string& realm, const std::string& hash, const std::string& service = "SRV1$") {
  evening.windows("dc1." + domain + ".test", 4769, at,
                  {{"TargetUserName", client + "@" + realm},
                   {"TargetDomainName", realm},
                   {"ServiceName", service},
                   {"IpAddress", kA},
                   {"Status", "0x0"},
                   {"TicketEncryptionType", "0x12"},
                   {"RequestTicketHash", std::string(40, 'r') + hash}});
}

TEST(Realms, AreDomainsWithTheirOwnControllers) {
  Evening evening;
  evening.log_of("dc1.one.test");
  for (int hour = 0; hour < 12; ++hour)
    ticket(evening, hour * kHour, "one", "carol", "1" + std::to_string(hour + 10));
  evening.log_of("dc1.two.test");
  for (int hour = 8; hour < 12; ++hour)
    ticket(evening, hour * kHour, "two", "carol", "2" + std::to_string(hour + 10));
  use(evening, 11 * kHour + 1, "two", "carol", "TWO.TEST", "221");
  EXPECT_EQ(evening.titles(), Titles{});
  use(evening, 11 * kHour + 2, "two", "ghost", "TWO.TEST", "3");  // that log does not reach back ten hours
  use(evening, 11 * kHour + 3, "two", "carol", "ONE.TEST", "4");  // handed out by a trust
  EXPECT_EQ(evening.titles(), Titles{});
  evening.log_of("dc1.one.test");
  use(evening, 11 * kHour - 1, "one", "ghost", "ONE.TEST", "5");
  ticket(evening, 11 * kHour + 9, "one", "carol", "99");
  EXPECT_EQ(evening.titles(), Titles{kForged});
}

TEST(Realms, HaveShortNames) {
  NameTable names;
  Realms realms;
  Authentication first;
  first.act = Act::kTicketGranted, first.observer = names.number("dc1"), first.domain = names.number("lab");
  EXPECT_EQ(realms.learn(first, names), first.domain);
  Authentication use = first;
  use.act = Act::kServiceTicket, use.domain = names.number("lab.test");
  (void)realms.learn(use, names);
  EXPECT_EQ(realms.of(use.domain), realms.of(first.domain));
  use.domain = names.number("other.test");
  (void)realms.learn(use, names);
  EXPECT_NE(realms.of(use.domain), realms.of(first.domain));
}

}  // namespace
}  // namespace bartizan::identity
