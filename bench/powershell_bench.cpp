// SPDX-License-Identifier: Apache-2.0
// PowerShell text: its tokens, its tree, and what it would run. The scripts are made here: an ordinary one, repeated
// to size, and a harmless one hidden in the usual ways. Where BARTIZAN_SHARED leads to real ones, each of those is also
// timed by itself; they are read in memory and stay there.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "detect/powershell/deobfuscate.h"
#include "detect/powershell/lexer.h"
#include "detect/powershell/parser.h"
#include "detect/powershell/value.h"
#include "source/archive.h"
#include "source/evidence.h"

namespace bartizan::powershell {
namespace {

constexpr std::string_view kOrdinary = R"ps(
# Removes old logs and writes a line for each; called by the nightly task.
function Remove-OldLog {
  [CmdletBinding()]
  param([Parameter(Mandatory = $true)][string]$Path, [int]$Days = 30, [switch]$Quiet)
  begin { $limit = (Get-Date).AddDays(-$Days); $count = 0 }
  process {
    foreach ($file in Get-ChildItem -Path $Path -Filter '*.log' -Recurse | Where-Object { -not $_.PSIsContainer }) {
      if ($file.LastWriteTime -lt $limit -and $file.Length -gt 0) {
        Write-Verbose "Removing $($file.FullName), $($file.Length / 1kb) kB, last written $($file.LastWriteTime)" Remove -
                                       Item - LiteralPath $file.FullName - Force -
                                       ErrorAction SilentlyContinue $count++
}
}
}
end {
  if (-not $Quiet) {
    Write - Host "$count files were removed from $Path" - ForegroundColor Green
  }
}
}
)ps";

std::string ordinary(std::size_t bytes) {
  std::string script;
  while (script.size() < bytes) script += kOrdinary;
  return script;
}

// Every letter as a number: some 25 steps each.
std::string encoded(std::size_t letters) {
  std::string codes;
  for (std::size_t i = 0; i < letters; ++i)
    codes += (i == 0 ? "" : ",") + std::to_string(static_cast<int>("Write-Host ok; "[i % 15]));
  return "&($env:ComSpec[4,15,25]-join'') ((" + codes + "|%{[char]($_ -bxor 0)})-join'')";
}

// Reads one token; the parser decides by context which reader, here the first letter does.
void pass_token(Lexer& lexer, std::string& text, VariableName& name) {
  std::size_t bytes = 0;
  const char c = lexer.peek();
  if (c == '\'') {
    text.clear();
    lexer.read_single_quoted(text);
  } else if (c == '$' || c == '@') {
    name = {};
    if (!lexer.read_variable(name)) lexer.step();
  } else if (is_letter(c)) {
    while (is_letter(lexer.peek())) lexer.step();
  } else if (!is_digit(c) || !lexer.read_number(text)) {
    const Op op = lexer.peek_operator(bytes);
    if (op.kind == Operator::kNone) lexer.step();
    else lexer.at += bytes;
  }
}

void tokens(benchmark::State& state) {
  const std::string script = ordinary(1 << 20);
  for (auto _ : state) {
    Lexer lexer(script);
    std::string text;
    VariableName name;
    for (lexer.skip_blanks_and_lines(); !lexer.done(); lexer.skip_blanks_and_lines())
      pass_token(lexer, text, name);
    benchmark::DoNotOptimize(lexer.at);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(script.size()));
}

void tree(benchmark::State& state) {
  const std::string script = ordinary(1 << 20);
  for (auto _ : state) benchmark::DoNotOptimize(parse_script(script).errors);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(script.size()));
}

void ordinary_script(benchmark::State& state) {
  const std::string script(kOrdinary);
  for (auto _ : state) benchmark::DoNotOptimize(deobfuscate(script).steps);
}

void encoded_script(benchmark::State& state) {
  const std::string script = encoded(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(deobfuscate(script).steps);
}

double processor_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::vector<std::string> real_scripts() {
  std::vector<std::string> scripts;
  const char* shared = std::getenv("BARTIZAN_SHARED");
  auto file =
      EvidenceFile::open(std::string(shared ? shared : "../shared") + "/corpus/powershell/dev-samples.zip");
  if (!file) return scripts;
  std::vector<std::uint8_t> bytes(1 << 24);
  bytes.resize(file->read(bytes).value_or(0));
  const std::size_t head = std::min<std::size_t>(bytes.size(), 512);
  if (!file->seek(head)) return scripts;
  ArchiveBudget budget;
  const auto take = [&](const std::string&, ByteStream& member) {
    std::string script(1 << 22, '\0');
    const auto size = member.read({reinterpret_cast<std::uint8_t*>(script.data()), script.size()});
    script.resize(size.value_or(0));
    if (script.starts_with("\xFF\xFE")) {
      std::u16string wide(script.size() / 2, u'\0');
      std::memcpy(wide.data(), script.data(), wide.size() * 2);
      script = narrow(wide);
    }
    scripts.push_back(std::move(script));
    return true;
  };
  (void)for_each_member(*file, {bytes.data(), head}, "dev-samples.zip", budget, take);
  return scripts;
}

// The least of fifteen runs of each script: what the script costs, not what else the machine does.
void scripts_of_the_wild(benchmark::State& state) {
  const std::vector<std::string> scripts = real_scripts();
  if (scripts.empty()) return state.SkipWithError("no samples: set BARTIZAN_SHARED");
  std::vector<double> least(scripts.size(), 1e9);
  for (auto _ : state)
    for (std::size_t i = 0; i < scripts.size(); ++i)
      for (int run = 0; run < 15; ++run) {
        const double before = processor_ms();
        benchmark::DoNotOptimize(deobfuscate(scripts[i]).steps);
        least[i] = std::min(least[i], processor_ms() - before);
      }
  std::sort(least.begin(), least.end());
  state.counters["scripts"] = static_cast<double>(least.size());
  state.counters["median_ms"] = least[least.size() / 2];
  state.counters["p99_ms"] = least[std::min(least.size() - 1, least.size() * 99 / 100)];
  state.counters["longest_ms"] = least.back();
}

BENCHMARK(tokens);
BENCHMARK(tree);
BENCHMARK(ordinary_script);
BENCHMARK(encoded_script)->ArgName("letters")->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(scripts_of_the_wild)->Iterations(1);

}  // namespace
}  // namespace bartizan::powershell

BENCHMARK_MAIN();
