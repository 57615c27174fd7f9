// SPDX-License-Identifier: Apache-2.0
#include "hunt/saved_hunt.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "hunt/hunt_runs.h"

namespace bartizan::hunt {
namespace {

constexpr std::string_view kHunt =
    "title: T\nid: h\nhypothesis: H\non_hit: O\nadvisory: [D5]\nevery: 7d\nsearch: 'host:a'\n";

Instant at(std::string_view text) { return *parse_instant(text); }

SavedHunt good(std::string_view text) {
  std::vector<Diagnostic> diagnostics;
  auto hunt = parse_hunt(text, "h.yml", diagnostics);
  EXPECT_TRUE(hunt) << (diagnostics.empty() ? "" : diagnostics[0].text());
  return hunt.value_or(SavedHunt{});
}

// The first mistake, with its place.
std::string mistake(std::string_view more, std::string_view without = {}) {
  std::string text(kHunt);
  if (!without.empty()) text.erase(text.find(without), without.size());
  std::vector<Diagnostic> diagnostics;
  EXPECT_FALSE(parse_hunt(text + std::string(more), "h.yml", diagnostics));
  return diagnostics.empty() ? "" : diagnostics[0].text();
}
bool says(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(SavedHuntTest, EveryMistakeHasItsPlace) {
  EXPECT_TRUE(
      says(mistake("serch: x\n"), "h.yml:8:1: hunt.file: unknown key 'serch'\n  hint: did you mean search?"));
  EXPECT_TRUE(says(mistake("sql: SELECT 1\n"), "a hunt asks one question"));
  EXPECT_TRUE(says(mistake("search: 'hostt:a'\n", "search: 'host:a'\n"), "there is no field 'hostt'"));
  EXPECT_TRUE(says(mistake("of: 'host:a | count'\n"), "no command can stand here"));
  EXPECT_TRUE(says(mistake("analysis: beakons\n", "search: 'host:a'\n"), "there is no analysis 'beakons'"));
  EXPECT_TRUE(says(mistake("analysis: stack\n", "search: 'host:a'\n"), "'field' is missing"));
  EXPECT_TRUE(says(mistake("attack: [T10]\n"), "'T10' is no technique"));
  EXPECT_TRUE(says(mistake("advisory: [D9]\n", "advisory: [D5]\n"), "'D9' is no item"));
  EXPECT_TRUE(says(mistake("every: week\n", "every: 7d\n"), "'week' is no span of time"));
  EXPECT_TRUE(says(mistake("every: 9999999999999d\n", "every: 7d\n"), "is no span of time"));
  EXPECT_TRUE(says(mistake("covers: 1d\n"), "covers less time than lies between two runs"));
  EXPECT_TRUE(says(mistake("id: other\n", "id: h\n"), "the id is 'other' and the file h.yml"));
  EXPECT_TRUE(says(mistake("", "on_hit: O\n"), "'on_hit' is missing"));
  EXPECT_TRUE(says(mistake("example: {log: x, until: never, finds: [x]}\n"), "'never' is no time"));
  EXPECT_TRUE(says(mistake("---\ntitle: second\n"), "a file holds one hunt, this one 2"));
}

TEST(SavedHuntTest, SpansAreWrittenAsTheyAreRead) {
  for (const std::string span : {"7d", "12h", "90m", "45s"}) {
    std::string text(kHunt);
    EXPECT_EQ(format_span(good(text.replace(text.find("7d"), 2, span)).every_seconds), span);
  }
}

TEST(SavedHuntTest, TheQuestionSeesTheRangeAlone) {
  const SavedHunt hunt = good(kHunt);
  const TimeRange range = range_at(hunt, at("2026-03-08"));
  EXPECT_EQ(*range.since, at("2026-03-01"));
  const std::string sql = sql_of_hunt(hunt, range);
  EXPECT_TRUE(says(sql, "time >= TIMESTAMP '2026-03-01T00:00:00.000000' AND time < TIMESTAMP '2026-03-08T"))
      << sql;
}

TEST(HuntRunsTest, DueCountsFromWhatWasHunted) {
  const SavedHunt hunt = good(kHunt);
  HuntRun run{.hunt = "h", .content = hunt.content, .until = at("2026-03-08")};
  EXPECT_FALSE(due_at(hunt, {}));
  EXPECT_EQ(due_at(hunt, {&run, 1}), at("2026-03-14T23:00:00Z"));  // an hour early
  run.failed = "took longer";
  EXPECT_FALSE(due_at(hunt, {&run, 1}));
  run.failed.clear(), run.is_regular = false;
  EXPECT_FALSE(due_at(hunt, {&run, 1}));
  run.is_regular = true, run.content = "as it was before";
  EXPECT_FALSE(due_at(hunt, {&run, 1}));
}

class RecordTest : public testing::Test {
 protected:
  RecordTest() {
    std::string name = (std::filesystem::temp_directory_path() / "hunt_runs_test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~RecordTest() override {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }
  std::string folder_;
};

HuntRun a_run(const std::string& name) {
  HuntRun run{.hunt = name, .content = "c0ffee", .at = at("2026-03-08T01:00:00Z")};
  run.since = at("2026-03-01"), run.until = at("2026-03-08"), run.rows = 3, run.seconds = 1.5;
  run.coverage = {{{"Security", 2, {"dc1", "h\"\n"}}}, {{"zeek/conn", 1, {"-"}}}};
  return run;
}

TEST_F(RecordTest, WhatWasRecordedIsRead) {
  ASSERT_TRUE(append_run(folder_, a_run("a")).has_value());
  const auto history = read_runs(folder_);
  ASSERT_TRUE(history.has_value());
  ASSERT_EQ(history->runs.size(), 1u);
  EXPECT_EQ(to_json(history->runs[0]), to_json(a_run("a")));
  EXPECT_EQ(history->runs[0].coverage.answered[0].names[1], "h\"\n");
}

TEST_F(RecordTest, ALineThatWasCutCostsNoOther) {
  ASSERT_TRUE(append_run(folder_, a_run("a")).has_value());
  std::ofstream(folder_ + "/hunts.jsonl", std::ios::app) << to_json(a_run("cut")).substr(0, 40);
  ASSERT_TRUE(append_run(folder_, a_run("b")).has_value());
  const auto history = read_runs(folder_);
  ASSERT_TRUE(history.has_value());
  ASSERT_EQ(history->runs.size(), 2u);
  EXPECT_EQ(history->runs[1].hunt, "b");
  EXPECT_EQ(history->unreadable, 1u);
}

TEST_F(RecordTest, ManyRunsAtATimeLoseNone) {
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 4; ++writer)
      writers.emplace_back([&] {
        for (int i = 0; i < 25; ++i) EXPECT_TRUE(append_run(folder_, a_run("h")).has_value());
      });
  }
  const auto history = read_runs(folder_);
  ASSERT_TRUE(history.has_value());
  EXPECT_EQ(history->runs.size(), 100u);
  EXPECT_EQ(history->unreadable, 0u);
}

TEST(CoverageTest, SilentIsSeenBeforeAndNotNow) {
  const std::vector<std::vector<std::string>> rows = {
      {"Security", "dc1", "5"}, {"Security", "fs1", "0"}, {"zeek/conn", "-", "9"}, {"zeek/dns", "-", "0"}};
  const Coverage all = coverage_of(rows, {});
  EXPECT_EQ(all.answered.size(), 2u);
  EXPECT_EQ(all.silent.size(), 2u);
  const std::string needed[] = {"ZEEK/*"};
  const Coverage some = coverage_of(rows, needed);
  ASSERT_EQ(some.answered.size(), 1u);
  EXPECT_EQ(some.answered[0].log, "zeek/conn");
  ASSERT_EQ(some.silent.size(), 1u);
  EXPECT_EQ(some.silent[0].log, "zeek/dns");
}

}  // namespace
}  // namespace bartizan::hunt
