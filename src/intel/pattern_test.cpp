// SPDX-License-Identifier: Apache-2.0
#include "intel/pattern.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "intel/pattern_watch.h"

namespace bartizan::intel {
namespace {

std::string mistake(std::string_view text) {
  const auto parsed = parse_pattern(text);
  return parsed ? "" : std::to_string(parsed.error().at) + ": " + parsed.error().what;
}

std::string values(std::string_view text) {
  const auto parsed = parse_pattern(text);
  if (!parsed) return mistake(text);
  const auto found = values_of(*parsed);
  if (!found) return "! " + found.error();
  if (!*found) return "evaluated";
  std::string out;
  for (const Indicator& one : **found)
    out +=
        (out.empty() ? "" : " ") + std::string(kind_name(one.kind)) + ":" + indicator_text(one.kind, one.key);
  return out;
}

TEST(Pattern, SingleValuesAreIndicators) {
  EXPECT_EQ(values("[domain-name:value = 'Evil.example']"), "domain:evil.example");
  EXPECT_EQ(values("[file:hashes.'SHA-256' = '" + std::string(64, 'a') + "' OR file:hashes.MD5 = '" +
                   std::string(32, 'b') + "']"),
            "sha256:" + std::string(64, 'a') + " md5:" + std::string(32, 'b'));
  EXPECT_EQ(values("[ipv4-addr:value IN ('198.51.100.1', '198.51.100.2')]"),
            "address:198.51.100.1 address:198.51.100.2");
  EXPECT_EQ(values("[ipv4-addr:value ISSUBSET '198.51.100.0/24']"), "network:198.51.100.0/24");
  EXPECT_EQ(values("[url:value = 'http://a.example/'] OR [domain-name:value = 'b.example']"),
            "url:http://a.example/ domain:b.example");
  EXPECT_EQ(values("[ipv4-addr:value = '300.0.0.1']"), "! '300.0.0.1' is no IP address");
  for (const char* text :
       {"[file:name = 'a.exe' AND file:size > 3]", "[domain-name:value != 'a.example']",
        "[domain-name:value LIKE '%.example']",
        "[url:value = 'http://a.example/'] FOLLOWEDBY [domain-name:value = 'b.example']",
        "[domain-name:value = 'b.example'] REPEATS 3 TIMES", "[NOT domain-name:value = 'b.example']"})
    EXPECT_EQ(values(text), "evaluated") << text;
}

TEST(Pattern, TheWholeGrammarIsRead) {
  for (const char* text :
       {"[a:b = 1]", "[a:b == 1.5]", "[a:b <> -3]", "[a:b = true]", "[a:b = h'00ff']", "[a:b = b'AAEC']",
        "[a:b = t'2023-02-15T00:00:00Z']", "[a:'x y'.z[3].w[*] = 'it\\'s \\\\']", "[a:b NOT IN (1, 2, 3)]",
        "[a:b NOT LIKE 'x%']", "[a:b MATCHES '^x']", "[EXISTS a:b]", "[(a:b = 1 OR a:c = 2) AND a:d = 3]",
        "([a:b = 1] AND [a:b = 2]) OR [a:b = 3] FOLLOWEDBY [a:b = 4]",
        "[a:b = 1] REPEATS 5 TIMES WITHIN 30.5 SECONDS", "([a:b = 1] REPEATS 2 TIMES) REPEATS 3 TIMES",
        "[a:b = 1] START t'2023-01-01T00:00:00Z' STOP t'2023-02-01T00:00:00Z'",
        "[a:b = 1] /* comment */ // and another\n", "[a:b ISSUPERSET '10.0.0.0/8']"})
    EXPECT_EQ(mistake(text), "") << text;
}

TEST(Pattern, MistakesHaveAPlace) {
  EXPECT_EQ(mistake(""), "0: expected [");
  EXPECT_EQ(mistake("[a:b = 1"), "8: expected ]");
  EXPECT_EQ(mistake("[a:b = 1]]"), "9: expected the end of the pattern");
  EXPECT_EQ(mistake("[a:b 1]"),
            "5: expected a comparison: = != < > <= >= IN LIKE MATCHES ISSUBSET ISSUPERSET");
  EXPECT_EQ(mistake("[a:b = 'x]"), "7: this text does not end");
  EXPECT_EQ(mistake("[a:b = \"x\"]"), "7: texts stand in single quotation marks");
  EXPECT_EQ(mistake("[a:b LIKE 3]"), "10: expected a text in single quotation marks");
  EXPECT_EQ(mistake("[a:b = h'0g']"), "7: is no hexadecimal text");
  EXPECT_EQ(mistake("[a:b = 1] WITHIN 0 SECONDS"), "17: WITHIN needs more than 0 seconds");
  EXPECT_EQ(mistake("[a:b = 1] REPEATS 999999999999 TIMES"), "18: REPEATS takes 1 to 10000");
  EXPECT_EQ(mistake("[a:b = 1] START t'2023-02-01T00:00:00Z' STOP t'2023-01-01T00:00:00Z'"),
            "45: STOP lies before START");
}

TEST(Pattern, HostilePatternsAreBounded) {
  EXPECT_EQ(mistake(std::string(100'000, '(')),
            std::to_string(limits::kPatternDepthMax) + ": brackets nest too deeply");
  EXPECT_NE(mistake("[" + std::string(100'000, '(')), "");
  std::string many = "[a:b = 1";
  for (int i = 0; i < 1'000'000; ++i) many += " OR a:b=1";
  EXPECT_NE(mistake(many + "]"), "");
  std::string wide = "[a:b = 1";
  for (int i = 0; i < 30'000; ++i) wide += " OR a:b = 1";
  EXPECT_EQ(mistake(wide + "]"), "");
  EXPECT_NE(mistake("[a:b = " + std::string(500'000, '9') + "]"), "x");
  const std::string whole =
      "([a:'b'.c[*] NOT IN ('x', h'00', 1.5) AND a:d MATCHES '^x']) FOLLOWEDBY [a:b = 1] START "
      "t'2023-01-01T00:00:00Z' STOP t'2023-02-01T00:00:00Z' WITHIN 5 SECONDS";
  ASSERT_EQ(mistake(whole), "");
  for (std::size_t size = 0; size < whole.size(); ++size)
    (void)parse_pattern(std::string_view(whole).substr(0, size));
}

// A pattern on events of one host: each is its minute and its fields.
struct Seen {
  int second;
  std::vector<Field> fields;
  std::string host = "h";
};

std::size_t findings(std::string_view text, const std::vector<Seen>& events) {
  PatternSet set;
  auto parsed = parse_pattern(text);
  EXPECT_TRUE(parsed) << parsed.error().what;
  const auto added = set.add(7, std::move(*parsed));
  EXPECT_TRUE(added) << added.error();
  PatternRun run(set);
  PatternTracker tracker(set);
  std::uint64_t sequence = 0;
  for (const Seen& seen : events) {
    Event event;
    event.fields = seen.fields;
    run.begin(event);
    std::vector<FindingReason> why;
    const std::uint64_t observations = run.test(0, why);
    PatternHit hit{0, observations, sequence++, {}};
    hit.finding.time = {1'000'000'000 + seen.second * kTicksPerSecond};
    hit.finding.host = seen.host, hit.finding.rule_id = "p";
    if (observations != 0) tracker.add(std::move(hit));
  }
  std::vector<Finding> out;
  tracker.finish(out);
  return out.size();
}

Field domain(std::string_view name) { return {"QueryName", name}; }
Field address(std::string_view text) { return {"DestinationIp", text}; }
Field command(std::string_view text) { return {"CommandLine", text}; }

TEST(PatternWatch, TestsOneEvent) {
  const std::vector<Seen> events = {
      {0,
       {command("powershell -enc AAAA"), {"Image", "C:\\a\\PowerShell.exe"}, {"DestinationPort", "8443"}}}};
  for (const char* text :
       {"[process:command_line LIKE '%-enc%']", "[process:command_line MATCHES '-e[nm]c']",
        "[file:name = 'powershell.exe']", "[file:name LIKE 'POWER%']",
        "[file:name = 'powershell.exe' AND process:command_line LIKE '%AAAA']",
        "[network-traffic:dst_port >= 8000 AND network-traffic:dst_port < 9000]",
        "[network-traffic:dst_port IN (80, 8443)]", "[process:command_line NOT LIKE '%xyz%']",
        "[file:name != 'cmd.exe']", "[EXISTS file:name]", "[directory:path = 'C:\\\\a']"})
    EXPECT_EQ(findings(text, events), 1u) << text;
  for (const char* text :
       {"[process:command_line LIKE '-enc']", "[network-traffic:dst_port > 8443]",
        "[domain-name:value != 'a.example']",
        "[file:name = 'powershell.exe' AND domain-name:value = 'a.example']", "[EXISTS domain-name:value]"})
    EXPECT_EQ(findings(text, events), 0u) << text;
}

TEST(PatternWatch, JoinsObservations) {
  const char* kFollowed = "[domain-name:value = 'a.example'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.1']";
  EXPECT_EQ(findings(kFollowed, {{0, {domain("a.example")}}, {5, {address("192.0.2.1")}}}), 1u);
  EXPECT_EQ(findings(kFollowed, {{5, {domain("a.example")}}, {0, {address("192.0.2.1")}}}), 0u);
  EXPECT_EQ(findings(kFollowed, {{0, {domain("a.example")}}, {5, {address("192.0.2.1")}, "other"}}), 0u);
  // Logs are read one after another; time decides.
  EXPECT_EQ(findings(kFollowed, {{5, {address("192.0.2.1")}}, {0, {domain("a.example")}}}), 1u);
  const std::string within = "(" + std::string(kFollowed) + ") WITHIN 10 SECONDS";
  EXPECT_EQ(findings(within, {{0, {domain("a.example")}}, {11, {address("192.0.2.1")}}}), 0u);
  EXPECT_EQ(findings(within,
                     {{0, {domain("a.example")}}, {7, {domain("a.example")}}, {11, {address("192.0.2.1")}}}),
            1u);
  const char* kBoth = "[domain-name:value = 'a.example'] AND [ipv4-addr:value = '192.0.2.1']";
  EXPECT_EQ(findings(kBoth, {{5, {address("192.0.2.1")}}, {9, {domain("a.example")}}}), 1u);
  EXPECT_EQ(findings(kBoth, {{5, {address("192.0.2.1")}}}), 0u);
  const char* kThree = "[ipv4-addr:value = '192.0.2.1'] REPEATS 3 TIMES WITHIN 10 SECONDS";
  EXPECT_EQ(findings(kThree,
                     {{0, {address("192.0.2.1")}}, {1, {address("192.0.2.1")}}, {1, {address("192.0.2.1")}}}),
            1u);
  EXPECT_EQ(
      findings(kThree,
               {{0, {address("192.0.2.1")}}, {1, {address("192.0.2.1")}}, {20, {address("192.0.2.1")}}}),
      0u);
  EXPECT_EQ(
      findings(
          "([domain-name:value = 'a.example'] FOLLOWEDBY [ipv4-addr:value = '192.0.2.1']) REPEATS 2 TIMES",
          {{0, {domain("a.example")}},
           {1, {address("192.0.2.1")}},
           {2, {domain("a.example")}},
           {3, {address("192.0.2.1")}}}),
      1u);
  EXPECT_EQ(
      findings("[ipv4-addr:value = '192.0.2.1'] START t'2030-01-01T00:00:00Z' STOP t'2031-01-01T00:00:00Z'",
               {{0, {address("192.0.2.1")}}}),
      0u);
}

TEST(PatternWatch, ValuesWakePatterns) {
  const auto waking = [](std::string_view text) { return waking_values(*parse_pattern(text)).size(); };
  EXPECT_EQ(waking("[file:name = 'a.exe' AND process:command_line LIKE '%x%']"), 1u);
  EXPECT_EQ(waking("[(file:name = 'a.exe' OR file:name = 'b.exe') AND process:command_line LIKE '%x%']"), 2u);
  EXPECT_EQ(waking("[process:command_line LIKE '%x%' OR file:name = 'a.exe']"), 0u);
  PatternSet set;
  ASSERT_TRUE(set.add(1, *parse_pattern("[file:name = 'a.exe' AND process:command_line LIKE '%x%']")));
  EXPECT_TRUE(set.free().empty());
  ASSERT_TRUE(set.add(2, *parse_pattern("[process:command_line LIKE '%x%']")));
  EXPECT_EQ(set.free().size(), 1u);
  EXPECT_FALSE(set.add(3, *parse_pattern("[artifact:mime_type = 'x']")));
  EXPECT_FALSE(set.add(4, *parse_pattern("[process:command_line MATCHES '(']")));
  EXPECT_FALSE(
      set.add(5, *parse_pattern("(([file:name = 'a.exe'] AND [file:name = 'b.exe']) REPEATS 1000 TIMES)")));
}

}  // namespace
}  // namespace bartizan::intel
