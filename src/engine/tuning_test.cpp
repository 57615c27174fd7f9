// SPDX-License-Identifier: Apache-2.0
#include "engine/tuning.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace bartizan {
namespace {

struct Bench {
  std::vector<sigma::Rule> rules{2};
  std::vector<sigma::Correlation> correlations{1};
  std::vector<Diagnostic> diagnostics;
  Tuning tuning;

  explicit Bench(const std::string& text) {
    rules[0].id = "id-0", rules[0].title = "Service Installed", rules[0].tags = {"attack.t1543.003"};
    rules[1].id = "id-1", rules[1].title = "Logon", rules[1].tags = {"attack.discovery"};
    correlations[0].name = "many", correlations[0].title = "Many Logons";
    tuning.load(text, "t.yml", *parse_instant("2026-05-01T12:00:00Z"), nullptr, diagnostics);
    tuning.bind(rules, correlations, diagnostics);
  }
  bool excludes(std::size_t rule, const char* host, const char* image = "x.exe") const {
    Event event;
    const Field field{"Image", image};
    event.fields = {&field, 1};
    return tuning.excludes_rule(rule, host, event, sigma::PlainFieldLookup());
  }
  std::string complaints() const {
    std::string out;
    for (const Diagnostic& d : diagnostics)
      out += std::to_string(d.line) + ":" + std::to_string(d.column) + " " + d.code + "\n";
    return out;
  }
};

TEST(Tuning, ExcludesByRuleTagHostAndField) {
  const Bench bench(
      "exclude:\n"
      "  - {rule: id-0, host: 'ws*', reason: a}\n"
      "  - {tag: discovery, when: {Image|endswith: '\\agent.exe'}, reason: b}\n"
      "  - {host: [lab1, lab2], reason: c}\n"
      "  - {rule: many, host: dc1, reason: d}\n");
  EXPECT_EQ(bench.complaints(), "");
  EXPECT_TRUE(bench.excludes(0, "WS-07"));
  EXPECT_FALSE(bench.excludes(0, "dc1"));
  EXPECT_FALSE(bench.excludes(1, "dc1"));
  EXPECT_TRUE(bench.excludes(1, "dc1", "C:\\Agent.exe"));
  EXPECT_FALSE(bench.excludes(0, "dc1", "C:\\Agent.exe"));
  EXPECT_TRUE(bench.excludes(1, "lab2"));
  EXPECT_TRUE(bench.tuning.excludes_correlation(0, "dc1"));
  EXPECT_TRUE(bench.tuning.excludes_correlation(0, "lab1"));
  EXPECT_FALSE(bench.tuning.excludes_correlation(0, "ws"));
  ASSERT_EQ(bench.tuning.conditions().size(), 1u);
  EXPECT_EQ(bench.tuning.conditions()[0]->leaves.at(0).field, "Image");
  std::string counts;
  for (const Tuning::Used& used : bench.tuning.used())
    counts += used.place + " " + used.reason + " " + std::to_string(used.matches) + "\n";
  EXPECT_EQ(counts, "t.yml:2 a 1\nt.yml:3 b 1\nt.yml:4 c 2\nt.yml:5 d 1\n");
}

TEST(Tuning, ChangesLevelsFirstEntryFirst) {
  const Bench bench(
      "level:\n  - {rule: Service*, host: dc1, to: critical, reason: a}\n  - {rule: id-0, to: low, reason: "
      "b}\n");
  EXPECT_EQ(bench.tuning.level_of_rule(0, "dc1"), Level::kCritical);
  EXPECT_EQ(bench.tuning.level_of_rule(0, "ws"), Level::kLow);
  EXPECT_EQ(bench.tuning.level_of_rule(1, "dc1"), std::nullopt);
  EXPECT_FALSE(bench.excludes(0, "dc1"));
}

TEST(Tuning, AnEntryEndsAfterItsDay) {
  const Bench bench(
      "exclude:\n  - {rule: id-0, reason: a, until: 2026-05-01}\n  - {rule: id-1, reason: a, until: "
      "2026-04-30}\n");
  EXPECT_TRUE(bench.excludes(0, ""));
  EXPECT_FALSE(bench.excludes(1, ""));
  EXPECT_EQ(bench.complaints(), "3:36 tuning.expired\n");
  EXPECT_EQ(count_errors(bench.diagnostics), 0u);
}

TEST(Tuning, EveryMistakeHasItsPlace) {
  const Bench bench(
      "exclude:\n"
      "  - {rule: id-0}\n"                                      // no reason
      "  - {reason: x}\n"                                       // everything
      "  - {rule: id-0, reason: x, rules: id-1}\n"              // unknown key
      "  - {rule: id-0, reason: x, until: tomorrow}\n"          //
      "  - {rule: id-0, reason: x, when: {Image|sounds: a}}\n"  //
      "  - {rule: id-9, reason: x}\n"                           // no such rule: a warning
      "level:\n"
      "  - {rule: id-0, reason: x, to: grave}\n"
      "  - {rule: id-0, reason: x}\n"
      "keep: []\n");
  EXPECT_EQ(bench.complaints(),
            "2:5 tuning.entry\n3:5 tuning.entry\n4:29 tuning.entry\n5:36 tuning.entry\n6:36 "
            "sigma.unknown_modifier\n"
            "9:33 tuning.entry\n10:5 tuning.entry\n11:1 tuning.entry\n7:5 tuning.unknown_rule\n");
  EXPECT_EQ(bench.tuning.used().size(), 1u);
  EXPECT_EQ(bench.diagnostics.back().severity, Severity::kWarning);
}

// The example a user copies out of the manual.
TEST(Tuning, TheExampleInTheManualLoads) {
  const std::filesystem::path page =
      std::filesystem::path(__FILE__).parent_path() / "../../docs/user/tuning.md";
  std::ifstream in(page);
  ASSERT_TRUE(in) << page;
  std::stringstream text;
  text << in.rdbuf();
  const std::string all = text.str();
  const std::size_t begin = all.find("```yaml\n") + 8;
  Tuning tuning;
  std::vector<Diagnostic> diagnostics;
  tuning.load(all.substr(begin, all.find("```", begin) - begin), "tuning.md", *parse_instant("2026-05-01"),
              nullptr, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) ADD_FAILURE() << diagnostic.text();
  EXPECT_EQ(tuning.used().size(), 5u);
}

}  // namespace
}  // namespace bartizan
