#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ordinary scripts of administrators (tests/powershell/ordinary, ours): what reading them as PowerShell must not do.

    tests/powershell/ordinary.py [--binary build/release/bartizan]

* Every script is understood, is no obfuscated one, and stops at no bound.
* As logged script blocks they give no finding that a plain engine would not give.
* Hidden (Base64 or pieces, run by Invoke-Expression), the views give the findings of the clear script, no other ones.

Exit code 0 all passed, 1 some failed.
"""
import argparse
import base64
import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCORE_MAX = 30
# What says that a script was hidden, which is right of those that we hide here.
ABOUT_HIDING = {"Script Block Text Is Heavily Obfuscated"}


def as_base64(script):
    code = base64.b64encode(script.encode("utf-16-le")).decode()
    return f"iex ([Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('{code}')))"


def in_pieces(script):
    quoted = ["'" + script[i:i + 90].replace("'", "''") + "'" for i in range(0, len(script), 90)]
    return "iex (" + "+".join(quoted) + ")"


def read(binary, script):
    done = subprocess.run([binary, "powershell", "--format", "jsonl", "-"], input=script.encode(), capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def findings(binary, scripts):
    """By script: titles of what the text as logged gives, and of what its layers give."""
    events = ""
    for number, script in enumerate(scripts, 1):
        events += json.dumps({
            "EventID": 4104, "Channel": "Microsoft-Windows-PowerShell/Operational", "Provider_Name": "Microsoft-Windows-PowerShell",
            "Computer": f"ws{number}.example.test", "TimeCreated": "2026-03-02T08:00:00Z", "EventRecordID": number, "Level": 5,
            "MessageNumber": 1, "MessageTotal": 1, "ScriptBlockId": f"{number}", "ScriptBlockText": script}) + "\n"
    done = subprocess.run([binary, "scan", "--format", "jsonl", "-"], input=events.encode(), capture_output=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"scan ended with {done.returncode}: {done.stderr.decode()}")
    titles = collections.defaultdict(lambda: (set(), set()))
    for line in done.stdout.decode().splitlines():
        finding = json.loads(line)
        titles[int(finding["record_id"])]["view" in finding].add(finding["rule_title"])
    return [titles[number] for number in range(1, len(scripts) + 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(ROOT / "build/release/bartizan"))
    binary = str(pathlib.Path(parser.parse_args().binary).resolve())
    files = sorted((ROOT / "tests/powershell/ordinary").glob("*.ps1"))
    scripts = [file.read_text() for file in files]
    failed = []

    def expect(holds, file, what):
        if not holds:
            failed.append(f"{file.name}: {what}")

    for file, script in zip(files, scripts):
        first = read(binary, script)[0]
        expect(first["parse_errors"] == 0, file, f"{first['parse_errors']} places not understood")
        expect(first["score"] <= SCORE_MAX, file, f"score {first['score']}: {first['score_reasons']}")
        expect(not first["limits"], file, f"stopped at {first['limits']}")
    clear = findings(binary, scripts)
    for file, (_, of_views) in zip(files, clear):
        expect(not of_views, file, f"the views give {sorted(of_views)}")
    for hide in (as_base64, in_pieces):
        for file, (logged, _), (raw, of_views) in zip(files, clear, findings(binary, [hide(script) for script in scripts])):
            new, lost = of_views - logged - ABOUT_HIDING, logged - raw - of_views
            expect(not new and not lost, file, f"{hide.__name__}: the views add {sorted(new)} and lack {sorted(lost)}")
    given = sum(len(logged) for logged, _ in clear)
    print("\n".join(failed + [f"{len(files)} scripts, {given} findings on them as logged, {len(failed)} failures"]))
    sys.exit(1 if failed or not given else 0)


main()
