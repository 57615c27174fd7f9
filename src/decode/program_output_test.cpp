// SPDX-License-Identifier: Apache-2.0
// Formats that are the output or the state of programs, as collectors of evidence keep them: last, utmpdump, dmesg, and the
// files of dhcpd, OpenVPN, apt and zypper. Golden case: decode/program-output.
#include "decode/decode_testing.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

std::string_view name_of_format(std::string_view log) {
  const Format* format = recognise_format(as_bytes(log));
  return format ? format->name : "nothing";
}

constexpr const char* kLast =
    "jo       pts/0        192.0.2.7        Tue Nov 24 08:00   still logged in\n"
    "eve      pts/1        host.example.tes Mon Nov 23 22:10 - 23:15  (01:05)\n"
    "jo       tty1                          Sun Nov 22 09:00 - down   (1+02:03)\n"
    "reboot   system boot  6.1.0-18-amd64   Sun Nov 22 07:59   still running\n"
    "\nwtmp begins Sun Nov  1 00:00:01 2026\n";

TEST(Last, TakesTheYearFromTheFile) {
  EXPECT_EQ(name_of_format(kLast), "last");
  const Instant modified = *parse_instant("2026-11-25T00:00:00Z");
  const Decoded log = decode_text("last", kLast, 0, modified);
  ASSERT_EQ(log.events.size(), 4u);
  EXPECT_EQ(log.oddities.total, 0u);
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(log.field(0, "SourceIp"), "192.0.2.7");
  EXPECT_EQ(log.field(0, "End"), "still logged in");
  EXPECT_EQ(log.field(1, "SourceHostname"), "host.example.tes");
  EXPECT_EQ(log.field(1, "Duration"), "01:05");
  EXPECT_EQ(log.field(2, "Terminal"), "tty1");
  EXPECT_EQ(log.field(2, "SourceHostname"), "(absent)");
  EXPECT_EQ(log.field(2, "End"), "down");
  EXPECT_EQ(log.field(3, "Action"), "boot");
  EXPECT_EQ(log.field(3, "KernelVersion"), "6.1.0-18-amd64");
  EXPECT_EQ(log.field(3, "SourceHostname"), "(absent)");
}

TEST(Last, WhatLastbPrintsFailed) {
  const Decoded log = decode_text(
      "last",
      "admin    ssh:notty    203.0.113.9      Tue Nov 24 09:01:01 2026 - Tue Nov 24 09:01:01 2026  (00:00)\n"
      "         ssh:notty    203.0.113.9      Tue Nov 24 09:01:03 2026 - Tue Nov 24 09:01:03 2026  (00:00)\n"
      "\nbtmp begins Tue Nov 24 09:01:01 2026\n");
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(log.field(0, "Result"), "failure");
  EXPECT_EQ(log.field(0, "User"), "admin");
  EXPECT_EQ(log.field(1, "User"), "(absent)");
  EXPECT_EQ(log.field(1, "Terminal"), "ssh:notty");
  EXPECT_EQ(log.field(1, "SourceIp"), "203.0.113.9");
}

TEST(Last, LastlogHasAZoneAndColumns) {
  constexpr const char* kLog =
      "Username         Port     From             Latest\n"
      "root             pts/0    192.0.2.7        Tue Nov 24 08:00:01 +0100 2026\n"
      "daemon                                     **Never logged in**\n"
      "jo                        192.0.2.8        Tue Nov 24 08:00:02 +0100 2026\n";
  EXPECT_EQ(name_of_format(kLog), "last");
  const Decoded log = decode_text("last", kLog);
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T07:00:01.0000000Z");
  EXPECT_EQ(log.field(0, "Terminal"), "pts/0");
  EXPECT_EQ(log.field(1, "Terminal"), "(absent)");
  EXPECT_EQ(log.field(1, "SourceIp"), "192.0.2.8");
}

TEST(Last, LeavesOtherTextsWithSuchDates) {
  EXPECT_NE(name_of_format("commit 1\nAuthor: jo\nDate:   Tue Nov 24 08:00:00 2026 +0100\n\n    a change\n"),
            "last");
  EXPECT_NE(name_of_format("From jo@example.test  Tue Nov 24 08:00:00 2026\nSubject: a\n\nb\nc\n"), "last");
}

