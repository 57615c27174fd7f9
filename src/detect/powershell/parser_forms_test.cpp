// SPDX-License-Identifier: Apache-2.0
// Ordinary scripts with forms that parsers trip over; each must be understood without a single error. Written
// from the language's own help ("about_" pages) for Windows PowerShell 5.1 and PowerShell 7.
#include <gtest/gtest.h>

#include "detect/powershell/parser.h"

namespace bartizan::powershell {
namespace {

struct Form {
  const char* name;
  const char* script;
};
void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }

class OrdinaryForm : public testing::TestWithParam<Form> {};

TEST_P(OrdinaryForm, IsUnderstood) {
  std::string script = GetParam().script;
  EXPECT_EQ(parse_script(script).errors, 0u) << script;
  std::string windows;
  for (char c : script) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(parse_script(windows).errors, 0u) << "with CR LF: " << script;
}

constexpr Form kTexts[] = {
    {"HereStrings",
     "$a = @'\nit's \"all\" $here `\n'@\n$b = @\"\nvalue: $($x.y[0]) and \"quoted\" $name\n\"@\n"},
    {"HereStringAsArgument", "Add-Type -TypeDefinition @'\npublic class A { }\n'@ -Language CSharp"},
    {"HereStringWithMethod", "$t = @'\na;b\n'@.Split(';')"},
    {"HereStringBlanksAfterOpening", "$a = @\"  \nx\n\"@"},
    {"NestedSubexpressions", "\"a $(if ($x) { \"b $(\"c $d\")\" } else { 'e' }) f\""},
    {"SubexpressionWithQuotes",
     "Write-Host \"Total: $(($list | Measure-Object -Property \"Size\" -Sum).Sum / 1MB) MB\""},
    {"DollarAtEnd", "\"costs 5$\"; \"$ alone\"; \"a$\""},
    {"VariableColon", "\"${name}: $name`: ${env:ProgramFiles(x86)}\""},
    {"EscapedQuotes", "\"say `\"hi`\"\" + \"say \"\"hi\"\"\" + 'it''s'"},
    {"FormatOperator", "\"{0,-20} {1:N2} {2:yyyy-MM-dd}\" -f $name, ($size / 1kb), (Get-Date)"},
    {"MultilineStrings", "$x = 'line one\nline two'\n$y = \"line $one\nline two\""},
};
constexpr Form kTypes[] = {
    {"ClassWithEverything",
     "class Animal : System.IDisposable {\n  [string] $Name\n  hidden [int] $age = 1\n  static [int] $Count "
     "= 0\n"
     "  Animal() { }\n  Animal([string] $name) : base($name) { $this.Name = $name; [Animal]::Count++ }\n"
     "  [string] ToString() { return \"$($this.Name) {0}\" -f $this.age }\n  static [void] Reset() { "
     "[Animal]::Count = 0 }\n"
     "  [void] Dispose() { }\n}\n$a = [Animal]::new('x')\n"},
    {"Enums",
     "enum Colour { Red = 1; Green = 2\n Blue }\n[Flags()] enum F : int { A = 1; B = 2 }\n[Colour]::Red"},
    {"UsingStatements",
     "using namespace System.Collections.Generic\nusing module ./a.psm1\nusing assembly "
     "System.Windows.Forms\n$l = "
     "[List[string]]::new()"},
    {"Generics",
     "$d = [System.Collections.Generic.Dictionary[string,[System.Collections.Generic.List[int]]]]::new()\n"
     "[Collections.Generic.List[string]]$l = @()\n$h = New-Object "
     "'System.Collections.Generic.HashSet[string]'"},
    {"AssemblyQualifiedTypes",
     "[Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = "
     "WindowsRuntime] > "
     "$null\n$t = [System.Xml.XmlDocument, System.Xml, Version=4.0.0.0, Culture=neutral, "
     "PublicKeyToken=b77a5c561934e089]::new()"},
    {"StaticMembers",
     "[Math]::Round([Math]::PI, 2); [DateTime]::Now.AddDays(-7).ToString('yyyy'); [int]::MaxValue"},
    {"StaticWithGenericMethod", "[System.Linq.Enumerable]::ToArray([int[]]@(1,2))"},
    {"Casts", "[int[]]$a = 1,2; [string]::IsNullOrEmpty([string]$x); [ValidateSet('a','b')][string]$m = 'a'"},
    {"TypeOperators", "if ($x -is [string] -and $y -isnot [array]) { $z = $x -as [int] }"},
    {"Accelerators",
     "[pscustomobject]@{ A = 1; B = $null }; [ordered]@{ x = 1 }; [xml]$d = '<a/>'; [regex]::Escape('a')"},
    {"ArrayType", "[byte[]]$buffer = New-Object byte[] 1024; $m = New-Object 'int[,]' 3,3"},
};
constexpr Form kFunctions[] = {
    {"AdvancedFunction",
     "function Get-Thing {\n  <#\n  .SYNOPSIS\n    Gets { things }\n  .EXAMPLE\n    Get-Thing -Name 'x'\n  "
     "#>\n"
     "  [CmdletBinding(SupportsShouldProcess = $true, DefaultParameterSetName = 'A')]\n  "
     "[OutputType([string], [int])]\n"
     "  [Alias('gt')]\n  param (\n    [Parameter(Mandatory, Position = 0, ValueFromPipeline, HelpMessage = "
     "'x (y)')]\n"
     "    [ValidateNotNullOrEmpty()]\n    [ValidatePattern('^[a-z]+\\)$')]\n    [string[]] $Name,\n\n"
     "    [ValidateScript({ Test-Path $_ })]\n    [ValidateRange(1, 10)] [int] $Count = 3, # how many\n"
     "    [Parameter(ParameterSetName = 'B')] [switch] $Force,\n    [ValidateSet('a', 'b')] $Mode = 'a',\n"
     "    [scriptblock] $Filter = { $_.Name -like '*' },\n    [hashtable] $Options = @{ a = 1; b = @(1, 2) "
     "}\n  )\n"
     "  begin { $n = 0 }\n  process { foreach ($x in $Name) { $n++; $x } }\n  end { Write-Verbose \"$n\" "
     "}\n}\n"},
    {"DynamicParam",
     "function f {\n[CmdletBinding()] param()\nDynamicParam { $d = 1; return $d }\nBegin { } Process { } End "
     "{ }\n}"},
    {"FilterAndScopes",
     "filter Test-It { if ($_) { $_ } }\nfunction global:Prompt { 'PS> ' }\nfunction script:x() { }"},
    {"ParamWithTrailing", "param($a,\n  $b = (Get-Location).Path, # where\n  [Switch]$c\n)\nWrite-Host $a"},
    {"AttributesBeforeParam",
     "[Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSAvoid', '')]\n[CmdletBinding()]\nparam()"},
    {"FunctionNames", "function Get-Item2.Test { }\nfunction x:y { }\nfunction A::B { 1 }\nfunction ?? { }"},
    {"ReturnForms",
     "function f { return }\nfunction g { return ,$a }\nfunction h { return @{ a = 1 } }\nfunction i { "
     "return (1..3) }"},
    {"EmptyBlocks", "function f { }\nfunction g() {}\nif ($x) { } else { }\ntry { } catch { } finally { }"},
    {"NestedFunctions", "function a { function b { param($x) $x }\n b 1 }"},
    {"BeginProcessInBlock", "1..3 | & { begin { $s = 0 } process { $s += $_ } end { $s } }"},
    {"ParamOnOneLine", "$sb = { param([int]$x, $y) $x + $y }; & $sb 1 2; . $sb -x 1 -y 2"},
};
constexpr Form kStatements[] = {
    {"SwitchForms",
     "switch -Regex -CaseSensitive ($x) {\n  '^a' { 1; break }\n  { $_ -gt 5 } { 2 }\n  \"b$c\" { 3 }\n  10 "
     "{ 4 }\n  $null { 5 }\n"
     "  (1 + 2) { 6 }\n  [int] { 7 }\n  abc { 8 }\n  default { 9 }\n}"},
    {"SwitchFile",
     "switch -regex -file C:\\log.txt { 'error' { $_ } default { } }\nswitch -File $path { 'a' { } }"},
    {"SwitchWildcardExact",
     "switch -Wildcard (Get-ChildItem) { '*.txt' { 't' } '*.log' { 'l' } }\nswitch -exact ('a') { a { } }"},
    {"SwitchPipelineCondition", "$r = switch (Get-Process | Select-Object -First 1) { default { $_.Name } }"},
    {"ForForms",
     "for ($i = 0; $i -lt 3; $i++) { }\nfor (;;) { break }\nfor ($i = 0, $j = 1; $i -lt 2; $i++, $j--) { }\n"
     "for ($i = 0\n $i -lt 3\n $i++) { $i }"},
    {"ForForms2", "for (($a = 1), ($b = 2); $a -lt 3; $a++) { }"},
    {"ForeachForms",
     "foreach ($x in 1, 2, 3) { $x }\nforeach ($p in Get-Process | Where-Object { $_.Id }) { }\n"
     "foreach ($k in $h.Keys) { } foreach ($l in 'a') { }"},
    {"ForeachParallel",
     "workflow w { foreach -parallel -throttlelimit 4 ($x in $y) { sequence { $x } } parallel { a; b } }"},
    {"Labels",
     ":outer while ($true) {\n  :inner for (;;) { continue outer }\n  break outer\n}\n:label\nforeach ($x in "
     "1) { }"},
    {"DoForms", "do { $x++ } while ($x -lt 3)\ndo\n{ $x }\nuntil ($x)"},
    {"TryCatch",
     "try { 1 }\ncatch [System.IO.IOException], [System.Net.WebException] { $_.Exception.Message }\ncatch { "
     "throw }\n"
     "finally { 'x' }"},
    {"Trap", "trap { 'x'; continue }\ntrap [System.Exception] { break }"},
    {"DataSections",
     "data Messages { ConvertFrom-StringData @'\na = b\n'@ }\nDATA { 'x' }\n"
     "data x -SupportedCommand ConvertTo-Xml { Format-Xml }"},
    {"Dsc",
     "Configuration Web {\n  param([string[]]$ComputerName = 'localhost')\n  Import-DscResource -ModuleName "
     "PSDesiredStateConfiguration\n  Node $ComputerName {\n    WindowsFeature IIS {\n      Ensure = "
     "'Present'\n"
     "      Name = 'Web-Server'\n      DependsOn = '[File]x', \"[File]$y\"\n    }\n    File Index { Contents "
     "= @'\nhi\n'@\n"
     "      DestinationPath = 'C:\\x'; Force = $true }\n  }\n}\nWeb -OutputPath C:\\dsc"},
    {"IfChains", "if (-not $a) { 1 } elseif ($b -and\n  $c) { 2 }\n# why\nelse { 3 }"},
    {"IfAsValue",
     "$x = if ($a) { 1 } else { 2 }\n$y = foreach ($i in 1) { $i }\n$z = try { 1 } catch { 2 }\n"
     "$w = while ($false) { }\n$v = switch (1) { 1 { 'a' } }"},
    {"AssignmentChains",
     "$a = $b = 1\n$x, $y = 1, 2\n$a, ($b, $c) = 1, (2, 3)\n$h['k'].p[0] += 2\n$null = f\n[void](f)\n"
     "$env:X = 'y'; ${a b} = 1; $script:n -= 1; $global:m *= 2; $x /= 3; $x %= 2"},
    {"ExitForms",
     "exit\nexit 1\nexit $LASTEXITCODE\nbreak\ncontinue\nthrow\nthrow 'x'\nthrow [Exception]::new('y')"},
    {"BlocksOnNewLines",
     "if ($x)\n{\n 1\n}\nelse\n{\n 2\n}\nwhile ($x)\n{\n}\nfunction f\n{\n}\ntry\n{\n}\ncatch\n{\n}"},
    {"Semicolons", ";;$a;; $b;\n;"},
    {"Requires", "#Requires -Version 5.1\n#requires -RunAsAdministrator\n#region A\n1\n#endregion"},
    {"Signature", "1\n# SIG # Begin signature block\n# MIIF\n# SIG # End signature block"},
};
constexpr Form kCommands[] = {
    {"Splatting",
     "$p = @{ Path = 'a'; Force = $true }\nGet-Item @p -ErrorAction Stop\nf @args @rest\n& $c @x"},
    {"Continuations",
     "Get-ChildItem `\n  -Path 'C:\\' `\n  -Recurse |\n  Where-Object { $_.Length -gt 1mb } |\n  "
     "Select-Object "
     "Name,\n    Length"},
    {"CommentsInPipelines",
     "Get-Process | # all\n  Where-Object Name -eq 'x' | <# then #>\n  Sort-Object CPU -Descending"},
    {"PipeOnNextLine", "Get-Process\n  | Where-Object { $_ }\n  | Sort-Object"},
    {"Chains", "a && b || c\nTest-Path x && Remove-Item x\ngit pull &&\n  make"},
    {"Redirections",
     "a > out.txt; a >> out.txt; a 2> err.txt; a 2>&1; a *>&1; a *> all.txt; a 3>&1 4>&1 5>&1 6>&1; a "
     "2>$null; "
     "a > $null 2>&1; a 1>&2; a 6> x | b"},
    {"StopParsing", "icacls --% X:\\VMS /grant Dom\\HVAdmin:(CI)(OI)F\ncmd --% /c dir \"%TEMP%\" & echo"},
    {"NativeArguments",
     "git log --oneline --format=\"%h %s\" -n 5 -- path/to; cmd /c dir; net use z: \\\\srv\\share; "
     "reg add HKLM\\Software\\X /v y /t REG_DWORD /d 1 /f; ping -n 1 10.0.0.1; "
     "sc.exe config x start= auto; msiexec.exe /i a.msi /qn; robocopy a b /E /XD .git node_modules"},
    {"ParametersWithColon", "Get-X -Confirm:$false -WhatIf: $true -Name:'a' -List:a,b -Switch:($x)"},
    {"ArgumentLists",
     "Select-Object Name, @{ Name = 'Size'; Expression = { $_.Length / 1kb } }, @{n='x';e={$_.y}}\nf -a "
     "1,2,3 "
     "-b 'x','y' -c (1..3), 4\nf a, b,c"},
    {"ArgumentWords",
     "cd C:\\Users\\$env:USERNAME\\Documents; ls *.txt,*.log; copy $src\\*.dll $dst; x a=b c:d e@f.g h+i j%k "
     "l^m"},
    {"ArgumentMember",
     "f $x.y $x.y() $x[0].z $a[1,2] $x::Static ($y).z \"$z\".Length 'a'.Length -n $x.Count"},
    {"DotsAndSlashes",
     ". .\\a.ps1; . ./b.ps1; .\\c.exe; ..\\d.exe; & .\\e.ps1; ./f -x; . (Join-Path $PSScriptRoot 'g.ps1'); "
     ". \"$PSScriptRoot\\h.ps1\"; ~/x"},
    {"CallOperators",
     "& 'C:\\Program Files\\x.exe' -a; & $cmd $args; & { 1 } ; &$x; &(Get-Command y); & \"$dir\\z.exe\" /s"},
    {"BackgroundOperator", "Get-Process &\n$j = Start-Sleep 1 &"},
    {"WhereSimple",
     "gps | ? Name -like 'a*' | ? { $_.Id -in 1,2 } | % Name | % { $_.ToUpper() } | ?{$_} | %{ $_ }"},
    {"ForEachBlocks", "1..3 | ForEach-Object -Begin { } -Process { $_ } -End { }; 1..3 | % { } { $_ } { }"},
    {"ParallelForEach", "1..5 | ForEach-Object -Parallel { $using:x + $_ } -ThrottleLimit 3"},
    {"JobsAndRemoting",
     "Invoke-Command -ComputerName a,b -ScriptBlock { param($p) Get-Process $p } -ArgumentList 'x' -AsJob"},
    {"Numbers1", "f 1kb 0x1F 1e3 1.5 .5 -1 -1.5 1..3 10MB 5d 3L 1.5e-3 0xFFL"},
    {"NotNumbers", "7z a x; 1password; f 10.0.0.1 1.2.3.4/24 2001:db8::1 3com 1-2-3 24h 5% 1st"},
    {"MultipleDashes", "f -a -b:$true --long --long=1 - -- -1 - x"},
    {"Wildcards", "ls [a-z]*.txt; ls ?.*; rm -r *; ls C:\\[x]\\*"},
    {"BracesInWords",
     "git show HEAD~1:a; git stash@{0}; docker ps --format '{{.ID}}'; kubectl get -o jsonpath='{.x}'"},
};
constexpr Form kExpressions[] = {
    {"Ternary",
     "$x = $a ? 1 : 2\n$y = ($a -gt 1) ? 'b' : ($c ? 'd' : 'e')\n$z = Test-Path x ? 1 : 2\n$s = $a ? $b.c : "
     "$d[0]"},
    {"TernaryOnLines", "$x = $a\n$y = $condition ?\n  'yes' :\n  'no'"},
    {"NullOperators",
     "$a = $b ?? 'x'; $a ?"
     "?= 'y'; ${a}?.b; ${a}?[0]; $x = $null ?? $y ?? 1"},
    {"NumberSuffixes",
     "1l; 1d; 1.5d; 1kb; 1MB; 2GB; 3tb; 4pb; 0x10; 0xFFl; 1e10; 1E-5; .5; 5.; 1u; 1ul; 1y; 1uy; 1s; 1us; 1n; "
     "0b1010; 0b11l"},
    {"MethodChainsOnLines",
     "$x = $text.\n  Trim().\n  ToLower()\n$y = $text.Replace('a', 'b').\n  Replace('c', 'd')\n"
     "[System.Text.StringBuilder]::new().\n  Append('x').\n  ToString()"},
    {"MethodChainsLeadingDot", "$z = $list\n  .Where({ $_ })\n  .ForEach({ $_ })"},
    {"MethodArguments",
     "$x.f(1, 'a', $b, { $_ }, @{ a = 1 }, @(1, 2), [int]3, -1, !$t, $a + $b, \"$c\",\n  4\n)"},
    {"MethodsWithNames",
     "$x.'a b'; $x.\"c$d\"; $x.$name; $x.($y); $x.$name(1); $x.'m'(2); [A]::$b; [A]::\"c\"(1)"},
    {"Indexing",
     "$a[0]; $a[-1]; $a[1..3]; $a[0, 2, 4]; $a[$i + 1][$j]; $h['x']['y'].z; $h.$k[0]; (f)[0]; 'abc'[1]; "
     "@(1,2)[0]"},
    {"Operators",
     "1 -eq 2 -and 3 -ne 4 -or -not (5 -gt 6) -xor $true; $a -band 1 -bor 2 -bxor 3; -bnot 4; 1 -shl 2 -shr "
     "1; "
     "'a' -like 'b*' -and 'c' -notmatch '^d$'; $x -contains 1; 2 -in $y; $z -notin 3,4; 'a,b' -split ','; "
     "-split 'a b'; -join $x; $x -join ';'; 'a' -replace 'b','c' -creplace 'd'; $x -is [int]; $a -ceq 'B'"},
    {"OperatorsAtLineEnds",
     "$x = 1 +\n  2 -\n  3\n$t = 'a' +\n\n  'b'\nif ($a -and\n  ($b -or # note\n   $c)) { }"},
    {"UnaryCommas", "$a = ,1; $b = , (1, 2); f (,$x); return , $y"},
    {"Increments",
     "$i++; ++$i; $i--; --$i; $a[$i++] = 1; $x.y++; ($i++); -(-1); +1; - 1; !$a; ! $a; -not -not $b"},
    {"Ranges", "1..10; $a..$b; -1..1; (1..3).Count; 'a'..'e'; 1..$x.Count; 0..($n - 1)"},
    {"ArraysOverLines",
     "$a = @(\n  'x'\n  'y', 'z'\n  # note\n  1\n)\n$b = 'p',\n  'q',\n  'r'\n$c = @()\n$d = @(,1)"},
    {"HashOnOneLine",
     "$h = @{a=1;b=2;'c d'=3;$e=4;5=6;\"f$g\"=7;(h)=8;i=@{j=@(1,2)};k={$_};l=if($x){1}else{2};m=-1}"},
    {"HashOverLines",
     "$h = @{\n  # note\n  Name = 'x'  # why\n\n  Count = Get-Count -All |\n    Measure-Object\n  Nested = "
     "@{ a = 1 }\n"
     "  List = 1,\n    2\n  Block = { param($p) $p }\n  Empty = ''\n  'quoted key' = $null; Other = 1\n}"},
    {"HashKeywords", "@{ if = 1; function = 2; class = 3; end = 4; process = 5; default = 6; in = 7 }"},
    {"ScriptBlocks",
     "$b = { }; $c = { $_ }; $d = { param($x) begin { } process { } }; (& { 1 }); .{ 2 }; {1}.Invoke(); { $a "
     "-eq 1 }"},
    {"Subexpressions", "$(1; 2); $(if ($x) { 1 }); @(f; g); $($x).y; (1), (2); ((1)); $(@(1)[0])"},
    {"DollarForms",
     "$$; $^; $?; $_; $args[0]; $PSItem.x; $this.y; ${x}; ${x y}; $env:PATH; ${env:A(B)}; $global:x; "
     "$using:y; "
     "$x:y; ${C:\\a.txt}; $function:f; $variable:v"},
    {"CommentsEverywhere",
     "f <# a #> -x <# b #> 1 # c\n<# d\n e #> g; $x = 1 <# f #> + 2\n#h\n@( # i\n 1 # j\n)"},
    {"HashInWords", "f a#b; f 'x'#y\n[x]::y#z\nC#"},
    {"TypographicMarks",
     "Write-Host \xE2\x80\x9Chi $x\xE2\x80\x9D \xE2\x80\x93NoNewline; $a \xE2\x80\x93"
     "eq \xE2\x80\x98y\xE2\x80\x99"},
    {"LongExpressions", "$r = ((($a + 1) * 2) -shr 1) -band 0xff, [char](65 + $b % 26), \"$([int]$c):$d\""},
    {"KeywordsAsCommands",
     "Get-Content in; f if else; f -while -for; $x.if; $x.foreach({ $_ }); $y.end; a.class"},
    {"ForeachOnExpression", "$x | foreach { $_ } ; $y | foreach-object { $_ }; ,$z | foreach Name"},
    {"WmiQuery",
     "Get-WmiObject -Query \"SELECT * FROM Win32_Process WHERE Name='x'\" | % { $_.Terminate() } | Out-Null"},
    {"ComObjects",
     "(New-Object -ComObject WScript.Shell).Popup('x', 0, 'y', "
     "0x40)\n$ie.Document.getElementById('a').click()"},
    {"RegexWithQuotes",
     "if ($l -match '^\\s*\"(?<k>[^\"]+)\"\\s*=\\s*''(.*)''') { $Matches['k']; $matches[1] }"},
    {"Events",
     "$t.add_Tick({ $script:n++ }); $b.Add_Click( { f } )\nRegister-ObjectEvent $w Created -Action { "
     "$Event.x }"},
    {"Comparisons", "f | ? { $_.A -eq $null -or $null -ne $_.B }; ($a, $b -ne $null)[0]; $x -eq $y | f"},
    {"CastChains",
     "[char[]][int[]](65..70); [string][char]65; [byte[]]@(1) + [byte[]]2; [int]'5' + 1; [Nullable[int]]$x"},
    {"AssignInCondition",
     "if ($m = f) { }; while (($line = $r.ReadLine()) -ne $null) { }; if (($x = 1) -and $y) { }"},
    {"EndBraceOnSameLine", "if($a){$b}else{$c};try{f}catch{};while($x){break};function g{1};{2}"},
    {"UnicodeText",
     "$gr\xC3\xBC\xC3\x9F"
     "e = 'Stra\xC3\x9F"
     "e'; function Gr\xC3\xB6\xC3\x9F"
     "e { } ; Write-Host \xE6\x97\xA5\xE6\x9C\xAC"},
    {"CleanBlock", "function f { begin { } process { } end { } clean { } }"},
};

std::string form_name(const testing::TestParamInfo<Form>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Texts, OrdinaryForm, testing::ValuesIn(kTexts), form_name);
INSTANTIATE_TEST_SUITE_P(Types, OrdinaryForm, testing::ValuesIn(kTypes), form_name);
INSTANTIATE_TEST_SUITE_P(Functions, OrdinaryForm, testing::ValuesIn(kFunctions), form_name);
INSTANTIATE_TEST_SUITE_P(Statements, OrdinaryForm, testing::ValuesIn(kStatements), form_name);
INSTANTIATE_TEST_SUITE_P(Commands, OrdinaryForm, testing::ValuesIn(kCommands), form_name);
INSTANTIATE_TEST_SUITE_P(Expressions, OrdinaryForm, testing::ValuesIn(kExpressions), form_name);

}  // namespace
}  // namespace bartizan::powershell
