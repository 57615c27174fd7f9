// SPDX-License-Identifier: Apache-2.0
// Logs of Kerberos KDCs: what they give, what they are not taken for, and that they stay bounded cut anywhere.
#include <gtest/gtest.h>

#include "decode/decode_testing.h"

namespace bartizan {

const Format& krb5kdc_format();
const Format& samba_log_format();

namespace {

const std::string kMit =
    "Nov 24 02:07:01 kdc krb5kdc[26783](info): commencing operation\n"
    "Nov 24 02:07:15 kdc krb5kdc[26783](info): TGS_REQ (2 etypes {aes256-cts-hmac-sha1-96(18), "
    "DEPRECATED:arcfour-hmac(23)}) 192.0.2.10: ISSUE: authtime 1795486035, etypes "
    "{rep=aes256-cts-hmac-sha1-96(18), "
    "tkt=DEPRECATED:arcfour-hmac(23), ses=aes256-cts-hmac-sha1-96(18)}, alice@LAB.TEST for "
    "cifs/fs1.lab.test@LAB.TEST\n"
    "Nov 24 02:07:15 kdc krb5kdc[26783](info): AS_REQ (1 etypes {aes256-cts-hmac-sha1-96(18)}) 2001:db8::1: "
    "NEEDED_PREAUTH: alice@LAB.TEST for krbtgt/LAB.TEST@LAB.TEST, Additional pre-authentication required\n"
    "Nov 24 02:07:16 kdc krb5kdc[26783](info): TGS_REQ (1 etypes {DEPRECATED:arcfour-hmac(23)}) 192.0.2.20: "
    "BAD_ENCRYPTION_TYPE: authtime 0, etypes {rep=UNSUPPORTED:(0)} bob@LAB.TEST for MSSQLSvc/db1@LAB.TEST, "
    "KDC has no "
    "support for encryption type\n"
    "Nov 24 02:08:05 kdc krb5kdc[26783](info): ... PROTOCOL-TRANSITION s4u-client=alice@LAB.TEST\n";

const std::string kSamba =
    "[2026/11/24 02:10:13.221413,  3] "
    "../../source4/auth/kerberos/krb5_init_context.c:90(smb_krb5_debug_wrapper)\n"
    "  Kerberos: TGS-REQ SUCCESS ipv4:192.0.2.10:49646 alice@AD.LAB.TEST krbtgt/AD.LAB.TEST@AD.LAB.TEST "
    "etype=18/23 "
    "end=1795522213 auth=1795486213 etypes=18,17,23 renew=1795572613 flags=renewable,forwarded,forwardable\n"
    "[2026/11/24 02:10:14.000001,  3] ../../source4/rpc_server/drsuapi/getncchanges.c:1(x)\n"
    "  DsGetNCChanges with uSNChanged >= 1 flags 0x00211870 on DC=ad,DC=lab,DC=test gave 217 objects (done "
    "217/217) 23 "
    "links (done 23/23 (as S-1-5-21-1-2-3-500))\n";

TEST(Krb5kdc, GivesTheRequest) {
  const Decoded log = decode_text(krb5kdc_format(), kMit, 0, *parse_instant("2026-11-24T03:00:00Z"));
  ASSERT_EQ(log.events.size(), 5u);
  EXPECT_EQ(log.oddities.total, 0u);
  EXPECT_EQ(format_instant(log.events[1].time), "2026-11-24T02:07:15.0000000Z");
  EXPECT_EQ(log.field(1, "Request"), "TGS_REQ");
  EXPECT_EQ(log.field(1, "Result"), "ISSUE");
  EXPECT_EQ(log.field(1, "SourceIp"), "192.0.2.10");
  EXPECT_EQ(log.field(1, "AuthTime"), "1795486035");
  EXPECT_EQ(log.field(1, "EncryptionOffered"), "18,23");
  EXPECT_EQ(log.field(1, "TicketEncryption"), "23");
  EXPECT_EQ(log.field(1, "Client"), "alice@LAB.TEST");
  EXPECT_EQ(log.field(1, "Service"), "cifs/fs1.lab.test@LAB.TEST");
  EXPECT_EQ(log.field(2, "SourceIp"), "2001:db8::1");
  EXPECT_EQ(log.field(2, "Result"), "NEEDED_PREAUTH");
  EXPECT_EQ(log.field(2, "Client"), "alice@LAB.TEST");
  EXPECT_EQ(log.field(2, "Reason"), "Additional pre-authentication required");
  EXPECT_EQ(log.field(3, "Client"), "bob@LAB.TEST");
  EXPECT_EQ(log.field(3, "AuthTime"), "0");
  EXPECT_EQ(log.field(4, "ForUser"), "alice@LAB.TEST");
}

TEST(SambaLog, GivesTheRequestAndTheReplication) {
  const Decoded log = decode_text(samba_log_format(), kSamba);
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T02:10:13.2214130Z");
  EXPECT_EQ(log.field(0, "SourceIp"), "192.0.2.10");
  EXPECT_EQ(log.field(0, "SourcePort"), "49646");
  EXPECT_EQ(log.field(0, "TicketEncryption"), "23");
  EXPECT_EQ(log.field(0, "AuthTime"), "1795486213");
  EXPECT_EQ(log.field(0, "Flags"), "renewable,forwarded,forwardable");
  EXPECT_EQ(log.events[1].service, "drs_repl");
  EXPECT_EQ(log.field(1, "Sid"), "S-1-5-21-1-2-3-500");
}

TEST(KdcFormats, AreTakenForWhatTheyAre) {
  EXPECT_EQ(recognise_format(as_bytes(kMit)), &krb5kdc_format());
  EXPECT_EQ(recognise_format(as_bytes(kSamba)), &samba_log_format());
  EXPECT_EQ(
      krb5kdc_format().recognise(as_bytes("Nov 24 02:07:01 web sshd[1]: Accepted password for a from b\n")),
      0);
}

TEST(KdcFormats, StayBoundedWhenCutAnywhere) {
  for (const auto& [format, text] :
       {std::pair(&krb5kdc_format(), &kMit), std::pair(&samba_log_format(), &kSamba)})
    for (std::size_t size = 0; size <= text->size(); ++size) {
      const std::string cut = text->substr(0, size);
      EXPECT_LE(decode_text(*format, cut).events.size(), 6u);
      (void)format->recognise(as_bytes(cut));
    }
}

TEST(KdcFormats, DoNotDependOnTheSizeOfReads) {
  for (const auto& [format, text] :
       {std::pair(&krb5kdc_format(), &kMit), std::pair(&samba_log_format(), &kSamba)})
    for (std::size_t size : {100u, 333u, 700u})
      EXPECT_EQ(decode_text(*format, *text, size).events.size(), decode_text(*format, *text).events.size());
}

}  // namespace
}  // namespace bartizan
