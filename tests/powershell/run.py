#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hides harmless scripts by every technique we know of and asks the program for them back. All of it is made here, by code
of our own, from a fixed seed: no sample of anybody's is used, and nothing is run.

    tests/powershell/run.py [--binary build/release/bartizan] [--show] [--seed N] [FILTER]

A case passes when the clear script, letters of any case and blanks aside, stands in a view of some layer. Exit code 0 all
passed, 1 some failed.
"""
import argparse
import base64
import gzip
import json
import pathlib
import random
import shutil
import subprocess
import sys
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLEAR = ["Write-Host 'green lantern' -ForegroundColor Green",
         "Get-Process | Where-Object { $_.Id -gt 10 } | Out-Null",
         "(New-Object Net.WebClient).DownloadString('http://files.example/a.txt') | Out-File out.txt"]
CASES = []  # (name, makes (text, is command line) of a script and a source of randomness)


def case(name, command_line=False):
    def add(function):
        CASES.append((name, function, command_line))
        return function
    return add


def cases(prefix, forms, command_line=False):
    """One case a form: text in which CLEAR stands for the quoted script, or a function."""
    for number, form in enumerate(forms, 1):
        made = form if callable(form) else (lambda text, rng, form=form: form.replace("CLEAR", quoted(text)))
        CASES.append((f"{prefix} {number}", made, command_line))


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def mixed(text, rng):
    return "".join(rng.choice((c.upper(), c.lower())) for c in text)


def pieces(text, rng, most=6):
    at, out = 0, []
    while at < len(text):
        size = rng.randint(1, most)
        out.append(text[at:at + size])
        at += size
    return out


def concatenated(text, rng):
    return "(" + "+".join(quoted(p) for p in pieces(text, rng)) + ")"


def reordered(text, rng):
    parts = pieces(text, rng)
    order = list(range(len(parts)))
    rng.shuffle(order)
    holes = "".join("{%d}" % order.index(i) for i in range(len(parts)))
    return "(\"%s\" -f %s)" % (holes, ",".join(quoted(parts[i]) for i in order))


def codes(text, separator=","):
    return separator.join(str(ord(c)) for c in text)


def utf16(text):
    return base64.b64encode(text.encode("utf-16-le")).decode()


def utf8(text):
    return base64.b64encode(text.encode()).decode()


def ticked(word, rng):
    """Backticks where they mean nothing."""
    return "".join(("`" if i and c.isalpha() and c.lower() not in "0abefnrtuv" and rng.random() < 0.4 else "") + c
                   for i, c in enumerate(word))


# --- what runs the text -------------------------------------------------------------------------------------------------

cases("runs", [
    "iex CLEAR", "CLEAR | iex", "Invoke-Expression CLEAR", "Invoke-Expression -Command CLEAR", "iEx (CLEAR)", "i`e`x CLEAR",
    "& 'iex' CLEAR", "&('i'+'ex') CLEAR", ".('{1}{0}'-f'ex','i') CLEAR", "&(\"{2}{0}{1}\" -f 'ke-Expr','ession','Invo') CLEAR",
    ".( $PSHome[4]+$PSHome[30]+'x') CLEAR", "&( $pShoMe[21]+$psHOme[30]+'x') CLEAR", "&( $ShellId[1]+$ShellId[13]+'x') CLEAR",
    ".( $VerbosePreference.ToString()[1,3]+'x'-Join'') CLEAR", ".( $env:ComSpec[4,15,25]-Join'') CLEAR",
    "& ( $env:ComSpec[4,26,25]-join'') CLEAR", "&( $env:Public[13]+$env:Public[5]+'x') CLEAR",
    ".((Get-Variable '*mdr*').Name[3,11,2]-Join'') CLEAR", "&((gV '*MDr*').NaME[3,11,2]-JOin'') CLEAR",
    "&((variable '*mdr*').Name[3,11,2]-join'') CLEAR", "&( ([String]''.IndexOf)[0,7,8]-Join'') CLEAR",
    "&(gcm i*e-e*) CLEAR", ".(Get-Command Invoke-Expr*) CLEAR",
    "&(gal ie?) CLEAR", ".(Get-Alias iex) CLEAR", "&(alias i*x) CLEAR", "&(Get-Item alias:iex) CLEAR",
    ".(dir Alias:\\IE?) CLEAR", "&(ls alias:/i*x) CLEAR", "sal q iex; q CLEAR", "Set-Alias -Name q -Value Invoke-Expression; q CLEAR",
    "New-Alias q iex; CLEAR | q", "function q { iex $args[0] }; q CLEAR", "function q($t) { $t | iex } q CLEAR",
    "[ScriptBlock]::Create(CLEAR).Invoke()", ".([ScriptBlock]::Create(CLEAR))", "& ([scriptblock]::Create(CLEAR))",
    "Invoke-Command ([scriptblock]::Create(CLEAR))", "icm -ScriptBlock ([scriptblock]::Create(CLEAR))",
    "$ExecutionContext.InvokeCommand.InvokeScript(CLEAR)", "${ExecutionContext}.\"InvokeCommand\".\"InvokeScript\"(CLEAR)",
    "$ExecutionContext.(($ExecutionContext|Get-Member)[6].Name).InvokeScript(CLEAR)",
    "$ExecutionContext.InvokeCommand.NewScriptBlock(CLEAR).Invoke()", "& $ExecutionContext.InvokeCommand.NewScriptBlock(CLEAR)",
    "[PowerShell]::Create().AddScript(CLEAR).Invoke()", "$p=[powershell]::Create(); $null=$p.AddScript(CLEAR); $p.Invoke()",
    "[Management.Automation.PowerShell]::Create().AddScript(CLEAR).BeginInvoke()",
    "Start-Job -ScriptBlock ([scriptblock]::Create(CLEAR))", "$x={param($t) iex $t}; & $x CLEAR", "$x={iex $args[0]}; $x.Invoke(CLEAR)",
    "1 | % { iex CLEAR }", "CLEAR | % { iex $_ }", "CLEAR | ForEach-Object -Process { Invoke-Expression $_ }",
    "foreach($t in @(CLEAR)){ $t | Invoke-Expression }", "if ($true) { iex CLEAR }", "switch (1) { 1 { iex CLEAR } }",
    "try { iex CLEAR } catch { }", "$a = 'iex'; & $a CLEAR", "$a = gcm iex; & $a CLEAR", "&{ iex $args } CLEAR",
    "while ($true) { iex CLEAR; break }", "do { iex CLEAR } while ($false)", "$t = CLEAR; iex \"$t\"", "iex $(CLEAR)",
    "iex @(CLEAR)[0]", "$t=CLEAR; Invoke-Expression $t -ErrorAction SilentlyContinue", "iex -c CLEAR",
    "(CLEAR) | & (\"I\" + \"EX\")", "Microsoft.PowerShell.Utility\\Invoke-Expression CLEAR", "&(${env:ComSpec}[4,15,25] -join '') CLEAR",
    "[Scriptblock]::Create(CLEAR) | % { & $_ }", "$s=[ScriptBlock]::Create(CLEAR); &$s", "$s=[ScriptBlock]::Create(CLEAR); $s.InvokeReturnAsIs()",
])

# --- where the text waits -----------------------------------------------------------------------------------------------

cases("kept in", [
    "$x = CLEAR; iex $x", "Set-Variable x CLEAR; iex $x", "Set-Variable -Name x -Value CLEAR; iex (Get-Variable x).Value",
    "sv x CLEAR; iex (gv x -ValueOnly)", "sv x CLEAR; (gv x -va) | iex", "Set-Item variable:x CLEAR; iex (Get-Item variable:x).Value",
    "si variable:/x CLEAR; iex (gi variable:/x).value", "New-Variable x CLEAR; iex ${x}", "New-Item variable:x -Value CLEAR | Out-Null; iex $x",
    "$env:x = CLEAR; iex $env:x", "Set-Item env:x CLEAR; iex (Get-Item env:x).Value", "Set-Item env:x CLEAR; iex (ls env:x).value",
    "[Environment]::SetEnvironmentVariable('x', CLEAR); iex $env:x",
    "[Environment]::SetEnvironmentVariable('x', CLEAR, 'Process'); iex ([Environment]::GetEnvironmentVariable('x'))",
    "$h = @{ t = CLEAR }; iex $h.t", "$h = @{}; $h['t'] = CLEAR; iex $h['t']", "$h=@{}; $h.Add('t', CLEAR); iex $h.t",
    "$a = @('x', CLEAR); iex $a[1]", "$a = @(); $a += CLEAR; iex $a[-1]", "$o = [pscustomobject]@{ t = CLEAR }; iex $o.t",
    "$o = New-Object PSObject -Property @{ t = CLEAR }; iex $o.t", "$o = New-Object psobject; $o | Add-Member NoteProperty t CLEAR; iex $o.t",
    "$l = New-Object Collections.ArrayList; [void]$l.Add(CLEAR); iex $l[0]", "$l = [Collections.Generic.List[string]]::new(); $l.Add(CLEAR); iex $l[0]",
    "$s = New-Object Text.StringBuilder; [void]$s.Append(CLEAR); iex $s.ToString()", "$q = [Collections.Queue]::new(); $q.Enqueue(CLEAR); iex $q.Dequeue()",
    "$s = New-Object Collections.Stack; $s.Push(CLEAR); iex $s.Pop()", "$global:x = CLEAR; function f { iex $global:x }; f",
    "${a b} = CLEAR; iex ${a b}", "$a = $b = CLEAR; iex $a", "$a, $b = 1, CLEAR; iex $b", "$x = 'x'; sv \"$x$x\" CLEAR; iex $xx",
    "function t { CLEAR }; iex (t)", "function t { return CLEAR }; t | iex", "$t = { CLEAR }; iex (& $t)", "iex (&{ CLEAR })",
    "$x = if (1 -eq 1) { CLEAR } else { 'no' }; iex $x", "$x = switch (3) { 3 { CLEAR } default { 'no' } }; iex $x",
    "$x = CLEAR -as [string]; iex $x", "[string]$x = CLEAR; iex $x", "iex (CLEAR | Out-String)",
    "iex (CLEAR | Select-Object -First 1)", "iex ('a', CLEAR | Select-Object -Last 1)", "iex (CLEAR, 'zz' | ? { $_.Length -gt 5 })",
    "iex (Write-Output CLEAR)", "echo CLEAR | iex", "$x = CLEAR.ToString(); iex $x", "iex ([string]::new(CLEAR.ToCharArray()))",
    "$x = CLEAR; $y = 'x'; iex (Get-Variable $y).Value", "$x = CLEAR; iex $ExecutionContext.SessionState.PSVariable.GetValue('x')",
    "$x = CLEAR; iex $ExecutionContext.InvokeCommand.ExpandString('$x')",
])

# --- how the text is written --------------------------------------------------------------------------------------------

cases("text", [
    lambda t, r: f"iex {concatenated(t, r)}",
    lambda t, r: f"iex {reordered(t, r)}",
    lambda t, r: f"iex ({'+'.join(reordered(p, r) for p in pieces(t, r, 20))})",
    lambda t, r: "$s=" + quoted(t[::-1]) + ";iex ($s[-1..-($s.Length)]-join'')",
    lambda t, r: "$s=" + quoted(t[::-1]) + ";$c=$s.ToCharArray();[array]::Reverse($c);iex (-join $c)",
    lambda t, r: "iex (-join " + quoted(t[::-1]) + f"[{len(t) - 1}..0])",
    lambda t, r: "iex (([regex]::Matches(" + quoted(t[::-1]) + ",'.','RightToLeft')|%{$_.Value})-join'')",
    lambda t, r: "$s=" + quoted(t[::-1]) + ";$o='';for($i=$s.Length-1;$i -ge 0;$i--){$o+=$s[$i]};iex $o",
    lambda t, r: "$s=" + quoted(t[::-1]) + ";$o='';foreach($c in $s.ToCharArray()){$o=$c+$o};iex $o",
    lambda t, r: "iex (" + quoted(t.replace("e", "!~!").replace("o", "@@")) + ".Replace('!~!','e').Replace('@@','o'))",
    lambda t, r: "iex (" + quoted(t.replace("e", "!~!").replace("o", "@@")) + " -replace '!~!','e' -replace '@@','o')",
    lambda t, r: "iex ((" + quoted(t.replace("'", "qZq")) + ") -creplace 'qZq',[char]39)",
    lambda t, r: "iex ((" + quoted(t.replace("'", "qZq")) + ").Replace('qZq',[string][char]39))",
    lambda t, r: "iex ([regex]::Replace(" + quoted(t.replace("e", "9x9")) + ",'9x9','e'))",
    lambda t, r: "iex (" + quoted("~".join(t)) + " -replace '~')",
    lambda t, r: "iex (" + quoted("~".join(t)) + ".Split('~') -join '')",
    lambda t, r: "iex (" + quoted("~".join(t)) + ".Replace('~',''))",
    lambda t, r: "iex (" + quoted("".join(c + r.choice("#%&") for c in t)) + " -replace '[#%&]','')" if not set("#%&") & set(t) else None,
    lambda t, r: "$s=" + quoted("".join(c + "zq" for c in t)) + ";$o='';for($i=0;$i -lt $s.Length;$i+=3){$o+=$s[$i]};iex $o",
    lambda t, r: "function D($s){for($i=2;$i -lt $s.Length;$i+=4){$o+=$s.Substring($i,1)};$o};iex (D "
    + quoted("".join("xy" + c + "w" for c in t)) + ")",
    lambda t, r: "function D { param([string]$s) $o=''; for($i=4;$i -lt $s.Length-1;$i+=5){ $o += $s.Substring($i, 1) } return $o }; .('i'+'ex') (D "
    + quoted("".join("wxyz" + c for c in t) + "!") + ")",
    lambda t, r: "iex \"" + "".join("$([char]%d)" % ord(c) for c in t) + "\"",
    lambda t, r: "iex (" + "+".join("[char]%d" % ord(c) for c in t) + ")",
    lambda t, r: "iex (" + "+".join(r.choice(("[char]%d", "[char](%d)", "([char]%d)")) % ord(c) for c in t) + ")",
    lambda t, r: "iex ([string]::Join('',(" + codes(t) + "|%{[char]$_})))",
    lambda t, r: "iex ((" + codes(t) + "|%{[char]$_})-join'')",
    lambda t, r: "iex (-join(" + codes(t) + "|ForEach-Object{[char]$_}))",
    lambda t, r: "iex ([char[]](" + codes(t) + ")-join'')",
    lambda t, r: "iex (-join[char[]]@(" + codes(t) + "))",
    lambda t, r: "$a=@(" + codes(t) + ");$o='';$a|%{$o+=[char]$_};iex $o",
    lambda t, r: "$o='';foreach($n in " + codes(t) + "){$o+=[char]$n};iex $o",
    lambda t, r: "iex ([Text.Encoding]::ASCII.GetString([byte[]](" + codes(t) + ")))",
    lambda t, r: "iex ([System.Text.Encoding]::UTF8.GetString((" + codes(t) + ")))",
    lambda t, r: "iex ([Text.Encoding]::Default.GetString(@(" + ",".join("0x%02x" % ord(c) for c in t) + ")))",
    lambda t, r: "iex (-join(" + quoted(codes(t, " ")) + ".Split(' ')|%{[char][int]$_}))",
    lambda t, r: "iex (-join(" + quoted("".join(str(ord(c)) + r.choice("XyZ_") for c in t)) + ".Split('XyZ_')|?{$_}|%{[char][int]$_}))",
    lambda t, r: "iex (-join(" + quoted("".join(str(ord(c)) + r.choice("gHk") for c in t)[:-1]) + " -split'g'-split'H'-split'k'|%{([int]$_-as[char])}))",
    lambda t, r: "iex (-join((" + quoted(codes(t, "x")) + "-split'x')|%{[convert]::ToChar([int]$_)}))",
    lambda t, r: "iex (-join(" + codes("".join(chr(ord(c) + 3) for c in t)) + "|%{[char]($_-3)}))",
    lambda t, r: "iex (-join(" + quoted("".join(chr(ord(c) + 1) for c in t)) + ".ToCharArray()|%{[char]([int]$_-1)}))",
    lambda t, r: "iex (-join(" + quoted("".join("%02x" % ord(c) for c in t)) + " -split '(..)'|?{$_}|%{[char][convert]::ToInt32($_,16)}))",
    lambda t, r: "$h=" + quoted("".join("%02X" % ord(c) for c in t))
    + ";$o='';for($i=0;$i -lt $h.Length;$i+=2){$o+=[char][convert]::ToInt16($h.Substring($i,2),16)};iex $o",
    lambda t, r: "iex (-join([regex]::Matches(" + quoted("".join("%02X" % ord(c) for c in t)) + ",'..')|%{[char][Convert]::ToInt32($_.Value,16)}))",
    lambda t, r: "$h=" + quoted("".join("%02X" % ord(c) for c in t))
    + ";$b=New-Object byte[] ($h.Length/2);for($i=0;$i -lt $h.Length;$i+=2){$b[$i/2]=[Convert]::ToByte($h.Substring($i,2),16)};iex ([Text.Encoding]::UTF8.GetString($b))",
    lambda t, r: "iex (-join(" + quoted(" ".join("%x" % ord(c) for c in t)) + ".Split()|%{[char]([Convert]::ToInt16($_,16))}))",
    lambda t, r: "iex (-join(" + quoted(" ".join("%x" % ord(c) for c in t)) + " -split ' '|%{[char][int]('0x'+$_)}))",
    lambda t, r: "iex (-join(" + quoted(",".join("%o" % ord(c) for c in t)) + ".Split(',')|%{[char]([Convert]::ToInt16(([string]$_),8))}))",
    lambda t, r: "iex (-join(" + quoted(" ".join(format(ord(c), "b") for c in t)) + " -split ' '|ForEach-Object{[char][Convert]::ToInt32($_,2)}))",
    lambda t, r: "iex (-join(" + codes("".join(chr(ord(c) ^ 0x2A) for c in t)) + "|%{[char]($_ -bxor 0x2A)}))",
    lambda t, r: "iex (-join(" + quoted(codes("".join(chr(ord(c) ^ 21) for c in t), "S")) + " -split 'S'|%{[char]($_ -bxor \"0x15\")}))",
    lambda t, r: "$k=[Text.Encoding]::ASCII.GetBytes('lantern');$b=[Convert]::FromBase64String("
    + quoted(base64.b64encode(bytes(b ^ b"lantern"[i % 7] for i, b in enumerate(t.encode()))).decode())
    + ");for($i=0;$i -lt $b.Length;$i++){$b[$i]=$b[$i] -bxor $k[$i % $k.Length]};iex ([Text.Encoding]::UTF8.GetString($b))",
    lambda t, r: "$k='lantern';$i=0;iex (-join(" + codes("".join(chr(ord(c) ^ b"lantern"[i % 7]) for i, c in enumerate(t)))
    + "|%{[char]($_ -bxor [int]$k[$i++ % $k.Length])}))",
    lambda t, r: "function X($d,$k){$o=@();for($i=0;$i -lt $d.Count;$i++){$o+=$d[$i] -bxor $k};return [byte[]]$o};iex ([Text.Encoding]::ASCII.GetString((X ("
    + codes("".join(chr(ord(c) ^ 77) for c in t)) + ") 77)))",
    lambda t, r: "$d=@{" + ";".join("%s=%s" % (quoted(c), i) for i, c in enumerate(sorted({c.lower() for c in t if c.isalpha()}))) + "};iex "
    + concatenated(t, r),
    lambda t, r: "$a='" + "".join(sorted(set(t) - {"'"})) + "''';iex ($a[" + ",".join(
        str(len("".join(sorted(set(t) - {"'"}))) if c == "'" else "".join(sorted(set(t) - {"'"})).index(c)) for c in t) + "]-join'')",
    lambda t, r: "$s=" + quoted("".join(chr((ord(c) - 97 + 13) % 26 + 97) if c.islower() else chr((ord(c) - 65 + 13) % 26 + 65) if c.isupper() else c for c in t))
    + ";$o='';foreach($c in $s.ToCharArray()){if($c -cmatch '[a-z]'){$o+=[char](([int]$c-97+13)%26+97)}elseif($c -cmatch '[A-Z]'){$o+=[char](([int]$c-65+13)%26+65)}else{$o+=$c}};iex $o",
    lambda t, r: "iex ([uri]::UnescapeDataString(" + quoted("".join("%%%02X" % ord(c) for c in t)) + "))",
    lambda t, r: "Add-Type -AssemblyName System.Web;iex ([Web.HttpUtility]::UrlDecode(" + quoted("".join("%%%02x" % ord(c) for c in t)) + "))",
    lambda t, r: "iex ([Net.WebUtility]::HtmlDecode(" + quoted("".join("&#%d;" % ord(c) for c in t)) + "))",
    lambda t, r: "iex \"" + "".join("`u{%x}" % ord(c) for c in t) + "\"",
    lambda t, r: "iex ([regex]::Unescape(" + quoted("".join("\\u%04x" % ord(c) for c in t)) + "))",
    lambda t, r: "iex ('" + "".join("{%d}" % i for i in range(len(t))) + "'-f" + ",".join("[char]%d" % ord(c) for c in t) + ")",
    lambda t, r: "$s=New-Object Text.StringBuilder;" + ";".join("[void]$s.Append(%s)" % quoted(p) for p in pieces(t, r)) + ";iex $s.ToString()",
    lambda t, r: named_pieces(t, r),
    lambda t, r: "iex (" + quoted(" " * 7 + t + " " * 5) + ".Trim())",
    lambda t, r: "iex (" + quoted("xx" + t + "yyy") + f".Substring(2,{len(t)}))",
    lambda t, r: "iex (" + quoted("xx" + t + "yyy") + f".Remove({len(t) + 2}).Remove(0,2))",
    lambda t, r: "iex (" + quoted(t[:5] + t[9:]) + f".Insert(5,{quoted(t[5:9])}))",
    lambda t, r: "iex (" + quoted(t[::-1]) + "[" + ",".join(str(i) for i in range(len(t) - 1, -1, -1)) + "]-join'')",
    lambda t, r: "$s=" + quoted(t) + ";iex ([string]::Concat($s.Substring(0,5),$s.Substring(5)))",
    lambda t, r: "iex ([string]::Format('{0}{1}'," + quoted(t[:9]) + "," + quoted(t[9:]) + "))",
    lambda t, r: "iex ([string]::Join('',@(" + ",".join(quoted(p) for p in pieces(t, r)) + ")))",
    lambda t, r: "iex ((" + ",".join(quoted(p) for p in pieces(t, r)) + ")-join'')",
    lambda t, r: "$OFS='';iex \"$((" + ",".join(quoted(p) for p in pieces(t, r)) + "))\"",
    lambda t, r: "Set-Item Variable:OFS '';iex ([string](" + codes(t) + "|%{[char]$_}))",
    lambda t, r: whitespace(t),
    lambda t, r: special(t),
    lambda t, r: "iex ([Text.Encoding]::Unicode.GetString([Convert]::FromBase64String(" + quoted(utf16(t)) + ")))",
    lambda t, r: "$e=[System.Text.Encoding];iex ($e::UTF8.GetString([System.Convert]::FromBase64String(" + quoted(utf8(t)) + ")))",
    lambda t, r: "iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String(" + quoted(utf8(t)[::-1]) + "[-1..-" + str(len(utf8(t))) + "]-join'')))",
    lambda t, r: "iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String((" + quoted(utf8(t).replace("A", "%").replace("W", "!")) + ").Replace('%','A').Replace('!','W'))))",
    lambda t, r: "iex ([Text.Encoding]::('UT'+'F8').('Get'+'String').Invoke([Convert]::(\"FromBas`e64\"+'String').Invoke(" + quoted(utf8(t)) + ")))",
    lambda t, r: "$c=[type]('Con'+'vert');iex ([Text.Encoding]::ASCII.GetString($c::FromBase64String(" + quoted(utf8(t)) + ")))",
    lambda t, r: "Set-Variable z ([TYpE](\"{1}{0}\"-f'VERT','CON'));iex ([Text.Encoding]::ASCII.GetString((Get-Item variable:z).Value::FromBase64String(" + quoted(utf8(t)) + ")))",
    lambda t, r: "iex ([Text.Encoding]::GetEncoding(65001).GetString([Convert]::FromBase64String(" + quoted(utf8(t)) + ")))",
    lambda t, r: "iex ([Text.UTF8Encoding]::new().GetString([Convert]::FromBase64String(" + quoted(utf8(t)) + ")))",
    lambda t, r: "iex ((New-Object Text.ASCIIEncoding).GetString([Convert]::FromBase64String(" + quoted(utf8(t)) + ")))",
    lambda t, r: "iex ([Text.Encoding]::UTF7.GetString([Convert]::FromBase64String(" + quoted(base64.b64encode(t.encode("utf-7")).decode()) + ")))",
    lambda t, r: "iex ([Text.Encoding]::UTF32.GetString([Convert]::FromBase64String(" + quoted(base64.b64encode(t.encode("utf-32-le")).decode()) + ")))",
    lambda t, r: "iex ([Text.Encoding]::BigEndianUnicode.GetString([Convert]::FromBase64String(" + quoted(base64.b64encode(t.encode("utf-16-be")).decode()) + ")))",
    lambda t, r: "iex (" + ticked("Write-Output", r) + " " + quoted(t) + ")",
    lambda t, r: "iex (" + " + ".join("\"%s\"" % p.replace('"', '`"').replace("$", "`$") for p in pieces(t, r)) + ")",
    lambda t, r: "iex ([char]" + "+[char]".join(f"({ord(c) + 5}-5)" for c in t) + ")",
    lambda t, r: "iex ([char]" + "+[char]".join(f"({ord(c) * 3}/3)" for c in t) + ")",
    lambda t, r: "iex (" + "+".join("[char]([byte]0x%x)" % ord(c) for c in t) + ")",
    lambda t, r: "iex ([char[]](" + ",".join(quoted(c) for c in t) + ") -join [string]::Empty)",
    lambda t, r: "$b=" + quoted(base64.b64encode(t.encode()).decode()) + ";$x=[Convert]::FromBase64String($b);$m=New-Object IO.MemoryStream(,$x);"
    "iex (New-Object IO.StreamReader($m)).ReadToEnd()",
    lambda t, r: "$l=New-Object Collections.ArrayList;" + ";".join("[void]$l.Add(%s)" % quoted(p) for p in pieces(t, r)) + ";iex ($l -join '')",
    lambda t, r: "$l=[Collections.Generic.List[char]]::new();" + codes(t) + "|%{$l.Add([char]$_)};iex (-join $l)",
    lambda t, r: "$s=[Collections.Stack]::new();" + codes(t) + "|%{$s.Push([char]$_)};$o='';while($s.Count){$o=[string]$s.Pop()+$o};iex $o",
    lambda t, r: "$i=0;$o='';while($i -lt " + str(len(t)) + "){$o+=" + quoted(t) + "[$i];$i++};iex $o",
    lambda t, r: "$o='';0.." + str(len(t) - 1) + "|%{$o+=[char]((" + codes(t) + ")[$_])};iex $o",
    lambda t, r: "iex ([System.Net.NetworkCredential]::new('',(" + quoted(t) + "|ConvertTo-SecureString -AsPlainText -Force)).Password)",
    lambda t, r: "[void][Reflection.Assembly]::LoadWithPartialName('System.Web');iex (" + quoted(t) + ")",
])


def named_pieces(text, rng):
    parts = pieces(text, rng, 9)
    return ";".join(f"$v{i}={quoted(p)}" for i, p in enumerate(parts)) + ";iex (" + "+".join(f"$v{i}" for i in range(len(parts))) + ")"


def whitespace(text):
    """Digits as numbers of blanks between tabs."""
    digits = "".join("%03d" % ord(c) for c in text)
    return ("$o='';'" + "\t".join(" " * int(d) for d in digits) + "'.Split(\"`t\")|%{$o+=[string]$_.Length};$n='';"
            "for($i=0;$i -lt $o.Length;$i+=3){$n+=[char][int]$o.Substring($i,3)};iex $n")


def special(text):
    """Letters and digits only in the characters computed: digits count up, the rest is sliced out of what objects show."""
    names = ["${%s}" % n for n in (";", "=", "+", "@", ".", "[", "]", "(", ")", "&")]
    script = f"{names[0]}=+$();"
    for before, name in zip(names, names[1:]):
        script += f"{name}={before};{name}++;"
    letters = ("[char][int]\"" + "".join(names[int(d)] for d in str(ord(c))) + "\"" for c in text)
    return script + "(" + "+".join(letters) + ")|iex"


# --- compressed and encrypted -------------------------------------------------------------------------------------------

def deflated(data):
    maker = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(maker.compress(data) + maker.flush()).decode()


def encrypted(text, key, iv):
    command = ["openssl", "enc", f"-aes-{len(key) * 8}-cbc", "-K", key.hex(), "-iv", iv.hex()]
    return subprocess.run(command, input=text, capture_output=True, check=True).stdout


def secure(text, key):
    iv = bytes(range(7, 23))
    inner = "2|" + base64.b64encode(iv).decode() + "|" + encrypted(text.encode("utf-16-le"), key, iv).hex()
    return "76492d1116743f0423413b16050a5345" + base64.b64encode(inner.encode("utf-16-le")).decode()


cases("compressed", [
    lambda t, r: "iex (New-Object IO.StreamReader((New-Object IO.Compression.DeflateStream([IO.MemoryStream][Convert]::FromBase64String("
    + quoted(deflated(t.encode())) + "),[IO.Compression.CompressionMode]::Decompress)),[Text.Encoding]::ASCII)).ReadToEnd()",
    lambda t, r: "iex ((New-Object IO.Compression.DeflateStream([IO.MemoryStream][Convert]::FromBase64String(" + quoted(deflated(t.encode()))
    + "),[IO.Compression.CompressionMode]::Decompress)|%{New-Object IO.StreamReader($_,[Text.Encoding]::ASCII)}|%{$_.ReadToEnd()})",
    lambda t, r: "$s=New-Object IO.MemoryStream(,[Convert]::FromBase64String(" + quoted(base64.b64encode(gzip.compress(t.encode(), mtime=0)).decode())
    + "));IEX (New-Object IO.StreamReader(New-Object IO.Compression.GzipStream($s,[IO.Compression.CompressionMode]::Decompress))).ReadToEnd();",
    lambda t, r: "$d=[Convert]::FromBase64String(" + quoted(base64.b64encode(gzip.compress(t.encode(), mtime=0)).decode())
    + ");$ms=New-Object System.IO.MemoryStream;$ms.Write($d,0,$d.Length);$ms.Seek(0,0)|Out-Null;$sr=New-Object System.IO.StreamReader("
    "New-Object System.IO.Compression.GZipStream($ms,[System.IO.Compression.CompressionMode]::Decompress));iex $sr.ReadToEnd()",
    lambda t, r: "$i=[IO.MemoryStream]::new([Convert]::FromBase64String(" + quoted(base64.b64encode(gzip.compress(t.encode(), mtime=0)).decode())
    + "));$o=[IO.MemoryStream]::new();$g=[IO.Compression.GzipStream]::new($i,[IO.Compression.CompressionMode]::Decompress);$g.CopyTo($o);"
    "iex ([Text.Encoding]::UTF8.GetString($o.ToArray()))",
    lambda t, r: "$a=(" + quoted(secure(t, bytes(range(1, 33)))) + "|ConvertTo-SecureString -Key (1..32));"
    "iex ([Runtime.InteropServices.Marshal]::PtrToStringAuto([Runtime.InteropServices.Marshal]::SecureStringToBSTR($a)))",
    lambda t, r: "iex ([Runtime.InteropServices.Marshal]::PtrToStringBSTR([Runtime.InteropServices.Marshal]::SecureStringToBSTR((ConvertTo-SecureString "
    + quoted(secure(t, bytes(range(1, 17)))) + " -k (1..16)))))",
    lambda t, r: "iex (New-Object Management.Automation.PSCredential('x',(ConvertTo-SecureString -Key (" + ",".join(str(i) for i in range(24, 0, -1))
    + ") -String " + quoted(secure(t, bytes(range(24, 0, -1)))) + "))).GetNetworkCredential().Password",
    lambda t, r: "iex ([PSCredential]::new('x',(" + quoted(secure(t, bytes(range(1, 33)))) + "|ConvertTo-SecureString -Key ([byte[]](1..32)))).GetNetworkCredential().Password)",
    lambda t, r: "$a=New-Object Security.Cryptography.AesManaged;$a.Mode=[Security.Cryptography.CipherMode]::CBC;$a.Padding=[Security.Cryptography.PaddingMode]::PKCS7;"
    "$a.Key=[byte[]](1..32);$a.IV=[byte[]](1..16);$d=[Convert]::FromBase64String(" + quoted(base64.b64encode(encrypted(t.encode(), bytes(range(1, 33)), bytes(range(1, 17)))).decode())
    + ");iex ([Text.Encoding]::UTF8.GetString($a.CreateDecryptor().TransformFinalBlock($d,0,$d.Length)))",
    lambda t, r: "$d=[Convert]::FromBase64String(" + quoted(base64.b64encode(bytes(range(1, 17)) + encrypted(t.encode(), bytes(range(32)), bytes(range(1, 17)))).decode())
    + ");$a=[Security.Cryptography.Aes]::Create();$a.Key=[Convert]::FromBase64String(" + quoted(base64.b64encode(bytes(range(32))).decode())
    + ");$a.IV=$d[0..15];$t=$a.CreateDecryptor();$p=$t.TransformFinalBlock($d,16,$d.Length-16);iex ([Text.Encoding]::UTF8.GetString($p))",
    lambda t, r: "$d=[Convert]::FromBase64String(" + quoted(base64.b64encode(encrypted(t.encode(), bytes(range(32)), bytes(16))).decode())
    + ");$a=New-Object System.Security.Cryptography.RijndaelManaged;$a.KeySize=256;$a.BlockSize=128;$x=$a.CreateDecryptor([byte[]](0..31),(New-Object byte[] 16));"
    "iex ([Text.Encoding]::UTF8.GetString($x.TransformFinalBlock($d,0,$d.Length)))",
    lambda t, r: rc4(t),
    lambda t, r: "iex (New-Object IO.StreamReader((New-Object IO.Compression.DeflateStream([IO.MemoryStream][Convert]::FromBase64String("
    + quoted(deflated(("iex " + concatenated(t, r)).encode())) + "),0)))).ReadToEnd()",
])


def rc4(text):
    key, state, j = b"lantern", list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = [], 0, 0
    for byte in text.encode():
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return ("$k=[Text.Encoding]::ASCII.GetBytes('lantern');$d=[Convert]::FromBase64String(" + quoted(base64.b64encode(bytes(out)).decode()) + ");"
            "$R={$D,$K=$Args;$S=0..255;0..255|%{$J=($J+$S[$_]+$K[$_%$K.Count])%256;$S[$_],$S[$J]=$S[$J],$S[$_]};"
            "$D|%{$I=($I+1)%256;$H=($H+$S[$I])%256;$S[$I],$S[$H]=$S[$H],$S[$I];$_-bxor$S[($S[$I]+$S[$H])%256]}};"
            "iex (-join[char[]](& $R $d $k))")


# --- tokens -------------------------------------------------------------------------------------------------------------

cases("tokens", [
    lambda t, r: mixed(t, r),
    lambda t, r: " ".join(ticked(w, r) if w[0].isalpha() and "'" not in w else w for w in t.split(" ")),
    lambda t, r: "   ".join(t.split(" ")) + "   # why",
    lambda t, r: "&" + concatenated(t.split(" ")[0], r) + " " + " ".join(t.split(" ")[1:]) if t[0] != "(" else None,
    lambda t, r: "." + reordered(t.split(" ")[0], r) + " " + " ".join(t.split(" ")[1:]) if t[0] != "(" else None,
    lambda t, r: "&( ${fo`o} = " + quoted(t.split(" ")[0]) + ") " + " ".join(t.split(" ")[1:]) if t[0] != "(" else None,
    lambda t, r: t.replace("'http://files.example/a.txt'", concatenated("http://files.example/a.txt", r)) if "http" in t else None,
    lambda t, r: t.replace(".DownloadString", ".('Down'+'load'+'String').Invoke") if "http" in t else None,
    lambda t, r: t.replace(".DownloadString", ".\"D`ownL`oad`String\"") if "http" in t else None,
    lambda t, r: t.replace("Net.WebClient", "(\"{1}{0}\"-f'WebClient','Net.')") if "http" in t else None,
    lambda t, r: t.replace("New-Object", "&(\"{0}{2}{1}\"-f'New-','ject','Ob')").replace("Net.WebClient", "('Net'+'.WebClient')") if "http" in t else None,
    lambda t, r: t.replace("New-Object", "&(gcm *w-Ob*)") if "http" in t else None,
    lambda t, r: t.replace("New-Object", "&(Get-Command N*-O*t)") if "http" in t else None,
    lambda t, r: t.replace("'", "\u2018", 1).replace("'", "\u2019", 1) if "Host" in t else None,
    lambda t, r: t.replace(" -", " \u2013") if "Host" in t else None,
    lambda t, r: t.replace(" ", "\u00a0") if "Host" in t else t.replace(" | ", "\u00a0|\n "),
    lambda t, r: "<# note #>" + t.replace(" ", " <# x #> ", 1),
])

# --- launchers inside a script ------------------------------------------------------------------------------------------

cases("starts", [
    lambda t, r: "powershell -enc " + utf16(t),
    lambda t, r: "powershell.exe -NoP -NonI -W Hidden -Exec Bypass -EncodedCommand " + utf16(t),
    lambda t, r: "& powershell -e " + utf16(t),
    lambda t, r: "Start-Process powershell -ArgumentList '-enc " + utf16(t) + "' -WindowStyle Hidden",
    lambda t, r: "Start-Process -FilePath powershell.exe -ArgumentList '-nop','-enc','" + utf16(t) + "'",
    lambda t, r: "saps powershell -Args \"-e " + utf16(t) + "\"",
    lambda t, r: "[Diagnostics.Process]::Start('powershell.exe', '-enc " + utf16(t) + "')",
    lambda t, r: "$i=New-Object Diagnostics.ProcessStartInfo;$i.FileName='powershell.exe';$i.Arguments='-enc " + utf16(t) + "';[Diagnostics.Process]::Start($i)",
    lambda t, r: "(New-Object -ComObject WScript.Shell).Run('powershell -enc " + utf16(t) + "', 0)",
    lambda t, r: "([wmiclass]'Win32_Process').Create('powershell -enc " + utf16(t) + "')",
    lambda t, r: "Invoke-WmiMethod -Class Win32_Process -Name Create -ArgumentList 'powershell -enc " + utf16(t) + "'",
    lambda t, r: "Invoke-CimMethod -ClassName Win32_Process -MethodName Create -Arguments @{CommandLine='powershell -enc " + utf16(t) + "'}",
    lambda t, r: "cmd /c 'powershell -enc " + utf16(t) + "'",
    lambda t, r: "cmd.exe /c \"powershell -enc " + utf16(t) + "\"",
    lambda t, r: "schtasks /create /tn x /tr 'powershell -enc " + utf16(t) + "' /sc daily",
    lambda t, r: "$a=New-ScheduledTaskAction -Execute 'powershell.exe' -Argument '-enc " + utf16(t) + "'",
    lambda t, r: "New-Service -Name x -BinaryPathName 'cmd /c powershell -enc " + utf16(t) + "'",
    lambda t, r: "New-ItemProperty -Path HKCU:\\Software\\Microsoft\\Windows\\CurrentVersion\\Run -Name x -Value 'powershell -enc " + utf16(t) + "'",
    lambda t, r: "Set-ItemProperty HKCU:\\Software\\X -Name y -Value \"powershell -enc " + utf16(t) + "\"",
    lambda t, r: quoted(t) + " | powershell -",
    lambda t, r: quoted(t) + " | powershell -nop -command -",
    lambda t, r: "powershell { " + t + " }",
    lambda t, r: "powershell -NoProfile -Command { " + t + " }",
])

# --- command lines ------------------------------------------------------------------------------------------------------

SPELLINGS = ["-e", "-E", "-en", "-enc", "-enco", "-encod", "-EncodedCommand", "-eNcOdEdCoMmAnD", "/e", "/enc", "/EncodedCommand", "--enc",
             "-ec", "\u2013e", "\u2014enc", "\u2015EncodedCommand", "-^e^n^c", "-encodedcomman"]
cases("encoded", [lambda t, r, s=s: f"powershell -nop -w hidden {s} {utf16(t)}" if "^" not in s else f"cmd /c powershell {s} {utf16(t)}"
                  for s in SPELLINGS], True)
cases("encoded", [
    lambda t, r: "powershell -enc \"" + utf16(t) + "\"",
    lambda t, r: "C:\\Windows\\SysWOW64\\WindowsPowerShell\\v1.0\\powershell.exe -e " + utf16(t),
    lambda t, r: "\"C:\\Program Files\\PowerShell\\7\\pwsh.exe\" -e " + utf16(t),
    lambda t, r: "powershell -version 2 -nop -noni -sta -w 1 -ep bypass -enc " + utf16(t),
    lambda t, r: "powershell.exe -exec bypass -noexit -enc " + utf16(t),
    lambda t, r: "%comspec% /b /c start /b /min powershell -nop -w hidden -encodedcommand " + utf16(t),
    lambda t, r: "powershell -w h -enc " + utf16("iex " + concatenated(t, r)),
    lambda t, r: "p\"owershel\"l -e\"nc\" " + utf16(t),
    lambda t, r: "cmd /c p^o^w^e^r^s^h^e^l^l -enc " + utf16(t),
    lambda t, r: "cmd.exe /c echo " + utf16(t)[:4] + " & powershell -enc " + utf16(t),
    lambda t, r: "powershell -ea x -enc " + utf16(t),
], True)


def escaped(text):
    return text.replace('"', '\\"').replace("|", "^|")


def dos_array(text, extra=""):
    """Every letter of the line by its place in one string."""
    alphabet = "".join(sorted(set(text)))
    return "cmd /V:ON /C \"set s=%s&&for %%A in (%s 1337) do set o=!o!!s:~%%A,1!&&if %%A equ 1337 call %%o:~-%d%%\"" % (
        alphabet, " ".join(str(alphabet.index(c)) for c in text), len(text))


cases("cmd", [
    lambda t, r: "cmd /c powershell -c " + quoted_line(t),
    lambda t, r: "cmd.exe /c \"powershell -nop -c " + quoted_line(t) + "\"",
    lambda t, r: "cmd /c set x=power&&set y=shell&&call %x%%y% -enc " + utf16(t),
    lambda t, r: "cmd /c \"set x=power&& set y=shell&& call %x%%y% -enc " + utf16(t) + "\"",
    lambda t, r: "cmd /v:on /c \"set a=er&&set b=p&&set c=ow&&set d=shell&&!b!!c!!a!!d! -enc " + utf16(t) + "\"",
    lambda t, r: "cmd /v /c \"set q=powershell -enc " + utf16(t) + "&&!q!\"",
    lambda t, r: "cmd /c \"set q=zpowershell -enc " + utf16(t) + "&&call %q:~1%\"",
    lambda t, r: "cmd /c \"set q=poXwerXshell -enXc&&call %q:X=% " + utf16(t) + "\"",
    lambda t, r: "cmd /c %ProgramData:~0,1%%ProgramData:~9,2% /c powershell -enc " + utf16(t),
    lambda t, r: "cmd /c %PUBLIC:~-1%%comspec:~-1% & powershell -enc " + utf16(t),
    lambda t, r: dos_array("powershell -enc " + utf16(t)),
    lambda t, r: "cmd /V /C \"set s=" + ("powershell -enc " + utf16(t))[::-1] + "&&for /L %A in (" + str(len(utf16(t)) + 15)
    + ",-1,0) do set o=!o!!s:~%A,1!&&if %A==0 call %o:~-" + str(len(utf16(t)) + 16) + "%\"",
    lambda t, r: "cmd /c for %i in (powershell) do %i -enc " + utf16(t),
    lambda t, r: "cmd /c for /f \"delims=\" %i in ('echo powershell') do %i -enc " + utf16(t),
    lambda t, r: "cmd /c for /f \"tokens=2 delims=,\" %i in (\"a,powershell,b\") do %i -enc " + utf16(t),
    lambda t, r: "cmd /c if 1==1 powershell -enc " + utf16(t),
    lambda t, r: "cmd /c if not exist C:\\nope powershell -enc " + utf16(t),
    lambda t, r: "cmd /c (powershell -enc " + utf16(t) + ")",
    lambda t, r: "cmd /c ((((powershell -enc " + utf16(t) + "))))",
    lambda t, r: "cmd ,;/c,;powershell -enc " + utf16(t),
    lambda t, r: "cmd /c@powershell -enc " + utf16(t),
    lambda t, r: "cmd /cpowershell -enc " + utf16(t),
    lambda t, r: "cmd /s /d /c\" powershell -enc " + utf16(t) + "\"",
    lambda t, r: "cmd /q /c start \"\" /min powershell -enc " + utf16(t),
    lambda t, r: "cmd /c start /b cmd /c powershell -enc " + utf16(t),
    lambda t, r: "cmd /c echo " + cmd_text(t) + "|powershell -",
    lambda t, r: "cmd /c echo powershell -enc " + utf16(t) + " | cmd",
    lambda t, r: "cmd /c echo powershell -enc " + utf16(t) + "|%comspec%",
    lambda t, r: "cmd /c \"set x=" + cmd_text(t) + "&&powershell -c iex $env:x\"" if "|" not in t else None,
    lambda t, r: "cmd /c \"set x=" + cmd_text(t) + "&&powershell iex (gi env:x).value\"" if "|" not in t else None,
    lambda t, r: "cmd /c \"set x=" + cmd_text(t) + "&&echo iex (ls env:x).value|powershell -\"" if "|" not in t else None,
    lambda t, r: "cmd /c \"echo " + utf16(t) + "|clip&&powershell -c Add-Type -A System.Windows.Forms;iex ([Text.Encoding]::Unicode.GetString([Convert]::FromBase64String(([Windows.Forms.Clipboard]::GetText()).Trim())))\"",
    lambda t, r: "cmd /c \"powershell -enc " + utf16(t) + "\" > nul 2>&1",
    lambda t, r: "cmd /c powershell -enc " + utf16(t) + " >nul&exit",
    lambda t, r: "cmd /c \"cd %TEMP% & powershell -enc " + utf16(t) + " & del x\"",
    lambda t, r: "cmd /c ping -n 3 127.0.0.1 >nul & powershell -enc " + utf16(t),
    lambda t, r: "c^m^d /c p^ow^er^shell -e^nc " + utf16(t),
    lambda t, r: "CMD.EXE /C \"\"powershell\" -enc " + utf16(t) + "\"",
    lambda t, r: "cmd /c \"for /f \"usebackq delims=\" %a in (`echo powershell -enc " + utf16(t) + "`) do %a\"",
    lambda t, r: "cmd /V:ON/C\"set k=ll -enc " + utf16(t) + "&set m=powershe&!m!!k!\"",
], True)


def quoted_line(text):
    return "\"" + text.replace('"', '\\"') + "\""


def cmd_text(text):
    return text.replace("|", "^|").replace("&", "^&")


cases("launcher", [
    lambda t, r: "wmic process call create \"powershell -enc " + utf16(t) + "\"",
    lambda t, r: "wmic.exe /node:localhost process call create 'powershell -enc " + utf16(t) + "'",
    lambda t, r: "C:\\Windows\\System32\\wbem\\WMIC.exe \"process\" \"CALL\" create \"cmd /c powershell -enc " + utf16(t) + "\"",
    lambda t, r: "rundll32.exe SHELL32.DLL,ShellExec_RunDLL powershell -enc " + utf16(t),
    lambda t, r: "rundll32 zipfldr.dll,RouteTheCall powershell -enc " + utf16(t),
    lambda t, r: "rundll32 shell32.dll,#61 powershell -enc " + utf16(t),
    lambda t, r: "rundll32.exe javascript:\"\\..\\mshtml,RunHTMLApplication \";document.write();new%20ActiveXObject(\"WScript.Shell\").Run(\"powershell -enc " + utf16(t) + "\",0,true);",
    lambda t, r: "mshta vbscript:CreateObject(\"WScript.Shell\").Run(\"powershell -enc " + utf16(t) + "\",0)(window.close)",
    lambda t, r: "mshta.exe \"vbscript:Execute(\"\"CreateObject(\"\"\"\"WScript.Shell\"\"\"\").Run \"\"\"\"powershell -enc " + utf16(t) + "\"\"\"\", 0:close\"\")\"",
    lambda t, r: "mshta javascript:a=new ActiveXObject(\"WScript.Shell\");a.run('powershell -enc " + utf16(t) + "',0);close()",
    lambda t, r: "mshta vbscript:CreateObject(\"WScript.Shell\").Run(\"power\"&\"shell -enc \"&\"" + utf16(t)[:7] + "\"&\"" + utf16(t)[7:] + "\",0)(window.close)",
    lambda t, r: "mshta vbscript:CreateObject(\"WScript.Shell\").Run(Chr(112)&\"owershell -enc " + utf16(t) + "\",0)(window.close)",
    lambda t, r: "mshta vbscript:CreateObject(\"WScript.Shell\").Run(StrReverse(\"" + ("powershell -enc " + utf16(t))[::-1] + "\"),0)(window.close)",
    lambda t, r: "schtasks /create /f /sc minute /mo 5 /tn x /tr \"powershell -enc " + utf16(t) + "\"",
    lambda t, r: "schtasks.exe /Create /TN x /SC ONLOGON /TR \"cmd /c powershell -enc " + utf16(t) + "\" /RU SYSTEM",
    lambda t, r: "sc.exe create x binPath= \"cmd /c powershell -enc " + utf16(t) + "\" start= auto",
    lambda t, r: "sc \\\\host create x binpath= \"%COMSPEC% /c powershell -enc " + utf16(t) + "\"",
    lambda t, r: "forfiles /p c:\\windows /m notepad.exe /c \"powershell -enc " + utf16(t) + "\"",
    lambda t, r: "conhost.exe --headless powershell -enc " + utf16(t),
    lambda t, r: "pcalua.exe -a powershell -c \"-enc " + utf16(t) + "\"",
    lambda t, r: "psexec \\\\host -s powershell -enc " + utf16(t),
    lambda t, r: "runas /user:x \"powershell -enc " + utf16(t) + "\"",
    lambda t, r: "reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v x /d \"powershell -enc " + utf16(t) + "\" /f",
    lambda t, r: "at 13:00 powershell -enc " + utf16(t),
    lambda t, r: "explorer.exe /root,powershell -enc " + utf16(t),
    lambda t, r: "winrs -r:host powershell -enc " + utf16(t),
    lambda t, r: "bash -c \"powershell.exe -enc " + utf16(t) + "\"",
    lambda t, r: "C:\\Windows\\System32\\cmd.exe /Q /c powershell -enc " + utf16(t) + " 1> \\\\127.0.0.1\\ADMIN$\\__1 2>&1",
    lambda t, r: "cscript x.vbs & powershell -enc " + utf16(t),
    lambda t, r: "powershell -command \"& { " + t.replace('"', '\\"') + " }\"",
    lambda t, r: "powershell -c \"&{" + t.replace('"', '\\"') + "}\"",
    lambda t, r: "powershell . { " + t + " }",
    lambda t, r: "powershell -c \"powershell -enc " + utf16(t) + "\"",
    lambda t, r: "powershell -c \"cmd /c powershell -enc " + utf16(t) + "\"",
    lambda t, r: "powershell \"iex " + concatenated(t, r).replace('"', '\\"') + "\"",
], True)


# --- running ------------------------------------------------------------------------------------------------------------

def squeezed(text):
    for odd, plain in (("\u2018", "'"), ("\u2019", "'"), ("\u2013", "-"), ("\u00a0", " ")):
        text = text.replace(odd, plain)
    for drawn in ("<#note#>", "<#x#>"):
        text = "".join(text.split()).replace(drawn, "")
    return text.replace('"', "'").replace("('net.webclient')", "net.webclient").lower()


def views(binary, text, command_line):
    command = [binary, "powershell", "--format", "jsonl", *(["--command-line"] if command_line else []), "-"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"the program ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    for line in done.stdout.decode().splitlines():
        layer = json.loads(line)
        yield from (layer[name] for name in ("text", "normalised", "merged"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("filter", nargs="?", default="")
    parser.add_argument("--binary", default=str(ROOT / "build/release/bartizan"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="show what was given and what came of it where it failed")
    options = parser.parse_args()
    if shutil.which("openssl") is None:
        sys.exit("openssl is needed to make the encrypted cases")
    passed, failed = 0, []
    for name, make, command_line in CASES:
        if options.filter not in name:
            continue
        for number, clear in enumerate(CLEAR):
            hidden = make(clear, random.Random(options.seed * 1000 + number))
            if hidden is None:
                continue
            wanted = squeezed(clear).replace("('net.webclient')", "net.webclient")
            shown = list(views(options.binary, hidden, command_line))
            if any(wanted in squeezed(view).replace("'net.webclient'", "net.webclient") for view in shown):
                passed += 1
                continue
            failed.append(name)
            print(f"FAIL {name}, script {number + 1}" + (f"\n  given: {hidden[:700]}\n  last:  {shown[-1][:400] if shown else ''}" if options.show else ""))
    print(f"{passed} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


main()
