// SPDX-License-Identifier: Apache-2.0
#include "engine/rule_filter.h"

#include <gtest/gtest.h>

#include <fstream>

#include "decode/rule_out.h"
#include "engine/kind_rules.h"

namespace bartizan {
namespace {

using Literals = std::vector<std::string>;

TEST(RuleFilter, LooksForWhatAMappedValueIsMadeOf) {
  FieldMapping joined;
  joined.from = {"path", "query"}, joined.with = "?";
  EXPECT_EQ(literals_before({"shell.php?cmd="}, joined), Literals{"shell.php"});
  joined.with = "";  // host and path without anything between: any letter stands in one of them
  EXPECT_EQ(literals_before({"ab"}, joined), Literals{"a"});
  FieldMapping translated;
  translated.from = {"action"}, translated.values = {{"deny", "blocked"}, {"close", "allowed"}};
  EXPECT_EQ(literals_before({"blocked"}, translated), (Literals{"blocked", "deny"}));
  FieldMapping prefixed;
  prefixed.from = {"key"}, prefixed.prefixes = {{"\\registry\\machine", "HKLM"}};
  EXPECT_EQ(literals_before({"hklm\\software"}, prefixed),
            (Literals{"hklm\\software", "\\registry\\machine"}));
  FieldMapping decimal;
  decimal.from = {"id"}, decimal.decimal = true;
  EXPECT_EQ(literals_before({"500"}, decimal), (Literals{"500", "0x"}));
}

class RuledOut : public testing::Test {
 protected:
  void load(const std::string& detection) {
    const std::string rule =
        "title: T\nid: 00000000-0000-4000-8000-000000000001\nlevel: low\n"
        "logsource: {product: test}\ndetection:\n" +
        detection;
    const std::string path = testing::TempDir() + "/rule_filter_test.yml";
    std::ofstream(path) << rule;
    rules_.load_rules(path);
    rules_.prepare();
    ASSERT_EQ(rules_.rules().size(), 1u);
    kinds_ = std::make_unique<KindRules>(rules_, [](std::uint32_t) { return true; });
  }
  // Of an event with one field that is a view of the record, and one that is not.
  bool is_ruled_out(std::string_view record, std::string_view other = "other") {
    RuleOut rule_out(kinds_.get());
    batch_.clear();
    batch_.start().product = "test";
    batch_.add("a", record.substr(0, record.find(' ')));
    batch_.add("b", batch_.keep(other));
    rule_out.judge(record, batch_);
    return batch_.draft().ruled_out != nullptr;
  }

  RuleSet rules_;
  std::unique_ptr<KindRules> kinds_;
  EventBatch batch_;
};

TEST_F(RuledOut, WhenNoLiteralOfTheRuleIsThere) {
  load("  s: {a|contains: mimikatz}\n  condition: s\n");
  EXPECT_TRUE(is_ruled_out("nothing here"));
  EXPECT_FALSE(is_ruled_out("MimiKatz here"));
  EXPECT_FALSE(is_ruled_out("nothing here", "made: mimikatz"));
}

TEST_F(RuledOut, NeverByWhatIsNotKnownOfATest) {
  load("  s: {a|lt: 5}\n  condition: s\n");
  EXPECT_FALSE(is_ruled_out("nothing here"));
}

TEST_F(RuledOut, NeverByANegation) {
  load("  s: {a|contains: mimikatz}\n  condition: not s\n");
  EXPECT_FALSE(is_ruled_out("nothing here"));
}

TEST_F(RuledOut, ByOneOfTheTestsThatMustAllHold) {
  load(
      "  s: {a|contains: mimikatz, b|contains: sekurlsa}\n  n: {a|contains: harmless}\n  condition: s and "
      "not n\n");
  EXPECT_TRUE(is_ruled_out("mimikatz here"));
  EXPECT_FALSE(is_ruled_out("mimikatz here", "sekurlsa"));
  EXPECT_FALSE(is_ruled_out("mimikatz harmless here", "sekurlsa"));
}

TEST_F(RuledOut, AnEmptyValueIsFoundToo) {
  load("  s: {b: ''}\n  condition: s\n");
  EXPECT_TRUE(is_ruled_out("nothing here"));
  EXPECT_FALSE(is_ruled_out("nothing here", ""));
}

TEST_F(RuledOut, NotAskedForAWhileWhereItNeverHelps) {
  load("  s: {a|contains: mimikatz}\n  condition: s\n");
  RuleOut rule_out(kinds_.get());
  const auto is_out = [&](std::string_view record) {
    batch_.clear();
    batch_.start().product = "test";
    batch_.add("a", record);
    rule_out.judge(record, batch_);
    return batch_.draft().ruled_out != nullptr;
  };
  EXPECT_TRUE(is_out("nothing"));
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(is_out("mimikatz"));
  EXPECT_FALSE(is_out("nothing"));
  for (int i = 0; i < 10'000; ++i) (void)is_out("mimikatz");
  int out = 0;
  for (int i = 0; i < 10'000; ++i) out += is_out("nothing");
  EXPECT_GT(out, 1000);
}

TEST_F(RuledOut, ShortLiteralsCount) {
  load("  s: {a: '404'}\n  condition: s\n");
  EXPECT_TRUE(is_ruled_out("200 GET"));
  EXPECT_FALSE(is_ruled_out("404 GET"));
}

}  // namespace
}  // namespace bartizan
