// SPDX-License-Identifier: Apache-2.0
// UTF-16 to UTF-8 and case folding, by length and by kind of text.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace bartizan {
namespace {

// `units` UTF-16 units: a path, or words of two bytes a letter in UTF-8.
std::string utf16_text(std::size_t units, bool is_ascii) {
  constexpr std::u16string_view kPath = u"C:\\Windows\\System32\\DriverStore\\Example.exe ";
  constexpr std::u16string_view kWords = u"Größe Überprüfung \u0416\u0443\u0440\u043d\u0430\u043b ";
  const std::u16string_view words = is_ascii ? kPath : kWords;
  std::string out;
  for (std::size_t i = 0; i < units; ++i) {
    const char16_t unit = words[i % words.size()];
    out += static_cast<char>(unit & 0xff);
    out += static_cast<char>(unit >> 8);
  }
  return out;
}

std::string utf8_text(std::size_t units, bool is_ascii) {
  const std::string utf16 = utf16_text(units, is_ascii);
  std::string out(utf8_bytes_max(units), '\0');
  out.resize(static_cast<std::size_t>(utf16le_to_utf8(as_bytes(utf16), out.data()) - out.data()));
  return out;
}

void transcode(benchmark::State& state) {
  const std::string utf16 = utf16_text(static_cast<std::size_t>(state.range(0)), state.range(1) != 0);
  std::string out(utf8_bytes_max(utf16.size() / 2), '\0');
  for (auto _ : state) benchmark::DoNotOptimize(utf16le_to_utf8(as_bytes(utf16), out.data()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(utf16.size()));
}

void fold(benchmark::State& state) {
  const std::string text = utf8_text(static_cast<std::size_t>(state.range(0)), state.range(1) != 0);
  std::string out;
  for (auto _ : state) {
    fold_case(text, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK(transcode)->ArgNames({"units", "ascii"})->ArgsProduct({{8, 32, 256, 4096}, {1, 0}});
BENCHMARK(fold)->ArgNames({"units", "ascii"})->ArgsProduct({{8, 32, 256, 4096}, {1, 0}});

}  // namespace
}  // namespace bartizan

BENCHMARK_MAIN();
