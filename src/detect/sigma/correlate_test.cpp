// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/correlate.h"

#include <gtest/gtest.h>

namespace bartizan::sigma {
namespace {

struct Seen {
  std::size_t rule;
  std::int64_t second;
  std::vector<std::pair<std::string, std::string>> values;
};

// Rules a (0), b (1) and c (2), and the correlations of a text.
struct Bench {
  std::vector<Rule> rules{3};
  std::vector<Correlation> correlations;
  std::vector<Diagnostic> diagnostics;

  explicit Bench(const std::string& text) {
    for (std::size_t i = 0; i < 3; ++i) {
      rules[i].name = std::string(1, static_cast<char>('a' + i));
      rules[i].id = "id-" + rules[i].name;
    }
    load_correlations(parse_yaml(text, "t.yml").value(), "t.yml", correlations, diagnostics);
  }
  std::vector<CorrelationMatch> run(const std::vector<Seen>& seen, CorrelationCounts* counts = nullptr) {
    Correlator correlator(correlations, rules, diagnostics);
    std::uint64_t sequence = 0;
    for (const Seen& s : seen) correlator.add({s.rule, {s.second * kTicksPerSecond}, sequence++, s.values});
    auto found = correlator.finish();
    if (counts) *counts = correlator.counts();
    for (const Diagnostic& d : diagnostics) ADD_FAILURE() << d.text();
    return found;
  }
};

std::string correlation(const std::string& name, const std::string& body) {
  return "---\ntitle: T\nname: " + name + "\ncorrelation:\n  " + body + "\n";
}
std::string simple(const std::string& body) {
  return correlation("x", "{rules: [a, b, c], group-by: [u], timespan: 10s, " + body + "}");
}
Seen seen(std::size_t rule, std::int64_t second, std::string user, std::string value = "1") {
  return {rule, second, {{"u", std::move(user)}, {"v", std::move(value)}}};
}
using Indices = std::vector<std::size_t>;

TEST(Correlate, CountsEventsPerGroupWithInclusiveEnd) {
  Bench bench(simple("type: event_count, condition: {gte: 3}"));
  const auto found = bench.run({seen(0, 0, "j"), seen(0, 5, "k"), seen(1, 5, "j"), seen(0, 10, "j")});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].contributing, (Indices{0, 2, 3}));
  EXPECT_EQ(found[0].group, std::vector<std::string>{"j"});
  EXPECT_EQ(found[0].last.ticks - found[0].first.ticks, 10 * kTicksPerSecond);
  EXPECT_TRUE(bench.run({seen(0, 0, "j"), seen(0, 5, "j"), seen(0, 11, "j")}).empty());
}

TEST(Correlate, SlidesAndRestartsAfterTheWindow) {
  Bench bench(simple("type: event_count, condition: {gt: 1}"));
  // Added out of order; the first is alone in its window, the next three share one.
  const auto found = bench.run({seen(0, 34, "j"), seen(0, 0, "j"), seen(0, 30, "j"), seen(0, 40, "j"),
                                seen(0, 41, "j"), seen(0, 50, "j")});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].contributing, (Indices{2, 0, 3}));
  EXPECT_EQ(found[1].contributing, (Indices{4, 5}));
}

TEST(Correlate, OneEventOfTwoRulesCountsOnce) {
  Bench bench(simple("type: event_count, condition: {gte: 2}"));
  Correlator correlator(bench.correlations, bench.rules, bench.diagnostics);
  for (std::size_t rule : {0u, 1u}) correlator.add({rule, {5}, 7, {{"u", "j"}}});
  EXPECT_TRUE(correlator.finish().empty());
}

