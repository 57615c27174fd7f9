// SPDX-License-Identifier: Apache-2.0
// Expressions and their values, from the language documentation ("about_Operators" and its neighbours, the
// specification, and the .NET documentation of the methods). A wrong value is worse than none: what is not
// certain must stay unknown.
#include <gtest/gtest.h>

#include "detect/powershell/deobfuscate.h"

namespace bartizan::powershell {
namespace {

// The value of an expression as PowerShell would show it in a string; "?" when it stays unknown.
std::string value_of(const std::string& expression) {
  Layers layers = deobfuscate("iex ('<' + (" + expression + ") + '>')");
  if (layers.layers.size() < 2) return "?";
  const std::string& text = layers.layers[1].text;
  return text.substr(1, text.size() - 2);
}

struct Row {
  const char* expression;
  const char* value;
};

class Table : public testing::TestWithParam<Row> {};

TEST_P(Table, HasTheDocumentedValue) {
  EXPECT_EQ(value_of(GetParam().expression), GetParam().value) << GetParam().expression;
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, Table,
    testing::Values(Row{"1 + 1", "2"}, Row{"1 + '1'", "2"}, Row{"'1' + 1", "11"}, Row{"7 / 2", "3.5"},
                    Row{"6 / 2", "3"}, Row{"7 % 3", "1"}, Row{"-7 % 3", "-1"}, Row{"0x1F", "31"},
                    Row{"0xFFFFFFFF", "-1"}, Row{"1kb", "1024"}, Row{"5 -bxor 3", "6"},
                    Row{"12 -band 10", "8"}, Row{"12 -bor 3", "15"}, Row{"-bnot 5", "-6"},
                    Row{"1 -shl 4", "16"}, Row{"256 -shr 4", "16"}, Row{"2 + 3 * 4", "14"},
                    Row{"(2 + 3) * 4", "20"}, Row{"10 - 2 - 3", "5"}, Row{"2147483647 + 1", "2147483648"},
                    Row{"[int]'12'", "12"}, Row{"[int]2.5", "2"}, Row{"[int]3.5", "4"},
                    Row{"[int]'0x10'", "16"}, Row{"+$()", "0"}, Row{"[int][char]'a'", "97"},
                    Row{"0x41 -bxor '0x03'", "66"}, Row{"[byte]255", "255"}, Row{"[byte]256", "?"}));

INSTANTIATE_TEST_SUITE_P(
    Texts, Table,
    testing::Values(Row{"'a' + 'b'", "ab"}, Row{"'ab' * 2", "abab"}, Row{"[char]65", "A"},
                    Row{"[char]0x41 + [char]66", "AB"}, Row{"'abc'[0]", "a"}, Row{"'abc'[-1]", "c"},
                    Row{"'abc'[2,1,0]", "c b a"}, Row{"'abc'[2..0] -join ''", "cba"},
                    Row{"-join ('a','b')", "ab"}, Row{"'abc'.Length", "3"}, Row{"'abc'.Substring(1,1)", "b"},
                    Row{"'abc'.Replace('b','x')", "axc"}, Row{"'abc'.ToUpper()", "ABC"},
                    Row{"'abc'.ToCharArray() -join '-'", "a-b-c"}, Row{"'abc'.IndexOf('c')", "2"},
                    Row{"'abc'.Insert(1,'X')", "aXbc"}, Row{"'abc'.Remove(1,1)", "ac"},
                    Row{"'abc'.PadLeft(5,'0')", "00abc"}, Row{"' a '.Trim()", "a"},
                    Row{"'xxaxx'.Trim('x')", "a"}, Row{"'a,b;c'.Split(',;')", "a b c"},
                    Row{"'abc'.StartsWith('ab')", "True"}, Row{"\"a$(1+1)b\"", "a2b"},
                    Row{"\"`t\".Length", "1"}, Row{"'it''s'", "it's"}, Row{"\"`u{41}\"", "A"},
                    Row{"[string](1,2)", "1 2"}, Row{"[string][char[]](72,105)", "H i"},
                    Row{"[char[]](72,105) -join ''", "Hi"}, Row{"'a'.('Len'+'gth')", "1"},
                    Row{"('abc').('Repl'+'ace').Invoke('b','x')", "axc"}, Row{"[string]$true", "True"},
                    Row{"\u2018a\u2019 + \u201Cb\u201D", "ab"}, Row{"7 \u2013 2", "5"}));

INSTANTIATE_TEST_SUITE_P(
    Operators, Table,
    testing::Values(Row{"'{0}-{1}' -f 'a','b'", "a-b"}, Row{"'{1}{0}' -f 'a','b'", "ba"},
                    Row{"'{0:X2}' -f 10", "0A"}, Row{"'{0,5}|' -f 'ab'", "   ab|"},
                    Row{"'{0,-5}|' -f 'ab'", "ab   |"}, Row{"'{{0}}' -f 1", "{0}"},
                    Row{"'{0:D4}' -f 42", "0042"}, Row{"'{2}' -f 'a'", "?"}, Row{"'a,b' -split ','", "a b"},
                    Row{"'aXbxc' -split 'x'", "a b c"}, Row{"'aXbxc' -csplit 'x'", "aXb c"},
                    Row{"'a1b2' -split '\\d'", "a b "}, Row{"'a b c' -split ' ',2", "a b c"},
                    Row{"-split ' a  b '", "a b"}, Row{"'a.b' -split '.',0,'simplematch'", "a b"},
                    Row{"'abc' -replace 'B','x'", "axc"}, Row{"'abc' -creplace 'B','x'", "abc"},
                    Row{"'aaa' -replace 'a'", ""}, Row{"'ab' -replace '(a)(b)','$2$1'", "ba"},
                    Row{"'a.b' -replace '\\.','-'", "a-b"}, Row{"1 -eq 1", "True"},
                    Row{"'a' -eq 'A'", "True"}, Row{"'a' -ceq 'A'", "False"}, Row{"'abc' -like 'a*'", "True"},
                    Row{"'abc' -match 'B'", "True"}, Row{"1,2,3 -contains 2", "True"},
                    Row{"2 -in 1,2", "True"}, Row{"1,2,3 -gt 1", "2 3"}, Row{"$true -and $false", "False"},
                    Row{"!$true", "False"}, Row{"'a' -is [string]", "True"}, Row{"'65' -as [int]", "65"},
                    Row{"$undefined -and $false", "False"}, Row{"1..3", "1 2 3"}, Row{"3..1", "3 2 1"},
                    Row{"@(1,2) + 3", "1 2 3"}, Row{"('a','b')[1]", "b"}, Row{"@(1,2,3).Count", "3"},
                    Row{"@().Count", "0"}, Row{"@{a=1}.a", "1"}, Row{"@{a=1}['a']", "1"}));

INSTANTIATE_TEST_SUITE_P(
    Methods, Table,
    testing::Values(Row{"[string]::Join('-', ('a','b'))", "a-b"}, Row{"[string]::Concat('a','b')", "ab"},
                    Row{"[Convert]::ToInt32('ff',16)", "255"}, Row{"[Convert]::ToInt16('101',2)", "5"},
                    Row{"[Convert]::ToInt16('777',8)", "511"}, Row{"[Convert]::ToString(255,16)", "ff"},
                    Row{"[Convert]::ToString(5,2)", "101"}, Row{"[Convert]::ToInt16('ffff',16)", "-1"},
                    Row{"[Convert]::ToInt32('zz',16)", "?"},
                    Row{"[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('aGk='))", "hi"},
                    Row{"[Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('aABpAA=='))", "hi"},
                    Row{"[Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes('hi'))", "aGk="},
                    Row{"[Convert]::FromBase64String('a')", "?"},
                    Row{"[BitConverter]::ToString([byte[]](1,171))", "01-AB"},
                    Row{"[regex]::Replace('abc','b','x')", "axc"},
                    Row{"[regex]::Matches('abc','.','RightToLeft')|%{$_.Value}", "c b a"},
                    Row{"[uri]::UnescapeDataString('a%20b')", "a b"},
                    Row{"(New-Object IO.StreamReader((New-Object "
                        "IO.Compression.DeflateStream([IO.MemoryStream][Convert]::FromBase64String("
                        "'y0jNyckHAA=='),[IO.Compression.CompressionMode]::Decompress)),[Text.Encoding]::"
                        "ASCII)).ReadToEnd()",
                        "hello"}));

INSTANTIATE_TEST_SUITE_P(
    Statements, Table,
    testing::Values(Row{"1..3|%{$_*2}", "2 4 6"}, Row{"1..5|?{$_ -gt 3}", "4 5"},
                    Row{"& {param($a) $a+1} 2", "3"}, Row{"& {param([int]$a) $a+1} '2'", "3"},
                    Row{".{'x'}", "x"}, Row{"$(for($i=0;$i -lt 3;$i++){$i})", "0 1 2"},
                    Row{"$(foreach($i in 1,2){$i*10})", "10 20"},
                    Row{"$($i=0;while($i -lt 3){$i++};$i)", "3"},
                    Row{"$($i=0;do{$i++}until($i -ge 2);$i)", "2"}, Row{"$(switch(2){1{'a'}2{'b'}})", "b"},
                    Row{"$(if(1){'y'}else{'n'})", "y"}, Row{"$(function f($x){$x+1};f 2)", "3"},
                    Row{"$($a=1,2,3;[array]::Reverse($a);$a)", "3 2 1"}, Row{"$($a,$b=1,2;$b)", "2"},
                    Row{"$($s='';1..3|%{$s+=$_};$s)", "123"}, Row{"$([int]$n='5';$n+1)", "6"},
                    Row{"$(1..3|%{$i=0}{$i+=$_}{$i})", "6"}, Row{"$(1..3|%{$k++;$k}|%{$k})", "1 2 3"},
                    Row{"$(set-variable q 'v';(gv q).Value)", "v"},
                    Row{"$($b=[byte[]](1,2);$b[0]=7;$b)", "7 2"},
                    Row{"(Get-Variable '*mdr*').Name[3,11,2] -join ''", "iex"},
                    Row{"$pshome[4]+$pshome[30]+'x'", "iex"}, Row{"$env:comspec[4,15,25] -join ''", "iex"},
                    Row{"''.IndexOfAny.ToString()[80,7,72] -join ''", "Iex"}));

INSTANTIATE_TEST_SUITE_P(
    StaysUnknown, Table,
    testing::Values(
        Row{"$undefined", "?"}, Row{"Get-Date", "?"}, Row{"Get-Random", "?"}, Row{"Get-Content x", "?"},
        Row{"$env:USERNAME", "?"}, Row{"[guid]::NewGuid()", "?"}, Row{"'a'.GetHashCode()", "?"},
        Row{"(New-Object Net.WebClient).DownloadString('http://a.example/')", "?"},
        Row{"$(if($undefined){$q='a'}else{$q='b'};$q)", "?"},
        Row{"$($q='a';while($undefined){$q+='b'};$q)", "?"}, Row{"$($q=1,2;if($undefined){$q[0]=9};$q)", "?"},
        Row{"$(try{$q='a'}catch{$q='b'};$q)", "?"}, Row{"'a'+$undefined+'b'", "?"},
        Row{"'x'*1000000000", "?"}, Row{"'x'.PadLeft(2000000000)", "?"}, Row{"1..2000000000", "?"},
        Row{"1/0", "?"}, Row{"$(foreach($i in 1..3){if($undefined){break};$z=$i};$z)", "?"},
        Row{"$(function f{if($undefined){return 1};2};f)", "?"}));

TEST(Deobfuscate, WhatAnInterpreterGetsIsALayer) {
  for (const char* script :
       {"iex 'Write-Host ok'", "'Write-Host ok'|iex", "& ('i'+'ex') 'Write-Host ok'",
        ".($pshome[4]+$pshome[30]+'x') 'Write-Host ok'", "[scriptblock]::Create('Write-Host ok').Invoke()",
        "$ExecutionContext.InvokeCommand.InvokeScript('Write-Host ok')",
        "powershell -enc VwByAGkAdABlAC0ASABvAHMAdAAgAG8AawA=", "powershell -c Write-Host ok",
        "iex -Command 'Write-Host ok'", "Set-Alias z iex; z 'Write-Host ok'", "if($u){iex 'Write-Host ok'}",
        "function f{iex 'Write-Host ok'}", "Start-Process powershell '-c Write-Host ok'",
        "Register-Thing {iex 'Write-Host ok'}"}) {
    Layers layers = deobfuscate(script);
    ASSERT_EQ(layers.layers.size(), 2u) << script;
    EXPECT_EQ(layers.layers[1].text, "Write-Host ok") << script;
    EXPECT_EQ(layers.layers[1].parent, 0u);
  }
}

TEST(Deobfuscate, LayersNest) {
  Layers layers = deobfuscate("iex ('iex '+[char]39+'Write-'+'Host ok'+[char]39)");
  ASSERT_EQ(layers.layers.size(), 3u);
  EXPECT_EQ(layers.layers[2].text, "Write-Host ok");
  EXPECT_EQ(layers.layers[2].parent, 1u);
  EXPECT_EQ(layers.depth, 2u);
  EXPECT_EQ(layers.layers[0].merged, "Write-Host ok");
}

TEST(Deobfuscate, VariablesAreSharedWithALayer) {
  Layers layers = deobfuscate("$a='Write-'; iex '$b = $a + \"Host ok\"'; iex $b");
  ASSERT_EQ(layers.layers.size(), 3u);
  EXPECT_EQ(layers.layers[2].text, "Write-Host ok");
}

TEST(Deobfuscate, ViewsChangeOnlyWhatIsHidden) {
  EXPECT_EQ(deobfuscate("&('New'+'-Object') ('Net.'+'WebClient') # why").layers[0].normalised,
            "New-Object 'Net.WebClient' # why");
  EXPECT_EQ(deobfuscate("$c.(\"Down`load\"+'File').Invoke($u)").layers[0].normalised, "$c.DownloadFile($u)");
  EXPECT_EQ(deobfuscate("Wr`ite-Ho`st ${na`me}").layers[0].normalised, "Write-Host $name");
  EXPECT_EQ(deobfuscate("'a'+'b'+$x+'c'+'d'").layers[0].normalised, "'ab'+$x+'cd'");
  EXPECT_EQ(deobfuscate("$i++; $j = \"plain\"; $i.Length").layers[0].normalised,
            "$i++; $j = \"plain\"; $i.Length");
  EXPECT_EQ(deobfuscate("for($i=0;$i -lt 2;$i++){$i+1}").layers[0].normalised,
            "for($i=0;$i -lt 2;$i++){$i+1}");
}

TEST(Deobfuscate, HostileTextEndsAtABound) {
  std::string deep(5000, '(');
  EXPECT_FALSE(deobfuscate(deep + "1").limits.empty());
  EXPECT_FALSE(deobfuscate("$s='x';while(1){$s+=$s}").limits.empty());
  EXPECT_FALSE(deobfuscate("$i=0;while(1){$i++}").limits.empty());
  EXPECT_FALSE(deobfuscate("$s='$s|iex';$s|iex").limits.empty());
  EXPECT_FALSE(deobfuscate("function f{f};f").limits.empty());
  EXPECT_TRUE(deobfuscate("while(1){Start-Sleep 5}").limits.empty());       // waits, computes nothing
  deobfuscate("$a=1;1..50000|%{$a=,$a};$b=@{};$b.x=$b;$c=@();$c.Add($c)");  // nesting, circles
  deobfuscate("'a\xED\xA0\x80' + [char]0xD800 | iex");                      // lone surrogates
  deobfuscate("iex ('a' -replace '(a+)+$','b')");
}

TEST(Deobfuscate, EveryCutEnds) {
  std::string script =
      "$a=@{x='1'};iex \"a$(1+1)`n\"; @'\nx\n'@ | % { $_.Split(\"|\")[0] } > $null; switch -regex ('a') { "
      "'a' { 1 } default { 2 } }";
  for (std::size_t size = 0; size <= script.size(); ++size)
    EXPECT_GE(deobfuscate(script.substr(0, size)).layers.size(), 1u);
}

TEST(Score, ClearIsLowAndShapedIsHigh) {
  EXPECT_LT(deobfuscate("Get-ChildItem C:\\Temp | Where-Object { $_.Length -gt 10kb } | Remove-Item -Force")
                .score.points,
            20u);
  Layers shaped = deobfuscate(
      "&(\"{1}{0}{2}\"-f'vOk','In','E-ExPrEsSiOn') ((('W'+'r'+'i'+'te'+'-'+'H'+'os'+'t')+' '+'o'+'k')); "
      "${X`y} = 'a'+'b'");
  EXPECT_GE(shaped.score.points, 40u);
  EXPECT_FALSE(shaped.score.reasons.empty());
}

}  // namespace
}  // namespace bartizan::powershell
