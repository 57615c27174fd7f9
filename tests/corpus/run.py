#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the program with independent answers over real evidence: the public Sigma rules over their regression cases
and over EVTX samples of real attacks. The data lie outside the project (BARTIZAN_SHARED, default ../shared); without
them the tests are skipped and say so. Differences we want are in docs/sigma.md and in DIFFERENCES below."""
import argparse
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Records of built-in audit events see more fields through our log-source tables than the oracle gave them (docs/sigma.md).
DIFFERENCES = {("Security", 4688), ("Security", 5156)}


def findings(binary, corpus, *paths):
    rules = ["--no-builtin-rules"]
    for folder in ("rules", "rules-emerging-threats", "rules-threat-hunting"):
        rules += ["--rules", f"sigma/{folder}"]
    done = subprocess.run([binary, "scan", "--no-identity", "--format", "jsonl", *rules, *paths], cwd=corpus, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"scan of {paths} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


# The oracle looked at records as they were logged; what views of them gave comes on top.
def keys(found):
    return {(f["file"], f["record_id"], f["rule_id"]) for f in found if "view" not in f}


def compare(name, got, want):
    missing, extra = want - got, got - want
    print(f"{name}: {len(want)} expected, {len(missing)} missing, {len(extra)} unexpected")
    for what, some in (("missing", missing), ("unexpected", extra)):
        for key in sorted(some)[:10]:
            print(f"  {what}: {key}")
    return not missing and not extra and bool(want)


def regression(binary, shared):
    golden = json.loads((shared / "golden/sigma-regression.json").read_text())
    got = keys(findings(binary, shared / "corpus", "sigma/regression_data"))
    passed = True
    for suffix in (".evtx", ".json"):
        want = {
            ("sigma/" + case["evtx"][: -len(".evtx")] + suffix, str(event["record_id"]), rule)
            for case in golden.values()
            for event in case["events"]
            for rule in event["hits"]
        }
        passed &= compare(f"regression cases ({suffix})", {key for key in got if key[0].endswith(suffix)}, want)
    return passed


def oracle(binary, shared):
    found = findings(binary, shared / "corpus", "evtx-attack-samples", "more-evtx")
    want = set()
    for line in (shared / "golden/evtx-oracle.jsonl").read_text().splitlines():
        record = json.loads(line)
        want |= {(record["file"], record["record_id"], rule) for rule in record.get("hits", [])}
    intended = {key for f in found for key in keys([f]) if (f["channel"], f["event_id"]) in DIFFERENCES} - want
    print(f"attack samples: {len(intended)} findings beyond the oracle on {sorted(DIFFERENCES)} are intended")
    return compare("attack samples", keys(found) - intended, want)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default=str(ROOT / "build/release/bartizan"))
    binary = str(pathlib.Path(parser.parse_args().binary).resolve())
    shared = pathlib.Path(os.environ.get("BARTIZAN_SHARED", ROOT.parent / "shared")).resolve()
    if not (shared / "golden").is_dir():
        print(f"skipped: no test data at {shared}; set BARTIZAN_SHARED")
        return
    results = [regression(binary, shared), oracle(binary, shared)]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    sys.exit(0 if all(results) else 1)


main()
