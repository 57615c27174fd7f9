#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The identity engine over a simulated domain (tools/make_identity_domain.py): every attack found, next to nothing else; with
a gap in a log nothing called forged; the same bytes with any number of threads. Prints figures by attack.

    tests/identity/run.py [--binary build/release/bartizan] [--whole]    --whole: 500 users, 600 machines, 5 days
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORGED = "5f0c6f0e-6b5a-4a58-9d2b-3c8a1c0d7a02"


def generate(folder, *options):
    subprocess.run([sys.executable, ROOT / "tools/make_identity_domain.py", folder, *options], check=True)


def scan(binary, folder, threads):
    return subprocess.run([binary, "scan", "--no-builtin-rules", "--identity", "--format", "jsonl", "--threads", str(threads), "."],
                          cwd=folder,
                          check=True, capture_output=True, text=True).stdout


def is_of(finding, attack):
    accounts = {entity["value"] for entity in finding["entities"] if entity["type"] == "account"}
    return finding["rule_id"] == attack["rule"] and attack["account"] in accounts


def judge(findings, truth):
    """(found by kind of attack, false findings)"""
    found = collections.Counter(a["attack"] for a in truth["attacks"] if any(is_of(f, a) for f in findings))
    false = [f for f in findings if not any(is_of(f, a) for a in truth["attacks"])]
    return found, false


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=str(ROOT / "build/release/bartizan"))
    parser.add_argument("--whole", action="store_true")
    given = parser.parse_args()
    binary = str(pathlib.Path(given.binary).resolve())
    size = [] if given.whole else ["--users", "40", "--machines", "60", "--days", "3"]
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        whole, gap = pathlib.Path(folder, "whole"), pathlib.Path(folder, "gap")
        generate(whole, *size), generate(gap, *size, "--gap")
        truth = json.loads((whole / "truth.json").read_text())
        one, many = scan(binary, whole, 1), scan(binary, whole, 4)
        if one != many:
            failures.append("the findings depend on the number of threads")
        for name, text in (("whole", one), ("gap", scan(binary, gap, 2))):
            findings = [json.loads(line) for line in text.splitlines()]
            found, false = judge(findings, truth)
            wanted = collections.Counter(a["attack"] for a in truth["attacks"])
            print(f"{name}: " + ", ".join(f"{kind} {found[kind]} of {count}" for kind, count in wanted.items()) +
                  f"; {len(false)} false findings in {truth['days']} days")
            for finding in false[:10]:
                print("  false:", finding["rule_title"], "-", finding["why"][0]["value"])
            if name == "whole" and found != wanted:
                failures.append("an attack was not found")
            if len(false) > truth["days"]:
                failures.append(f"{name}: more than one false finding a day")
            if name == "gap" and found["stolen"] != wanted["stolen"]:
                failures.append("a gap hides a stolen ticket")
    print("; ".join(failures) or "passed")
    sys.exit(1 if failures else 0)


main()
