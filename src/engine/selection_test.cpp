// SPDX-License-Identifier: Apache-2.0
#include "engine/selection.h"

#include <gtest/gtest.h>

namespace bartizan {
namespace {

sigma::Rule rule(std::string id, std::string title, std::vector<std::string> tags = {},
                 std::string status = "test") {
  sigma::Rule out;
  out.id = std::move(id), out.title = std::move(title), out.tags = std::move(tags),
  out.status = std::move(status);
  return out;
}

std::vector<Glob> globs(std::initializer_list<const char*> texts) {
  std::vector<Glob> out;
  for (const char* text : texts) out.emplace_back(text);
  return out;
}

TEST(Glob, WildcardsAndCase) {
  EXPECT_TRUE(Glob("DC*").matches("dc1.corp"));
  EXPECT_TRUE(Glob("d?1").matches("DC1"));
  EXPECT_FALSE(Glob("dc").matches("dc1"));
  EXPECT_TRUE(Glob("a\\*").matches("a\\anything"));  // no escapes: hosts and titles need none
  EXPECT_TRUE(Glob("").matches(""));
}

TEST(Selection, EveryKindMustAgree) {
  const sigma::Rule mimikatz = rule("id-1", "Mimikatz Command Line", {"attack.t1003.001", "advisory.d7"});
  Selection all;
  EXPECT_TRUE(all.wants_rule(mimikatz));
  EXPECT_TRUE((Selection{.rules = globs({"nobody", "ID-1"})}.wants_rule(mimikatz)));
  EXPECT_TRUE((Selection{.rules = globs({"mimikatz*"})}.wants_rule(mimikatz)));
  EXPECT_FALSE((Selection{.rules = globs({"mimikatz"})}.wants_rule(mimikatz)));
  for (const char* tag : {"attack.t1003*", "t1003.001", "d7", "ADVISORY.*"})
    EXPECT_TRUE((Selection{.tags = globs({tag})}.wants_rule(mimikatz))) << tag;
  EXPECT_FALSE((Selection{.tags = globs({"t1003"})}.wants_rule(mimikatz)));
  EXPECT_TRUE((Selection{.rules = globs({"id-1"}), .statuses = {"stable", "test"}}.wants_rule(mimikatz)));
  EXPECT_FALSE((Selection{.rules = globs({"id-1"}), .statuses = {"stable"}}.wants_rule(mimikatz)));
}

TEST(Selection, HostsOfFindings) {
  Finding finding;
  finding.host = "DC1.corp.example";
  EXPECT_TRUE(Selection{}.wants(finding));
  EXPECT_TRUE((Selection{.hosts = globs({"ws*", "dc?.*"})}.wants(finding)));
  EXPECT_FALSE((Selection{.hosts = globs({"dc1"})}.wants(finding)));
}

TEST(Selection, ACorrelationBringsWhatItRestsOn) {
  std::vector<sigma::Rule> rules{rule("a", "A"), rule("b", "B"), rule("c", "C"), rule("", "Nameless")};
  std::vector<sigma::Correlation> correlations(3);
  correlations[0].name = "inner", correlations[0].title = "Inner", correlations[0].rules = {"a"};
  correlations[1].name = "outer", correlations[1].title = "Outer", correlations[1].rules = {"inner", "b"};
  correlations[2].name = "other", correlations[2].title = "Other", correlations[2].rules = {"c"};
  keep_wanted({.rules = globs({"outer"})}, rules, correlations);
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[1].id, "b");
  ASSERT_EQ(correlations.size(), 2u);
  EXPECT_EQ(correlations[0].name, "inner");
}

}  // namespace
}  // namespace bartizan
