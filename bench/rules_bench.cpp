// SPDX-License-Identifier: Apache-2.0
// Matching by kind of event: all rules of the kinds that are most frequent in a log, and the literals that rules look for in
// each field of them, over the values of the log. Loading and compiling rules.
#include <benchmark/benchmark.h>

#include <map>
#include <set>

#include "base/text.h"
#include "corpus.h"
#include "detect/sigma/field_index.h"
#include "engine/kind_rules.h"
#include "engine/matcher.h"

namespace bartizan {
namespace {

constexpr std::size_t kKindsPerLog = 8, kFieldsPerKind = 6;

// The events of a log, decoded whole.
struct Decoded {
  std::vector<std::unique_ptr<Decoder>> decoders;
  std::vector<EventBatch> batches;
};

Decoded decode_log(const BenchLog& log) {
  Decoded out;
  out.batches.resize(log.pieces.size());
  OddityList oddities;
  for (std::size_t i = 0; i < log.pieces.size(); ++i) {
    out.decoders.push_back(log.format->make_decoder({}));
    out.decoders.back()->decode(log.pieces[i], out.batches[i], oddities);
  }
  return out;
}

using EventsOfKind = std::vector<const Event*>;

void match_kind(benchmark::State& state, const EventsOfKind& events, KindRules& kinds) {
  Matcher matcher(kinds);
  std::vector<RuleHit> hits;
  std::size_t matches = 0;
  for (auto _ : state) {
    matches = 0;
    for (const Event* event : events) {
      hits.clear();
      matcher.match(*event, hits);
      matches += hits.size();
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events.size()));
  state.counters["hits/event"] = static_cast<double>(matches) / static_cast<double>(events.size());
}

std::optional<sigma::Anchor> anchor_of(const sigma::Leaf& leaf) {
  switch (leaf.op) {
    case sigma::LeafOp::kExact: return sigma::Anchor::kWhole;
    case sigma::LeafOp::kStartsWith: return sigma::Anchor::kStart;
    case sigma::LeafOp::kEndsWith: return sigma::Anchor::kEnd;
    case sigma::LeafOp::kContains: return sigma::Anchor::kAnywhere;
    default: return {};
  }
}

// The different literals that the rules of a kind look for, by field.
using LiteralsByField = std::map<std::string, std::vector<sigma::IndexedLiteral>>;

LiteralsByField literals_of(const RuleSet& rules, const Event& event) {
  LiteralsByField out;
  std::map<std::string, std::set<std::pair<sigma::Anchor, std::string>>> seen;
  for (const RuleSet::Candidate& candidate : rules.candidates_for(kind_of(event)))
    for (const sigma::Leaf& leaf : rules.rules()[candidate.rule].leaves) {
      const auto anchor = anchor_of(leaf);
      if (!anchor || leaf.field.empty() || (leaf.text.empty() && *anchor != sigma::Anchor::kWhole)) continue;
      std::string text = folded(leaf.text);
      auto& list = out[leaf.field];
      if (seen[leaf.field].emplace(*anchor, text).second)
        list.push_back({*anchor, std::move(text), static_cast<std::uint32_t>(list.size())});
    }
  return out;
}

void find_in_field(benchmark::State& state, const std::vector<std::string>& values,
                   const std::vector<sigma::IndexedLiteral>& literals) {
  const sigma::FieldIndex index(literals);
  std::size_t bytes = 0, found = 0;
  for (const std::string& value : values) bytes += value.size();
  for (auto _ : state) {
    found = 0;
    for (const std::string& value : values) index.find(value, [&](std::uint32_t) { ++found; });
    benchmark::DoNotOptimize(found);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(values.size()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  state.counters["literals"] = static_cast<double>(literals.size());
  state.counters["found/value"] =
      static_cast<double>(found) / static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

void add_field_benchmarks(const std::string& name, const EventsOfKind& events, const RuleSet& rules) {
  const LiteralsByField literals = literals_of(rules, *events.front());
  std::vector<const LiteralsByField::value_type*> fields;
  for (const auto& each : literals) fields.push_back(&each);
  std::stable_sort(fields.begin(), fields.end(),
                   [](auto* a, auto* b) { return a->second.size() > b->second.size(); });
  if (fields.size() > kFieldsPerKind) fields.resize(kFieldsPerKind);
  for (const auto* each : fields) {
    std::vector<std::string> values;
    for (const Event* event : events)
      if (const std::string_view* value = event->find(each->first)) values.push_back(folded(*value));
    if (values.empty()) continue;
    benchmark::RegisterBenchmark(
        ("find/" + name + "/" + each->first).c_str(),
        [values, list = each->second](benchmark::State& state) { find_in_field(state, values, list); });
  }
}

void load_rules(benchmark::State& state) {
  for (auto _ : state) {
    RuleSet rules;
    load_bench_rules(rules);
    state.counters["rules"] = static_cast<double>(rules.rules().size());
  }
}

void compile_kinds(benchmark::State& state, const RuleSet& rules,
                   const std::map<std::string, EventsOfKind>& by_kind) {
  for (auto _ : state) {
    KindRules kinds(rules, [](std::uint32_t) { return true; });
    for (const auto& [key, events] : by_kind) {
      const Kind& kind = kinds.kind_of(kind_of(*events.front()));
      if (kind.is_compiled) benchmark::DoNotOptimize(&kinds.program_of(kind, ~std::uint64_t{0}));
    }
  }
  state.counters["kinds"] = static_cast<double>(by_kind.size());
}

}  // namespace
}  // namespace bartizan

int main(int argc, char** argv) {
  using namespace bartizan;
  benchmark::Initialize(&argc, argv);
  const auto logs = bench_logs();
  RuleSet rules;
  load_bench_rules(rules);
  KindRules kinds(rules, [](std::uint32_t) { return true; });
  benchmark::RegisterBenchmark("load_rules", load_rules)->Unit(benchmark::kMillisecond);
  std::vector<Decoded> decoded;
  for (const auto& log : logs) {
    decoded.push_back(decode_log(*log));
    std::map<std::string, EventsOfKind> by_kind;
    for (const EventBatch& batch : decoded.back().batches)
      for (const Event& event : batch.events()) {
        std::string key;
        append_kind_key(kind_of(event), key);
        by_kind[key].push_back(&event);
      }
    benchmark::RegisterBenchmark(("compile_kinds/" + log->name).c_str(), [&rules,
                                                                          by_kind](benchmark::State& state) {
      compile_kinds(state, rules, by_kind);
    })->Unit(benchmark::kMillisecond);
    std::vector<EventsOfKind> frequent;
    for (auto& [key, events] : by_kind) frequent.push_back(std::move(events));
    std::stable_sort(frequent.begin(), frequent.end(),
                     [](const auto& a, const auto& b) { return a.size() > b.size(); });
    if (frequent.size() > kKindsPerLog) frequent.resize(kKindsPerLog);
    for (const EventsOfKind& events : frequent) {
      const std::string_view channel = events.front()->channel;
      const std::string name = log->name + "/" + std::string(channel.substr(0, channel.find('/'))) + "-" +
                               std::to_string(events.front()->event_id);
      benchmark::RegisterBenchmark(("match/" + name).c_str(), [events, &kinds](benchmark::State& state) {
        match_kind(state, events, kinds);
      });
      add_field_benchmarks(name, events, rules);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
}
