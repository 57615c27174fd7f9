// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/parser.h"

#include <gtest/gtest.h>

namespace bartizan::powershell {
namespace {

TEST(Parser, OrdinaryFormsAreUnderstood) {
  for (const char* script : {"(New-Object A(New-Object B(1,2))).ReadToEnd()",
                             "function f{param($a) $a+1}",
                             "select a, b -Name c, d",

                             ". $PSScriptRoot\\x.ps1",
                             "ls $env:temp\\x.ps1",
                             "@($x).foreach({$_})",
                             "'a'-jOIn''.rEplAce('x','y')",
                             "git log --oneline --opt=value",
                             "switch(1){1{'a'}default{'b'}}",
                             ":outer foreach($i in 1){break outer}",
                             "$x ?? 1",
                             "$x?.y",
                             "try{1}catch [IO.IOException],[Exception]{2}finally{3}",
                             "if(1){2}elseif(3){4}\nelse{5}",
                             "do{1}while($x)",
                             "$a.b[0].c = @{x=1;'y'=2\n z=3}",
                             "[CmdletBinding()]param([Parameter(Mandatory=$true)][string]$x='a',[switch]$y)",
                             "class A { [int]$x; A() { } }",
                             "enum E { a; b }",
                             "using namespace System.Text",
                             "a && b || c",
                             "1 |\n % { $_ }",
                             "1\n| % { $_ }",
                             "& 'c:\\a b.exe' -x:1 --% %PATH% | more",
                             "x 2>&1 >out.txt",
                             "@'\na'b\n'@ + @\"\n$x\n\"@",
                             "%{$_}",
                             "7z a -tzip",
                             "$x = if(1){2}else{3}",
                             "Write-Host -NoNewline \"$($x.y) and $x.y and ${a b}\"",
                             "<# note #> # more\n1",
                             "a `\n b",
                             "$i++; --$j",
                             "[int]-5",
                             "[void][x]::y()",
                             "data { 'x' }",
                             "trap { continue }",
                             "filter f { $_ }",
                             "{ $x }.Invoke()",
                             "$h = [ordered]@{ a = 1 }",
                             "foreach ($a in $b) { $a }",
                             "function script:f([int]$a, $b = 1) { process { $_ } }",
                             "-not $x -and !$y",
                             "1..3",
                             "1.5 .ToString()",
                             "return",
                             "throw 'x'",
                             "exit 1"})
    EXPECT_EQ(parse_script(script).errors, 0u) << script;
}

TEST(Parser, WhatIsNotUnderstoodIsCountedAndTheRestRead) {
  Tree tree = parse_script("\"a.exe\" /x; iex 'y'");
  EXPECT_GT(tree.errors, 0u);
  EXPECT_EQ(tree.root->kids.back()->kids[0]->kind, Kind::kCommand);
  EXPECT_GT(parse_script("if (").errors, 0u);
  EXPECT_GT(parse_script("'open").errors, 0u);
}

TEST(Parser, SpansCoverTheText) {
  std::string text = "$a = 'x' + \"y\"";
  Tree tree = parse_script(text);
  const Node& sum = *tree.root->kids[0]->kids[1]->kids[0];
  EXPECT_EQ(sum.kind, Kind::kChain);
  EXPECT_EQ(text.substr(sum.begin, sum.end - sum.begin), "'x' + \"y\"");
}

TEST(Parser, DepthIsBounded) {
  for (const char* piece :
       {"(", "{", "$(", "@(", "@{a=", "\"$(", "[", "if(", "-", "!", "& ", "[x]", "function f{"}) {
    std::string deep;
    for (int i = 0; i < 20000; ++i) deep += piece;
    parse_script(deep);
  }
  std::string sum = "1";
  for (int i = 0; i < 100000; ++i) sum += "+1";
  EXPECT_EQ(parse_script(sum).errors, 0u);
}

}  // namespace
}  // namespace bartizan::powershell
