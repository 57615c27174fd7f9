// SPDX-License-Identifier: Apache-2.0
// Exported policy: Registry.pol and security templates.
#include "decode/decode_testing.h"

namespace bartizan {

const Format& policy_result_format();
const Format& registry_policy_format();
const Format& security_template_format();

namespace {

std::string wide(std::string_view text) {
  std::string out;
  for (char c : text) out.append({c, '\0'});
  return out;
}

std::string number(std::uint32_t value) {
  std::string out;
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

std::string entry(std::string_view key, std::string_view name, std::uint32_t type, std::string_view data) {
  const std::string nul(2, '\0');
  return wide("[") + wide(key) + nul + wide(";") + wide(name) + nul + wide(";") + number(type) + wide(";") +
         number(static_cast<std::uint32_t>(data.size())) + wide(";") + std::string(data) + wide("]");
}

const std::string kHead = "PReg" + number(1);
constexpr std::string_view kBlocks = "Software\\Policies\\Microsoft\\Windows\\PowerShell\\ScriptBlockLogging";

TEST(RegistryPolicy, SaysWhatIsSetAndDeleted) {
  const std::string log = kHead + entry(kBlocks, "EnableScriptBlockLogging", 4, number(1)) +
                          entry(kBlocks, "**del.EnableScriptBlockInvocationLogging", 1, wide(" ")) +
                          entry("Software\\X", "**Soft.Path", 2, wide("%TEMP%") + std::string(2, '\0')) +
                          entry("Software\\X", "**DeleteValues", 1, wide("a;b")) +
                          entry("Software", "**DeleteKeys", 1, wide("Software\\Y")) +
                          entry("Software\\Z", "", 0, "") + entry("Software\\X", "Raw", 3, "]\0[\0");
  EXPECT_EQ(registry_policy_format().recognise(as_bytes(log)), 100);
  const auto d = decode_text(registry_policy_format(), log, 64);
  ASSERT_EQ(d.events.size(), 8u);
  EXPECT_EQ(d.oddities.total, 0u);
  EXPECT_EQ(d.events[0].category, "registry_set");
  EXPECT_EQ(d.field(0, "TargetObject"), std::string(kBlocks) + "\\EnableScriptBlockLogging");
  EXPECT_EQ(d.field(0, "Details"), "DWORD (0x00000001)");
  EXPECT_EQ(d.field(1, "EventType"), "DeleteValue");
  EXPECT_EQ(d.field(1, "TargetObject"), std::string(kBlocks) + "\\EnableScriptBlockInvocationLogging");
  EXPECT_EQ(d.field(2, "TargetObject"), "Software\\X\\Path");
  EXPECT_EQ(d.field(2, "Details"), "%TEMP%");
  EXPECT_EQ(d.field(3, "TargetObject"), "Software\\X\\a");
  EXPECT_EQ(d.field(4, "TargetObject"), "Software\\X\\b");
  EXPECT_EQ(d.field(5, "EventType"), "DeleteKey");
  EXPECT_EQ(d.field(5, "TargetObject"), "Software\\Y");
  EXPECT_EQ(d.field(6, "EventType"), "CreateKey");
  EXPECT_EQ(d.field(7, "Details"), "Binary Data");
}

TEST(RegistryPolicy, GoesOnBehindABrokenEntry) {
  std::string broken = entry("Software\\X", "A", 4, number(1));
  broken[2] = '\0', broken[broken.size() - 10] = '\x7f';  // no key, and a size beyond the file
  const auto d =
      decode_text(registry_policy_format(), kHead + broken + entry("Software\\X", "B", 4, number(0)));
  ASSERT_EQ(d.events.size(), 1u);
  EXPECT_EQ(d.field(0, "TargetObject"), "Software\\X\\B");
  EXPECT_EQ(d.oddities.total, 1u);
}

TEST(RegistryPolicy, EndsWhereverItIsCut) {
  const std::string log =
      kHead + entry("Software\\X", "A", 4, number(1)) + entry("Software\\X", "B", 1, wide("b"));
  for (std::size_t end = kHead.size(); end < log.size(); ++end) {
    const auto d = decode_text(registry_policy_format(), log.substr(0, end));
    EXPECT_LT(d.events.size(), 2u);
  }
}

TEST(SecurityTemplate, GivesRegistryValuesAndOtherSettings) {
  const std::string text =
      "[Unicode]\r\nUnicode=yes\r\n[System Access]\r\nMinimumPasswordLength = 7\r\nNewAdministratorName = "
      "\"jo\"\r\n"
      "[Event Audit]\r\nAuditPolicyChange = 0\r\n[Registry Values]\r\n"
      "MACHINE\\System\\CurrentControlSet\\Control\\Lsa\\LmCompatibilityLevel=4,5\r\n"
      "MACHINE\\Software\\X\\Title=1,\"a, b\"\r\nMACHINE\\Software\\X\\Many=7,a,b\r\nUSERS\\S-1\\Raw=3,1\r\n"
      "[Registry Keys]\r\n\"MACHINE\\Software\\X=Y\",0,\"D:P(A;;KA;;;BA)\"\r\n"
      "[Version]\r\nsignature=\"$CHICAGO$\"\r\nRevision=1\r\n";
  for (const std::string& log : {text, "\xff\xfe" + wide(text)}) {
    EXPECT_EQ(security_template_format().recognise(as_bytes(log)), 95);
    const auto d = decode_text(security_template_format(), log, 64);
    ASSERT_EQ(d.events.size(), 8u);
    EXPECT_EQ(d.oddities.total, 0u);
    EXPECT_EQ(d.events[0].category, "security_policy");
    EXPECT_EQ(d.field(0, "PolicySection"), "System Access");
    EXPECT_EQ(d.field(1, "PolicyValue"), "jo");
    EXPECT_EQ(d.field(2, "PolicyName"), "AuditPolicyChange");
    EXPECT_EQ(d.field(2, "PolicyValue"), "0");
    EXPECT_EQ(d.events[3].category, "registry_set");
    EXPECT_EQ(d.field(3, "TargetObject"),
              "HKLM\\System\\CurrentControlSet\\Control\\Lsa\\LmCompatibilityLevel");
    EXPECT_EQ(d.field(3, "Details"), "DWORD (0x00000005)");
    EXPECT_EQ(d.field(4, "Details"), "a, b");
    EXPECT_EQ(d.field(5, "Details"), "a b");
    EXPECT_EQ(d.field(6, "TargetObject"), "HKU\\S-1\\Raw");
    EXPECT_EQ(d.field(7, "PolicyName"), "MACHINE\\Software\\X=Y");
  }
}

TEST(PolicyResult, SaysWhatPolicyCameTo) {
  const std::string text =
      "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<Rsop xmlns:xsi=\"x\" "
      "xmlns=\"http://www.microsoft.com/GroupPolicy/Rsop\">"
      "<ReadTime>2026-03-02T08:00:00.5Z</ReadTime><ComputerResults><Name>EXAMPLE\\WS1$</"
      "Name><GPO><Name>Base</Name>"
      "</GPO><ExtensionData><Extension "
      "xsi:type=\"q1:RegistrySettings\"><q1:Policy><GPO><Name>Base</Name></GPO>"
      "<q1:Name>Turn on Module Logging</q1:Name><q1:State>Enabled</q1:State><q1:Category>Windows "
      "Components/Windows PowerShell</q1:Category><q1:DropDownList><q1:Name>inner</q1:Name></q1:DropDownList>"
      "</q1:Policy></Extension></ExtensionData></ComputerResults><UserResults><Name>EXAMPLE\\jo</"
      "Name><ExtensionData>"
      "<Extension><Policy><Name>A &amp; B</Name><State>Disabled</State></Policy></Extension></ExtensionData>"
      "</UserResults></Rsop>";
  for (const std::string& log : {text, "\xff\xfe" + wide(text)}) {
    EXPECT_EQ(policy_result_format().recognise(as_bytes(log)), 90);
    const auto d = decode_text(policy_result_format(), log, 64);
    ASSERT_EQ(d.events.size(), 2u);
    EXPECT_EQ(d.oddities.total, 0u);
    EXPECT_EQ(d.events[0].host, "WS1");
    EXPECT_EQ(format_instant(d.events[0].time), "2026-03-02T08:00:00.5000000Z");
    EXPECT_EQ(d.field(0, "PolicyName"), "Turn on Module Logging");
    EXPECT_EQ(d.field(0, "PolicyValue"), "Enabled");
    EXPECT_EQ(d.field(0, "PolicySection"), "Windows Components/Windows PowerShell");
    EXPECT_EQ(d.field(0, "PolicyScope"), "Computer");
    EXPECT_EQ(d.field(1, "PolicyName"), "A & B");
    EXPECT_EQ(d.field(1, "PolicyScope"), "User");
  }
  for (std::size_t end = 0; end < text.size(); ++end)
    EXPECT_LE(decode_text(policy_result_format(), text.substr(0, end)).events.size(), 2u);
}

TEST(SecurityTemplate, IsNotADriversInf) {
  constexpr std::string_view kDriver =
      "[Version]\nSignature=\"$CHICAGO$\"\nClass=Net\n[Manufacturer]\n%M%=M\n";
  EXPECT_EQ(security_template_format().recognise(as_bytes(kDriver)), 0);
}

}  // namespace
}  // namespace bartizan
