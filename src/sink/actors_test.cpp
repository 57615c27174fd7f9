// SPDX-License-Identifier: Apache-2.0
#include "sink/actors.h"

#include <gtest/gtest.h>

namespace bartizan {
namespace {

constexpr std::string_view kTable = R"(
tactics:
  - {id: TA0043, short: reconnaissance, name: "Reconnaissance"}
  - {id: TA0005, short: defense-evasion, name: "Defense Evasion"}
  - {id: TA0005, short: stealth, name: "Stealth", since: '19'}
  - {id: TA0112, short: defense-impairment, name: "Defense Impairment", since: '19'}
  - {id: TA0006, short: credential-access, name: "Credential Access"}
techniques:
  T1003: {name: "OS Credential Dumping", tactics: [credential-access]}
  T1036: {name: "Masquerading", tactics: [defense-evasion]}
  T1078: {name: "Valid Accounts", tactics: [credential-access, stealth]}
  T1562.001: {name: "Disable or Modify Tools", tactics: [defense-evasion], replaced_by: T1685}
  T1595: {name: "Active Scanning", tactics: [reconnaissance]}
  T1684: {name: "Social Engineering", tactics: [stealth], since: '19'}
  T1685: {name: "Disable or Modify Tools", tactics: [defense-impairment], since: '19'}
)";

AttackTable table() { return *AttackTable::parse(kTable, "attack.yml"); }

Finding finding(std::vector<std::string> attack, Level level = Level::kHigh) {
  Finding out;
  out.level = level;
  out.attack = std::move(attack);
  return out;
}

TEST(Attack, JoinsARenamedTactic) {
  const AttackTable attack = table();
  ASSERT_EQ(attack.tactics().size(), 4u);
  EXPECT_EQ(attack.tactics()[1].name, "Stealth (Defense Evasion before)");
  EXPECT_EQ(attack.find("T1036")->tactics, (std::vector<std::size_t>{1}));
  EXPECT_EQ(attack.find("T1684")->tactics, (std::vector<std::size_t>{1}));
  EXPECT_EQ(attack.find("T1078")->tactics, (std::vector<std::size_t>{1, 3}));  // in the order of the matrix
}

TEST(Attack, FollowsReplacedIds) {
  const AttackTable attack = table();
  EXPECT_EQ(attack.current("T1562.001"), "T1685");
  EXPECT_EQ(attack.current("T1036"), "T1036");
  EXPECT_EQ(attack.current("no technique"), "no technique");
  EXPECT_EQ(attack.find("no technique"), nullptr);
  EXPECT_TRUE(attack.happens_elsewhere("T1595"));
  EXPECT_FALSE(attack.happens_elsewhere("T1036"));
  EXPECT_FALSE(attack.happens_elsewhere("no technique"));
}

TEST(Attack, SaysWhatIsWrongWithItsText) {
  EXPECT_FALSE(AttackTable::parse("", "f"));
  EXPECT_FALSE(AttackTable::parse("tactics: []", "f"));
  EXPECT_FALSE(AttackTable::parse("tactics: [{id: TA1}]\ntechniques: {}", "f"));
  const auto unknown =
      AttackTable::parse("tactics: []\ntechniques:\n  T1: {name: n, tactics: [nowhere]}", "f");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("nowhere"), std::string::npos);
  EXPECT_EQ(unknown.error().line, 3);
}

TEST(Actors, AreReadFromTheirFiles) {
  const auto actor = parse_actor(
      "name: \"A\"\nattack_id: G1\nsummary: \"s\"\naliases: [\"B\", \"C\"]\ntechniques:\n  - {id: T1, "
      "used_by: 2}\n  - {id: T2, used_by: 1, through: [C1]}\n",
      "a.yml");
  ASSERT_TRUE(actor);
  EXPECT_EQ(actor->name, "A");
  EXPECT_EQ(actor->aliases, (std::vector<std::string>{"B", "C"}));
  EXPECT_EQ(actor->techniques, (std::vector<std::string>{"T1", "T2"}));
  EXPECT_FALSE(parse_actor("name: A\n", "a.yml"));
  EXPECT_FALSE(parse_actor("techniques: []\n", "a.yml"));
  EXPECT_FALSE(parse_actor("name: A\ntechniques: [{used_by: 1}]\n", "a.yml"));
  EXPECT_FALSE(parse_actor("{", "a.yml"));
}

