// SPDX-License-Identifier: Apache-2.0
// The stages of a scan, each alone, on each log of the corpus: reading from the page cache, checksums, decoding whole and
// projected, matching, writing events as JSON. Logs larger than the processor's caches, so memory counts as it does in a scan.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "corpus.h"
#include "engine/kind_rules.h"
#include "engine/matcher.h"
#include "model/jsonl.h"

namespace bartizan {
namespace {

void count(benchmark::State& state, const BenchLog& log, std::size_t events) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(log.bytes.size()));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events));
}

void read_cached(benchmark::State& state, const BenchLog& log) {
  const std::string path = environment("BARTIZAN_BENCH_CORPUS") + "/" + log.name;
  std::string buffer(1u << 20, '\0');
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  for (auto _ : state)
    for (std::size_t at = 0; at < log.bytes.size(); at += buffer.size())
      benchmark::DoNotOptimize(pread(file, buffer.data(), buffer.size(), static_cast<off_t>(at)));
  close(file);
  count(state, log, 0);
}

void checksum(benchmark::State& state, const BenchLog& log) {
  for (auto _ : state)
    benchmark::DoNotOptimize(
        crc32(0, reinterpret_cast<const Bytef*>(log.bytes.data()), static_cast<uInt>(log.bytes.size())));
  count(state, log, 0);
}

void decode(benchmark::State& state, const BenchLog& log, Projection* projection) {
  DecodeOptions options;
  options.projection = projection;
  const auto decoder = log.format->make_decoder(options);
  EventBatch events;
  OddityList oddities;
  std::size_t decoded = 0;
  auto decode_pieces = [&] {
    decoded = 0;
    for (const Piece& piece : log.pieces) {
      events.clear();
      decoder->decode(piece, events, oddities);
      decoded += events.size();
    }
  };
  decode_pieces();  // rules are compiled when a kind is first met
  for (auto _ : state) decode_pieces();
  count(state, log, decoded);
}

// What the decoder does is not timed, and the events of one piece at a time are matched while they are warm.
void match(benchmark::State& state, const BenchLog& log, KindRules& kinds) {
  DecodeOptions options;
  options.projection = &kinds;
  std::vector<std::unique_ptr<Decoder>> decoders;  // events point into their decoder
  std::vector<EventBatch> batches(log.pieces.size());
  std::size_t decoded = 0;
  OddityList oddities;
  for (std::size_t i = 0; i < log.pieces.size(); ++i) {
    decoders.push_back(log.format->make_decoder(options));
    decoders.back()->decode(log.pieces[i], batches[i], oddities);
    decoded += batches[i].size();
  }
  Matcher matcher(kinds);
  std::vector<RuleHit> hits;
  std::size_t matches = 0;
  for (auto _ : state) {
    matches = 0;
    for (const EventBatch& batch : batches)
      for (const Event& event : batch.events()) {
        hits.clear();
        matcher.match(event, hits);
        matches += hits.size();
      }
  }
  count(state, log, decoded);
  state.counters["hits/event"] =
      static_cast<double>(matches) / static_cast<double>(std::max<std::size_t>(decoded, 1));
}

void write_json(benchmark::State& state, const BenchLog& log) {
  const auto decoder = log.format->make_decoder({});
  EventBatch events;
  OddityList oddities;
  decoder->decode(log.pieces.front(), events, oddities);
  std::string line;
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    for (const Event& event : events.events()) {
      line.clear();
      append_event_json(event, log.name, line);
      bytes += line.size();
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events.size()));
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
  for (const auto& log : logs) {
    auto add = [&](const char* stage, auto run) {
      benchmark::RegisterBenchmark((std::string(stage) + "/" + log->name).c_str(), run)
          ->Unit(benchmark::kMillisecond);
    };
    add("read", [&log](benchmark::State& state) { read_cached(state, *log); });
    add("checksum", [&log](benchmark::State& state) { checksum(state, *log); });
    add("decode_whole", [&log](benchmark::State& state) { decode(state, *log, nullptr); });
    add("decode_projected", [&log, &kinds](benchmark::State& state) { decode(state, *log, &kinds); });
    add("match", [&log, &kinds](benchmark::State& state) { match(state, *log, kinds); });
    add("write_json", [&log](benchmark::State& state) { write_json(state, *log); });
  }
  benchmark::RunSpecifiedBenchmarks();
}
