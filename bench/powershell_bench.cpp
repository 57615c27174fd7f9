// SPDX-License-Identifier: Apache-2.0
// PowerShell text: its tokens, its tree, and what it would run. The scripts are made here: an ordinary one, repeated
// to size, and a harmless one hidden in the usual ways.
#include <benchmark/benchmark.h>

#include <string>

#include "detect/powershell/deobfuscate.h"
#include "detect/powershell/lexer.h"
#include "detect/powershell/parser.h"

namespace bartizan::powershell {
namespace {

constexpr std::string_view kOrdinary = R"(
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
)";

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

BENCHMARK(tokens);
BENCHMARK(tree);
BENCHMARK(ordinary_script);
BENCHMARK(encoded_script)->ArgName("letters")->Arg(100)->Arg(1000)->Arg(10000);

}  // namespace
}  // namespace bartizan::powershell

BENCHMARK_MAIN();