TEST(Correlate, JudgesUpperBoundsWhenTheWindowCloses) {
  Bench few(simple("type: event_count, condition: {lte: 2}"));
  const std::vector<Seen> burst{seen(0, 0, "j"), seen(0, 1, "j"), seen(0, 2, "j"), seen(0, 20, "j")};
  ASSERT_EQ(few.run(burst).size(), 1u);
  EXPECT_EQ(few.run(burst)[0].contributing, Indices{3});
  EXPECT_EQ(Bench(simple("type: event_count, condition: {eq: 3}")).run(burst).size(), 1u);
  EXPECT_EQ(Bench(simple("type: event_count, condition: {neq: 3}")).run(burst).size(), 1u);
  EXPECT_EQ(Bench(simple("type: event_count, condition: {gt: 1, lt: 3}")).run(burst).size(), 0u);
}

TEST(Correlate, CountsDistinctValuesAndTuples) {
  const std::vector<Seen> events{seen(0, 0, "j", "x"), seen(0, 1, "j", "x"), seen(1, 2, "j", "y")};
  EXPECT_EQ(Bench(simple("type: value_count, condition: {field: v, gte: 2}")).run(events).size(), 1u);
  EXPECT_EQ(Bench(simple("type: value_count, condition: {field: v, gte: 3}")).run(events).size(), 0u);
  EXPECT_EQ(Bench(simple("type: value_count, condition: {field: [u, v], eq: 2}")).run(events).size(), 1u);
}

TEST(Correlate, SumsAveragesAndRanks) {
  std::vector<Seen> events{seen(0, 0, "j", "1e308"), seen(0, 20, "j", "nonsense")};
  for (int i = 1; i <= 4; ++i) events.push_back(seen(0, 20 + i, "j", std::to_string(i) + ".5"));
  const auto count = [&](const std::string& body) { return Bench(simple(body)).run(events).size(); };
  EXPECT_EQ(count("type: value_sum, condition: {field: v, gte: 12, lte: 12}"), 1u);
  EXPECT_EQ(count("type: value_avg, condition: {field: v, eq: 3}"), 1u);
  EXPECT_EQ(count("type: value_median, condition: {field: v, eq: 3}"), 1u);
  EXPECT_EQ(count("type: value_percentile, condition: {field: v, percentile: 50, eq: 2.5}"), 1u);
  EXPECT_EQ(count("type: value_percentile, condition: {field: v, percentile: 51, eq: 3.5}"), 1u);
  EXPECT_EQ(count("type: value_percentile, condition: {field: v, percentile: 100, eq: 4.5}"), 1u);
}

TEST(Correlate, SlidingSumForgetsHugeValues) {
  Bench bench(simple("type: value_sum, condition: {field: v, gt: 10, gte: 10}"));
  const auto found = bench.run({seen(0, 0, "j", "-1e300"), seen(0, 8, "j", "5"), seen(0, 12, "j", "6")});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].contributing, (Indices{1, 2}));
}

TEST(Correlate, TemporalNeedsEveryRuleOfOneGroup) {
  Bench bench(simple("type: temporal"));
  EXPECT_EQ(bench.run({seen(2, 0, "j"), seen(0, 1, "j"), seen(1, 2, "j")}).size(), 1u);
  EXPECT_EQ(bench.run({seen(2, 0, "j"), seen(0, 1, "k"), seen(1, 2, "j")}).size(), 0u);
  EXPECT_EQ(
      Bench(simple("type: temporal, condition: {gte: 2}")).run({seen(2, 0, "j"), seen(1, 2, "j")}).size(),
      1u);
  Bench text(correlation("x", "{timespan: 10s, type: temporal, condition: a and not (b or c)}"));
  EXPECT_EQ(text.run({seen(0, 0, "j")}).size(), 1u);
  EXPECT_EQ(text.run({seen(0, 0, "j"), seen(2, 1, "j")}).size(), 0u);
}

