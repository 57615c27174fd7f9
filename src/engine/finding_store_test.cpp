// SPDX-License-Identifier: Apache-2.0
#include "engine/finding_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <tuple>

#include "model/jsonl.h"
#include "model/packed_finding.h"

namespace bartizan {
namespace {

std::string line_of(const Finding& finding) {
  std::string line;
  append_finding_json(finding, line);
  return line + finding.record;
}

unsigned draw(std::mt19937& random) { return static_cast<unsigned>(random()); }

std::string any_text(std::mt19937& random, std::size_t size_max) {
  std::string text(draw(random) % (size_max + 1), ' ');
  for (char& letter : text) letter = static_cast<char>('a' + draw(random) % 26);
  return text;
}

Finding any_finding(std::mt19937& random, int number) {
  Finding finding;
  finding.id = "id " + std::to_string(number);
  finding.time.ticks = static_cast<std::int64_t>(draw(random) % 50) - 10;
  finding.rule_id = "rule " + std::to_string(draw(random) % 3);
  finding.rule_title = any_text(random, 200);
  finding.level = static_cast<Level>(draw(random) % 5);
  finding.file = "file " + std::to_string(draw(random) % 2);
  finding.record_id = std::to_string(draw(random) % 4);
  finding.channel = any_text(random, 20), finding.host = any_text(random, 20);
  finding.event_id = draw(random);
  for (unsigned i = draw(random) % 3; i > 0; --i) finding.attack.push_back(any_text(random, 9));
  for (unsigned i = draw(random) % 3; i > 0; --i) finding.advisory.push_back(any_text(random, 9));
  for (unsigned i = draw(random) % 3; i > 0; --i)
    finding.why.push_back(
        {any_text(random, 9), any_text(random, 9), any_text(random, 9), any_text(random, 300)});
  for (unsigned i = draw(random) % 3; i > 0; --i)
    finding.entities.push_back({any_text(random, 9), any_text(random, 9)});
  finding.record = any_text(random, 400);
  if (draw(random) % 2) {
    FindingView& view = finding.view.emplace();
    view.view = any_text(random, 9), view.layer = draw(random), view.field = any_text(random, 9);
    view.from_command_line = draw(random) % 2, view.is_verified = draw(random) % 2,
    view.is_joined = draw(random) % 2;
    view.is_partial = draw(random) % 2, view.is_cut = draw(random) % 2, view.score = draw(random) % 101;
    view.assumptions = {any_text(random, 9)}, view.limits = {any_text(random, 9), any_text(random, 9)};
    view.chain.push_back({draw(random), any_text(random, 9), {any_text(random, 9)}, any_text(random, 9)});
    view.text = any_text(random, 99);
  }
  return finding;
}

TEST(PackedFinding, ReadsAsWritten) {
  std::mt19937 random(1);
  Finding read;  // used again, so that nothing of the one before may stay
  for (int i = 0; i < 500; ++i) {
    const Finding written = any_finding(random, i);
    std::string packed;
    append_packed(written, packed);
    EXPECT_EQ(first_packed(packed + "more"), packed);
    EXPECT_EQ(time_of_packed(packed), written.time);
    unpack(packed, read);
    ASSERT_EQ(line_of(read), line_of(written));
  }
}

// The same findings in the same order, with room for all of them and for next to none.
TEST(FindingStore, GivesEverythingInOrderWhateverTheRoom) {
  std::mt19937 random(2);
  std::vector<Finding> all;
  for (int i = 0; i < 2'000; ++i) all.push_back(any_finding(random, i));
  std::vector<Finding> expected = all;
  std::sort(expected.begin(), expected.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.time, a.file, a.record_id, a.rule_id, a.id) <
           std::tie(b.time, b.file, b.record_id, b.rule_id, b.id);
  });
  for (const std::size_t room :
       {std::size_t{1}, std::size_t{5'000}, std::size_t{60'000}, std::size_t{64} << 20}) {
    FindingStore store(room);
    for (const Finding& finding : all) store.add(finding);
    ASSERT_EQ(store.size(), all.size());
    for (int pass = 0; pass < 2; ++pass) {
      std::size_t at = 0;
      store.findings().for_each([&](const Finding& finding) {
        ASSERT_LT(at, expected.size());
        ASSERT_EQ(line_of(finding), line_of(expected[at])) << at << " with room for " << room;
        ++at;
      });
      EXPECT_EQ(at, expected.size());
    }
    std::string lines;
    for (const Finding& finding : expected) lines += line_of(finding);
    for (const std::size_t threads : {1, 3}) {
      store.set_threads(threads);
      std::string written;
      store.findings().write_each([](const Finding& finding, std::string& out) { out += line_of(finding); },
                                  [&](std::string_view text) { written += text; });
      EXPECT_EQ(written, lines) << threads << " threads, room for " << room;
    }
    EXPECT_EQ(store.problem(), "");
  }
}

TEST(FindingStore, LosesNothingWhereNoFileCanBeWritten) {
  std::mt19937 random(3);
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before ? before : "";
  ::setenv("TMPDIR", "/nowhere", 1);
  FindingStore store(1'000);
  for (int i = 0; i < 200; ++i) store.add(any_finding(random, i));
  std::size_t count = 0;
  store.findings().for_each([&](const Finding&) { ++count; });
  EXPECT_EQ(count, 200u);
  EXPECT_NE(store.problem().find("/nowhere"), std::string::npos) << store.problem();
  if (before) ::setenv("TMPDIR", kept.c_str(), 1);
  else ::unsetenv("TMPDIR");
}

}  // namespace
}  // namespace bartizan
