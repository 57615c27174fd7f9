// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.h"
#include "sink/escape.h"
#include "sink/groups.h"
#include "sink/html_data.h"
#include "sink/report.h"

namespace bartizan {
namespace {

constexpr const char* kScript = "</script><script>alert(1)</script>";

Finding finding(std::string title, Level level, std::string host, std::int64_t seconds) {
  Finding out;
  out.id = "f-" + title + std::to_string(seconds);
  out.time = Instant{seconds * kTicksPerSecond};
  out.rule_id = "id-" + title;
  out.rule_title = std::move(title);
  out.level = level;
  out.file = "a.evtx";
  out.record_id = "7";
  out.host = std::move(host);
  return out;
}

Finding hostile() {
  Finding out = finding(kScript, Level::kHigh, "=cmd|' /C calc'!A0", 1'700'000'000);
  out.attack = {"T1059.001", "not a technique \"<"};
  out.why = {{"Command\x1b]0;owned\x07Line", "contains", "\"quoted\",\r\n",
              "\x1b[2J\x9b\xe2\x80\xae <b onload='x'>&\xff"}};
  out.entities = {{"account",
                   "\xc2\x9b"
                   "31m"}};
  return out;
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Visible, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(visible("a\x1b[31m\r\n\t\x7f", 80), "a\\x1b[31m\\r\\n\\t\\x7f");
  EXPECT_EQ(visible("\xc2\x9b", 80), "\\x9b");  // the one-character form of ESC [
  EXPECT_EQ(visible("\xff", 80), "\\xff");      // no UTF-8
  EXPECT_EQ(visible("\xe2\x80\xae"
                    "txt",
                    80),
            "\\u{202e}txt");
  EXPECT_EQ(visible("Grüße", 80), "Grüße");
}

TEST(Visible, CutsAtTheWidth) {
  EXPECT_EQ(visible("abcdef", 6), "abcdef");
  EXPECT_EQ(visible("abcdefg", 6), "abcde…");
  EXPECT_EQ(visible("abcd\x1b", 6), "abcd…");  // an escape is never cut in two
  EXPECT_EQ(visible("abc", 0), "");
}

TEST(Visible, APathKeepsItsEnd) {
  EXPECT_EQ(visible_path("a/b/c.evtx", 10), "a/b/c.evtx");
  EXPECT_EQ(visible_path("a/b/c.evtx", 8), "…/c.evtx");
  EXPECT_EQ(visible_path("a/\x1b", 6), "a/\\x1b");
  EXPECT_EQ(visible_path("ä/ö/ü", 3), "…/ü");
  EXPECT_EQ(visible_path("", 3), "");
  EXPECT_EQ(visible_path("abc", 0), "");
}

TEST(Shortened, KeepsCharactersWhole) {
  EXPECT_EQ(shortened("aé", 3), "aé");
  EXPECT_EQ(shortened("aéé", 4), "aé…");
}

std::string csv_of(const Findings& findings) {
  std::string text;
  write_csv(findings, [&](std::string_view piece) { text += piece; });
  return text;
}

std::string timesketch_of(const Findings& findings) {
  std::string text;
  write_timesketch(findings, [&](std::string_view piece) { text += piece; });
  return text;
}

TEST(Groups, RankByLevelThenRarity) {
  std::vector<Finding> findings;
  for (int i = 0; i < 5; ++i) findings.push_back(finding("noisy", Level::kHigh, "h", 100 + i));
  findings.push_back(finding("rare", Level::kHigh, "h", 200));
  findings.push_back(finding("low", Level::kLow, "h", 1));
  findings.push_back(finding("worst", Level::kCritical, "h", 300));
  const FindingGroups groups(findings);
  const auto rules = groups.rules();
  ASSERT_EQ(rules.size(), 4u);
  EXPECT_EQ(rules[0].title, "worst");
  EXPECT_EQ(rules[1].title, "rare");
  EXPECT_EQ(rules[2].count, 5u);
  EXPECT_EQ(rules[2].range.last.ticks, 104 * kTicksPerSecond);
  EXPECT_EQ(most_important(findings, groups, 8, 8)[1].rule_title, "rare");
  const auto few = most_important(findings, groups, 4, 2);
  ASSERT_EQ(few.size(), 4u);
  EXPECT_EQ(few[2].time.ticks, 100 * kTicksPerSecond);
  EXPECT_EQ(few[3].time.ticks, 101 * kTicksPerSecond);
  EXPECT_EQ(most_important(findings, groups, 100, 2).size(), 5u);
}

TEST(Terminal, NoControlCharacterOfALogComesThrough) {
  const std::vector<Finding> findings{hostile()};
  ScanSummary summary;
  summary.unreadable = {"x\x1b[2J: gone"};
  summary.missing_sources = {"\x07"};
  const std::string text = render_terminal(findings, summary, false, 80);
  for (const char c : text)
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << static_cast<int>(c);
  EXPECT_EQ(text.find('\x7f'), std::string::npos);
  EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos);
  EXPECT_NE(text.find("\\x1b[2J"), std::string::npos);
  EXPECT_NE(text.find("high"), std::string::npos);
}

TEST(Terminal, ColourOnlyRepeatsTheWord) {
  const std::vector<Finding> findings{finding("r", Level::kCritical, "h", 5)};
  const std::string with = render_terminal(findings, {}, true, 80);
  EXPECT_NE(with.find("\x1b[1;31m!! critical"), std::string::npos);
  EXPECT_NE(render_terminal(findings, {}, false, 80).find("!! critical"), std::string::npos);
}

TEST(Terminal, ExplainsSilence) {
  ScanSummary summary;
  EXPECT_NE(render_terminal({}, summary, false, 0).find("No rule was loaded"), std::string::npos);
  summary.rules_loaded = 3;
  EXPECT_NE(render_terminal({}, summary, false, 0).find("No event was read"), std::string::npos);
  summary.events = 10;
  summary.events_by_channel = {{"Security", 10}};
  summary.missing_sources = {"windows / sysmon"};
  summary.interrupted = true;
  const std::string text = render_terminal({}, summary, false, 0);
  for (const char* part :
       {"No findings", "3 rules were tried on 10 events", "Security", "windows / sysmon", "INTERRUPTED"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
}

TEST(Terminal, IsBoundedAndSaysHowManyMore) {
  std::vector<Finding> findings;
  for (int i = 0; i < 500; ++i)
    findings.push_back(
        finding("rule " + std::to_string(i), Level::kHigh, "host " + std::to_string(i), i + 1));
  const std::string text = render_terminal(findings, {}, false, 100);
  EXPECT_LT(occurrences(text, "\n"), 300u);
  EXPECT_NE(text.find("460 more rules"), std::string::npos);
  EXPECT_NE(text.find("485 more hosts"), std::string::npos);
  EXPECT_NE(text.find("480 findings not shown"), std::string::npos);
}

std::size_t widest_line(std::string_view text) {
  std::size_t widest = 0, columns = 0;
  for (const char c : text) {
    if (c == '\n') columns = 0;
    else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) widest = std::max(widest, ++columns);
  }
  return widest;
}

TEST(Terminal, StaysWithinItsWidth) {
  std::vector<Finding> findings;
  for (int i = 0; i < 30; ++i) {
    Finding one =
        finding("A Title of Many Words That Goes On and On Until No Line Can Hold It " + std::to_string(i),
                static_cast<Level>(i % 5), "host-" + std::to_string(i) + ".with.a.long.name.example.test",
                1'700'000'000 + i * 100'000);
    one.file = "/evidence/some/long/path/to/a/place/deep/down/in/the/tree/Security.evtx";
    one.record_id = "123456789012";
    one.why = {
        {"CommandLine", "matches the regular expression", std::string(300, 'p'), std::string(300, 'v')},
        {"", "includes", "another rule", "record 5"}};
    findings.push_back(std::move(one));
  }
  ScanSummary summary;
  summary.events = 123'456'789, summary.oddities = 5, summary.unreadable = {std::string(200, 'u')};
  summary.log_sources = {{"windows / process_creation", 1234, 0}};
  for (const std::size_t width : {60u, 80u, 100u, 160u})
    EXPECT_LE(widest_line(render_terminal(findings, summary, false, width)), width)
        << render_terminal(findings, summary, false, width);
}

TEST(Terminal, SaysWhichLogSourcesAreMissing) {
  ScanSummary summary;
  summary.rules_loaded = 12, summary.rules_applicable = 5, summary.events = 10;
  summary.log_sources = {{"windows / sysmon", 2, 0}, {"windows / security", 5, 10}, {"linux / auditd", 7, 0}};
  const std::string text = render_terminal({}, summary, false, 0);
  EXPECT_NE(text.find("5 of 12 rules could have applied to 10 events"), std::string::npos);
  EXPECT_LT(text.find("linux / auditd (7 rules)"),
            text.find("windows / sysmon (2 rules)"));  // most rules first
  EXPECT_EQ(text.find("windows / security"), std::string::npos);
}

ReportContent six_groups() {
  ReportContent content;
  for (char group = '0'; group < '6'; ++group) {
    Actor actor{std::string("group ") + group, "G", "", {}, {"T1003"}};
    for (char i = '0'; i < '8'; ++i) actor.techniques.push_back(std::string("T20") + group + i);
    content.actors.push_back(std::move(actor));
  }
  return content;
}

TEST(Terminal, NamesAGroupOnlyOnStrongEvidence) {
  std::vector<Finding> findings{finding("r", Level::kHigh, "h", 5)};
  findings[0].attack = {"T1003"};
  std::string text = render_terminal(findings, {}, false, 100, six_groups());
  EXPECT_NE(text.find("Too little to name one"), std::string::npos);
  EXPECT_EQ(text.find("onsistent with"), std::string::npos);
  findings[0].attack = {"T2030", "T2031", "T2032", "T2033"};
  text = render_terminal(findings, {}, false, 100, six_groups());
  EXPECT_NE(text.find("Consistent with group 3: 4 of its 9 techniques were seen, 4 of them"),
            std::string::npos);
  EXPECT_NE(text.find("Expected, not seen: T2034"), std::string::npos);
  EXPECT_NE(text.find("never an attribution"), std::string::npos);
  EXPECT_EQ(render_terminal(findings, {}, false, 100).find("Groups"),
            std::string::npos);  // without content nothing is compared
}

TEST(Csv, QuotesAndGuardsFormulas) {
  const std::vector<Finding> findings{hostile()};
  const std::string text = csv_of(findings);
  EXPECT_NE(text.find(",'=cmd|' /C calc'!A0,"), std::string::npos);
  EXPECT_NE(text.find("\"\"quoted\"\","), std::string::npos);
  EXPECT_EQ(text.find("\xff"), std::string::npos);  // valid UTF-8
  EXPECT_TRUE(text.ends_with("\r\n"));
  EXPECT_EQ(occurrences(csv_of({}), "\r\n"), 1u);
  for (const char* host : {"+1", "-1", "@x", "\tx"}) {
    const std::vector<Finding> one{finding("r", Level::kLow, host, 1)};
    EXPECT_NE(csv_of(one).find(std::string("'") + host), std::string::npos) << host;
    EXPECT_NE(timesketch_of(one).find(std::string("'") + host), std::string::npos) << host;
  }
}

TEST(Timesketch, HasTheColumnsItNeeds) {
  const std::vector<Finding> findings{finding("r", Level::kLow, "h", 1'700'000'000)};
  const std::string text = timesketch_of(findings);
  EXPECT_TRUE(text.starts_with("message,datetime,timestamp_desc,"));
  EXPECT_NE(text.find("\r\n[low] r on h,2023-11-14T22:13:20.0000000Z,Event Logged,low,"), std::string::npos);
}

TEST(Navigator, CountsTechniquesAndDropsOthers) {
  std::vector<Finding> findings{hostile(), hostile()};
  findings[0].attack.push_back("T1059.001");  // twice in one finding counts once
  const std::string text = render_navigator(findings, "");
  EXPECT_NE(text.find(R"("layer":"4.5")"), std::string::npos);
  EXPECT_NE(text.find(R"("techniqueID":"T1059.001","score":2,)"), std::string::npos);
  EXPECT_EQ(text.find("not a technique"), std::string::npos);
  EXPECT_NE(text.find(R"("name":"Bartizan findings")"), std::string::npos);
}

TEST(Html, NoValueBecomesMarkup) {
  const std::vector<Finding> findings{hostile()};
  ScanSummary summary;
  summary.unreadable = {"<img src=x>"};
  const std::string plain = render_html({}, {}, "");
  const std::string text = render_html(findings, summary, "<b>\"case\" & co</b>");
  EXPECT_EQ(occurrences(text, "<script"), occurrences(plain, "<script"));
  EXPECT_EQ(occurrences(text, "</script"), occurrences(plain, "</script"));
  EXPECT_EQ(text.find("<img"), std::string::npos);
  EXPECT_EQ(text.find("<b onload"), std::string::npos);
  EXPECT_NE(text.find("&lt;b onload=&#39;x&#39;"), std::string::npos);
  EXPECT_NE(text.find("<h1>&lt;b&gt;&quot;case&quot; &amp; co&lt;/b&gt;</h1>"), std::string::npos);
  EXPECT_NE(text.find("\\u003c/script\\u003e"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);  // also the plain table may be printed to a terminal
}

TEST(Html, LoadsNothingAndStandsWithoutACaseName) {
  const std::string text = render_html({}, {}, "");
  EXPECT_NE(text.find("default-src 'none'; script-src 'sha256-"), std::string::npos);
  EXPECT_EQ(text.find("unsafe-inline"), std::string::npos);
  EXPECT_NE(text.find("<h1>Findings</h1>"), std::string::npos);
  EXPECT_NE(text.find("require-trusted-types-for 'script'"), std::string::npos);
  EXPECT_EQ(text.find("src="), std::string::npos);
  EXPECT_EQ(occurrences(text, "href="), occurrences(text, "href=\"#"));  // places in the page only
  EXPECT_EQ(text.find("url("), std::string::npos);
  EXPECT_EQ(text.find("innerHTML"), std::string::npos);
  EXPECT_NE(text.find("<noscript>"), std::string::npos);
}

TEST(Html, IsCappedAtTheMostImportant) {
  std::vector<Finding> findings(limits::kHtmlFindingsMax + 5, finding("common", Level::kLow, "h", 1));
  findings.push_back(finding("the worst", Level::kCritical, "h", 2));
  const std::string text = render_html(findings, {}, "");
  EXPECT_EQ(occurrences(text, "\"rule_title\":"), limits::kHtmlFindingsMax);
  EXPECT_NE(text.find("\"total\":20006"), std::string::npos);
  EXPECT_NE(text.find("\"rule_title\":\"the worst\""), std::string::npos);
}

TEST(Html, CutsLongValuesAndSaysSo) {
  Finding one = finding("r", Level::kLow, "h", 1);
  one.why = {{"f", "contains", "p", std::string(1 << 20, 'x')}};
  one.record = "{\"fields\":{\"f\":\"" + std::string(1 << 20, 'x') + "\"}}";
  const std::vector<Finding> findings{one, finding("r", Level::kLow, "h", 2)};
  const std::string text = render_html(findings, {}, "");
  EXPECT_LT(text.size(), render_html({}, {}, "").size() + limits::kHtmlRecordBytesMax + 10'000);
  EXPECT_EQ(occurrences(text, "\"cut\":true"), 2u);  // the value and the record
  EXPECT_EQ(occurrences(text, "\"cut\":false"), 1u);
  EXPECT_NE(text.find("\"size\":" + std::to_string(one.record.size())), std::string::npos);
}

TEST(Html, HoldsEachRecordOnce) {
  std::vector<Finding> findings(3, finding("r", Level::kLow, "h", 1));
  findings[0].record = findings[1].record = "{\"fields\":{\"CommandLine\":\"whoami </script><script>\"}}";
  const std::string text = render_html(findings, {}, "");
  EXPECT_EQ(occurrences(text, "whoami"), 1u);
  EXPECT_EQ(occurrences(text, "\"record\":0"), 2u);
  EXPECT_EQ(occurrences(text, "\"record\":-1"), 1u);  // not kept
  EXPECT_EQ(occurrences(text, "<script"), occurrences(render_html({}, {}, ""), "<script"));
}

TEST(Html, LeavesRecordsOutWhenThePageWouldGrowTooLarge) {
  const std::size_t fit = limits::kHtmlRecordsBytesMax / limits::kHtmlRecordBytesMax;
  std::vector<std::string> kept;  // the table keeps views
  for (std::size_t i = 0; i < fit + 2; ++i)
    kept.push_back(std::to_string(i) + std::string(limits::kHtmlRecordBytesMax, 'x'));
  RecordTable records;
  for (std::size_t i = 0; i < fit; ++i) ASSERT_EQ(records.place_of(kept[i]), static_cast<std::int64_t>(i));
  EXPECT_EQ(records.place_of(kept[fit]), RecordTable::kLeftOut);
  EXPECT_EQ(records.place_of(kept[0]), 0);  // held already
  EXPECT_EQ(records.place_of(""), RecordTable::kNotKept);
}

TEST(Html, NamesTechniquesAndTacticsOfBothVersions) {
  ReportContent content = six_groups();
  content.attack = *AttackTable::parse(
      "tactics:\n  - {id: TA0005, short: d, name: Defense Evasion}\n  - {id: TA0005, short: s, name: "
      "Stealth}\n  - {id: TA0112, short: i, name: Defense Impairment}\n"
      "techniques:\n  T1562.001: {name: Old, tactics: [d], replaced_by: T1685}\n  T1685: {name: New, "
      "tactics: [i]}\n",
      "t");
  std::vector<Finding> findings{finding("r", Level::kLow, "h", 1)};
  findings[0].attack = {"T1562.001"};
  const std::string text = render_html(findings, {}, "", content);
  EXPECT_NE(text.find(R"x("tactics":["Stealth (Defense Evasion before)","Defense Impairment"])x"),
            std::string::npos);
  EXPECT_NE(
      text.find(
          R"("T1562.001":{"name":"Old","now":"T1685","tactics":[0]},"T1685":{"name":"New","tactics":[1]})"),
      std::string::npos);
  EXPECT_NE(text.find(R"("consistent":false)"), std::string::npos);
}

}  // namespace
}  // namespace bartizan
