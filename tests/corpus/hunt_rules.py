#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sigma rules in SQL over a store answer as the streaming engine does on the same evidence.

    tests/corpus/hunt_rules.py [--binary build/release/bartizan] [--evidence PATH]... [--rules DIR]... [--clickhouse URL]

Scans the evidence with --store, asks every rule with `hunt rules`, and compares the findings (rule and record) that are
about records as they were logged: correlations, views of scripts and identities have no SQL. Rules that cannot be said in
SQL are counted. Skips, saying so, without ../shared or without DuckDB. Exit code 0 alike, 1 not.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("BARTIZAN_SHARED", ROOT.parent / "shared"))
SHOWN_MAX = 20
SECONDS_MAX = 1800


def run(binary, *arguments):
    done = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    if done.returncode not in (0, 2):
        sys.exit(f"hunt_rules: {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-400:]}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=str(ROOT / "build/release/bartizan"))
    parser.add_argument("--evidence", action="append")
    parser.add_argument("--rules", action="append")
    parser.add_argument("--clickhouse", metavar="URL", help="an empty store, clickhouse://…, that has to answer so, too")
    options = parser.parse_args()
    corpus = SHARED / "corpus"
    evidence = options.evidence or [str(corpus / name) for name in ("evtx-attack-samples", "more-evtx")]
    rules = options.rules or [str(path) for path in sorted((corpus / "sigma").glob("rules*")) if path.is_dir()]
    if not all(pathlib.Path(path).exists() for path in evidence + rules) or not rules:
        print(f"hunt_rules: skipped, there is no {corpus}")
        return 0
    wanted = [word for path in rules for word in ("--rules", path)]
    with tempfile.TemporaryDirectory() as folder:
        store = folder + "/store"
        findings = [json.loads(line) for line in
                    run(options.binary, "scan", "--format", "jsonl", "--store", store, *wanted, *evidence).splitlines()]
        probe = subprocess.run([options.binary, "hunt", "sql", "--store", store, "SELECT 1"], capture_output=True, text=True,
                               check=False)
        if "DuckDB is not installed" in probe.stderr:
            print("hunt_rules: skipped, DuckDB is not installed")
            return 0
        explained = run(options.binary, "hunt", "rules", "--explain", *wanted)
        # A record that stands in several files of the evidence is stored once.
        asked = ("hunt", "rules", "--format", "jsonl", *wanted, "--store")
        text = run(options.binary, *asked, store)
        answers = [json.loads(line) for line in text.splitlines()]
        if options.clickhouse:
            run(options.binary, "scan", "--no-builtin-rules", "--store", options.clickhouse, *evidence)
            if run(options.binary, *asked, options.clickhouse) != text:
                sys.exit(f"hunt_rules: {options.clickhouse} answers otherwise than a store in a folder")
        events = json.loads(run(options.binary, "hunt", "sql", "--format", "jsonl", "--store", store,
                                "SELECT count(*) AS count FROM events"))["count"]
    correlations = {row["rule_id"] for row in findings if any(why["predicate"] == "includes" for why in row["why"])}
    refused = [line[3:] for line in explained.splitlines() if line.startswith("-- ")]
    streaming = collections.Counter()
    for row in findings:
        if "view" in row or row["rule_id"] in correlations or row["rule_id"].startswith(("identity", "suricata:")):
            continue
        streaming[(row["rule_title"], row["time"][:26], row["host"], row["record_id"])] = 1
    stored = collections.Counter()
    for row in answers:
        stored[(row["rule"], row["time"][:26], row["host"], row["record_id"])] = 1
    missing, extra = streaming - stored, stored - streaming
    for name, some in (("missing", missing), ("extra", extra)):
        for key in sorted(some)[:SHOWN_MAX]:
            print(f"{name}: {key}")
    for line in refused[:SHOWN_MAX]:
        print(f"refused: {line}")
    print(f"hunt_rules: {events} events, {len(streaming)} findings streamed, {len(stored)} by SQL, "
          f"{len(missing)} missing, {len(extra)} extra, {len(refused)} rules refused")
    return 1 if missing or extra or not streaming else 0


if __name__ == "__main__":
    sys.exit(main())
