// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/text.h"
#include "detect/sigma/evaluate.h"
#include "detect/sigma/load.h"
#include "model/draft_event.h"

namespace bartizan::sigma {
namespace {

struct Loaded {
  std::vector<Rule> rules;
  std::vector<Diagnostic> diagnostics;
};

void load_text(const std::string& text, const std::string& file, Loaded& out,
               const Placeholders* placeholders = nullptr) {
  auto documents = parse_yaml(text, file);
  if (documents) load_rules(*documents, file, placeholders, out.rules, out.diagnostics);
  else out.diagnostics.push_back(documents.error());
}

Loaded load(std::string_view detection, const Placeholders* placeholders = nullptr) {
  Loaded out;
  load_text("title: t\nlogsource: {product: windows}\ndetection:\n" + std::string(detection), "t.yml", out,
            placeholders);
  return out;
}

std::string code_of(std::string_view detection) {
  const Loaded loaded = load(detection);
  return loaded.diagnostics.empty() ? "" : loaded.diagnostics[0].code;
}

std::string condition_code(const std::string& condition) {
  return code_of("  a: {x: y}\n  sel_b: {x: z}\n  _c: {x: z}\n  condition: " + condition + "\n");
}

using Fields = std::vector<std::pair<std::string, std::string>>;

EventBatch batch_of(const Fields& fields) {
  DraftEvent draft;
  for (const auto& [name, value] : fields) draft.fields.push_back({name, value, false});
  EventBatch batch;
  draft.add_to(batch);
  return batch;
}

bool rule_matches(const Loaded& loaded, const Event& event, std::vector<Reason>* why = nullptr) {
  for (const Diagnostic& diagnostic : loaded.diagnostics) ADD_FAILURE() << diagnostic.text();
  if (loaded.rules.size() != 1) return false;
  const PlainFieldLookup lookup;
  return RuleEvaluator(lookup).matches(loaded.rules[0], event, why);
}

// One item, one event.
bool item_matches(const std::string& item, const Fields& fields) {
  return rule_matches(load("  s:\n    " + item + "\n  condition: s\n"), batch_of(fields)[0]);
}

// Literals in <>, wildcards bare.
std::string shown(std::string_view raw) {
  std::string out;
  for (const Token& token : parse_pattern(raw))
    out += token.kind == Token::Kind::kLiteral  ? "<" + token.text + ">"
           : token.kind == Token::Kind::kAnyRun ? "*"
                                                : "?";
  return out;
}

std::filesystem::path shared() {
  if (const char* set = std::getenv("BARTIZAN_SHARED")) return set;
  return std::filesystem::path(__FILE__).parent_path() / "../../../../shared";
}

}  // namespace

TEST(SigmaPattern, Escapes) {
  const std::pair<const char*, const char*> table[] = {{R"(C:\x)", R"(<C:\x>)"},
                                                       {R"(C:\\x)", R"(<C:\x>)"},
                                                       {R"(a\)", R"(<a\>)"},
                                                       {R"(\*)", "<*>"},
                                                       {R"(\?)", "<?>"},
                                                       {R"(\\srv\c$)", R"(<\srv\c$>)"},
                                                       {R"(\\*)", R"(<\>*)"},
                                                       {R"(\\\*)", R"(<\*>)"},
                                                       {R"(\\\\)", R"(<\\>)"},
                                                       {R"(\\\)", R"(<\\>)"},
                                                       {R"(\\\\*)", R"(<\\>*)"},
                                                       {R"(\\\\\*)", R"(<\\*>)"},
                                                       {R"(\\\\srv\\c$)", R"(<\\srv\c$>)"},
                                                       {"a**b?", "<a>*<b>?"},
                                                       {"", ""}};
  for (const auto& [raw, expected] : table) EXPECT_EQ(shown(raw), expected) << raw;
}

TEST(SigmaPattern, ModifiersAddTokensNotText) {
  EXPECT_TRUE(item_matches(R"(p|startswith: 'C:\Temp\')", {{"p", R"(c:\temp\x)"}}));
  EXPECT_FALSE(item_matches(R"(p|startswith: 'C:\Temp\')", {{"p", R"(c:\temp*x)"}}));
  EXPECT_TRUE(item_matches(R"(p|contains: '\a\')", {{"p", R"(C:\A\b)"}}));
  EXPECT_TRUE(item_matches("p|contains: ''", {{"p", ""}}));
  EXPECT_TRUE(item_matches("p|endswith: '*x'", {{"p", "x"}}));
}

TEST(SigmaPattern, Globs) {
  const auto glob = [](const char* pattern, const char* text) {
    return matches_glob(parse_pattern(pattern), text);
  };
  EXPECT_TRUE(glob("a*b*c", "a1b2bc"));
  EXPECT_FALSE(glob("a*b*c", "a1b2bcd"));
  EXPECT_TRUE(glob("?", "é"));
  EXPECT_FALSE(glob("?", ""));
  EXPECT_FALSE(glob("??", "é"));
  EXPECT_TRUE(glob("*?x", "aax"));
  EXPECT_TRUE(glob("a*", "a\n\nb"));
  EXPECT_TRUE(glob("*ab?d*", "xxabababcd"));
  EXPECT_FALSE(glob("*ab?d*", "xxababab"));
  EXPECT_TRUE(glob("*aab", "aaab"));
}

TEST(SigmaPattern, FoldsCase) {
  EXPECT_TRUE(item_matches("p: ПРИВЕТ", {{"p", "привет"}}));
  EXPECT_TRUE(item_matches("p|contains: 'Ł'", {{"p", "xłx"}}));
  EXPECT_FALSE(item_matches("p|cased: Abc", {{"p", "abc"}}));
  EXPECT_TRUE(item_matches("p|contains|cased: Abc", {{"p", "xAbc"}}));
  EXPECT_FALSE(item_matches("p|cased|contains: Abc", {{"p", "xabc"}}));
  EXPECT_FALSE(item_matches("p: ' x '", {{"p", "x"}}));
}

TEST(SigmaEvaluate, AbsentNullEmpty) {
  struct Row {
    const char* item;
    bool absent, null, empty, dash;
  };
  const Row rows[] = {
      {"f: null", true, true, false, false},         {"f: ''", false, false, true, false},
      {"f: '*'", false, false, true, true},          {"f: x", false, false, false, false},
      {"f|exists: true", false, true, true, true},   {"f|exists: false", true, false, false, false},
      {"f: '?*'", false, false, false, true},        {"f: []", true, true, false, false},
      {"f|re: ''", false, false, true, true},        {"f|neq: x", true, true, true, true},
      {"f|fieldref: g", false, false, false, false}, {"f: 1", false, false, false, false}};
  struct NullLookup : PlainFieldLookup {
    void values(const Event&, std::string_view, std::vector<FieldValue>& out) const override {
      out.push_back({{}, false, true});
    }
  };
  for (const Row& row : rows) {
    EXPECT_EQ(item_matches(row.item, {}), row.absent) << row.item;
    EXPECT_EQ(item_matches(row.item, {{"f", ""}}), row.empty) << row.item;
    EXPECT_EQ(item_matches(row.item, {{"f", "-"}}), row.dash) << row.item;
    const Loaded loaded = load("  s:\n    " + std::string(row.item) + "\n  condition: s\n");
    const NullLookup nulls;
    ASSERT_EQ(loaded.rules.size(), 1u) << row.item;
    EXPECT_EQ(RuleEvaluator(nulls).matches(loaded.rules[0], Event{}), row.null) << row.item;
  }
  EXPECT_TRUE(rule_matches(load("  s: {f: x}\n  condition: not s\n"), batch_of({})[0]));
}

TEST(SigmaEvaluate, NumbersAndBooleans) {
  EXPECT_TRUE(item_matches("f: 4688", {{"f", "4688"}}));
  EXPECT_FALSE(item_matches("f: 4688", {{"f", "46880"}}));
  EXPECT_TRUE(item_matches("f|contains: 00000429", {{"f", "x00000429"}}));
  EXPECT_TRUE(item_matches("f: true", {{"f", "True"}}));
  const Field number{"f", "4688.0", Field::kNoColumn, true};
  Event typed;
  typed.fields = {&number, 1};
  EXPECT_TRUE(rule_matches(load("  s: {f: 4688}\n  condition: s\n"), typed));
  EXPECT_TRUE(item_matches("f|gte: 10", {{"f", "10"}}));
  EXPECT_FALSE(item_matches("f|gt: 10", {{"f", "10"}}));
  EXPECT_TRUE(item_matches("f|lt: 9007199254740993", {{"f", "9007199254740992"}}));
  EXPECT_TRUE(item_matches("f|lte: -1.5", {{"f", "-2"}}));
  EXPECT_FALSE(item_matches("f|lt: 5", {{"f", "four"}}));
  EXPECT_EQ(code_of("  s:\n    f|lt: 'x'\n  condition: s\n"), "sigma.modifier_value");
}

TEST(SigmaEvaluate, LongRuns) {
  EXPECT_TRUE(item_matches("f|re: '.{5,}'", {{"f", "a\nbcd\u00e9f"}}));
  EXPECT_FALSE(item_matches("f|re: '.{5,}'", {{"f", "abcd\nefgh"}}));
  EXPECT_FALSE(item_matches("f|re: '.{3,}'", {{"f", "\u00e9\u00e9"}}));  // characters, not bytes
}

TEST(SigmaEvaluate, TimeParts) {
  const Fields fields = {{"t", "2021-01-03T20:15:00Z"}};  // a Sunday of ISO week 53 of 2020
  EXPECT_TRUE(item_matches("t|hour: 20", fields));
  EXPECT_TRUE(item_matches("t|hour|gte: 20", fields));
  EXPECT_FALSE(item_matches("t|hour|gt: 20", fields));
  EXPECT_TRUE(item_matches("t|minute: 15", fields));
  EXPECT_TRUE(item_matches("t|day: 3", fields));
  EXPECT_TRUE(item_matches("t|week: 53", fields));
  EXPECT_TRUE(item_matches("t|month: 1", fields));
  EXPECT_TRUE(item_matches("t|year: 2021", fields));
  EXPECT_TRUE(item_matches("t|week: 1", {{"t", "2024-12-31"}}));
  EXPECT_TRUE(item_matches("t|week: 52", {{"t", "2022-01-01"}}));
  EXPECT_TRUE(item_matches("t|week: 53", {{"t", "2016-01-01"}}));
  EXPECT_FALSE(item_matches("t|year: 2021", {{"t", "never"}}));
}

TEST(SigmaModifiers, Base64AndUtf16) {
  using Three = std::array<std::string, 3>;
  EXPECT_EQ(base64_offsets("http://"), (Three{"aHR0cDovL", "h0dHA6Ly", "odHRwOi8v"}));
  EXPECT_EQ(base64_offsets("/bin/bash"), (Three{"L2Jpbi9iYXNo", "9iaW4vYmFza", "vYmluL2Jhc2"}));
  EXPECT_EQ(base64_offsets("cmd"), (Three{"Y21k", "NtZ", "jbW"}));
  EXPECT_EQ(base64_offsets(utf16_bytes("cmd", false)), (Three{"YwBtAGQA", "MAbQBkA", "jAG0AZA"}));
  EXPECT_EQ(base64("a"), "YQ==");
  EXPECT_EQ(base64("ab"), "YWI=");
  EXPECT_EQ(utf16_bytes("😀", true), std::string("\xd8\x3d\xde\x00", 4));
  EXPECT_TRUE(item_matches("p|wide|base64offset|contains: cmd", {{"p", "xxMAbQBkAyy"}}));
  EXPECT_TRUE(item_matches("p|utf16|base64: a", {{"p", "//5hAA=="}}));
  EXPECT_TRUE(item_matches("p|utf16be|base64: a", {{"p", "AGE="}}));
  EXPECT_EQ(code_of("  s:\n    p|base64: 'a*'\n  condition: s\n"), "sigma.modifier_value");
}

TEST(SigmaModifiers, Dashes) {
  EXPECT_EQ(dash_variants(parse_pattern("a-b")).size(), 1u);
  EXPECT_EQ(dash_variants(parse_pattern("start/b")).size(), 1u);
  EXPECT_EQ(dash_variants(parse_pattern("-a /b")).size(), 25u);
  EXPECT_EQ(dash_variants(parse_pattern("--all")).size(), 5u);
  EXPECT_EQ(dash_variants(parse_pattern("*-x*")).size(), 5u);
  EXPECT_TRUE(dash_variants(parse_pattern("-a -b -c -d -e -f")).empty());
  EXPECT_TRUE(item_matches("p|contains|windash: ' -f '", {{"p", "x /f y"}}));
  EXPECT_TRUE(item_matches("p|contains|all|windash: [' -f', ' -g']", {{"p", "x /f –g"}}));
  EXPECT_FALSE(item_matches("p|contains|all|windash: [' -f', ' -g']", {{"p", "x /f /h"}}));
}

TEST(SigmaModifiers, RegexNetworkReference) {
  EXPECT_TRUE(item_matches(R"(p|re: 'a\d+$')", {{"p", "xa12"}}));
  EXPECT_FALSE(item_matches("p|re: ABC", {{"p", "abc"}}));
  EXPECT_TRUE(item_matches("p|re|i: ABC", {{"p", "abc"}}));
  EXPECT_FALSE(item_matches("p|re: ^b", {{"p", "a\nb"}}));
  EXPECT_TRUE(item_matches("p|re|m: ^b", {{"p", "a\nb"}}));
  EXPECT_FALSE(item_matches("p|re: a.b", {{"p", "a\nb"}}));
  EXPECT_TRUE(item_matches("p|re|s: a.b", {{"p", "a\nb"}}));
  EXPECT_EQ(code_of("  s:\n    p|re: 'a(?=b)'\n  condition: s\n"), "sigma.regex");
  EXPECT_EQ(code_of("  s:\n    p|contains|re: a\n  condition: s\n"), "sigma.modifier_order");
  EXPECT_TRUE(item_matches("p|cidr: 10.0.0.0/8", {{"p", "10.9.8.7"}}));
  EXPECT_FALSE(item_matches("p|cidr: 10.0.0.0/8", {{"p", "11.0.0.1"}}));
  EXPECT_FALSE(item_matches("p|cidr: 10.0.0.0/8", {{"p", "host"}}));
  EXPECT_TRUE(item_matches("p|cidr: 172.16.0.0/12", {{"p", "172.31.255.255"}}));
  EXPECT_FALSE(item_matches("p|cidr: 172.16.0.0/12", {{"p", "172.32.0.0"}}));
  EXPECT_TRUE(item_matches("p|cidr: 'fc00::/7'", {{"p", "fd12::1"}}));
  EXPECT_TRUE(item_matches("p|cidr: '::1/128'", {{"p", "::1"}}));
  EXPECT_FALSE(item_matches("p|cidr: '::/0'", {{"p", "1.2.3.4"}}));
  EXPECT_EQ(code_of("  s:\n    p|cidr: 10.0.0.1/8\n  condition: s\n"), "sigma.network");
  EXPECT_TRUE(item_matches("p|fieldref: q", {{"p", "A"}, {"q", "a"}}));
  EXPECT_FALSE(item_matches("p|fieldref: q", {{"p", "a"}, {"q", "b"}}));
  EXPECT_TRUE(item_matches("p|fieldref|startswith: q", {{"p", "ab"}, {"q", "A"}}));
  EXPECT_TRUE(item_matches("p|fieldref|neq: q", {{"p", "a"}, {"q", "b"}}));
}

TEST(SigmaModifiers, Placeholders) {
  EXPECT_EQ(code_of("  s:\n    p|expand: '%Servers%'\n  condition: s\n"), "sigma.placeholder");
  EXPECT_EQ(code_of("  s:\n    p|re|expand: 'a%Servers%'\n  condition: s\n"), "sigma.placeholder");
  EXPECT_TRUE(item_matches("p: '%temp%'", {{"p", "%TEMP%"}}));
  EXPECT_TRUE(item_matches(R"(p|expand: '\%temp\%')", {{"p", "%TEMP%"}}));
}

TEST(SigmaModifiers, Misuse) {
  EXPECT_EQ(code_of("  s:\n    p|nonsense: x\n  condition: s\n"), "sigma.unknown_modifier");
  EXPECT_EQ(code_of("  s:\n    p|contains|all: x\n  condition: s\n"), "sigma.modifier_value");
  EXPECT_EQ(code_of("  s:\n    p|exists: 'true'\n  condition: s\n"), "sigma.modifier_value");
  EXPECT_EQ(code_of("  s:\n    p|contains|exists: true\n  condition: s\n"), "sigma.modifier_value");
  EXPECT_EQ(code_of("  s:\n    p: [a, null]\n  condition: s\n"), "sigma.value");
  EXPECT_EQ(code_of("  s:\n    p: {a: b}\n  condition: s\n"), "sigma.value");
  EXPECT_EQ(code_of("  s:\n    '|neq': a\n  condition: s\n"), "sigma.modifier_value");
}

TEST(SigmaEvaluate, Keywords) {
  const EventBatch batch = batch_of({{"a", "the Quick fox"}, {"Data", "one"}, {"Data", "two"}});
  const Event& event = batch[0];
  EXPECT_TRUE(rule_matches(load("  s: [nothing, quick]\n  condition: s\n"), event));
  EXPECT_FALSE(rule_matches(load("  s:\n    '|all': [one, three]\n  condition: s\n"), event));
  EXPECT_TRUE(rule_matches(load("  s:\n    '|all': [one, fox]\n  condition: s\n"), event));
  EXPECT_TRUE(rule_matches(load("  s: 'q*x'\n  condition: s\n"), event));
  EXPECT_FALSE(rule_matches(load("  s: 'fox*one'\n  condition: s\n"), event));
  EXPECT_TRUE(rule_matches(load("  s:\n    Data|contains|all: [one, two]\n  condition: s\n"), event));
  EXPECT_TRUE(rule_matches(load("  s: {Data: two}\n  condition: s\n"), event));
}

TEST(SigmaEvaluate, GivesReasons) {
  std::vector<Reason> why;
  const Loaded loaded = load(
      "  s:\n    - {a: x, b: y}\n    - a|endswith: '\\cmd.exe'\n  f: {c: d}\n  condition: s and not f\n");
  EXPECT_TRUE(rule_matches(loaded, batch_of({{"a", R"(C:\CMD.exe)"}, {"b", "y"}})[0], &why));
  ASSERT_EQ(why.size(), 1u);
  EXPECT_EQ(why[0].field, "a");
  EXPECT_EQ(why[0].predicate, "ends with");
  EXPECT_EQ(why[0].pattern, R"(\cmd.exe)");
  EXPECT_EQ(why[0].value, R"(C:\CMD.exe)");
  EXPECT_EQ(why[0].identifier, "s");
}

TEST(SigmaCondition, Grammar) {
  const std::string searches =
      "  a: {x: '1'}\n  notes: {y: '1'}\n  sel_b: {z: '1'}\n  _sel: {w: '1'}\n  condition: ";
  const auto holds = [&](const std::string& condition, const Fields& fields) {
    return rule_matches(load(searches + condition + "\n"), batch_of(fields)[0]);
  };
  EXPECT_TRUE(holds("a or notes and sel_b", {{"x", "1"}}));
  EXPECT_FALSE(holds("(a or notes) and sel_b", {{"x", "1"}}));
  EXPECT_TRUE(holds("not notes and not not a", {{"x", "1"}}));
  EXPECT_TRUE(holds("notes", {{"y", "1"}}));
  EXPECT_TRUE(holds("all of them", {{"x", "1"}, {"y", "1"}, {"z", "1"}}));
  EXPECT_FALSE(holds("all of them", {{"x", "1"}, {"y", "1"}}));
  EXPECT_TRUE(holds("any of sel*", {{"z", "1"}}));
  EXPECT_FALSE(holds("1 of *sel*", {{"w", "1"}}));
  EXPECT_TRUE(holds("1 of _*", {{"w", "1"}}));
  EXPECT_TRUE(holds("a and not 1 of sel_*", {{"x", "1"}}));
  EXPECT_FALSE(holds("a and not 1 of sel_*", {{"x", "1"}, {"z", "1"}}));
  EXPECT_TRUE(holds("[notes, a]", {{"x", "1"}}));
}

TEST(SigmaCondition, Errors) {
  EXPECT_EQ(condition_code("a and all of sel*"), "");
  for (const char* wrong : {"''", "a and", "a b", "(a", "a)", "not", "nothing", "1 of no*", "1 of",
                            "a AND sel_b", "'a | count() > 5'", "or a", "a and or sel_b", "()", "{x: y}"})
    EXPECT_EQ(condition_code(wrong), "sigma.condition") << wrong;
  EXPECT_EQ(condition_code(std::string(100'000, '(')), "sigma.condition");
  EXPECT_EQ(code_of("  a: {x: y}\n"), "sigma.missing");
  EXPECT_EQ(code_of("  a: {x: y}\n  timeframe: 5m\n  condition: a\n"), "sigma.timeframe");
}

TEST(SigmaPlaceholders, StandForTheirValues) {
  const Placeholders known{{"admins", {"alice", "adm_*"}}, {"domain", {"CORP", "LAB"}}, {"one", {"50%"}}};
  const auto user_is = [&](const std::string& item, const char* user) {
    return rule_matches(load("  a: {" + item + "}\n  condition: a\n", &known), batch_of({{"User", user}})[0]);
  };
  EXPECT_TRUE(user_is("User|expand: '%admins%'", "Alice"));
  EXPECT_TRUE(user_is("User|expand: '%admins%'", "adm_bob"));  // wildcards of values count
  EXPECT_FALSE(user_is("User|expand: '%admins%'", "bob"));
  EXPECT_TRUE(user_is("User|expand: '%domain%\\\\%admins%'", "lab\\adm_x"));
  EXPECT_FALSE(user_is("User|expand: '%domain%\\\\%admins%'", "alice"));
  EXPECT_TRUE(user_is("User|expand|endswith: '%admins%'", "corp\\alice"));
  EXPECT_TRUE(user_is("User|endswith|expand: '%admins%'", "corp\\alice"));
  EXPECT_TRUE(user_is("User|re|expand: '^%domain%.$'", "LAB1"));
  EXPECT_TRUE(user_is("User|expand: '\\%admins\\% %one%'", "%admins% 50%"));
}

TEST(SigmaPlaceholders, MistakesAreReported) {
  const Placeholders known{{"admins", {"alice"}}};
  EXPECT_EQ(load("  a: {User|expand: '%nobody%'}\n  condition: a\n", &known).diagnostics.at(0).code,
            "sigma.placeholder");
  EXPECT_EQ(load("  a: {User|base64|expand: '%admins%'}\n  condition: a\n", &known).diagnostics.at(0).code,
            "sigma.modifier_order");
  Placeholders read;
  std::vector<Diagnostic> diagnostics;
  load_placeholders("a: 1\nb: [x, 'y*']\n'%c%': x\nd: {}\ne: []\nf: '%a%'\n", "p.yml", read, diagnostics);
  EXPECT_EQ(read, (Placeholders{{"a", {"1"}}, {"b", {"x", "y*"}}}));
  std::string lines;
  for (const Diagnostic& diagnostic : diagnostics) lines += std::to_string(diagnostic.line) + " ";
  EXPECT_EQ(lines, "3 4 5 6 ");
}

TEST(SigmaLoad, ReportsEveryMistake) {
  Loaded loaded;
  load_text(
      "title: c\ncorrelation: {type: event_count}\n---\ntitle: f\nfilter: {}\n---\naction: global\n---\n"
      "title: ok\nlevel: grave\nlogsource: {category: x}\ndetection: {a: {b: c}, condition: a}\n---\n"
      "logsource: {}\ndetection: {a: {b|bad: c, d|worse: e}, condition: b}\n",
      "r.yml", loaded);
  const auto& [rules, diagnostics] = loaded;
  std::string codes;
  for (const Diagnostic& diagnostic : diagnostics) codes += diagnostic.code + " ";
  EXPECT_EQ(codes,
            "sigma.action_unsupported sigma.metadata sigma.missing "
            "sigma.logsource sigma.unknown_modifier sigma.unknown_modifier sigma.condition ");
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].title, "ok");
  EXPECT_EQ(rules[0].line, 9);
  EXPECT_EQ(count_errors(diagnostics), diagnostics.size() - 1);  // an unknown level is a warning
}

TEST(SigmaLoad, PublicRules) {
  const std::filesystem::path corpus = shared() / "corpus/sigma";
  if (!std::filesystem::is_directory(corpus / "rules")) GTEST_SKIP() << "no public rules in " << corpus;
  Loaded loaded;
  auto& [rules, diagnostics] = loaded;
  std::map<std::string, int> refused;
  for (const char* folder :
       {"rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance", "rules-placeholder"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus / folder)) {
      if (entry.path().extension() != ".yml") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::stringstream text;
      text << in.rdbuf();
      const std::size_t before = diagnostics.size();
      load_text(text.str(), entry.path().string(), loaded);
      if (diagnostics.size() > before) ++refused[folder];
    }
  std::size_t leaves = 0;
  for (const Rule& rule : rules) leaves += rule.leaves.size();
  RecordProperty("leaves", static_cast<int>(leaves));
  EXPECT_EQ(diagnostics.size(), 34u);  // one for each value with a placeholder in 25 rules
  // Two rules outside the placeholder folder need %known_cdcs%.
  EXPECT_EQ(refused, (std::map<std::string, int>{{"rules-emerging-threats", 2}, {"rules-placeholder", 23}}));
  EXPECT_EQ(rules.size(), 3755u);
  for (const Diagnostic& diagnostic : diagnostics)
    EXPECT_EQ(diagnostic.code, "sigma.placeholder") << diagnostic.text();
}

}  // namespace bartizan::sigma