// Six groups: T100 to T105 are used by all, T2xy by group x alone.
std::vector<Actor> six() {
  std::vector<Actor> out;
  for (char group = '0'; group < '6'; ++group) {
    Actor actor{std::string("group ") + group, "G", "", {}, {}};
    for (char i = '0'; i < '6'; ++i) actor.techniques.push_back(std::string("T10") + i);
    for (char i = '0'; i < '8'; ++i) actor.techniques.push_back(std::string("T2") + group + i);
    out.push_back(std::move(actor));
  }
  return out;
}

TEST(Actors, WhatAllUseNamesNobody) {
  const std::vector<Actor> actors = six();
  const std::vector<Finding> findings{finding({"T100", "T101", "T102", "T103", "T104", "T105"})};
  for (const ActorMatch& match : match_actors(findings, actors, {})) {
    EXPECT_FALSE(match.consistent);
    EXPECT_EQ(match.seen.size(), 6u);
    EXPECT_EQ(match.distinctive, 0u);
    EXPECT_NEAR(match.weight, 1.0, 1e-9);  // six times one sixth
  }
}

TEST(Actors, RareTechniquesCount) {
  const std::vector<Actor> actors = six();
  const std::vector<Finding> findings{finding({"T230", "T231", "T100"}), finding({"T232", "T233", "T230"})};
  const auto matches = match_actors(findings, actors, {});
  EXPECT_TRUE(matches[0].consistent);
  EXPECT_EQ(matches[0].actor->name, "group 3");
  EXPECT_EQ(matches[0].distinctive, 4u);
  EXPECT_NEAR(matches[0].weight, 4 + 1.0 / 6, 1e-9);
  EXPECT_EQ(matches[0].seen.front().id, "T230");  // the rarest first
  EXPECT_EQ(matches[0].seen.back().id, "T100");
  EXPECT_EQ(matches[0].not_seen.size(), 9u);
  EXPECT_FALSE(matches[1].consistent);
}

TEST(Actors, TwoRareTechniquesAreTooLittle) {
  const std::vector<Actor> actors = six();
  const std::vector<Finding> findings{finding({"T230", "T231"})};
  EXPECT_FALSE(match_actors(findings, actors, {})[0].consistent);
}

TEST(Actors, LowFindingsDoNotCount) {
  const std::vector<Actor> actors = six();
  const std::vector<Finding> findings{finding({"T230", "T231", "T232", "T233"}, Level::kLow)};
  const auto matches = match_actors(findings, actors, {});
  EXPECT_FALSE(matches[0].consistent);
  EXPECT_TRUE(matches[0].seen.empty());
}

TEST(Actors, EverythingSeenNamesNobody) {
  const std::vector<Actor> actors = six();
  std::vector<Finding> findings;
  for (const Actor& actor : actors) findings.push_back(finding(actor.techniques));
  for (const ActorMatch& match : match_actors(findings, actors, {})) {
    EXPECT_FALSE(match.consistent);
    EXPECT_NEAR(match.weight, match.chance, 1e-9);
  }
}

TEST(Actors, CompareUnderTodaysIdsAndLeavePreparationOut) {
  const std::vector<Actor> actors{{"A", "G1", "", {}, {"T1562.001", "T1595"}},
                                  {"B", "G2", "", {}, {"T1685", "T1003"}}};
  const std::vector<Finding> findings{finding({"T1562.001"})};
  const auto matches = match_actors(findings, actors, table());
  for (const ActorMatch& match : matches) {
    ASSERT_EQ(match.seen.size(), 1u) << match.actor->name;
    EXPECT_EQ(match.seen[0].id, "T1685");
    EXPECT_EQ(match.seen[0].used_by, 2u);
    EXPECT_EQ(match.not_seen.size(), match.actor->name == "A" ? 0u : 1u);
  }
}

TEST(Actors, NothingToCompareIsNoTrouble) {
  EXPECT_TRUE(match_actors({}, {}, {}).empty());
  const std::vector<Actor> one{{"A", "G", "", {}, {}}};
  const auto matches = match_actors({}, one, {});
  ASSERT_EQ(matches.size(), 1u);
  EXPECT_FALSE(matches[0].consistent);
}

}  // namespace
}  // namespace bartizan
