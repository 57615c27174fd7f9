// SPDX-License-Identifier: Apache-2.0
#include "decode/event_xml.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "decode/decode_testing.h"

namespace bartizan {

const Format& event_xml_format();
const Format& evtx_format();

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEvent =
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
    "<Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385f-c22a-43e0-bf4c-06f5698ffbd9}'/>"
    "<EventID Qualifiers='16384'>1</EventID><Level>4</Level><TimeCreated "
    "SystemTime='2026-03-10T07:30:00.123456700Z'/>"
    "<EventRecordID>77</EventRecordID><Correlation/><Channel>Microsoft-Windows-Sysmon/Operational</Channel>"
    "<Computer>ws1.example.test</Computer><Security UserID='S-1-5-18'/></System>"
    "<EventData><Data Name='Command Line'>cmd &lt;a&gt; &amp;&#x20;&#98;</Data><Data "
    "Name='Empty'/><Data>plain</Data>"
    "<Data><![CDATA[<raw>&amp;]]></Data></EventData>"
    "<RenderingInfo Culture='en-US'><Message>not a field</Message></RenderingInfo></Event>";

std::string in_utf16(std::string_view text, bool big) {
  std::string out = big ? std::string("\xfe\xff") : std::string("\xff\xfe");
  for (char c : text) big ? out.append({'\0', c}) : out.append({c, '\0'});
  return out;
}

void expect_the_event(const Decoded& decoded, std::size_t i) {
  ASSERT_GT(decoded.events.size(), i);
  const Event& event = decoded.events[i];
  EXPECT_EQ(event.provider, "Microsoft-Windows-Sysmon");
  EXPECT_EQ(event.channel, "Microsoft-Windows-Sysmon/Operational");
  EXPECT_EQ(event.event_id, 1u);
  EXPECT_EQ(event.record_id, "77");
  EXPECT_EQ(event.host, "ws1.example.test");
  EXPECT_EQ(event.product, "windows");
  EXPECT_EQ(format_instant(event.time), "2026-03-10T07:30:00.1234567Z");
  EXPECT_TRUE(event.header_is_plain);
  EXPECT_EQ(decoded.field(i, "EventID_Qualifiers"), "16384");
  EXPECT_EQ(decoded.field(i, "TimeCreated_SystemTime"), "2026-03-10T07:30:00.1234567Z");
  EXPECT_EQ(decoded.field(i, "Correlation"), "(absent)");
  EXPECT_EQ(decoded.field(i, "CommandLine"), "cmd <a> & b");
  EXPECT_EQ(decoded.field(i, "Empty"), "");
  EXPECT_EQ(decoded.field(i, "Message"), "(absent)");
  EXPECT_EQ(event.fields[event.fields.size() - 2].value, "plain");
  EXPECT_EQ(event.fields.back().name, "Data");
  EXPECT_EQ(event.fields.back().value, "<raw>&amp;");
}

TEST(EventXml, NamesFieldsAsTheBinaryLogDoes) {
  const auto decoded = decode_text(event_xml_format(), kEvent);
  ASSERT_EQ(decoded.events.size(), 1u);
  expect_the_event(decoded, 0);
  EXPECT_EQ(decoded.oddities.total, 0u);
}

TEST(EventXml, ReadsExportsInEveryEncodingAndReadSize) {
  const std::string one(kEvent);
  const std::string exported =
      "<?xml version=\"1.0\" standalone=\"yes\"?>\r\n<Events>\r\n" + one + "\r\n" + one + "</Events>";
  for (const std::string& text :
       {exported, "\xef\xbb\xbf" + exported, in_utf16(exported, false), in_utf16(exported, true)}) {
    EXPECT_GT(event_xml_format().recognise(slice(as_bytes(text), 0, kHeadBytes)), 0);
    for (std::size_t read : {std::size_t{2}, std::size_t{1000}, SIZE_MAX}) {
      const auto decoded = decode_text(event_xml_format(), text, read);
      ASSERT_EQ(decoded.events.size(), 2u);
      expect_the_event(decoded, 0);
      expect_the_event(decoded, 1);
      EXPECT_EQ(decoded.oddities.total, 0u);
      const std::size_t unit = text.size() > exported.size() + 3 ? 2 : 1,
                        mark = text.size() - exported.size() * unit;
      EXPECT_EQ(decoded.events[0].offset, mark + exported.find("<Event ") * unit);
      EXPECT_EQ(decoded.events[1].offset, mark + exported.rfind("<Event ") * unit);
    }
  }
}

TEST(EventXml, ReadsUserData) {
  const auto decoded =
      decode_text(event_xml_format(),
                  "<Event><System><Provider "
                  "Name='X'/><EventID>1102</EventID></System><UserData><LogFileCleared xmlns='y'>"
                  "<SubjectUserName Name='no'>bob</SubjectUserName><Event><Inner>1</Inner></Event><Info "
                  "xmlns:a='z' Kind='k'/>"
                  "</LogFileCleared></UserData></Event>");
  EXPECT_EQ(decoded.field(0, "SubjectUserName"), "bob");
  EXPECT_EQ(decoded.field(0, "Inner"), "1");
  EXPECT_EQ(decoded.field(0, "Info_Kind"), "k");
}

TEST(EventXml, KeepsWhatADamagedRecordSaysAndReadsTheNext) {
  const std::string whole(kEvent);
  for (std::string_view broken :
       {"<Event><System><EventID>5", "<Event><System><EventID>5</EventID></System><Event",
        "<Event><System><EventID>5</EventID></System><EventData><Data Name='x"}) {
    const auto decoded = decode_text(event_xml_format(), std::string(broken) + whole);
    ASSERT_GE(decoded.events.size(), 1u) << broken;
    EXPECT_GE(decoded.oddities.total, 1u) << broken;
    expect_the_event(decoded, decoded.events.size() - 1);
  }
}

TEST(EventXml, CutAnywhereItStaysBounded) {
  const std::string text = std::string(kEvent) + std::string(kEvent);
  for (std::size_t end = 0; end <= text.size(); ++end) {
    const auto decoded = decode_text(event_xml_format(), text.substr(0, end), 97);
    EXPECT_LE(decoded.events.size(), 2u);
    if (end >= kEvent.size()) expect_the_event(decoded, 0);
  }
}

TEST(EventXml, HostileNestingIsLinear) {
  std::string deep = "<Event><EventData>";
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_EQ(decode_text(event_xml_format(), deep).oddities.total, 1u);
  std::string open;
  for (int i = 0; i < 100'000; ++i) open += "<Event a='<![CDATA[<!--<?";
  EXPECT_GT(decode_text(event_xml_format(), open).oddities.total, 0u);
}

TEST(EventXml, IsNotTakenForOtherXml) {
  for (std::string_view text :
       {"<Task><Events/></Task>", "<html><Event>", "int f(); // <Event xmlns", "<Events></Events>", ""})
    EXPECT_EQ(event_xml_format().recognise(as_bytes(text)), 0) << text;
}

void append_escaped(std::string_view text, std::string& out) {
  for (char c : text)
    if (c == '<') out += "&lt;";
    else if (c == '&') out += "&amp;";
    else if (c == '"') out += "&quot;";
    else out += c;
}

// A record of the binary log written as wevtutil would, as far as flat fields can tell.
std::string as_xml(const Event& event) {
  std::size_t system = 0;
  for (std::size_t i = 0; i < event.fields.size(); ++i)
    if (event.fields[i].name == "Computer" || event.fields[i].name == "Security_UserID") system = i + 1;
  std::string xml = "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System>";
  for (std::size_t i = 0; i < event.fields.size(); ++i) {
    const Field& field = event.fields[i];
    if (i == system) xml += "</System><EventData>";
    const std::size_t bar = i < system ? field.name.find('_') : field.name.npos;
    if (i >= system) xml += "<Data Name=\"", append_escaped(field.name, xml), xml += "\">";
    else if (bar != field.name.npos)
      xml.append("<").append(field.name.substr(0, bar)).append(" ").append(field.name.substr(bar + 1)) +=
          "=\"";
    else xml.append("<").append(field.name) += ">";
    append_escaped(field.value, xml);
    if (i >= system) xml += "</Data>";
    else if (bar != field.name.npos) xml += "\"/>";
    else xml.append("</").append(field.name) += ">";
  }
  return xml + (event.fields.size() > system ? "</EventData></Event>" : "</System></Event>");
}

// An empty header element is left out of the XML, as Windows does.
std::vector<std::string> texts_of(const Event& event) {
  std::vector<std::string> out;
  for (const Field& field : event.fields)
    if (!field.value.empty()) out.push_back(std::string(field.name) + "=" + std::string(field.value));
  return out;
}

TEST(EventXml, AgreesWithTheBinaryLogOnTheCorpus) {
  const char* given = std::getenv("BARTIZAN_SHARED");
  const fs::path folder = (given ? fs::path(given) : fs::path(__FILE__).parent_path() / "../../../shared") /
                          "corpus/evtx-attack-samples";
  if (!fs::is_directory(folder)) GTEST_SKIP() << "no corpus at " << folder;
  std::size_t compared = 0, files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".evtx" || ++files > 40) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    const auto binary = decode_text(evtx_format(), bytes);
    for (const Event& event : binary.events) {
      const auto xml = decode_text(event_xml_format(), as_xml(event));
      ASSERT_EQ(xml.events.size(), 1u);
      const Event& other = xml.events[0];
      EXPECT_EQ(other.channel, event.channel);
      EXPECT_EQ(other.event_id, event.event_id);
      EXPECT_EQ(other.host, event.host);
      EXPECT_EQ(texts_of(other), texts_of(event)) << entry.path();
      ++compared;
    }
  }
  EXPECT_GT(compared, 100u);
}

}  // namespace
}  // namespace bartizan
