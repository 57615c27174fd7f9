// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace bartizan {
namespace {

std::string code_of(std::string_view text) {
  auto parsed = parse_yaml(text, "a.yml");
  return parsed ? "" : parsed.error().code;
}

}  // namespace

TEST(Yaml, KeepsRawTextAndQuotation) {
  auto parsed = parse_yaml(
      "a: 00429\nb: '00429'\nc: null\nd: 'null'\ne:\nf: ~\ng: \"\\u0410\"\nh: !!str null\n", "a.yml");
  ASSERT_TRUE(parsed);
  const YamlNode& root = parsed->at(0);
  EXPECT_EQ(root.find("a")->text, "00429");
  EXPECT_FALSE(root.find("a")->quoted);
  EXPECT_TRUE(root.find("b")->quoted);
  EXPECT_TRUE(root.find("c")->is_null());
  EXPECT_FALSE(root.find("d")->is_null());
  EXPECT_TRUE(root.find("e")->is_null());
  EXPECT_TRUE(root.find("f")->is_null());
  EXPECT_EQ(root.find("g")->text, "А");
  EXPECT_FALSE(root.find("h")->is_null());
  EXPECT_EQ(root.find("b")->line, 2);
  EXPECT_EQ(root.find("b")->column, 4);
  EXPECT_EQ(root.find("z"), nullptr);
}

TEST(Yaml, ReadsSeveralDocuments) {
  auto parsed = parse_yaml("a: 1\n---\n- x\n- [y, z]\n", "a.yml");
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->size(), 2u);
  EXPECT_EQ(parsed->at(1).items.at(1).items.at(0).text, "y");
  EXPECT_TRUE(parse_yaml("", "a.yml")->empty());
}

TEST(Yaml, CopiesAliases) {
  auto parsed = parse_yaml("a: &x [1, 2]\nb: *x\n", "a.yml");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->at(0).find("b")->items.at(1).text, "2");
  EXPECT_EQ(code_of("a: *x\n"), "yaml.alias");
  EXPECT_EQ(code_of("a: &x [*x]\n"), "yaml.alias");
}

TEST(Yaml, RefusesWhatIsWrong) {
  EXPECT_EQ(code_of("a: 1\nb: 2\na: 3\n"), "yaml.duplicate_key");
  EXPECT_EQ(code_of("a: [1\n"), "yaml.syntax");
  EXPECT_EQ(code_of("[a]: 1\n"), "yaml.key");
  EXPECT_EQ(code_of("a: &x {b: 1}\nc:\n  <<: *x\n"), "yaml.key");
  EXPECT_EQ(code_of("a: \xff\xfe\xfd\n"), "yaml.syntax");
  auto parsed = parse_yaml("a: 1\na: 2\n", "a.yml");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().text(),
            "a.yml:2:1: yaml.duplicate_key: the key 'a' occurs twice in one map\n"
            "  hint: merge the two entries or rename one");
}

TEST(Yaml, BoundsDepthAndExpansion) {
  EXPECT_EQ(code_of(std::string(200, '[') + std::string(200, ']')), "yaml.limit");
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string n = std::to_string(i), before = "*a" + std::to_string(i - 1);
    bomb += "a" + n + ": &a" + n + " [" + before;
    for (int j = 0; j < 9; ++j) bomb += ", " + before;
    bomb += "]\n";
  }
  EXPECT_EQ(code_of(bomb), "yaml.limit");
  std::string text = "a: &a '" + std::string(1 << 20, 'x') + "'\nb:\n";
  for (int i = 0; i < 100; ++i) text += "- *a\n";
  EXPECT_EQ(code_of(text), "yaml.limit");
}

}  // namespace bartizan