constexpr const char* kUtmpdump =
    "[7] [01234] [ts/0] [jo      ] [pts/0       ] [host.example.test   ] [192.0.2.7      ] "
    "[2026-11-24T08:00:01,250000+00:00]\n"
    "[6] [00812] [    ] [root    ] [ssh:notty   ] [                    ] [2001:db8::7    ] "
    "[Tue Nov 24 08:00:02 2026 UTC]\n"
    "[2] [00000] [~~  ] [reboot  ] [~           ] [6.1.0-18-amd64      ] [0.0.0.0        ] "
    "[2026-11-24T07:59:00,000000+00:00]\n";

TEST(Utmpdump, ReadsBothTimesAsTheFileItselfIsRead) {
  EXPECT_EQ(name_of_format(kUtmpdump), "utmpdump");
  const Decoded log = decode_text("utmpdump", kUtmpdump);
  ASSERT_EQ(log.events.size(), 3u);
  EXPECT_EQ(log.oddities.total, 0u);
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T08:00:01.2500000Z");
  EXPECT_EQ(log.field(0, "Result"), "success");
  EXPECT_EQ(log.field(0, "SourceIp"), "192.0.2.7");
  EXPECT_EQ(log.field(0, "ProcessId"), "1234");
  EXPECT_EQ(format_instant(log.events[1].time), "2026-11-24T08:00:02.0000000Z");
  EXPECT_EQ(log.field(1, "Result"), "failure");
  EXPECT_EQ(log.field(1, "SourceIp"), "2001:db8::7");
  EXPECT_EQ(log.field(2, "Action"), "boot");
  EXPECT_EQ(log.field(2, "SourceIp"), "(absent)");
}

constexpr const char* kDmesg =
    "kern  :info  : [    1.234567] usb 1-1: new high-speed USB device number 2 using xhci_hcd\n"
    "[Tue Nov 24 08:00:01 2026] DROP IN=eth0 OUT= SRC=203.0.113.9 DST=192.0.2.9 LEN=60 PROTO=TCP SPT=51234 "
    "DPT=22\n";

TEST(Dmesg, ReadsBothTimesAndPackets) {
  EXPECT_EQ(name_of_format(kDmesg), "dmesg");
  const Decoded log = decode_text("dmesg", kDmesg);
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(log.field(0, "Uptime"), "1.234567");
  EXPECT_EQ(log.field(0, "severity"), "info");
  EXPECT_EQ(log.events[0].time, Instant{});
  EXPECT_EQ(format_instant(log.events[1].time), "2026-11-24T08:00:01.0000000Z");
  EXPECT_EQ(log.events[1].category, "firewall");
  EXPECT_NE(name_of_format("[    23.456] (II) Module ABI versions:\n[    23.457] (II) xfree86\n"), "dmesg");
}

constexpr const char* kLeases =
    "authoring-byte-order little-endian;\n\nlease 192.0.2.50 {\n  starts 2 2026/11/24 08:00:00;\n"
    "  ends never;\n  binding state active;\n  hardware ethernet 00:11:22:33:44:55;\n"
    "  client-hostname \"laptop\";\n}\nlease 192.0.2.51 {\n  starts epoch 1795507200; # Tue Nov 24 08:00:00 "
    "2026\n"
    "  binding state free;\n}\n";

