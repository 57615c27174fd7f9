// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "app/verbs.h"

namespace bartizan::app {
namespace {

constexpr Option kOptions[] = {
    {"Input", "--strict", 's', "", "be strict"},
    {"Output", "--format", 'f', "F", "the form", "text jsonl"},
    {"Output", "--rules", 0, "DIR", "rules", "", Repeat::kMany},
    {"Output", "--tag", 0, "T", "tags", "", Repeat::kList},
};
constinit const Verb kVerb{.name = "look",
                           .operands = "PATH…",
                           .operands_min = 1,
                           .summary = "looks",
                           .about = "At things.\n",
                           .options = kOptions,
                           .examples = "  bartizan look here\n",
                           .choices = {},
                           .run = nullptr};

Arguments parsed(const std::vector<std::string>& words) {
  auto arguments = parse_arguments(kVerb, words);
  if (!arguments) ADD_FAILURE() << arguments.error();
  return arguments.value_or(Arguments{});
}

std::string complaint(const std::vector<std::string>& words) {
  auto arguments = parse_arguments(kVerb, words);
  return arguments ? "" : arguments.error();
}

TEST(Options, AreReadInEveryWayTheyCanBeWritten) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"--format", "jsonl", "a"},
                                             {"--format=jsonl", "a"},
                                             {"-f", "jsonl", "a"},
                                             {"-fjsonl", "a"},
                                             {"a", "--format", "text", "--format", "jsonl"}})
    EXPECT_EQ(parsed(words).value("--format"), "jsonl");
  EXPECT_EQ(parsed({"a"}).value("--format", "text"), "text");
  EXPECT_TRUE(parsed({"-s", "a"}).has("--strict"));
  EXPECT_FALSE(parsed({"a"}).has("--strict"));
  EXPECT_EQ(parsed({"--rules", "a,b", "--rules=c", "x"}).values("--rules"),
            (std::vector<std::string>{"a,b", "c"}));
  EXPECT_EQ(parsed({"--tag", "a,b", "--tag=c", "x"}).values("--tag"),
            (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(parsed({"-", "--", "--strict", "-x"}).operands,
            (std::vector<std::string>{"-", "--strict", "-x"}));
  EXPECT_TRUE(parsed({"--help"}).help);
  EXPECT_TRUE(parsed({"--strict", "-h"}).help);
}

TEST(Options, MistakesSayWhatToDo) {
  EXPECT_EQ(complaint({"--fromat=text", "a"}), "unknown option --fromat; did you mean --format?");
  EXPECT_EQ(complaint({"-x", "a"}), "unknown option -x");
  EXPECT_EQ(complaint({"--format", "txt", "a"}), "--format: there is no 'txt'; did you mean text?");
  EXPECT_EQ(complaint({"--format", "docx-and-more", "a"}),
            "--format: there is no 'docx-and-more'; one of: text, jsonl");
  EXPECT_EQ(complaint({"a", "--format"}), "option --format lacks its value F");
  EXPECT_EQ(complaint({"--format", "--strict", "a"}), "option --format lacks its value F");
  EXPECT_EQ(complaint({"--strict=yes", "a"}), "option --strict takes no value");
  EXPECT_EQ(complaint({}), "it needs PATH…");
}

TEST(Options, TheHelpNamesEveryOption) {
  const std::string help = help_of(kVerb);
  for (const Option& option : kOptions)
    EXPECT_NE(help.find("  " + std::string(option.letter ? "-" : "--")), std::string::npos);
  EXPECT_NE(help.find("\nInput\n  -s, --strict"), std::string::npos) << help;
  EXPECT_NE(help.find("--tag T"), std::string::npos);
  EXPECT_NE(help.find("Examples\n  bartizan look here\n"), std::string::npos);
}

// What --help shows as an example is at least accepted by the parser.
TEST(Verbs, ExamplesParse) {
  for (const Verb* verb : verbs()) {
    EXPECT_FALSE(verb->examples.empty()) << verb->name;
    std::size_t shown = 0;
    const std::string start = "bartizan " + std::string(verb->name) + " ";
    for (std::size_t at = verb->examples.find(start); at != std::string::npos;
         at = verb->examples.find(start, at + 1)) {
      std::string line(verb->examples.substr(at + start.size()));
      line.resize(std::min(line.find_first_of("\n|>)"), line.size()));
      std::vector<std::string> words;
      for (std::string_view word : words_of(line)) words.emplace_back(word);
      // `formats explain` is a verb of its own among the examples of `formats`.
      const Verb* shown_verb = verb;
      for (const Verb* longer : verbs())
        if (!words.empty() && longer->name == std::string(verb->name) + " " + words[0]) shown_verb = longer;
      if (shown_verb != verb) words.erase(words.begin());
      auto arguments = parse_arguments(*shown_verb, words);
      EXPECT_TRUE(arguments) << line << ": " << arguments.error();
      ++shown;
    }
    EXPECT_TRUE(shown > 0 || verb->operands_min == 0) << verb->name;
  }
}

TEST(Completion, ScriptsNameEveryVerbAndOption) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(shell, verbs());
    for (const Verb* verb : verbs()) {
      EXPECT_NE(script.find(words_of(verb->name).back()), std::string::npos) << shell << " " << verb->name;
      for (const Option& option : verb->options)
        EXPECT_NE(script.find(option.name.substr(2)), std::string::npos) << shell << " " << option.name;
    }
  }
}

}  // namespace
}  // namespace bartizan::app
