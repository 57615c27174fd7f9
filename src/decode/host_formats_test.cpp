// SPDX-License-Identifier: Apache-2.0
// The smaller formats of Linux and Windows text logs: what each gives, what it is not taken for, and that it
// stays bounded when it is cut anywhere.
#include <gtest/gtest.h>

#include <cstring>

#include "decode/decode_testing.h"

namespace bartizan {

const Format& ctime_lines_format();
const Format& journald_format();
const Format& lastlog_format();
const Format& lines_format();
const Format& mplog_format();
const Format& packages_format();
const Format& ps_transcript_format();
const Format& registry_export_format();
const Format& shell_history_format();
const Format& task_xml_format();
const Format& utmp_format();

namespace {

std::string little_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

std::string in_utf16(std::string_view text) {
  std::string out = "\xff\xfe";
  for (char c : text) out.append({c, '\0'});
  return out;
}

const std::string kJournal =
    "__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1773127800123456\n_HOSTNAME=web1\nSYSLOG_IDENTIFIER=sshd\n_PID="
    "812\nSYSLOG_FACILITY=10\n"
    "MESSAGE=Accepted password for root from 192.0.2.7 port 4242 ssh2\n\n"
    "__CURSOR=s=1;i=3\n__REALTIME_TIMESTAMP=1773127801000000\n_HOSTNAME=web1\nMESSAGE\n" +
    little_endian(9, 8) +
    "two\n\nfour\n\n"
    "__CURSOR=s=1;i=4\n__REALTIME_TIMESTAMP=1773127802007000\n_HOSTNAME=web1\n_TRANSPORT=audit\n_AUDIT_TYPE_"
    "NAME=EXECVE\n_AUDIT_ID=77\n"
    "MESSAGE=EXECVE argc=1 a0=\"whoami\"\n\n";

TEST(Journald, ReadsEntriesWithValuesOfSeveralLines) {
  EXPECT_EQ(journald_format().recognise(as_bytes(kJournal)), 95);
  for (std::size_t read : {std::size_t{1}, std::size_t{100}, SIZE_MAX}) {
    const auto d = decode_text(journald_format(), kJournal, read);
    ASSERT_EQ(d.events.size(), 3u) << read;
    EXPECT_EQ(d.oddities.total, 0u);
    EXPECT_EQ(d.events[0].service, "sshd");
    EXPECT_EQ(d.events[0].host, "web1");
    EXPECT_EQ(format_instant(d.events[0].time), "2026-03-10T07:30:00.1234560Z");
    EXPECT_EQ(d.field(0, "SourceIp"), "192.0.2.7");
    EXPECT_EQ(d.field(0, "_PID"), "812");
    EXPECT_EQ(d.field(1, "message"), "two\n\nfour");
    EXPECT_EQ(d.events[2].service, "auditd");
    EXPECT_EQ(d.field(2, "a0"), "whoami");
    EXPECT_EQ(d.events[2].record_id, "77");
  }
}

std::string utmp_record(std::uint16_t type, std::string_view user, std::string_view host, bool wide) {
  std::string record(wide ? 400 : 384, '\0');
  auto put = [&](std::size_t at, std::string_view bytes) { record.replace(at, bytes.size(), bytes); };
  put(0, little_endian(type, 2));
  put(4, little_endian(812, 4));
  put(8, "pts/0");
  put(44, user);
  put(76, host);
  put(wide ? 344 : 340, little_endian(1773127800, wide ? 8 : 4));
  put(wide ? 352 : 344, little_endian(250000, wide ? 8 : 4));
  put(wide ? 360 : 348, "\xc0" + std::string("\0\x02\x07", 3));
  return record;
}

TEST(Utmp, ReadsLogonsOfBothLayouts) {
  for (bool wide : {false, true}) {
    const std::string log = utmp_record(7, "bob", "192.0.2.7", wide) +
                            utmp_record(6, "root", "192.0.2.7", wide) + utmp_record(8, "", "", wide) +
                            utmp_record(6, "LOGIN", "", wide) + utmp_record(2, "reboot", "6.1.0", wide);
    EXPECT_EQ(utmp_format().recognise(as_bytes(log)), 80);
    for (std::size_t read : {std::size_t{500}, SIZE_MAX}) {
      const auto d = decode_text(utmp_format(), log, read == 500 ? 2 * log.size() / 3 : read);
      ASSERT_EQ(d.events.size(), 5u);
      EXPECT_EQ(d.oddities.total, 0u);
      EXPECT_EQ(d.field(0, "Action"), "logon");
      EXPECT_EQ(d.field(0, "Result"), "success");
      EXPECT_EQ(d.field(0, "User"), "bob");
      EXPECT_EQ(d.field(0, "SourceIp"), "192.0.2.7");
      EXPECT_EQ(format_instant(d.events[0].time), "2026-03-10T07:30:00.2500000Z");
      EXPECT_EQ(d.field(1, "Result"), "failure");
      EXPECT_EQ(d.field(2, "Action"), "logoff");
      EXPECT_EQ(d.field(3, "Action"), "(absent)");
      EXPECT_EQ(d.field(4, "Action"), "boot");
    }
  }
  EXPECT_EQ(utmp_format().recognise(as_bytes(std::string(4096, '\0'))), 0);
  EXPECT_EQ(utmp_format().recognise(as_bytes(std::string(384, 'x'))), 0);
}

TEST(Lastlog, NumbersUsersByPlace) {
  std::string log(3 * 292, '\0');
  log.replace(292, 4, little_endian(1773127800, 4));
  log.replace(296, 5, "pts/0");
  log.replace(292 + 36, 9, "192.0.2.7");
  EXPECT_EQ(lastlog_format().recognise(as_bytes(log)), 60);
  const auto d = decode_text(lastlog_format(), log, 300);
  ASSERT_EQ(d.events.size(), 1u);
  EXPECT_EQ(d.field(0, "Uid"), "1");
  EXPECT_EQ(d.field(0, "SourceHostname"), "192.0.2.7");
  EXPECT_EQ(format_instant(d.events[0].time), "2026-03-10T07:30:00.0000000Z");
  EXPECT_EQ(lastlog_format().recognise(as_bytes(std::string(4096, '\0'))), 0);
  EXPECT_EQ(lastlog_format().recognise(as_bytes(std::string(584, 'x'))), 0);
}

TEST(ShellHistory, ReadsThreeShells) {
  const auto bash = decode_text(shell_history_format(),
                                "#1773127800\nls -l\n#1773127801\nfor i in 1 2\ndo echo $i; done\n", 7);
  ASSERT_EQ(bash.events.size(), 2u);
  EXPECT_EQ(bash.field(0, "CommandLine"), "ls -l");
  EXPECT_EQ(bash.field(1, "CommandLine"), "for i in 1 2\ndo echo $i; done");
  EXPECT_EQ(format_instant(bash.events[1].time), "2026-03-10T07:30:01.0000000Z");
  const auto zsh =
      decode_text(shell_history_format(), ": 1773127800:0;curl x | sh\n: 1773127805:3;a \\\nb\n");
  ASSERT_EQ(zsh.events.size(), 2u);
  EXPECT_EQ(zsh.field(0, "CommandLine"), "curl x | sh");
  EXPECT_EQ(zsh.field(1, "CommandLine"), "a \\\nb");
  const auto fish =
      decode_text(shell_history_format(),
                  "- cmd: id\n  when: 1773127800\n- cmd: w\n  when: 1773127801\n  paths:\n    - x\n");
  ASSERT_EQ(fish.events.size(), 2u);
  EXPECT_EQ(fish.field(1, "CommandLine"), "w");
  EXPECT_EQ(format_instant(fish.events[1].time), "2026-03-10T07:30:01.0000000Z");
  EXPECT_EQ(shell_history_format().recognise(as_bytes("#1773127800\nls\n")), 80);
  for (std::string_view text : {"ls\nid\n", "# 1773127800\nls\n", "#123\nx\n", "#1773127800\n", ": a\n"})
    EXPECT_EQ(shell_history_format().recognise(as_bytes(text)), 0) << text;
}

TEST(Packages, ReadsEveryManager) {
  const auto d =
      decode_text(packages_format(),
                  "2026-03-10 07:30:00 startup archives unpack\n2026-03-10 07:30:01 install nmap:amd64 "
                  "<none> 7.93-1\n2026-03-10 07:30:02 status half-configured nmap:amd64 7.93-1\n"
                  "Mar 10 07:30:03 Installed: nmap-7.93.x86_64\n2026-03-10T07:30:04+0000 SUBDEBUG Erased: "
                  "nmap-7.93.x86_64\n"
                  "[2026-03-10T07:30:05+0000] [ALPM] upgraded nmap (7.92 -> 7.93)\n",
                  SIZE_MAX, *parse_instant("2026-06-01"));
  ASSERT_EQ(d.events.size(), 6u);
  EXPECT_EQ(d.field(1, "Action"), "installed");
  EXPECT_EQ(d.field(1, "Package"), "nmap");
  EXPECT_EQ(d.field(1, "Version"), "7.93-1");
  EXPECT_EQ(d.field(3, "Package"), "nmap-7.93.x86_64");
  EXPECT_EQ(d.field(4, "Action"), "removed");
  EXPECT_EQ(d.field(5, "OldVersion"), "7.92");
  EXPECT_EQ(format_instant(d.events[3].time), "2026-03-10T07:30:03.0000000Z");
  const std::string apt =
      "\nStart-Date: 2026-03-10  07:30:00\nCommandline: apt install nmap\nRequested-By: bob (1000)\n"
      "Install: nmap:amd64 (7.93-1), liblua:amd64 (5.3, automatic)\nUpgrade: curl:amd64 (7.1, "
      "7.2)\nEnd-Date: 2026-03-10  07:30:09\n\n";
  const auto a = decode_text(packages_format(), apt + apt, 100);
  ASSERT_EQ(a.events.size(), 6u);
  EXPECT_EQ(a.field(0, "Package"), "nmap");
  EXPECT_EQ(a.field(0, "CommandLine"), "apt install nmap");
  EXPECT_EQ(a.field(0, "User"), "bob");
  EXPECT_EQ(a.field(1, "Version"), "5.3");
  EXPECT_EQ(a.field(2, "OldVersion"), "7.1");
  EXPECT_EQ(packages_format().recognise(as_bytes(apt)), 90);
  EXPECT_EQ(packages_format().recognise(as_bytes("2026-03-10 07:30:00 INFO started\n")), 0);
}

TEST(Lines, KeepWhatBelongsToALine) {
  const std::string text =
      "2026-03-10 07:30:00,123 ERROR boom\n  at x.y\n  at z\n2026-03-10 07:30:01,000 INFO fine\n";
  EXPECT_EQ(lines_format().recognise(as_bytes(text)), 10);
  for (std::size_t read : {std::size_t{5}, SIZE_MAX}) {
    const auto d = decode_text(lines_format(), text, read);
    ASSERT_EQ(d.events.size(), 2u);
    EXPECT_EQ(d.field(0, "message"), "2026-03-10 07:30:00,123 ERROR boom\n  at x.y\n  at z");
    EXPECT_EQ(format_instant(d.events[1].time), "2026-03-10T07:30:01.0000000Z");
  }
  for (std::string_view other :
       {"2026-03-10 07:30:00,x,y\n", "hello\n", "#include <a>\n", "2026 was a year\n"})
    EXPECT_EQ(lines_format().recognise(as_bytes(other)), 0) << other;
}

TEST(PsTranscript, ReadsCommands) {
  const std::string row = "**********************\r\n";
  const std::string text =
      row +
      "Windows PowerShell transcript start\r\nStart time: 20260310073000\r\nUsername: "
      "EXAMPLE\\bob\r\nMachine: WS1 (Microsoft Windows NT 10.0)\r\n"
      "Host Application: powershell.exe -nop\r\nProcess ID: 42\r\n" +
      row + "Transcript started, output file is C:\\x.txt\r\nPS C:\\> whoami\r\nexample\\bob\r\n" + row +
      "Command start time: 20260310073010\r\n" + row +
      "PS C:\\> if ($true) {\r\n>> id }\r\nout 1\r\nout 2\r\n" + row +
      "Windows PowerShell transcript end\r\nEnd time: 20260310074000\r\n" + row;
  for (const std::string& log : {text, "\xef\xbb\xbf" + text, in_utf16(text)}) {
    EXPECT_EQ(ps_transcript_format().recognise(as_bytes(log)), 95);
    const auto d = decode_text(ps_transcript_format(), log, 64);
    ASSERT_EQ(d.events.size(), 2u);
    EXPECT_EQ(d.events[0].category, "ps_script");
    EXPECT_EQ(d.events[0].host, "WS1");
    EXPECT_EQ(d.field(0, "ScriptBlockText"), "whoami");
    EXPECT_EQ(d.field(0, "Output"), "example\\bob");
    EXPECT_EQ(d.field(0, "User"), "EXAMPLE\\bob");
    EXPECT_EQ(d.field(1, "ScriptBlockText"), "if ($true) {\r\n>> id }");
    EXPECT_EQ(d.field(1, "Output"), "out 1\r\nout 2");
    EXPECT_EQ(format_instant(d.events[1].time), "2026-03-10T07:30:10.0000000Z");
  }
}

TEST(RegistryExport, WritesValuesAsSysmonDoes) {
  const std::string text =
      "Windows Registry Editor Version "
      "5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\x]\r\n\"Start\"=dword:00000002\r\n"
      "\"Path\"=hex(2):25,00,54,00,\\\r\n  45,00,00,00\r\n[HKEY_CURRENT_USER\\Software\\Run]\r\n@=\"C:\\\\a "
      "\\\"b\\\"\"\r\n\"Bin\"=hex:01,02\r\n\"Q\"=hex(b):01,00,00,00,00,00,00,00\r\n[-HKEY_USERS\\gone]\r\n";
  for (const std::string& log : {text, in_utf16(text)}) {
    EXPECT_EQ(registry_export_format().recognise(as_bytes(log)), 100);
    for (std::size_t read : {std::size_t{33}, SIZE_MAX}) {
      const auto d = decode_text(registry_export_format(), log, read);
      ASSERT_EQ(d.events.size(), 6u);
      EXPECT_EQ(d.oddities.total, 0u);
      EXPECT_EQ(d.field(0, "TargetObject"), "HKLM\\System\\CurrentControlSet\\Services\\x\\Start");
      EXPECT_EQ(d.field(0, "Details"), "DWORD (0x00000002)");
      EXPECT_EQ(d.field(1, "Details"), "%TE");
      EXPECT_EQ(d.field(2, "TargetObject"), "HKCU\\Software\\Run\\(Default)");
      EXPECT_EQ(d.field(2, "Details"), "C:\\a \"b\"");
      EXPECT_EQ(d.field(3, "Details"), "Binary Data");
      EXPECT_EQ(d.field(4, "Details"), "QWORD (0x00000000-0x00000001)");
      EXPECT_EQ(d.field(5, "EventType"), "DeleteKey");
    }
  }
}

TEST(TaskXml, SaysWhatATaskRuns) {
  const std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<Task version=\"1.2\" "
      "xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">"
      "<RegistrationInfo><Date>2026-03-10T07:30:00</Date><Author>EXAMPLE\\bob</Author><URI>\\Updater</URI></"
      "RegistrationInfo>"
      "<Triggers><LogonTrigger><Enabled>true</Enabled></LogonTrigger><BootTrigger/></"
      "Triggers><Principals><Principal id=\"A\"><UserId>S-1-5-18</UserId>"
      "<RunLevel>HighestAvailable</RunLevel></Principal></Principals><Settings><Hidden>true</Hidden></"
      "Settings>"
      "<Actions Context=\"A\"><Exec><Command>powershell.exe</Command><Arguments>-w hidden -e "
      "&quot;x&quot;</Arguments></Exec></Actions></Task>";
  for (const std::string& log : {text, in_utf16(text)}) {
    EXPECT_EQ(task_xml_format().recognise(as_bytes(log)), 90);
    const auto d = decode_text(task_xml_format(), log, 50);
    ASSERT_EQ(d.events.size(), 1u);
    EXPECT_EQ(d.oddities.total, 0u);
    EXPECT_EQ(d.events[0].category, "scheduled_task");
    EXPECT_EQ(d.field(0, "TaskName"), "\\Updater");
    EXPECT_EQ(d.field(0, "Image"), "powershell.exe");
    EXPECT_EQ(d.field(0, "CommandLine"), "powershell.exe -w hidden -e \"x\"");
    EXPECT_EQ(d.field(0, "User"), "S-1-5-18");
    EXPECT_EQ(d.field(0, "Trigger"), "LogonTrigger");
    EXPECT_EQ(d.field(0, "Hidden"), "true");
  }
}

TEST(CtimeLines, KnowVsftpdAndClamav) {
  const std::string text =
      "Tue Mar 10 07:30:00 2026 [pid 812] [bob] FAIL LOGIN: Client \"192.0.2.7\"\nTue Mar 10 07:30:01 2026 "
      "-> /tmp/a: b: Win.Trojan.X-1(44d8:68) FOUND\n"
      "Tue Mar 10 07:30:02 2026 other\n";
  EXPECT_EQ(ctime_lines_format().recognise(as_bytes(text)), 50);
  EXPECT_EQ(ctime_lines_format().recognise(as_bytes("Tuesday Mar 10\n")), 0);
  const auto d = decode_text(ctime_lines_format(), text, 40);
  ASSERT_EQ(d.events.size(), 3u);
  EXPECT_EQ(d.events[0].service, "vsftpd");
  EXPECT_EQ(d.field(0, "SourceIp"), "192.0.2.7");
  EXPECT_EQ(d.field(0, "Result"), "failure");
  EXPECT_EQ(d.events[1].service, "clamav");
  EXPECT_EQ(d.events[1].category, "antivirus");
  EXPECT_EQ(d.field(1, "Filename"), "/tmp/a: b");
  EXPECT_EQ(d.field(1, "Signature"), "Win.Trojan.X-1");
  EXPECT_EQ(format_instant(d.events[2].time), "2026-03-10T07:30:02.0000000Z");
}

TEST(MpLog, ReadsDetectionsAndWhatRan) {
  const std::string text =
      "2026-03-10T07:30:00.123Z Product supports installmode: 0\r\n2026-03-10T07:30:01.000Z DETECTION_ADD#2 "
      "Trojan:Win32/X file:C:\\a b.exe\r\n"
      "2026-03-10T07:30:02.000Z ProcessImageName: rundll32.exe, Pid: 42, TotalTime: 3, Count: 1, MaxTime: 2, "
      "MaxTimeFile: \\Device\\x.dll, EstimatedImpact: 1%\r\n"
      "2026-03-10T07:30:03.000Z Block begins\r\n  goes on\r\n";
  for (const std::string& log : {text, in_utf16(text)}) {
    EXPECT_EQ(mplog_format().recognise(as_bytes(log)), 88);
    const auto d = decode_text(mplog_format(), log, 64);
    ASSERT_EQ(d.events.size(), 4u);
    EXPECT_EQ(d.events[1].category, "antivirus");
    EXPECT_EQ(d.field(1, "Signature"), "Trojan:Win32/X");
    EXPECT_EQ(d.field(1, "Filename"), "C:\\a b.exe");
    EXPECT_EQ(d.field(2, "ProcessName"), "rundll32.exe");
    EXPECT_EQ(d.field(2, "MaxTimeFile"), "\\Device\\x.dll");
    EXPECT_EQ(d.field(3, "message"), "Block begins\r\n  goes on");
  }
}

TEST(TextFormats, CutAnywhereTheyStayBounded) {
  const std::pair<const Format*, std::string> samples[] = {
      {&journald_format(), kJournal},
      {&utmp_format(), utmp_record(7, "bob", "h", false) + utmp_record(6, "x", "h", false)},
      {&lastlog_format(), little_endian(1773127800, 4) + "pts/0" + std::string(283, '\0')},
      {&shell_history_format(), "#1773127800\nls\n: 1773127800:0;a\\\nb\n- cmd: x\n  when: 1773127800\n"},
      {&packages_format(),
       "Start-Date: 2026-03-10  07:30:00\nInstall: a:b (1, 2), c (3)\n\n2026-03-10 07:30:01 install a:b "
       "<none> 1\n"},
      {&ctime_lines_format(),
       "Tue Mar 10 07:30:00 2026 [pid 812] [bob] OK LOGIN: Client \"h\"\nTue Mar 10 07:30:01 2026 -> a: b "
       "FOUND\n"},
      {&mplog_format(),
       "2026-03-10T07:30:00Z DETECTION_ADD x file:y\nz\n2026-03-10T07:30:00Z SDN:Issuing SDN query for a (b) "
       "(sha1=c, sha2=d)\n"},
      {&lines_format(), "2026-03-10 07:30:00 a\nb\nMar 10 07:30:00 c\n"},
      {&ps_transcript_format(),
       "********************\nPowerShell\nStart time: 20260310073000\n********************\nPS C:\\> a\n>> "
       "b\nc\n"},
      {&registry_export_format(),
       "REGEDIT4\n[HKEY_USERS\\a]\n\"b\"=hex(2):25,00,\\\n 00\n@=\"c\\\"\"\n[-x]\n"},
      {&task_xml_format(),
       "<Task "
       "xmlns='http://schemas.microsoft.com/windows/2004/02/mit/task'><Actions><Exec><Command>a</Command></"
       "Exec></Actions></Task>"}};
  for (const auto& [format, text] : samples)
    for (std::size_t end = 0; end <= text.size(); ++end)
      for (std::size_t begin : {std::size_t{0}, end / 2}) {
        const auto d = decode_text(*format, std::string(text.substr(begin, end - begin)), 37);
        EXPECT_LE(d.events.size(), text.size() / 2 + 1) << format->name;
      }
}

TEST(TextFormats, AreNotTakenForEachOtherNorForOtherFiles) {
  const std::pair<std::string_view, std::string_view> files[] = {
      {"#include <stdio.h>\nint main(void) { return 0; }\n", ""},
      {"#!/bin/sh\n# 2026\necho hi\n", ""},
      {"name,age\nbob,3\n", ""},
      {"<html><body>2026-03-10</body></html>", ""},
      {"# Title\n\nMar 10 was a day.\n", ""},
      {"2026-03-10 07:30:00 started\n2026-03-10 07:30:01 done\n", "lines"},
      {"Mar 10 07:30:00 h sshd[1]: x\nMar 10 07:30:00 h sshd[1]: y\n", "syslog"},
      {"2026-03-10 07:30:01 install nmap:amd64 <none> 7.93-1\n", "packages"},
      {": 1773127800:0;id\n: 1773127800:0;w\n", "shell_history"},
      {"[Version]\nSignature=\"$CHICAGO$\"\nClass=Net\n[Manufacturer]\n%M%=M\n", ""},
      {"[Unicode]\nUnicode=yes\n[Event Audit]\nAuditPolicyChange = 3\n", "security_template"},
      {"REGEDIT4\n\n[HKEY_USERS\\a]\n", "registry_export"}};
  for (const auto& [text, name] : files) {
    const Format* format = recognise_format(as_bytes(text));
    EXPECT_EQ(format ? format->name : std::string_view(), name) << text;
  }
}

}  // namespace
}  // namespace bartizan