TEST(DhcpdLeases, TimesAreUtcWhateverTheZone) {
  EXPECT_EQ(name_of_format(kLeases), "dhcpd_leases");
  const TimeZone berlin = *TimeZone::parse_offset("+01:00");
  const Decoded log = decode_text("dhcpd_leases", kLeases, 0, {}, &berlin);
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(log.oddities.total, 0u);
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(log.field(0, "ip"), "192.0.2.50");
  EXPECT_EQ(log.field(0, "mac"), "00:11:22:33:44:55");
  EXPECT_EQ(log.field(0, "hostname"), "laptop");
  EXPECT_EQ(log.field(0, "ends"), "never");
  EXPECT_EQ(format_instant(log.events[1].time), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(log.field(1, "action"), "free");
  const Decoded cut = decode_text("dhcpd_leases", "lease 192.0.2.50 {\n  starts 2 2026/11/24 08:00:00;\n");
  EXPECT_EQ(cut.events.size(), 1u);
  EXPECT_EQ(cut.oddities.total, 1u);
}

TEST(OpenvpnStatus, TheNumberWinsOverLocalTime) {
  const Decoded log =
      decode_text("openvpn_status",
                  "TITLE,OpenVPN 2.6.3\nTIME,2026-11-24 09:00:00,1795507200\n"
                  "HEADER,CLIENT_LIST,Common Name,Real Address,Virtual Address,Virtual IPv6 "
                  "Address,Connected Since,Connected Since "
                  "(time_t),Username\n"
                  "CLIENT_LIST,jo,[2001:db8::7]:51234,10.8.0.6,,2026-11-24 08:00:00,1795503600,UNDEF\nEND\n");
  ASSERT_EQ(log.events.size(), 1u);
  EXPECT_EQ(log.oddities.total, 0u);
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T07:00:00.0000000Z");
  EXPECT_EQ(log.field(0, "user"), "jo");
  EXPECT_EQ(log.field(0, "src_ip"), "2001:db8::7");
  EXPECT_EQ(log.field(0, "src_port"), "51234");
  EXPECT_EQ(log.field(0, "assigned_ip"), "10.8.0.6");
  EXPECT_EQ(log.field(0, "username"), "(absent)");
}

constexpr const char* kTerm =
    "\nLog started: 2026-11-24  08:00:00\nUnpacking nmap (7.93-2) over (7.93-1) ...\nSetting up nmap "
    "(7.93-2) ...\n"
    "a line of a script\nLog ended: 2026-11-24  08:00:05\n\nLog started: 2026-11-25  09:00:00\n"
    "Removing telnet (0.17-44) ...\nLog ended: 2026-11-25  09:00:05\n";

TEST(AptTerm, LinesHaveTheTimeOfTheirBlock) {
  EXPECT_EQ(name_of_format(kTerm), "apt_term");
  const Decoded log = decode_text("apt_term", kTerm);
  ASSERT_EQ(log.events.size(), 4u);
  EXPECT_EQ(log.field(0, "Action"), "upgraded");
  EXPECT_EQ(log.field(0, "OldVersion"), "7.93-1");
  EXPECT_EQ(log.field(2, "message"), "a line of a script");
  EXPECT_EQ(format_instant(log.events[2].time), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(log.field(3, "Package"), "telnet");
  EXPECT_EQ(format_instant(log.events[3].time), "2026-11-25T09:00:00.0000000Z");
}

constexpr const char* kZypper =
    "# 2026-11-24 08:00:00 nmap-7.93-1.x86_64.rpm installed ok\n"
    "2026-11-24 08:00:00|command|root@web1|'zypper' 'install' 'nmap'|\n"
    "2026-11-24 08:00:02|remove |telnet|1.2-1.1|x86_64|root@web1|\n2026-11-24 08:00:03|stamp|x|\n";

TEST(Zypper, SaysWhoAskedForWhat) {
  EXPECT_EQ(name_of_format(kZypper), "zypper");
  const Decoded log = decode_text("zypper", kZypper);
  ASSERT_EQ(log.events.size(), 3u);
  EXPECT_EQ(log.oddities.total, 0u);
  EXPECT_EQ(log.field(0, "CommandLine"), "'zypper' 'install' 'nmap'");
  EXPECT_EQ(log.field(0, "User"), "root");
  EXPECT_EQ(log.events[0].host, "web1");
  EXPECT_EQ(log.field(1, "Action"), "removed");
  EXPECT_EQ(log.field(1, "Version"), "1.2-1.1");
  EXPECT_EQ(log.field(2, "Action"), "(absent)");
}

TEST(ProgramOutput, EveryCut) {
  for (const auto& [format, log] :
       {std::pair{"last", kLast}, std::pair{"utmpdump", kUtmpdump}, std::pair{"dmesg", kDmesg},
        std::pair{"dhcpd_leases", kLeases}, std::pair{"apt_term", kTerm}, std::pair{"zypper", kZypper}})
    every_cut(format, log);
}

}  // namespace
}  // namespace bartizan
