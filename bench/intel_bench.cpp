// SPDX-License-Identifier: Apache-2.0
// The index of indicators at 10 million of mixed kinds: building it, look-ups of values it has and has not, whole command lines;
// and summaries of a day.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <random>

#include "base/must.h"
#include "intel/index.h"

namespace bartizan::intel {
namespace {

constexpr std::uint32_t kIndicators = 10'000'000;

// A third each of domains, SHA-256 and addresses.
Indicator made(std::uint64_t number) {
  std::mt19937_64 random(number);
  Indicator out;
  switch (number % 3) {
    case 0:
      return {Kind::kDomain,
              "h" + std::to_string(random() % 100'000'000) + ".d" + std::to_string(number) + ".example"};
    case 1:
      out.kind = Kind::kSha256;
      for (int i = 0; i < 4; ++i) {
        const std::uint64_t part = random();
        out.key.append(reinterpret_cast<const char*>(&part), 8);
      }
      return out;
    default:
      out.kind = Kind::kAddress;
      const auto address = static_cast<std::uint32_t>(random());
      out.key.assign(reinterpret_cast<const char*>(&address), 4);
      return out;
  }
}

const IndicatorIndex& index() {
  static const IndicatorIndex kIndex = [] {
    std::FILE* file = std::tmpfile();
    MUST(file != nullptr);
    auto builder = IndexBuilder::begin(file, 7);
    MUST(builder.has_value());
    for (std::uint32_t i = 0; i < kIndicators; ++i) {
      const Indicator one = made(i);
      MUST(builder->add(one.kind, one.key, {i, false, {}}).has_value());
    }
    MUST(builder->finish(1).has_value());
    auto opened = IndicatorIndex::open(file, "bench");
    MUST(opened.has_value());
    std::fclose(file);
    return std::move(*opened);
  }();
  return kIndex;
}

void build(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(index().size());
  state.counters["MB"] = static_cast<double>(index().bytes()) / 1e6;
}

void look_up(benchmark::State& state) {
  const bool known = state.range(0) != 0;
  std::vector<Indicator> asked;
  std::mt19937_64 random(5);
  for (int i = 0; i < 100'000; ++i)
    asked.push_back(made(known ? random() % kIndicators : kIndicators + random() % kIndicators));
  std::size_t at = 0, found = 0;
  for (auto _ : state) {
    const Indicator& one = asked[at++ % asked.size()];
    index().find(one.kind, one.key, [&](const IndexEntry&) { ++found; });
  }
  benchmark::DoNotOptimize(found);
  state.SetItemsProcessed(state.iterations());
}

class LookUp final : public KeyReceiver {
 public:
  void take(Kind kind, std::string_view key) override {
    index().find(kind, key, [&](const IndexEntry&) { ++found; });
  }
  std::size_t found = 0;
};

void command_line(benchmark::State& state) {
  constexpr std::string_view kLine =
      "\"C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe\" -NoProfile -Command "
      "\"Invoke-WebRequest -Uri "
      "https://cdn.update.example:8443/packages/x64/setup.msi -OutFile C:\\Users\\Public\\setup.msi; ping "
      "198.51.100.7\"";
  TextValues values;
  LookUp receiver;
  for (auto _ : state) values.read(kLine, receiver);
  benchmark::DoNotOptimize(receiver.found);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kLine.size()));
}

}  // namespace
}  // namespace bartizan::intel

BENCHMARK_MAIN();
