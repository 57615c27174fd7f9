// SPDX-License-Identifier: Apache-2.0
#include "decode/syslog.h"

#include <gtest/gtest.h>

#include "decode/decode_testing.h"
#include "decode/message_lines.h"
#include "decode/written_time.h"

namespace bartizan {

const Format& syslog_format();

namespace {

Instant at(std::string_view text) { return *parse_instant(text); }

std::string time_of(std::string_view text, Instant modified = {}) {
  std::size_t used = 0;
  auto time = read_bsd_time(text, {modified}, used);
  if (!time) time = read_iso_time(text, true, {}, used);
  return time ? format_instant(*time).substr(0, 19) + "/" + std::to_string(used) : "none";
}

TEST(LogTime, ReadsWhatUnixWrites) {
  EXPECT_EQ(time_of("Mar 10 07:30:01 host"), "1970-03-10T07:30:01/15");
  EXPECT_EQ(time_of("Mar  1 07:30:01.250 host"), "1970-03-01T07:30:01/19");
  EXPECT_EQ(time_of("Mar  1 2026 07:30:01 host"), "2026-03-01T07:30:01/20");
  EXPECT_EQ(time_of("Mar  1 07:30:01 2026 host"), "2026-03-01T07:30:01/20");
  EXPECT_EQ(time_of("2026-03-01T07:30:01+01:00 host"), "2026-03-01T06:30:01/25");
  EXPECT_EQ(time_of("2026-03-01T07:30:01-0230 host"), "2026-03-01T10:00:01/24");
  EXPECT_EQ(time_of("2026-03-01 07:30:01,123 x"), "2026-03-01T07:30:01/23");
  for (std::string_view bad : {"", "Mar", "Mar 32 07:30:01", "Mar 10 24:30:01", "Foo 10 07:30:01",
                               "2026-13-01T07:30:01Z", "Mar 0 00:00:00"})
    EXPECT_EQ(time_of(bad), "none") << bad;
}

TEST(LogTime, GuessesTheYearFromTheFile) {
  EXPECT_EQ(time_of("Mar 10 07:30:01", at("2026-06-01")), "2026-03-10T07:30:01/15");
  EXPECT_EQ(time_of("Dec 31 23:59:59", at("2026-01-02")), "2025-12-31T23:59:59/15");
  EXPECT_EQ(time_of("Jan  1 00:00:10", at("2025-12-31T23:59:58Z")), "2026-01-01T00:00:10/15");
  EXPECT_EQ(time_of("Feb 29 10:00:00", at("2024-02-29T12:00:00Z")), "2024-02-29T10:00:00/15");
}

// RFC 5424 6.3.2: a name has no quotation mark. Check Point's messages begin like structured data.
TEST(SyslogHeader, BracketsWithPairsAreNoStructuredData) {
  SyslogHeader header;
  ASSERT_TRUE(read_syslog_header(
      "<134>1 2026-11-24T08:00:00Z gw1 CheckPoint 7 - [action:\"Drop\"; src:\"192.0.2.7\"]", {}, header));
  EXPECT_EQ(header.structured, "");
  EXPECT_EQ(header.message, "[action:\"Drop\"; src:\"192.0.2.7\"]");
  header = {};
  ASSERT_TRUE(read_syslog_header("<134>1 2026-11-24T08:00:00Z gw1 x 7 - [a@1 b=\"c\"] hello", {}, header));
  EXPECT_EQ(header.structured, "[a@1 b=\"c\"]");
  EXPECT_EQ(header.message, "hello");
}

TEST(Syslog, ReadsEveryEnvelope) {
  SyslogHeader h;
  ASSERT_TRUE(read_syslog_header("<34>Oct 11 22:14:15 mymachine su[12]: 'su root' failed", {}, h));
  EXPECT_EQ(h.host, "mymachine");
  EXPECT_EQ(h.program, "su");
  EXPECT_EQ(h.pid, "12");
  EXPECT_EQ(h.message, "'su root' failed");
  EXPECT_EQ(facility_name(h.priority), "auth");
  EXPECT_EQ(severity_name(h.priority), "crit");
  ASSERT_TRUE(
      read_syslog_header("<165>1 2003-10-11T22:14:15.003Z m.example evntslog 7 ID47 [a@1 x=\"y\\\"]\"][b "
                         "z=\"\"] \xef\xbb\xbfText",
                         {}, h));
  EXPECT_EQ(h.message_id, "ID47");
  EXPECT_EQ(h.structured, "[a@1 x=\"y\\\"]\"][b z=\"\"]");
  EXPECT_EQ(h.message, "Text");
  ASSERT_TRUE(read_syslog_header("<0>1 - - - - - -", {}, h));
  EXPECT_EQ(h.message, "");
  EXPECT_TRUE(h.is_rfc5424);
  ASSERT_TRUE(read_syslog_header("Oct 11 22:14:15 sshd[1]: no host", {}, h));
  EXPECT_EQ(h.host, "");
  EXPECT_EQ(h.program, "sshd");
  ASSERT_TRUE(read_syslog_header("2026-03-01T07:30:01.5+01:00 h CRON[9]: (root) CMD (x)", {}, h));
  EXPECT_EQ(h.host, "h");
  EXPECT_EQ(h.program, "CRON");
  ASSERT_TRUE(read_syslog_header("Oct 11 22:14:15 h last message repeated 2 times", {}, h));
  EXPECT_EQ(h.program, "");
  EXPECT_EQ(h.message, "last message repeated 2 times");
  ASSERT_TRUE(read_syslog_header("Oct 11 22:14:15 h CEF:0|a|b|", {}, h));
  EXPECT_EQ(h.message, "CEF:0|a|b|");
  ASSERT_TRUE(read_syslog_header("<189>date=2026-03-01 time=10:00:00 devname=x", {}, h));
  EXPECT_EQ(h.message, "date=2026-03-01 time=10:00:00 devname=x");
  EXPECT_FALSE(read_syslog_header("int main(void) {", {}, h));
  EXPECT_FALSE(read_syslog_header("2026-03-01T07:30:01Z INFO start: x", {}, h));
}

Decoded decoded(std::string_view text) { return decode_text(syslog_format(), text, 0, at("2026-06-01")); }

TEST(Syslog, KeepsTheWholeMessageAndWhatItSays) {
  const auto d = decoded(
      "Mar 10 07:30:00 web1 sshd[812]: Failed password for invalid user x from 9.9.9.9 port 1 ssh2 from "
      "192.0.2.7 port 4242 ssh2\n");
  ASSERT_EQ(d.events.size(), 1u);
  const Event& event = d.events[0];
  EXPECT_EQ(event.product, "linux");
  EXPECT_EQ(event.service, "sshd");
  EXPECT_EQ(event.host, "web1");
  EXPECT_EQ(format_instant(event.time), "2026-03-10T07:30:00.0000000Z");
  EXPECT_EQ(d.field(0, "SourceIp"), "192.0.2.7") << "a user name must not choose the address";
  EXPECT_EQ(d.field(0, "User"), "x from 9.9.9.9 port 1 ssh2");
  EXPECT_EQ(d.field(0, "Result"), "failure");
  EXPECT_EQ(d.field(0, "Method"), "password");
  EXPECT_TRUE(d.field(0, "message").starts_with("Failed password for invalid user"));
}

TEST(Syslog, KnowsTheProgramsOfAccounts) {
  const auto d = decoded(
      "Mar 10 07:30:00 h sudo:  bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/sh -c a ; b\n"
      "Mar 10 07:30:00 h sudo:  eve : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/id\n"
      "Mar 10 07:30:00 h CRON[1]: (root) CMD (   cd / && run-parts /etc/cron.hourly)\n"
      "Mar 10 07:30:00 h useradd[1]: new user: name=john, UID=0, GID=0, home=/home/john, shell=/bin/bash, "
      "from=/dev/pts/1\n"
      "Mar 10 07:30:00 h sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh "
      "ruser= rhost=192.0.2.9  user=root\n"
      "Mar 10 07:30:00 h su[1]: pam_unix(su:session): session opened for user root(uid=0) by bob(uid=1000)\n"
      "Mar 10 07:30:00 h kernel: [ 12.3] [UFW BLOCK] IN=eth0 OUT= MAC=aa SRC=192.0.2.9 DST=198.51.100.4 "
      "LEN=40 PROTO=TCP SPT=4 DPT=22 WINDOW=1\n");
  ASSERT_EQ(d.events.size(), 7u);
  EXPECT_EQ(d.field(0, "CommandLine"), "/usr/bin/sh -c a ; b");
  EXPECT_EQ(d.field(0, "ByUser"), "bob");
  EXPECT_EQ(d.field(0, "Image"), "/usr/bin/sh");
  EXPECT_EQ(d.field(0, "User"), "root");
  EXPECT_EQ(d.events[0].service, "sudo");
  EXPECT_EQ(d.field(1, "Result"), "failure");
  EXPECT_EQ(d.field(1, "Reason"), "user NOT in sudoers");
  EXPECT_EQ(d.field(2, "CommandLine"), "   cd / && run-parts /etc/cron.hourly");
  EXPECT_EQ(d.events[2].service, "cron");
  EXPECT_EQ(d.field(3, "Uid"), "0");
  EXPECT_EQ(d.field(3, "Action"), "account_created");
  EXPECT_EQ(d.events[3].service, "auth");
  EXPECT_EQ(d.field(4, "SourceIp"), "192.0.2.9");
  EXPECT_EQ(d.field(4, "User"), "root");
  EXPECT_EQ(d.field(4, "PamService"), "sshd");
  EXPECT_EQ(d.field(5, "ByUser"), "bob");
  EXPECT_EQ(d.field(5, "Action"), "session_opened");
  EXPECT_EQ(d.events[6].category, "firewall");
  EXPECT_EQ(d.field(6, "dst_port"), "22");
  EXPECT_EQ(d.field(6, "action"), "blocked");
}

TEST(Syslog, LooksIntoPayloads) {
  const auto d = decoded(
      "Mar 10 07:30:00 h app[1]: {\"user\":\"bob\",\"n\":1}\n"
      "Mar 10 07:30:00 h sysmon: <Event><System><Provider Name=\"Linux-Sysmon\" "
      "Guid=\"{x}\"/><EventID>1</EventID>"
      "<Channel>Linux-Sysmon/Operational</Channel><Computer>h</Computer></System><EventData><Data "
      "Name=\"Image\">/bin/sh</Data></EventData></Event>\n"
      "Mar 10 07:30:00 h app: <Event>not one\n");
  ASSERT_EQ(d.events.size(), 3u);
  EXPECT_EQ(d.field(0, "user"), "bob");
  EXPECT_EQ(d.field(0, "program"), "app");
  EXPECT_EQ(d.events[0].host, "h");
  EXPECT_EQ(d.events[1].product, "linux");
  EXPECT_EQ(d.events[1].event_id, 1u);
  EXPECT_EQ(d.field(1, "Image"), "/bin/sh");
  EXPECT_EQ(d.events[1].channel, "Linux-Sysmon/Operational");
  EXPECT_EQ(d.field(2, "message"), "<Event>not one");
}

TEST(Syslog, ManyParametersTimesManyRecordsStayBounded) {
  std::string line = "<34>1 2026-03-10T07:30:00Z h app 1 - [a";
  for (int i = 0; i < 5'000; ++i) line += " p=\"v\"";
  line += "] {\"Records\":[";
  for (int i = 0; i < 5'000; ++i) line += "{\"a\":1},";
  line += "{\"a\":1}]}\n";
  const auto d = decoded(line);
  ASSERT_EQ(d.events.size(), 5'001u);
  EXPECT_EQ(d.events[0].fields.size(), 1u);
}

TEST(Syslog, ReadsCountedFramesWithLineEnds) {
  const std::string one = "<34>1 2026-03-10T07:30:00Z h app 1 - [a b=\"c\"] two\nlines";
  const std::string text = std::to_string(one.size()) + " " + one + std::to_string(one.size()) + " " + one;
  EXPECT_EQ(syslog_format().recognise(as_bytes(text)), 85);
  for (std::size_t read : {std::size_t{1}, std::size_t{70}, SIZE_MAX}) {
    const auto d = decode_text(syslog_format(), text, read);
    ASSERT_EQ(d.events.size(), 2u);
    EXPECT_EQ(d.field(1, "message"), "two\nlines");
    EXPECT_EQ(d.field(1, "a.b"), "c");
    EXPECT_EQ(d.events[1].offset, text.size() / 2);
  }
}

TEST(Syslog, LosesNoLine) {
  const auto d = decoded("Mar 10 07:30:00 h java[1]: Exception\n\tat x.y\n\xff\xfe\x01 binary\n");
  ASSERT_EQ(d.events.size(), 3u);
  EXPECT_EQ(d.field(1, "message"), "\tat x.y");
  EXPECT_EQ(d.events[1].time, d.events[0].time);
  EXPECT_EQ(d.oddities.total, 2u);
}

TEST(Syslog, IsNotTakenForOtherText) {
  for (std::string_view text :
       {"#include <stdio.h>\nint main(void) { return 0; }\n", "time,host,message\n2026-03-10T07:30:00Z,h,x\n",
        "{\"a\": 1}\n", "2026-03-10 07:30:00 INFO started\n", "2026-03-10T07:30:00Z,h,x\n",
        "192.0.2.1 - - [10/Mar/2026:07:30:00 +0000] \"GET / HTTP/1.1\" 200 1\n", "March 10 was a day\n",
        "<html>\n<body>\n", "12 <a>b</a>\n", "key=value\n", "May the 4th: be\n"})
    EXPECT_EQ(syslog_format().recognise(as_bytes(text)), 0) << text;
  EXPECT_EQ(
      syslog_format().recognise(as_bytes("Mar 10 07:30:00 h a: b\nMar 10 07:30:00 h a: b\nMar 10 07:3")), 60);
}

TEST(Syslog, CutAnywhereItStaysBounded) {
  const std::string text =
      "<34>1 2026-03-10T07:30:00Z h app 1 - [a b=\"c\"] x\nMar 10 07:30:00 h sudo: bob : TTY=t ; PWD=/ ; "
      "USER=r ; COMMAND=/b\n"
      "Mar 10 07:30:00 h sshd[1]: Accepted publickey for bob from 192.0.2.1 port 22 ssh2: RSA\n";
  for (std::size_t end = 0; end <= text.size(); ++end)
    for (std::size_t begin : {std::size_t{0}, end / 2}) {
      const auto d = decode_text(syslog_format(), std::string(text.substr(begin, end - begin)), 31);
      EXPECT_LE(d.events.size(), 4u);
    }
}

TEST(MessageLines, PatternsTakeValuesOrNothing) {
  Captures captures;
  EXPECT_TRUE(match_line("a 1 b 2 b 3", "a {X<} b {Y}", captures));
  EXPECT_EQ(captures.values[0], "1 b 2");
  EXPECT_EQ(captures.values[1], "3");
  EXPECT_FALSE(match_line("a 1 c", "a {X} b", captures));
  EXPECT_TRUE(match_line("a 1 b", "a {} b", captures));
  EXPECT_EQ(captures.count, 0u);
}

}  // namespace
}  // namespace bartizan
