// SPDX-License-Identifier: Apache-2.0
// Formats made of text lines: what each makes of small logs, and that every cut of a log gives events and
// never a crash.
#include "decode/decode_testing.h"
#include "decode/written_time.h"

namespace bartizan {
namespace {

constexpr const char* kZeekConn =
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
    "#open\t2026-11-24-08-00-00\n"
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tlocal_orig\torig_bytes\ttunnel_parents\thistory\n"
    "#types\ttime\tstring\taddr\tport\tbool\tcount\tset[string]\tstring\n"
    "1795507200.250000\tC1\t10.0.0.5\t50123\tT\t1200\ta,b\t(empty)\n"
    "1795507201.000000\tC2\t10.0.0.6\t50124\tF\t-\t(empty)\tSh\\x09\\\\h\\x41\n"
    "#close\t2026-11-24-09-00-00\n";

TEST(Zeek, ReadsColumnsByTheirTypes) {
  const Decoded log = decode_text("zeek", kZeekConn);
  ASSERT_EQ(log.events.size(), 2u);
  const Event& first = log.events[0];
  EXPECT_EQ(first.product, "zeek");
  EXPECT_EQ(first.service, "conn");
  EXPECT_EQ(format_instant(first.time), "2026-11-24T08:00:00.2500000Z");
  EXPECT_EQ(all_of(first, "tunnel_parents"), "a|b");
  EXPECT_EQ(all_of(first, "local_orig"), "true");
  EXPECT_EQ(all_of(first, "history"), "");
  ASSERT_NE(first.find("history"), nullptr);
  const Event& second = log.events[1];
  EXPECT_EQ(second.find("orig_bytes"), nullptr);
  EXPECT_EQ(second.find("tunnel_parents"), nullptr);
  EXPECT_EQ(all_of(second, "history"), "Sh\t\\\\h\\x41");
  EXPECT_EQ(log.oddities.total, 0u);
}

TEST(Zeek, AHeaderInTheMiddleChangesTheColumns) {
  const std::string both =
      std::string(kZeekConn) +
      "#separator \\x09\n#path\tdns\n#fields\tts\tquery\n#types\ttime\tstring\n1795507300.0\texample.test\n";
  for (std::size_t piece : {std::size_t{0}, std::size_t{1}, std::size_t{64}, std::size_t{500}}) {
    const Decoded log = decode_text("zeek", both, piece);
    ASSERT_EQ(log.events.size(), 3u) << piece;
    EXPECT_EQ(log.events[0].service, "conn");
    EXPECT_EQ(log.events[2].service, "dns");
    EXPECT_EQ(all_of(log.events[2], "query"), "example.test");
  }
}

TEST(Zeek, KeepsWhatDoesNotFit) {
  const Decoded log = decode_text("zeek", "#separator \\x09\n#fields\tts\ta\n1\n1\t2\t3\nx\n");
  EXPECT_EQ(log.events.size(), 3u);
  EXPECT_EQ(log.oddities.total, 3u);
  EXPECT_EQ(all_of(log.events[1], "message"), "1\t2\t3");
}

TEST(Zeek, EveryCut) { every_cut("zeek", kZeekConn); }

constexpr const char* kAccess =
    "192.0.2.7 - - [24/Nov/2026:09:00:00 +0100] \"GET /a.php?x=1 HTTP/1.1\" 200 512 "
    "\"https://example.test/\" \"curl/8 \\\"q\\\"\"\n"
    "www.example.test:443 2001:db8::1 - Jo Doe [24/Nov/2026:08:00:01 +0000] \"POST /b HTTP/2.0\" 404 -\n"
    "198.51.100.1 - - [24/Nov/2026:08:00:02 +0000] \"\\x16\\x03\\x01\" 400 150 \"-\" \"-\" \"203.0.113.9\" "
    "0.003\r\n"
    "not an access line\n";

TEST(Weblog, ReadsCommonCombinedAndMore) {
  const Decoded log = decode_text("weblog", kAccess);
  ASSERT_EQ(log.events.size(), 4u);
  const Event& first = log.events[0];
  EXPECT_EQ(first.category, "webserver");
  EXPECT_EQ(format_instant(first.time), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(all_of(first, "c-ip"), "192.0.2.7");
  EXPECT_EQ(all_of(first, "cs-method"), "GET");
  EXPECT_EQ(all_of(first, "cs-uri"), "/a.php?x=1");
  EXPECT_EQ(all_of(first, "cs-uri-stem"), "/a.php");
  EXPECT_EQ(all_of(first, "cs-uri-query"), "x=1");
  EXPECT_EQ(all_of(first, "sc-status"), "200");
  EXPECT_EQ(all_of(first, "cs-user-agent"), "curl/8 \"q\"");
  EXPECT_EQ(all_of(log.events[1], "cs-host"), "www.example.test");
  EXPECT_EQ(all_of(log.events[1], "c-ip"), "2001:db8::1");
  EXPECT_EQ(all_of(log.events[1], "cs-username"), "Jo Doe");
  EXPECT_EQ(log.events[1].find("cs-uri-query"), nullptr);
  EXPECT_EQ(log.events[1].find("sc-bytes"), nullptr);
  EXPECT_EQ(all_of(log.events[2], "cs-uri"), "\x16\x03\x01");
  EXPECT_EQ(all_of(log.events[2], "x-forwarded-for"), "203.0.113.9");
  EXPECT_EQ(all_of(log.events[2], "x-more"), "0.003");
  EXPECT_EQ(all_of(log.events[3], "message"), "not an access line");
  EXPECT_EQ(log.oddities.total, 1u);
}

TEST(Weblog, KnowsSquidInThisForm) {
  const Decoded log = decode_text("weblog",
                                  "192.0.2.1 - - [24/Nov/2026:08:00:00 +0000] \"GET "
                                  "http://example.test/a.exe HTTP/1.1\" 200 9 \"-\" \"curl/8\" "
                                  "TCP_MISS:HIER_DIRECT\n");
  ASSERT_EQ(log.events.size(), 1u);
  EXPECT_EQ(log.events[0].category, "proxy");
  EXPECT_EQ(all_of(log.events[0], "c-uri"), "http://example.test/a.exe");
  EXPECT_EQ(all_of(log.events[0], "cs-host"), "example.test");
}

TEST(Weblog, EveryCut) { every_cut("weblog", kAccess); }

constexpr const char* kWebErrors =
    "[Tue Nov 24 08:00:00.123456 2026] [core:error] [pid 12:tid 34] [client 192.0.2.1:5000] AH00126: Invalid "
    "URI\n"
    "2026/11/24 08:00:01 [error] 12#12: *5 open() \"/x\" failed (2: No such file), client: 192.0.2.2, "
    "server: a, "
    "request: \"GET /x?y=1 HTTP/1.1\", host: \"www.example.test\"\n";

TEST(Weberror, ReadsApacheAndNginx) {
  const Decoded log = decode_text("weberror", kWebErrors);
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(log.events[0].service, "apache");
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T08:00:00.1234560Z");
  EXPECT_EQ(all_of(log.events[0], "c-ip"), "192.0.2.1");
  EXPECT_EQ(all_of(log.events[0], "message"), "AH00126: Invalid URI");
  EXPECT_EQ(log.events[1].service, "nginx");
  EXPECT_EQ(all_of(log.events[1], "c-ip"), "192.0.2.2");
  EXPECT_EQ(all_of(log.events[1], "cs-uri-query"), "y=1");
  EXPECT_EQ(all_of(log.events[1], "cs-host"), "www.example.test");
}

TEST(Weberror, EveryCut) { every_cut("weberror", kWebErrors); }

constexpr const char* kIis =
    "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n#Date: 2026-11-24 "
    "08:00:00\r\n"
    "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "
    "sc-status\r\n"
    "2026-11-24 08:00:01 10.0.0.1 GET /owa/auth.aspx a=1 443 - 192.0.2.1 Mozilla/5.0+(X11) 200\r\n"
    "2026-11-24 08:00:02 10.0.0.1 GET /x - 443 - 192.0.2.1 - 404\r\n"
    "#Software: Microsoft Windows Firewall\r\n#Time Format: Local\r\n"
    "#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags path\r\n"
    "2026-11-24 08:00:03 DROP TCP 192.0.2.9 10.0.0.1 50000 3389 52 S RECEIVE\r\n";

TEST(W3c, ReadsIisAndTheFirewall) {
  const Decoded log = decode_text("w3c", kIis);
  ASSERT_EQ(log.events.size(), 3u);
  EXPECT_EQ(log.events[0].category, "webserver");
  EXPECT_EQ(log.events[0].service, "iis");
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T08:00:01.0000000Z");
  EXPECT_EQ(all_of(log.events[0], "cs(User-Agent)"), "Mozilla/5.0 (X11)");
  EXPECT_EQ(all_of(log.events[0], "cs-uri"), "/owa/auth.aspx?a=1");
  EXPECT_EQ(all_of(log.events[1], "cs-uri"), "/x");
  EXPECT_EQ(log.events[1].find("cs-uri-query"), nullptr);
  EXPECT_EQ(log.events[2].category, "firewall");
  EXPECT_EQ(all_of(log.events[2], "action"), "DROP");
  EXPECT_EQ(log.oddities.total, 0u);
}

TEST(W3c, ReadsCloudFrontAndCommas) {
  const Decoded edge = decode_text(
      "w3c",
      "#Version: 1.0\n#Fields: date time x-edge-location c-ip cs-method cs(Host) cs-uri-stem sc-status "
      "cs(User-Agent)\n"
      "2026-11-24\t08:00:00\tVIE50\t192.0.2.1\tGET\td1.example.test\t/a\t200\tMozilla/5.0%2520(X11)\n");
  ASSERT_EQ(edge.events.size(), 1u);
  EXPECT_EQ(edge.events[0].service, "cloudfront");
  EXPECT_EQ(all_of(edge.events[0], "cs(User-Agent)"), "Mozilla/5.0 (X11)");
  const Decoded mail =
      decode_text("w3c",
                  "#Software: Microsoft Exchange Server\n#Fields: date-time,client-ip,message-id,subject\n"
                  "2026-11-24T08:00:00.000Z,192.0.2.1,<a@b>,\"one, \"\"two\"\"\"\n");
  ASSERT_EQ(mail.events.size(), 1u);
  EXPECT_EQ(all_of(mail.events[0], "subject"), "one, \"two\"");
  EXPECT_EQ(format_instant(mail.events[0].time), "2026-11-24T08:00:00.0000000Z");
}

TEST(W3c, EveryCut) { every_cut("w3c", kIis); }

TEST(WrittenTime, ReadsWhatLogsWrite) {
  const auto text = [](std::string_view written, Instant modified = {}) {
    const auto time = parse_written_time(written, {modified});
    return time ? format_instant(*time) : std::string("-");
  };
  EXPECT_EQ(text("24/Nov/2026:08:00:00 +0100"), "2026-11-24T07:00:00.0000000Z");
  EXPECT_EQ(text("24-Nov-2026 08:00:00.123"), "2026-11-24T08:00:00.1230000Z");
  EXPECT_EQ(text("Nov 24 2026 08:00:00"), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(text("Nov 24 08:00:00 2026 GMT"), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(text("Tue, 24 Nov 2026 08:00:00 GMT"), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(text("11/24/2026 8:00:00 PM"), "2026-11-24T20:00:00.0000000Z");
  EXPECT_EQ(text("11/24/26,12:00:00 AM"), "2026-11-24T00:00:00.0000000Z");
  EXPECT_EQ(text("24.11.2026 08:00:00"), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(text("24/11/2026 08:00"), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(text("2026-11-24T08:00:00Z"), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(text("2026-11-24 08:00:00-05:00"), "2026-11-24T13:00:00.0000000Z");
  EXPECT_EQ(text("1795507200"), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(text("Nov 24 08:00:00"), "-");
  EXPECT_EQ(text("Dec 31 23:59:59", instant_from_civil(2027, 1, 2, 0, 0, 0, 0)),
            "2026-12-31T23:59:59.0000000Z");
  EXPECT_EQ(text("Jan  1 00:00:01", instant_from_civil(2027, 1, 2, 0, 0, 0, 0)),
            "2027-01-01T00:00:01.0000000Z");
  EXPECT_EQ(text("Jan 1 00:00:01", instant_from_civil(2026, 12, 31, 23, 0, 0, 0)),
            "2027-01-01T00:00:01.0000000Z");
  for (const char* bad :
       {"", "x", "32/Nov/2026:08:00:00", "24/Non/2026:08:00:00", "2026-11-24 25:00:00", "Nov"})
    EXPECT_EQ(text(bad), "-") << bad;
}

TEST(Csv, ReadsAnyTableWithATimeColumn) {
  const Decoded log = decode_text("csv",
                                  "\xef\xbb\xbfTime;User Name;\"Note\";Size\r\n2026-11-24 08:00:00;jo;\"a; "
                                  "\"\"b\"\"\r\nc\";12\r\n\r\n2026-11-24 08:00:01;;x;07\r\n");
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(all_of(log.events[0], "User Name"), "jo");
  EXPECT_EQ(all_of(log.events[0], "Note"), "a; \"b\"\r\nc");
  EXPECT_TRUE(log.events[0].fields.back().is_number);
  EXPECT_EQ(log.events[1].find("User Name"), nullptr);
  EXPECT_FALSE(log.events[1].fields.back().is_number);
}

TEST(Csv, AStrayQuotationMarkCostsOneRecord) {
  std::string text = "time,a,b\n1,\"open,2\n";
  text += std::string(limits::kCsvRecordBytesMax + 100, 'x') + ",y,z\n3,4,5\n";
  const Decoded log = decode_text("csv", text);
  ASSERT_EQ(log.events.size(), 3u);
  EXPECT_EQ(all_of(log.events[0], "a"), "\"open");
  EXPECT_EQ(all_of(log.events[2], "b"), "5");
}

constexpr const char* kEvtxEcmdTable =
    "RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,ProcessId,ThreadId,Computer,"
    "ChunkNumber,UserId,"
    "MapDescription,PayloadData1,Payload\n"
    "7,42,2026-11-24 "
    "08:00:00.1234567,4624,LogAlways,Microsoft-Windows-Security-Auditing,Security,4,8,dc1.example.test,0,,"
    "Successful logon,Target: "
    "jo,\"{\"\"EventData\"\":{\"\"Data\"\":[{\"\"@Name\"\":\"\"SubjectUserSid\"\"},{\"\"@Name\"\":"
    "\"\"TargetUserName\"\",\"\"#text\"\":\"\"jo\"\"},{\"\"@Name\"\":\"\"LogonType\"\",\"\"#text\"\":"
    "\"\"3\"\"}]}}\"\n";

TEST(Csv, ReadsEvtxEcmd) {
  const Decoded log = decode_text("csv", kEvtxEcmdTable);
  ASSERT_EQ(log.events.size(), 1u);
  const Event& event = log.events[0];
  EXPECT_EQ(event.channel, "Security");
  EXPECT_EQ(event.event_id, 4624u);
  EXPECT_EQ(event.record_id, "42");
  EXPECT_EQ(event.host, "dc1.example.test");
  EXPECT_TRUE(event.header_is_plain);
  EXPECT_EQ(format_instant(event.time), "2026-11-24T08:00:00.1234567Z");
  EXPECT_EQ(all_of(event, "TargetUserName"), "jo");
  EXPECT_EQ(all_of(event, "LogonType"), "3");
  ASSERT_NE(event.find("SubjectUserSid"), nullptr);
  EXPECT_EQ(event.find("PayloadData1"), nullptr);
}

constexpr const char* kGetWinEventTable =
    "#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n"
    "\"Message\",\"Id\",\"Level\",\"RecordId\",\"ProviderName\",\"LogName\",\"MachineName\","
    "\"TimeCreated\"\r\n"
    "\"Creating Scriptblock text (1 of 1):\r\nGet-Item \"\"x\"\"\r\n\r\nScriptBlock ID: 11\r\nPath: "
    "\",\"4104\",\"5\",\"9\","
    "\"Microsoft-Windows-PowerShell\",\"Microsoft-Windows-PowerShell/Operational\",\"pc1\",\"11/24/2026 "
    "8:00:00 AM\"\r\n"
    "\"An account was logged on.\r\n\r\nSubject:\r\n\tAccount Name:\t\tPC1$\r\n\r\nLogon "
    "Type:\t\t\t3\r\n\r\nNew Logon:\r\n"
    "\tAccount Name:\t\tjo\r\n\r\nNetwork Information:\r\n\tSource Network "
    "Address:\t192.0.2.1\",\"4624\",\"0\",\"10\","
    "\"Microsoft-Windows-Security-Auditing\",\"Security\",\"pc1\",\"11/24/2026 8:00:01 AM\"\r\n";

TEST(Csv, ReadsTheMessagesOfGetWinEvent) {
  const Decoded log = decode_text("csv", kGetWinEventTable);
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(log.events[0].channel, "Microsoft-Windows-PowerShell/Operational");
  EXPECT_EQ(all_of(log.events[0], "ScriptBlockText"), "Get-Item \"x\"");
  EXPECT_EQ(all_of(log.events[0], "ScriptBlockId"), "11");
  EXPECT_TRUE(log.events[0].header_is_plain);
  EXPECT_EQ(all_of(log.events[1], "SubjectUserName"), "PC1$");
  EXPECT_EQ(all_of(log.events[1], "TargetUserName"), "jo");
  EXPECT_EQ(all_of(log.events[1], "LogonType"), "3");
  EXPECT_EQ(all_of(log.events[1], "IpAddress"), "192.0.2.1");
  EXPECT_EQ(format_instant(log.events[1].time), "2026-11-24T08:00:01.0000000Z");
}

TEST(Csv, ReadsUtf16) {
  std::string wide = "\xff\xfe";
  for (const char* c = kGetWinEventTable; *c; ++c) wide += *c, wide += '\0';
  const Decoded narrow = decode_text("csv", kGetWinEventTable), log = decode_text("csv", wide);
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(all_of(log.events[0], "Message"), all_of(narrow.events[0], "Message"));
  EXPECT_EQ(log.events[1].offset, 2 + 2 * narrow.events[1].offset);
  every_cut("csv", wide.substr(0, 700));
}

TEST(Csv, ReadsAuditSignInAndFlowExports) {
  const Decoded audit =
      decode_text("csv",
                  "RecordId,CreationDate,RecordType,Operation,UserId,AuditData\n"
                  "1,2026-11-24T08:00:00.0000000Z,1,New-InboxRule,jo@example.test,\"{\"\"Operation\"\":"
                  "\"\"New-InboxRule\"\",\"\"Workload\"\":\"\"Exchange\"\"}\"\n");
  ASSERT_EQ(audit.events.size(), 1u);
  EXPECT_EQ(audit.events[0].product, "m365");
  EXPECT_EQ(all_of(audit.events[0], "Workload"), "Exchange");
  const Decoded signin = decode_text("csv",
                                     "Date (UTC),Username,IP address,Client app,Sign-in error "
                                     "code\n2026-11-24T08:00:00Z,jo@example.test,192.0.2.1,IMAP4,50126\n");
  ASSERT_EQ(signin.events.size(), 1u);
  EXPECT_EQ(signin.events[0].service, "signinlogs");
  EXPECT_EQ(all_of(signin.events[0], "ResultType"), "50126");
  EXPECT_EQ(all_of(signin.events[0], "Sign-in error code"), "50126");
  const Decoded flow =
      decode_text("csv",
                  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
                  "start end action log-status\n"
                  "2 1234 eni-1 192.0.2.1 10.0.0.1 50000 22 6 5 300 1795507200 1795507260 REJECT OK\n");
  ASSERT_EQ(flow.events.size(), 1u);
  EXPECT_EQ(flow.events[0].category, "firewall");
  EXPECT_EQ(all_of(flow.events[0], "dst_port"), "22");
  EXPECT_EQ(format_instant(flow.events[0].time), "2026-11-24T08:00:00.0000000Z");
}

TEST(Csv, EveryCut) {
  every_cut("csv", kEvtxEcmdTable);
  every_cut("csv", kGetWinEventTable);
}

constexpr const char* kCef =
    "<134>Nov 24 08:00:00 gw1 CEF:0|Fortinet|Fortigate|v7|00013|traffic\\|x|3|rt=Nov 24 2026 08:00:00 "
    "src=192.0.2.1 dpt=443 "
    "dst=198.51.100.1 msg=two words a\\=b cs1Label=Rule cs1=17\n"
    "CEF:0|Some Vendor|Proxy|1|7|GET|1|request=http://example.test/ requestMethod=GET end=1795507200000\n";

TEST(Cef, ReadsHeadAndExtension) {
  const Decoded log = decode_text("cef", kCef);
  ASSERT_EQ(log.events.size(), 2u);
  const Event& first = log.events[0];
  EXPECT_EQ(first.product, "fortigate");
  EXPECT_EQ(first.category, "firewall");
  EXPECT_EQ(first.host, "gw1");
  EXPECT_EQ(format_instant(first.time), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(all_of(first, "name"), "traffic|x");
  EXPECT_EQ(all_of(first, "msg"), "two words a=b");
  EXPECT_EQ(all_of(first, "Rule"), "17");
  EXPECT_EQ(all_of(first, "dpt"), "443");
  EXPECT_EQ(log.events[1].product, "some_vendor");
  EXPECT_EQ(log.events[1].category, "proxy");
  EXPECT_EQ(format_instant(log.events[1].time), "2026-11-24T08:00:00.0000000Z");
  EXPECT_GT(format_named("cef").recognise(as_bytes(kCef)), 90);
  every_cut("cef", kCef);
}

constexpr const char* kLeef =
    "LEEF:1.0|Lancope|StealthWatch|1.0|41|src=192.0.2.0\tdst=172.50.123.1\tdstPort=80\tdevTime=Nov 24 2026 "
    "08:00:00\n"
    "<13>1 2026-11-24T08:00:00Z h p - - - LEEF:2.0|V|P|1|2|x5E|src=1.2.3.4^msg=a b\n";

TEST(Leef, ReadsBothVersions) {
  const Decoded log = decode_text("leef", kLeef);
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(all_of(log.events[0], "dstPort"), "80");
  EXPECT_EQ(log.events[0].category, "firewall");
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(all_of(log.events[1], "msg"), "a b");
  EXPECT_EQ(log.events[1].host, "h");
  every_cut("leef", kLeef);
}

constexpr const char* kPairs =
    "<189>date=2026-11-24 time=09:00:00 devname=\"fg1\" devid=\"FGT60\" tz=\"+0100\" logid=\"0100044547\" "
    "type=\"event\" "
    "subtype=\"system\" action=\"Add\" cfgpath=\"system.admin\" msg=\"Add \\\"x\\\"\"\n"
    "id=firewall sn=0017C5 time=\"2026-11-24 08:00:00 UTC\" fw=203.0.113.1 pri=6 c=1024 m=537 "
    "src=10.0.0.5:50000:X0 "
    "dst=192.0.2.9:443:X1:host proto=tcp/https\n"
    "device=\"SFW\" date=2026-11-24 time=08:00:00 timezone=\"CET\" log_type=\"Firewall\" "
    "log_component=\"Firewall Rule\" "
    "log_subtype=\"Denied\" src_ip=10.0.0.1 dst_port=23\n";

TEST(Kv, ReadsDevices) {
  const Decoded log = decode_text("kv", kPairs);
  ASSERT_EQ(log.events.size(), 3u);
  EXPECT_EQ(log.events[0].product, "fortigate");
  EXPECT_EQ(log.events[0].service, "event");
  EXPECT_EQ(log.events[0].host, "fg1");
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T08:00:00.0000000Z");
  EXPECT_EQ(all_of(log.events[0], "cfgpath"), "system.admin");
  EXPECT_EQ(all_of(log.events[0], "msg"), "Add \"x\"");
  EXPECT_EQ(log.events[1].category, "firewall");
  EXPECT_EQ(all_of(log.events[1], "src_port"), "50000");
  EXPECT_EQ(all_of(log.events[1], "dst_ip"), "192.0.2.9");
  EXPECT_EQ(log.events[2].product, "sophos");
  EXPECT_EQ(format_named("kv").recognise(as_bytes(kPairs)), 88);
  every_cut("kv", kPairs);
}

TEST(Kv, TakesLogfmtAndLeavesOthers) {
  const auto score = [](std::string_view text) { return format_named("kv").recognise(as_bytes(text)); };
  EXPECT_EQ(
      score("time=\"2026-11-24T08:00:00Z\" level=info msg=\"a b\"\nts=1795507200 level=warn msg=x user=y\n"),
      45);
  EXPECT_EQ(score("type=SYSCALL msg=audit(1795507200.1:1): arch=c000003e syscall=59 success=yes\n"), 0);
  EXPECT_EQ(score("A=1\nB=2\n"), 0);
  EXPECT_EQ(score("int a = b; c=d; e=f; time=1795507200;\n"), 0);
}

constexpr const char* kPan =
    "<14>Nov 24 08:00:00 pa1 1,2026/11/24 08:00:00,0011,TRAFFIC,end,2561,2026/11/24 "
    "08:00:01,10.0.0.5,192.0.2.9,,,\"out, all\","
    "jo,,ssl,vsys1,in,out,e1,e2,log,2026/11/24 08:00:01,7,1,50000,443,0,0,0x0,tcp,allow,9000,8000,1000,12\n"
    "1,2026/11/24 08:00:02,0011,CONFIG,0,2561,2026/11/24 08:00:02,192.0.2.1,,set,admin,Web,Succeeded, config "
    "mgt-config users\n";

TEST(PaloAlto, ReadsColumnsByType) {
  const Decoded log = decode_text("paloalto", kPan);
  ASSERT_EQ(log.events.size(), 2u);
  EXPECT_EQ(log.events[0].category, "firewall");
  EXPECT_EQ(log.events[0].service, "traffic");
  EXPECT_EQ(format_instant(log.events[0].time), "2026-11-24T08:00:01.0000000Z");
  EXPECT_EQ(all_of(log.events[0], "rule"), "out, all");
  EXPECT_EQ(all_of(log.events[0], "dport"), "443");
  EXPECT_EQ(all_of(log.events[0], "bytes_sent"), "8000");
  EXPECT_EQ(all_of(log.events[1], "admin"), "admin");
  every_cut("paloalto", kPan);
}

constexpr const char* kSquid =
    "1795507200.123    45 192.0.2.1 TCP_MISS/200 1234 GET http://example.test/a/b.exe?c=d jo "
    "HIER_DIRECT/198.51.100.1 text/html\n"
    "1795507201.000      1 192.0.2.1 TCP_TUNNEL/200 99 CONNECT example.test:443 - HIER_DIRECT/example.test - "
    "\"-\" \"curl/8\"\n";

TEST(Squid, ReadsTheNativeForm) {
  const Decoded log = decode_text("squid", kSquid);
  ASSERT_EQ(log.events.size(), 2u);
  const Event& first = log.events[0];
  EXPECT_EQ(first.category, "proxy");
  EXPECT_EQ(format_instant(first.time), "2026-11-24T08:00:00.1230000Z");
  EXPECT_EQ(all_of(first, "c-uri"), "http://example.test/a/b.exe?c=d");
  EXPECT_EQ(all_of(first, "c-uri-extension"), "exe");
  EXPECT_EQ(all_of(first, "c-uri-query"), "c=d");
  EXPECT_EQ(all_of(first, "cs-host"), "example.test");
  EXPECT_EQ(all_of(first, "cs-uri-stem"), "/a/b.exe");
  EXPECT_EQ(all_of(first, "sc-status"), "200");
  EXPECT_EQ(all_of(first, "dst_ip"), "198.51.100.1");
  EXPECT_EQ(all_of(log.events[1], "cs-host"), "example.test");
  EXPECT_EQ(all_of(log.events[1], "c-useragent"), "curl/8");
  EXPECT_EQ(log.oddities.total, 0u);
  every_cut("squid", kSquid);
}

constexpr const char* kHaproxy =
    "Nov 24 08:00:00 lb haproxy[12]: 192.0.2.1:33317 [24/Nov/2026:08:00:00.655] front back/srv1 "
    "10/0/30/69/109 200 2750 - - "
    "---- 1/1/1/1/0 0/0 {h} \"GET /a?b=c HTTP/1.1\"\n"
    "192.0.2.1:33313 [24/Nov/2026:08:00:01.443] front back/srv1 0/0/5007 212 -- 0/0/0/0/3 0/0\n"
    "Nov 24 08:00:02 lb haproxy[12]: Server back/srv1 is DOWN.\n";

TEST(Haproxy, ReadsHttpAndTcp) {
  const Decoded log = decode_text("haproxy", kHaproxy);
  ASSERT_EQ(log.events.size(), 3u);
  EXPECT_EQ(log.events[0].category, "webserver");
  EXPECT_EQ(log.events[0].host, "lb");
  EXPECT_EQ(all_of(log.events[0], "cs-uri-query"), "b=c");
  EXPECT_EQ(all_of(log.events[0], "sc-status"), "200");
  EXPECT_EQ(log.events[1].service, "tcp");
  EXPECT_EQ(all_of(log.events[1], "sc-bytes"), "212");
  EXPECT_EQ(all_of(log.events[2], "message"), "Server back/srv1 is DOWN.");
  every_cut("haproxy", kHaproxy);
}

constexpr const char* kDns =
    "24-Nov-2026 08:00:00.123 queries: info: client @0x7f 192.0.2.1#53321 (example.test): query: "
    "example.test IN A +E(0)K (10.0.0.1)\n"
    "[1795507200] unbound[12:0] info: 192.0.2.1 example.test. A IN\n"
    "Nov 24 08:00:02 dnsmasq[12]: query[TXT] example.test from 192.0.2.1\n"
    "11/24/2026 8:00:03 AM 0E4C PACKET  000001C9 UDP Rcv 192.0.2.1      4f0b   Q [0001   D   NOERROR] A      "
    "(7)example(4)test(0)\n";

TEST(Dns, ReadsFourServers) {
  const Decoded log = decode_text("dns", kDns, 0, instant_from_civil(2026, 11, 25, 0, 0, 0, 0));
  ASSERT_EQ(log.events.size(), 4u);
  const char* const kProducts[] = {"bind", "unbound", "dnsmasq", "windows"};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(log.events[i].category, "dns");
    EXPECT_EQ(log.events[i].product, kProducts[i]);
    EXPECT_EQ(all_of(log.events[i], "query"), "example.test");
    EXPECT_EQ(all_of(log.events[i], "src_ip"), "192.0.2.1");
    EXPECT_EQ(format_instant(log.events[i].time).substr(0, 15), "2026-11-24T08:0");
  }
  EXPECT_EQ(log.oddities.total, 0u);
  every_cut("dns", kDns);
}

constexpr const char* kLeases =
    "\t\tMicrosoft DHCP Service Activity Log\n\nEvent ID  Meaning\n00\tThe log was started.\n\n"
    "ID,Date,Time,Description,IP Address,Host Name,MAC Address,User Name, TransactionID, QResult\n"
    "10,11/24/26,08:00:00,Assign,192.0.2.5,pc1.example.test,001122334455,,123,0,,,,,,,,,0\n"
    "2026-11-24 08:00:01.123 INFO  [kea-dhcp4.leases/12.139] DHCP4_LEASE_ALLOC [hwtype=1 00:11:22:33:44:55], "
    "cid=[no info], "
    "tid=0x1: lease 192.0.2.5 has been allocated for 4000 seconds\n"
    "Nov 24 08:00:02 gw dhcpd[12]: DHCPACK on 192.0.2.5 to 00:11:22:33:44:55 (pc1) via eth0\n";

TEST(Dhcp, ReadsThreeServers) {
  const Decoded log = decode_text("dhcp", kLeases);
  ASSERT_EQ(log.events.size(), 3u);
  for (const Event& event : log.events) EXPECT_EQ(all_of(event, "ip"), "192.0.2.5");
  EXPECT_EQ(all_of(log.events[0], "hostname"), "pc1.example.test");
  EXPECT_EQ(all_of(log.events[2], "hostname"), "pc1");
  EXPECT_EQ(log.events[2].host, "gw");
  EXPECT_EQ(log.oddities.total, 0u);
  every_cut("dhcp", kLeases);
}

constexpr const char* kOpenvpn =
    "2026-11-24 08:00:00 OpenVPN 2.6.3 x86_64-pc-linux-gnu\n"
    "2026-11-24 08:00:01 192.0.2.1:1194 [jo] Peer Connection Initiated with [AF_INET]192.0.2.1:1194\n"
    "Tue Nov 24 08:00:02 2026 us=12 jo/192.0.2.1:1194 MULTI: Learn: 10.8.0.6 -> jo/192.0.2.1:1194\n";

TEST(Openvpn, ReadsBothTimes) {
  const Decoded log = decode_text("openvpn", kOpenvpn);
  ASSERT_EQ(log.events.size(), 3u);
  EXPECT_EQ(log.events[0].product, "openvpn");
  EXPECT_EQ(log.events[1].category, "vpn");
  EXPECT_EQ(all_of(log.events[1], "action"), "connected");
  EXPECT_EQ(all_of(log.events[1], "user"), "jo");
  EXPECT_EQ(all_of(log.events[2], "assigned_ip"), "10.8.0.6");
  EXPECT_EQ(format_instant(log.events[2].time), "2026-11-24T08:00:02.0000000Z");
  every_cut("openvpn", kOpenvpn);
}

constexpr const char* kExim =
    "2026-11-24 08:00:00 1abcde-000abc-DE <= a@example.test H=h (helo) [192.0.2.1] P=esmtps S=1234\n"
    "2026-11-24 08:00:01 +0100 1abcde-000abc-DE => b@example.test R=dnslookup T=remote_smtp H=mx "
    "[198.51.100.1] C=\"250\"\n"
    "2026-11-24 08:00:02 1abcde-000abc-DE Completed\n"
    "2026-11-24 08:00:03 login authenticator failed for (helo) [192.0.2.9]: 535 Incorrect authentication "
    "data (set_id=jo)\n";

TEST(Exim, ReadsTheMainLog) {
  const Decoded log = decode_text("exim", kExim);
  ASSERT_EQ(log.events.size(), 4u);
  EXPECT_EQ(all_of(log.events[0], "src_ip"), "192.0.2.1");
  EXPECT_EQ(all_of(log.events[1], "dst_ip"), "198.51.100.1");
  EXPECT_EQ(format_instant(log.events[1].time), "2026-11-24T07:00:01.0000000Z");
  EXPECT_EQ(all_of(log.events[3], "action"), "authentication-failed");
  EXPECT_EQ(all_of(log.events[3], "user"), "jo");
  EXPECT_EQ(log.oddities.total, 0u);
  every_cut("exim", kExim);
}

std::vector<std::pair<const char*, std::string>> all_samples() {
  return {{"zeek", kZeekConn},
          {"weblog", std::string(kAccess).substr(0, std::string(kAccess).find("not an"))},
          {"weberror", kWebErrors},
          {"w3c", kIis},
          {"csv", kEvtxEcmdTable},
          {"csv", kGetWinEventTable},
          {"cef", kCef},
          {"leef", kLeef},
          {"kv", kPairs},
          {"paloalto", kPan},
          {"squid", kSquid},
          {"haproxy", kHaproxy},
          {"dns", kDns},
          {"dhcp", kLeases},
          {"openvpn", kOpenvpn},
          {"exim", kExim}};
}

// Every sample goes to its format, and what is no log goes to none.
TEST(TextFormats, RecogniseTheirOwnOnly) {
  for (const auto& [name, text] : all_samples()) {
    const Format* format = recognise_format(as_bytes(text));
    ASSERT_NE(format, nullptr) << name;
    EXPECT_EQ(format->name, name);
  }
  constexpr std::string_view kOthers[] = {
      "// A program\n#include <stdio.h>\n\nint main(int argc, char** argv) {\n  int a, b, c;\n  "
      "printf(\"%d\", a);\n  return 0;\n}\n",
      "#!/bin/sh\nset -e\nname=value other=1 third=2\nfor f in *; do echo \"$f\"; done\n",
      "# Title\n\nThis is prose, with commas, and more, of them.\n\n* a point\n* another: one\n",
      "name,street,town\nJo,Main Road,Example\nMa,Side Road,Sample\n",
      "[section]\nkey=value\nother=value\n",
      "all:\n\tcc -o x x.c\n",
      "<html><head><title>x</title></head><body class=\"a\" id=\"b\">y</body></html>\n",
      "body { color: red; }\n.a { b: c; d: e }\n",
      "1 2 3\n4 5 6\n7 8 9\n",
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n"};
  for (std::string_view text : kOthers) {
    const Format* format = recognise_format(as_bytes(text));
    EXPECT_EQ(format, nullptr) << format->name << " took\n" << text;
  }
}

// A format chosen wrongly, by a user or by a head that misleads, and damage anywhere: read without harm,
// every byte once.
TEST(TextFormats, AnyFormatReadsAnyDamagedText) {
  constexpr std::string_view kBytes =
      "\"\\,;|=[](){}#\t \n\r-:/.%\xff\x00"
      "0A";
  std::uint32_t state = 12345;
  const auto next = [&state] { return state = state * 1664525 + 1013904223, state >> 8; };
  for (const auto& [name, sample] : all_samples())
    for (const Format* format : all_formats())
      for (int round = 0; round < 12; ++round) {
        std::string text = sample;
        for (int change = 0; change < round * 4; ++change) {
          const std::size_t at = next() % text.size();
          if (next() % 4 == 0) text.erase(at, 1 + next() % 3);
          else text[at] = kBytes[next() % kBytes.size()];
          if (text.empty()) text = "x";
        }
        (void)format->recognise(as_bytes(text));
        const Decoded log = decode_text(format->name, text, round % 3 == 0 ? 0 : 100);
        for (const Event& event : log.events) ASSERT_LT(event.offset, text.size()) << format->name;
      }
}

}  // namespace
}  // namespace bartizan