TEST(Correlate, TemporalOrderedFindsTheSubsequence) {
  Bench bench(simple("type: temporal_ordered"));
  EXPECT_EQ(
      bench.run({seen(1, 0, "j"), seen(0, 1, "j"), seen(1, 2, "j"), seen(0, 3, "j"), seen(2, 3, "j")}).size(),
      1u);
  EXPECT_EQ(bench.run({seen(1, 0, "j"), seen(0, 1, "j"), seen(2, 2, "j")}).size(), 0u);
  // The only a in order is outside the window of the only c.
  EXPECT_EQ(bench.run({seen(0, 0, "j"), seen(1, 1, "j"), seen(0, 5, "j"), seen(2, 11, "j")}).size(), 0u);
}

TEST(Correlate, AliasesResolvePerRule) {
  Bench bench(correlation("x",
                          "{type: temporal, rules: [a, id-b], group-by: [who], timespan: 1m, "
                          "aliases: {who: {a: Source, b: Target}}}"));
  CorrelationCounts counts;
  const auto found =
      bench.run({{0, 0, {{"Source", "s"}}}, {0, 1, {{"who", "s"}}}, {1, 2, {{"Target", "s"}}}}, &counts);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].contributing, (Indices{0, 2}));
  EXPECT_EQ(counts.without_group, 1u);
  Correlator correlator(bench.correlations, bench.rules, bench.diagnostics);
  EXPECT_EQ(correlator.fields_of(1), std::vector<std::string>{"Target"});
}

TEST(Correlate, ChainsCarryTheFieldsOfTheirEvents) {
  Bench bench(
      correlation("outer", "{type: temporal_ordered, rules: [inner, b], group-by: [v], timespan: 1m}") +
      correlation("inner",
                  "{type: event_count, rules: [a], group-by: [u], timespan: 10s, condition: {gte: 2}, "
                  "generate: true}"));
  const auto found = bench.run({seen(0, 0, "j", "p"), seen(0, 1, "j", "q"), seen(1, 5, "z", "q")});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].correlation, 0u);
  EXPECT_EQ(found[0].contributing, (Indices{0, 1, 2}));
  EXPECT_EQ(found[0].group, std::vector<std::string>{"q"});
  Correlator correlator(bench.correlations, bench.rules, bench.diagnostics);
  EXPECT_EQ(correlator.fields_of(0), (std::vector<std::string>{"u", "v"}));
  EXPECT_TRUE(correlator.alerts_alone(0));
  EXPECT_FALSE(correlator.alerts_alone(1));
  EXPECT_TRUE(correlator.alerts_alone(2));
  EXPECT_FALSE(correlator.needs(2));
}

TEST(Correlate, RefusesCyclesAndUnknownRules) {
  const std::string end = ", timespan: 10s, condition: {gte: 1}}";
  Bench bench(correlation("p", "{type: event_count, rules: [q]" + end) +
              correlation("q", "{type: event_count, rules: [p]" + end) +
              correlation("r", "{type: event_count, rules: [nobody]" + end) +
              correlation("s", "{type: event_count, rules: [r]" + end) +
              correlation("t", "{type: event_count, rules: [a]" + end));
  ASSERT_TRUE(bench.diagnostics.empty());
  Correlator correlator(bench.correlations, bench.rules, bench.diagnostics);
  EXPECT_EQ(bench.diagnostics.size(), 4u);
  EXPECT_GT(bench.diagnostics.at(0).line, 0);
  correlator.add({0, {1}, 0, {}});
  EXPECT_EQ(correlator.finish().size(), 1u);
}

TEST(Correlate, ReportsEveryMistakeOfADocument) {
  Bench bench(
      correlation("x", "{type: event_count, rules: [a], timespan: 1h30m, condition: {gte: many, foo: 1}}") +
      simple("type: value_percentile, condition: {field: v, gte: 1}") + correlation("x", "{type: never}") +
      correlation("x", "{type: value_sum, rules: [a], timespan: 999999999999999y, condition: {gte: 1}}"));
  EXPECT_TRUE(bench.correlations.empty());
  EXPECT_GE(bench.diagnostics.size(), 5u);
  for (const Diagnostic& d : bench.diagnostics) EXPECT_GT(d.line, 0) << d.text();
}

}  // namespace
}  // namespace bartizan::sigma
