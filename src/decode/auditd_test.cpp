// SPDX-License-Identifier: Apache-2.0
#include "decode/auditd.h"

#include <gtest/gtest.h>

#include "decode/audit_names.h"
#include "decode/decode_testing.h"

namespace bartizan {

const Format& auditd_format();
const Format& syslog_format();

namespace {

constexpr std::string_view kExecve =
    "type=SYSCALL msg=audit(1773127800.123:456): arch=c000003e syscall=59 success=yes exit=0 a0=5581 a1=7ffe "
    "items=2 ppid=801 "
    "pid=812 auid=1000 uid=0 comm=\"bash\" exe=\"/usr/bin/bash\" key=(null)\x1d"
    "ARCH=x86_64 AUID=\"bob\" UID=\"root\"\n"
    "type=EXECVE msg=audit(1773127800.123:456): argc=3 a0=\"bash\" a1=\"-c\" a2=6563686F206869\n"
    "type=CWD msg=audit(1773127800.123:456): cwd=\"/root\"\n"
    "type=PROCTITLE msg=audit(1773127800.123:456): proctitle=62617368002D63006563686F206869\n";

TEST(Auditd, GivesRecordsTheirOwnFields) {
  const auto d = decode_text(auditd_format(), kExecve);
  ASSERT_EQ(d.events.size(), 5u);
  EXPECT_EQ(d.oddities.total, 0u);
  const Event& event = d.events[0];
  EXPECT_EQ(event.product, "linux");
  EXPECT_EQ(event.service, "auditd");
  EXPECT_EQ(event.record_id, "456");
  EXPECT_EQ(format_instant(event.time), "2026-03-10T07:30:00.1230000Z");
  EXPECT_EQ(d.field(0, "type"), "SYSCALL");
  EXPECT_EQ(d.field(0, "SYSCALL"), "execve");
  EXPECT_EQ(d.field(0, "a0"), "5581") << "registers of a system call are not text";
  EXPECT_EQ(d.field(0, "key"), "(absent)");
  EXPECT_EQ(d.field(0, "UID"), "root");
  EXPECT_EQ(d.field(1, "a1"), "-c");
  EXPECT_EQ(d.field(1, "a2"), "echo hi");
  EXPECT_EQ(d.field(3, "proctitle"), "bash -c echo hi");
}

TEST(Auditd, JoinsRecordsToAProcess) {
  const auto d = decode_text(auditd_format(), kExecve);
  const Event& event = d.events.back();
  EXPECT_EQ(event.category, "process_creation");
  EXPECT_EQ(event.service, "");
  EXPECT_EQ(d.field(4, "Image"), "/usr/bin/bash");
  EXPECT_EQ(d.field(4, "CommandLine"), "bash -c echo hi");
  EXPECT_EQ(d.field(4, "User"), "root");
  EXPECT_EQ(d.field(4, "CurrentDirectory"), "/root");
  EXPECT_EQ(d.field(4, "ParentProcessId"), "801");
}

TEST(Auditd, JoinsMixedRecordsAndWhateverReadSize) {
  const std::string text =
      "type=SYSCALL msg=audit(1.0:1): arch=c000003e syscall=42 success=yes exe=\"/bin/nc\"\n"
      "type=SYSCALL msg=audit(1.0:2): arch=c000003e syscall=257 success=yes exe=\"/bin/cp\"\n"
      "type=SOCKADDR msg=audit(1.0:1): saddr=02000050C00002010000000000000000\n"
      "type=CWD msg=audit(1.0:2): cwd=\"/etc\"\n"
      "type=PATH msg=audit(1.0:2): item=1 name=\"cron.d/x\" nametype=CREATE\n";
  const auto whole = decode_text(auditd_format(), text);
  ASSERT_EQ(whole.events.size(), 7u);
  EXPECT_EQ(whole.events[5].category, "network_connection");
  EXPECT_EQ(whole.field(5, "DestinationIp"), "192.0.2.1");
  EXPECT_EQ(whole.field(5, "DestinationPort"), "80");
  EXPECT_EQ(whole.events[6].category, "file_event");
  EXPECT_EQ(whole.field(6, "TargetFilename"), "/etc/cron.d/x");
  for (std::size_t read : {std::size_t{1}, std::size_t{64}, std::size_t{300}})
    EXPECT_EQ(decode_text(auditd_format(), kExecve, read).events.size(), 5u) << read;
}

TEST(Auditd, ReadsUserRecordsAndAusearch) {
  const auto d = decode_text(
      auditd_format(),
      "----\ntime->Tue Mar 10 07:30:00 2026\n"
      "node=h1 type=USER_CMD msg=audit(1773127800.5:9): pid=1 uid=1000 auid=1000 ses=2 "
      "msg='cwd=\"/home/bob\" cmd=6C73202D6C exe=\"/usr/bin/sudo\" "
      "terminal=pts/0 res=success'\x1dUID=\"bob\"\n"
      "type=EXECVE msg=audit(03/10/2026 07:30:00.123:456) : argc=3 a0=bash a1=-c a2=echo hi there \n"
      "type=SYSCALL msg=audit(03/10/2026 07:30:00.123:456) : arch=x86_64 syscall=execve success=yes "
      "exe=/usr/bin/bash key=a\n"
      "type=UNKNOWN[1334] msg=audit(1773127800.5:10): prog-id=1 op=LOAD\n"
      "type=SYSCALL msg=audit(1773127800.5:11): arch=40000003 syscall=11 key=61016200\n"
      "type=EXECVE msg=audit(1773127800.5:12): argc=2 a0=\"sh\" a1_len=9 a1[0]=\"abc\" a1[1]=646566\n");
  ASSERT_EQ(d.events.size(), 7u);
  EXPECT_EQ(d.oddities.total, 0u);
  EXPECT_EQ(d.events[0].host, "h1");
  EXPECT_EQ(d.field(0, "cmd"), "ls -l");
  EXPECT_EQ(d.field(0, "res"), "success");
  EXPECT_EQ(d.field(0, "UID"), "bob");
  EXPECT_EQ(d.field(1, "a2"), "echo hi there");
  EXPECT_EQ(format_instant(d.events[1].time), "2026-03-10T07:30:00.1230000Z");
  EXPECT_EQ(d.field(2, "SYSCALL"), "execve");
  EXPECT_EQ(d.field(3, "type"), "BPF");
  EXPECT_EQ(d.field(4, "SYSCALL"), "execve");
  EXPECT_EQ(d.field(5, "a1"), "abcdef");
  EXPECT_EQ(d.events[6].category, "process_creation");
}

TEST(Auditd, IsReadInsideSyslog) {
  const auto d = decode_text(
      syslog_format(),
      "Mar 10 07:30:00 h audispd: type=EXECVE msg=audit(1773127800.123:456): argc=1 a0=\"whoami\"\n"
      "Mar 10 07:30:00 h kernel: [  12.3] audit: type=1400 audit(1773127800.1:4): apparmor=\"DENIED\" "
      "operation=\"open\" profile=\"x\"\n");
  ASSERT_EQ(d.events.size(), 2u);
  EXPECT_EQ(d.events[0].service, "auditd");
  EXPECT_EQ(d.events[0].host, "h");
  EXPECT_EQ(d.field(0, "a0"), "whoami");
  EXPECT_EQ(d.field(1, "type"), "AVC");
  EXPECT_EQ(d.field(1, "operation"), "open");
}

TEST(Auditd, KnowsSystemCallsByMachine) {
  EXPECT_EQ(syscall_name(0xc000003e, 0), "read");
  EXPECT_EQ(syscall_name(0xc000003e, 59), "execve");
  EXPECT_EQ(syscall_name(0xc000003e, 133), "mknod");
  EXPECT_EQ(syscall_name(0xc000003e, 319), "memfd_create");
  EXPECT_EQ(syscall_name(0xc000003e, 435), "clone3");
  EXPECT_EQ(syscall_name(0x40000003, 11), "execve");
  EXPECT_EQ(syscall_name(0xc00000b7, 221), "execve");
  EXPECT_EQ(syscall_name(0xc00000b7, 203), "connect");
  EXPECT_EQ(syscall_name(0xc000003e, 9999), "");
  EXPECT_EQ(syscall_name(1, 0), "");
}

TEST(Auditd, HostileRecordsStayBounded) {
  std::string nested = "type=USER_CMD msg=audit(1.0:1): ";
  for (int i = 0; i < 100'000; ++i) nested += "msg='";
  EXPECT_EQ(decode_text(auditd_format(), nested).events.size(), 1u);
  std::string many = "type=EXECVE msg=audit(1.0:1): ";
  for (int i = 0; i < 100'000; ++i) many += "a1=a ";
  const auto d = decode_text(auditd_format(), many);
  EXPECT_EQ(d.events.size(), 1u);
  EXPECT_GT(d.oddities.total, 0u);
  std::string paths = "type=CWD msg=audit(1.0:1): cwd=\"/" + std::string(100'000, 'd') +
                      "\"\ntype=SYSCALL msg=audit(1.0:1): exe=\"e\" success=yes\n";
  for (int i = 0; i < 2'000; ++i) paths += "type=PATH msg=audit(1.0:1): name=\"x\" nametype=CREATE\n";
  EXPECT_EQ(decode_text(auditd_format(), paths).events.size(), 4'002u);
}

TEST(Auditd, CutAnywhereItStaysBounded) {
  for (std::size_t end = 0; end <= kExecve.size(); ++end)
    EXPECT_LE(decode_text(auditd_format(), kExecve.substr(end / 3, end - end / 3), 50).events.size(), 6u);
}

TEST(Auditd, IsRecognisedByItsRecords) {
  EXPECT_EQ(auditd_format().recognise(as_bytes(kExecve)), 95);
  EXPECT_EQ(auditd_format().recognise(as_bytes("type=SYSCALL msg=hello\n")), 0);
  EXPECT_EQ(auditd_format().recognise(as_bytes("int audit(1.0:1) {\n")), 0);
}

}  // namespace
}  // namespace bartizan
