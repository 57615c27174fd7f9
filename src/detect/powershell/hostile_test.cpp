// SPDX-License-Identifier: Apache-2.0
// Texts made to keep a reader busy. Each ends at a bound that is named in the answer, with the layers so far kept.
// What is asserted is the number of steps, not time.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>

#include "base/limits.h"
#include "detect/powershell/deobfuscate.h"

namespace bartizan::powershell {
namespace {

std::string repeated(std::string_view piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k > bytes.size() ? '=' : kDigits[group >> (18 - 6 * k) & 63];
  }
  return out;
}

// Zeros by the megabyte, deflated to kilobytes.
std::string bomb() {
  const std::string zeros(64u << 20, '0');
  std::string packed(compressBound(zeros.size()), '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zeros.data()));
  stream.avail_in = static_cast<uInt>(zeros.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return base64(packed);
}

struct Hostile {
  const char* name;
  std::string script;
  const char* limit;  // that must be named; empty when it may end by itself
};
void PrintTo(const Hostile& hostile, std::ostream* out) { *out << hostile.name; }

// What loops, grows and nests.
std::vector<Hostile> hostile_loops() {
  return {
      {"EndlessWhile", "$i=0;while(1){$i++}", "steps"},
      {"EndlessFor", "for(;;){$i+=1}", "steps"},
      {"EndlessDo", "$x=1;do{$x=1-$x}while($true)", "steps"},
      {"EndlessPipeline", "1..1000000|%{1..1000000|%{$_}}", "loops"},
      {"DoublingText", "$s='x';while(1){$s+=$s}", "bytes"},
      {"DoublingList", "$a=1,2;while(1){$a+=$a}", "array"},
      {"DoublingByFormat", "$s='xx';while(1){$s='{0}{0}{0}{0}'-f$s}", "bytes"},
      {"DoublingByReplace", "$s='xx';while(1){$s=$s -replace 'x','xx'}", "steps"},
      {"DoublingByJoin", "$s='xx';while(1){$s=$s,$s,$s -join $s}", "bytes"},
      {"HugeRepeat", "iex('a'*2147483647)", "bytes"},
      {"HugePad", "iex 'a'.PadLeft(2147483647)", "bytes"},
      {"HugeRange", "1..2147483647", "array"},
      {"HugeArrayObject", "$a=New-Object object[] 2147483647;$a", ""},
      {"MillionElements", "$a=@(" + repeated("1,", 999'999) + "1);$a.Count", ""},
      {"MillionElementsLooped", "$a=" + repeated("0x41,", 300'000) + "1;$a|%{[char]$_}", "steps"},
      {"DeepBrackets", repeated("(", 100'000) + "1" + repeated(")", 100'000), "nesting"},
      {"DeepBlocks", repeated("&{", 50'000), "nesting"},
      {"DeepSubexpressions", repeated("\"$(", 50'000), "nesting"},
      {"DeepCasts", repeated("[int]", 50'000) + "1", "nesting"},
      {"DeepHashes", repeated("@{a=", 50'000), "nesting"},
      {"DeepTernaries", repeated("1 ? ", 50'000), "nesting"},
      {"LongSum", "$x=1" + repeated("+1", 200'000), ""},
      {"LongTernaryMarks", "$x = $a " + repeated("? 1 ", 5'000), ""},
  };
}

// What interprets itself, packs, matches, or is broken; command lines.
std::vector<Hostile> hostile_texts() {
  return {
      {"SelfInterpreting", "$s='$s|iex';$s|iex", ""},
      {"CopiesOfItself", "$s='iex ($s+\"#\"+$n++)';iex $s", ""},
      {"EndlessFunction", "function f{f};f", "depth"},
      {"TwoFunctions", "function f{g;g};function g{f;f};f", ""},
      {"EndlessEncoded", "powershell -c \"powershell -c 'powershell -c powershell'\"", ""},
      {"DeflateBomb",
       "iex (New-Object IO.StreamReader((New-Object IO.Compression.DeflateStream([IO.MemoryStream]"
       "[Convert]::FromBase64String('" +
           bomb() + "'),[IO.Compression.CompressionMode]::Decompress)))).ReadToEnd()",
       "inflate"},
      {"PatternBomb", "('" + std::string(50'000, 'a') + "!') -replace '(a+)+$','b'", ""},
      {"PatternNested", "'aaaa' -match '" + repeated("(", 2'000) + "a" + repeated(")*", 2'000) + "'", ""},
      {"PatternCounted", "'aaaa' -replace '((a{1,1000}){1,1000}){1,1000}',''", ""},
      {"WildcardBomb", "'" + std::string(100'000, 'a') + "' -like '" + repeated("*a", 2'000) + "b'", ""},
      {"SplitToLetters", "$a='" + std::string(1'000'000, 'x') + "' -split 'x';$a.Count", ""},
      {"LoneSurrogates", "iex ([char]0xD800+'Write-Host'+[char]0xDFFF);'\xED\xA0\x80\xED\xBF\xBF'|iex", ""},
      {"NulCharacters", std::string("iex 'a\0b'\0\0;`\0", 14), ""},
      {"DoWithoutCondition", "do { $i++ }", ""},
      {"DoWithoutAnything", "do", ""},
      {"OpenEverything", "iex \"$(@{a=@(${b[{'x", ""},
      {"MissingPart", "$a='Write-Ho", ""},
      {"ManyVariables",
       [] {
         std::string script;
         for (int i = 0; i < 50'000; ++i) script += "$v" + std::to_string(i) + "=" + std::to_string(i) + ";";
         return script;
       }(),
       ""},
      {"ManyBranches", repeated("if($u){$a=1}else{$a=2};", 20'000), ""},
      {"NestedUnknownLoops", repeated("while($u){", 200) + "$x++" + repeated("}", 200), ""},
      {"ManyLayers", "1..5000|%{iex \"Write-Host $_\"}", "layers"},
      {"ManyDeepLayers", "$n=0;$s='$n++;iex ($s+'' #''+$n)';iex $s", ""},
      {"AliasCircle", "sal a b;sal b a;a 1", ""},
      {"ManyAliases", "1..100000|%{sal q iex;q '1'}", ""},
      {"StackOfMany", "$s=New-Object Collections.Stack;1..100000|%{$s.Push($_)};$s.Count", ""},
      {"ExpandItself",
       "$t='$t';$t=$ExecutionContext.InvokeCommand.ExpandString($t);1..100000|%{$t=$ExecutionContext."
       "InvokeCommand.ExpandString($t)}",
       ""},
      {"ArraysInCircles", "$a=@{};$b=@{};$a.b=$b;$b.a=$a;$a.a=$a;\"$a\"", ""},
      {"DeepValues", "$a=1;1..50000|%{$a=,$a};$a", ""},
      {"CmdLoop", "cmd /c \"for /L %i in (1,1,2000000000) do set x=!x!!x!a&&powershell %x%\"", ""},
      {"CmdLoopsInLoops", "cmd /c \"" + repeated("for /L %i in (1,1,1000) do ", 10) + "powershell %i\"", ""},
      {"CmdBrackets", "cmd /c " + repeated("(", 50'000) + "powershell x", ""},
      {"CmdCarets", "cmd /c " + repeated("^^^^", 30'000) + "powershell x", ""},
      {"CmdPercents", "cmd /c " + repeated("%comspec%", 10'000) + " & powershell x", ""},
      {"ScriptTexts", "mshta vbscript:" + repeated("Chr(34)&", 10'000) + "\"powershell x\"", ""},
      {"StrReverses", "mshta vbscript:" + repeated("StrReverse(", 10'000) + "\"powershell x\"", ""},
  };
}

std::vector<Hostile> hostile_scripts() {
  std::vector<Hostile> all = hostile_loops();
  for (Hostile& hostile : hostile_texts()) all.push_back(std::move(hostile));
  return all;
}

void expect_stops_at_a_bound(const Hostile& hostile) {
  const bool starts_itself = hostile.script.starts_with("cmd") || hostile.script.starts_with("mshta") ||
                             hostile.script.starts_with("powershell");
  const Layers layers =
      deobfuscate(starts_itself ? hostile.script : "iex 'Write-Host kept';" + hostile.script);
  EXPECT_LE(layers.steps, limits::kPowershellStepsMax + 1);
  EXPECT_LE(layers.layers.size(), limits::kPowershellLayersMax);
  if (hostile.limit[0] != '\0') {
    EXPECT_NE(std::find(layers.limits.begin(), layers.limits.end(), hostile.limit), layers.limits.end());
  }
  if (!starts_itself && layers.limits != std::vector<std::string>{"nesting"}) {
    ASSERT_GE(layers.layers.size(), 2u);
    EXPECT_EQ(layers.layers[1].text, "Write-Host kept");
  }
  std::size_t bytes = 0;
  for (const Layer& layer : layers.layers) bytes += layer.text.size();
  EXPECT_LE(bytes, limits::kPowershellOutputMax + hostile.script.size() + 100);
}

// Making them takes a while, so that they are made within the test and not for every start of the program.
TEST(HostileText, StopsAtABoundAndKeepsWhatItHas) {
  for (const Hostile& hostile : hostile_scripts()) {
    SCOPED_TRACE(hostile.name);
    expect_stops_at_a_bound(hostile);
  }
}

// Everything that is computed, called with too few arguments and too many, of several kinds.
TEST(HostileText, CallsTakeAnyNumberOfArguments) {
  constexpr const char* kCalls[] = {
      "[string]::Join",
      "[string]::Concat",
      "[string]::Format",
      "[string]::new",
      "[string]::IsNullOrEmpty",
      "[Convert]::FromBase64String",
      "[Convert]::ToBase64String",
      "[Convert]::ToInt32",
      "[Convert]::ToChar",
      "[Convert]::ToString",
      "[array]::Reverse",
      "[array]::Copy",
      "[array]::IndexOf",
      "[Buffer]::BlockCopy",
      "[regex]::Matches",
      "[regex]::Match",
      "[regex]::Replace",
      "[regex]::Split",
      "[regex]::Escape",
      "[regex]::Unescape",
      "[regex]::IsMatch",
      "[regex]::new",
      "[Net.WebUtility]::HtmlDecode",
      "[Diagnostics.Process]::Start",
      "[Text.Encoding]::GetEncoding",
      "[BitConverter]::ToString",
      "[Runtime.InteropServices.Marshal]::PtrToStringAuto",
      "[Net.WebUtility]::UrlDecode",
      "[Environment]::GetEnvironmentVariable",
      "[Environment]::SetEnvironmentVariable",
      "[scriptblock]::Create",
      "[Reflection.Assembly]::Load",
      "[powershell]::Create",
      "[Security.Cryptography.Aes]::Create",
      "[int]::Parse",
      "[char]::ConvertFromUtf32",
      "[char]::Parse",
      "[Math]::Pow",
      "[Math]::Abs",
      "[uri]::UnescapeDataString",
      "'abc'.Replace",
      "'abc'.Split",
      "'abc'.Substring",
      "'abc'.Remove",
      "'abc'.Insert",
      "'abc'.PadLeft",
      "'abc'.Trim",
      "'abc'.ToCharArray",
      "'abc'.IndexOf",
      "'abc'.LastIndexOf",
      "'abc'.StartsWith",
      "'abc'.Chars",
      "'abc'.Equals",
      "'abc'.ToString",
      "(1).ToString",
      "@(1,2).GetValue",
      "@(1,2).SetValue",
      "@(1,2).foreach",
      "@(1,2).where",
      "@(1,2).Add",
      "@{a=1}.Add",
      "@{a=1}.Item",
      "@{a=1}.ContainsKey",
      "@{a=1}.Remove",
      "{1}.Invoke",
      "[Text.Encoding]::UTF8.GetString",
      "[Text.Encoding]::UTF8.GetBytes",
      "([regex]'a').Replace",
      "([regex]'a').Matches",
      "([regex]'a').Split",
      "(New-Object IO.MemoryStream).Write",
      "(New-Object IO.MemoryStream).Read",
      "(New-Object IO.MemoryStream).Seek",
      "(New-Object IO.MemoryStream).CopyTo",
      "(New-Object Text.StringBuilder).Append",
      "(New-Object Collections.ArrayList).AddRange",
      "(New-Object Collections.Stack).Push",
      "(New-Object Collections.Queue).Dequeue",
      "(New-Object Security.SecureString).AppendChar",
      "[Security.Cryptography.Aes]::Create().CreateDecryptor",
      "[Security.Cryptography.Aes]::Create().CreateDecryptor().TransformFinalBlock",
      "[powershell]::Create().AddScript",
      "$ExecutionContext.InvokeCommand.InvokeScript",
      "$ExecutionContext.InvokeCommand.NewScriptBlock",
      "$ExecutionContext.InvokeCommand.ExpandString",
      "$ExecutionContext.InvokeCommand.GetCommand",
      "$ExecutionContext.SessionState.PSVariable.Get"};
  constexpr const char* kArguments[] = {"'a'", "0",   "@(1,2)", "$unknown", "$null",
                                        "-1",  "@{}", "{$_}",   "'a','b'"};
  std::string script = "iex 'Write-Host kept';";
  for (const char* call : kCalls)
    for (const char* argument : kArguments)
      for (std::size_t count = 0; count < 5; ++count)
        script += std::string(call) + "(" + (count == 0 ? "" : argument) +
                  repeated(std::string(",") + argument, count == 0 ? 0 : count - 1) + ");";
  const Layers layers = deobfuscate(script);
  ASSERT_GE(layers.layers.size(), 2u);
  EXPECT_EQ(layers.layers[1].text, "Write-Host kept");
  EXPECT_EQ(layers.limits, std::vector<std::string>{"layers"});  // all were called
}

// Ordinary scripts walk trees of folders so. They end nowhere that the text tells, and are no sign of hiding.
TEST(HostileText, FunctionThatMayCallItselfIsReadAFewTimes) {
  const Layers layers = deobfuscate(
      "function Walk($p) { foreach ($c in Get-ChildItem $p) { if ($c.PSIsContainer) { Walk $c; Walk $p } "
      "else { $c } } "
      "}; Walk 'C:\\'; Walk 'D:\\'; iex 'Write-Host kept'");
  EXPECT_LT(layers.steps, 2'000u);
  EXPECT_TRUE(layers.limits.empty());
  ASSERT_EQ(layers.layers.size(), 2u);
  EXPECT_EQ(layers.layers[1].text, "Write-Host kept");
}

TEST(HostileText, FunctionThatMayHaveEndedBeforeItCallsItselfIsReadAFewTimes) {
  const Layers layers = deobfuscate(
      "function Show($e) { if (-not $e) { return $null }; @{ text = $e.Message; inner = Show "
      "$e.InnerException } }\n"
      "Show (Get-Error)");
  EXPECT_LT(layers.steps, 2'000u);
  EXPECT_TRUE(layers.limits.empty());
}

TEST(HostileText, FunctionThatIsKnownToCallItselfIsReadToTheEnd) {
  const Layers layers = deobfuscate(
      "function Back($s) { if ($s.Length -le 1) { $s } else { (Back $s.Substring(1)) + $s[0] } }\n"
      "if (Test-Path x) { iex (Back 'nevig tsoH-etirW') }");
  ASSERT_EQ(layers.layers.size(), 2u);
  EXPECT_EQ(layers.layers[1].text, "Write-Host given");
}

}  // namespace
}  // namespace bartizan::powershell
