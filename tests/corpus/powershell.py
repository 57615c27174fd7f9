#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures how well PowerShell is read, on samples with a known answer. The samples are hostile text: they are read from
the archive in memory, given to the program on standard input, and never written to disk or run. They lie outside the
project (BARTIZAN_SHARED, default ../shared); without them the test is skipped and says so.

    tests/corpus/powershell.py [--binary build/release/bartizan] [--missing] [--only TEXT]

* recall: share of the words of the clear original that stand in any view of its obfuscated form
* hidden addresses found in any view, times, and parse errors on clear scripts
* rule hits: public rules that match the clear original and still match a view of the obfuscated form
"""
import argparse
import collections
import csv
import io
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORD = re.compile(r"[a-z0-9_]{3,}")
TARGETS = {"pairs": 0.90, "technique": 0.80, "recall": 0.95, "hidden": 0.90, "rules": 0.93, "parse": 0.02}


def text_of(data):
    if data[:2] == b"\xff\xfe":
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def layers_of(binary, data, *options):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([binary, "powershell", "--format", "jsonl", *options, "-"], input=data, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime  # other work on the machine does not count
    if done.returncode != 0:
        sys.exit(f"the program ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()], took


def views(layers):
    seen = []
    for layer in layers:
        for name in ("text", "normalised", "merged"):
            if layer[name] not in seen:
                seen.append(layer[name])
    return seen


def recall(original, texts):
    wanted = set(WORD.findall(original.lower()))
    have = set()
    for text in texts:
        have |= set(WORD.findall(text.lower()))
    return len(wanted & have) / len(wanted) if wanted else 1.0, wanted - have


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def measure_pairs(binary, archive, options, times):
    rows = csv.DictReader(io.StringIO((options.folder / "obfuscated-pairs.tsv").read_text()), delimiter="\t")
    passed, total, results = collections.Counter(), collections.Counter(), {}
    for row in rows:
        if options.only and options.only not in row["obfuscated"]:
            continue
        layers, took = layers_of(binary, archive.read(row["obfuscated"]))
        times.append(took)
        results[row["obfuscated"]] = layers
        share, missing = recall(text_of(archive.read(row["original"])), views(layers))
        good = share >= TARGETS["recall"]
        total[row["technique"]] += 1
        passed[row["technique"]] += good
        if not good and options.missing:
            print(f"  {row['obfuscated'][6:14]} {row['technique']}: {share:.2f}, {len(layers)} layers, lacks {sorted(missing)[:8]}")
    for technique in sorted(total):
        print(f"  {technique}: {passed[technique]} of {total[technique]}")
    print(f"pairs with recall of 95 %: {sum(passed.values())} of {sum(total.values())}")
    ok = sum(passed.values()) >= TARGETS["pairs"] * sum(total.values())
    return results, ok and all(passed[t] >= TARGETS["technique"] * total[t] for t in total)


def measure_hidden(binary, archive, options, times):
    found = total = 0
    for row in csv.DictReader(io.StringIO((options.folder / "hidden-address.tsv").read_text()), delimiter="\t"):
        layers, took = layers_of(binary, archive.read(row["file"]))
        times.append(took)
        total += 1
        hit = any(row["expected_ip"] in text for text in views(layers))
        found += hit
        if not hit and options.missing:
            print(f"  {row['file'][7:15]}: {row['expected_ip']} not found, {len(layers)} layers, limits {layers[0]['limits']}")
    print(f"hidden addresses: {found} of {total}")
    return found >= TARGETS["hidden"] * total


def measure_clear(binary, archive, options):
    bad = total = 0
    scores = []
    for name in archive.namelist():
        if not name.startswith("pairs/") or "-obf-out-" in name:
            continue
        layers, _ = layers_of(binary, archive.read(name))
        total += 1
        bad += layers[0]["parse_errors"] > 0
        scores.append(layers[0]["score"])
        if layers[0]["parse_errors"] and options.missing:
            print(f"  {name[6:14]}: {layers[0]['parse_errors']} places not understood")
    print(f"clear scripts with places not understood: {bad} of {total}; scored 40 and more: {sum(s >= 40 for s in scores)}")
    return bad <= TARGETS["parse"] * total


def text_blocks(binary, path):
    """The script blocks of a log, put together from their parts."""
    parts = collections.defaultdict(dict)
    decoded = subprocess.run([binary, "decode", str(path)], capture_output=True, check=False).stdout.decode("utf-8", "replace")
    for line in decoded.splitlines():
        held = [json.loads(line)] if "ScriptBlockText" in line else []
        values = {}
        while held:
            for name, value in held.pop().items():
                if isinstance(value, dict):
                    held.append(value)
                else:
                    values[name] = value
        if values:
            parts[values.get("ScriptBlockId")][int(values.get("MessageNumber", 1))] = values.get("ScriptBlockText", "")
    return ["".join(found[number] for number in sorted(found)) for found in parts.values()]


def measure_known_line(binary, shared, options):
    """Logs of one known command hidden by every menu of an obfuscator: each block that runs anything ends in it."""
    found = total = 0
    for path in sorted(shared.rglob("*Invoke-Obfuscation*.evtx")):
        for text in text_blocks(binary, path):
            layers, _ = layers_of(binary, text.encode("utf-8", "replace"))
            if len(layers) == 1 and (layers[0]["score"] < 30 or len(text) < 300):  # clear, or a piece that works on $_
                continue
            total += 1
            hit = any("DownloadString" in view and "Invoke-Mimikatz.ps1" in view for view in views(layers))
            found += hit
            if not hit and options.missing:
                print(f"  {path.name}: a block of {len(text)} letters does not end in the known line")
    print(f"blocks that end in the known line: {found} of {total}")
    return found == total


def rule_names(binary, shared, events):
    """Which public rules match which event; events carry their number."""
    rules = []
    for folder in ("rules/windows/powershell", "rules-threat-hunting", "rules-emerging-threats"):
        rules += ["--rules", str(shared / "corpus/sigma" / folder)]
    with tempfile.TemporaryDirectory() as folder:
        # Script text goes into a pipe of our own, not to a file.
        path = pathlib.Path(folder) / "events.ndjson"
        os.mkfifo(path)
        process = subprocess.Popen([binary, "scan", "--no-builtin-rules", *rules, "--format", "jsonl", str(path)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with open(path, "w", encoding="utf-8") as pipe:
            for event in events:
                pipe.write(json.dumps(event) + "\n")
        out, error = process.communicate()
    if process.returncode not in (0, 1):
        print(f"  rules could not be run: {error.decode(errors='replace')[-300:]}")
        return None
    return [json.loads(line) for line in out.decode().splitlines()]


def measure_rules(binary, shared, options, results):
    golden = [json.loads(line) for line in (shared / "golden/obfuscated-pairs-sigma.jsonl").read_text().splitlines()]
    files = {}
    for path in (shared / "corpus/sigma").rglob("*.yml"):
        match = re.search(r"^id:\s*(\S+)", path.read_text(errors="replace"), re.M)
        if match:
            files[match[1]] = path.name
    events, owner = [], {}
    for case in golden:
        for text in views(results.get(case["obfuscated"], [])):
            number = str(len(events) + 1)
            owner[number] = case["obfuscated"]
            events.append({"EventID": 4104, "Channel": "Microsoft-Windows-PowerShell/Operational", "EventRecordID": number,
                           "ScriptBlockText": text})
    found = rule_names(binary, shared, events)
    if found is None:
        return False
    got = collections.defaultdict(set)
    for finding in found:
        got[owner.get(str(finding["record_id"]))].add(files.get(finding["rule_id"], finding["rule_id"]))
    wanted = sum(len(c["rules_on_original"]) for c in golden)
    raw = sum(len(set(c["rules_on_original"]) & set(c["rules_on_obfuscated_raw"])) for c in golden)
    recovered = sum(len(set(c["rules_on_original"]) & got[c["obfuscated"]]) for c in golden)
    if options.missing:
        lost = collections.Counter(r for c in golden for r in set(c["rules_on_original"]) - got[c["obfuscated"]])
        print(f"  rules lost: {dict(lost)}")
    print(f"public rule hits: {wanted} on the clear scripts, {raw} on the obfuscated text, {recovered} on all views")
    return recovered >= TARGETS["rules"] * wanted


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(ROOT / "build/release/bartizan"))
    parser.add_argument("--missing", action="store_true", help="say what is missing, case by case")
    parser.add_argument("--only", default="", help="pairs whose name contains this")
    parser.add_argument("--no-rules", action="store_true")
    options = parser.parse_args()
    binary = str(pathlib.Path(options.binary).resolve())
    shared = pathlib.Path(os.environ.get("BARTIZAN_SHARED", ROOT.parent / "shared")).resolve()
    options.folder = shared / "corpus/powershell"
    if not (options.folder / "dev-samples.zip").is_file():
        print(f"skipped: no test data at {shared}; set BARTIZAN_SHARED")
        return
    archive = zipfile.ZipFile(options.folder / "dev-samples.zip")
    times = []
    empty = percentile([layers_of(binary, b"1")[1] for _ in range(20)], 0.5)
    results, pairs = measure_pairs(binary, archive, options, times)
    passed = [pairs]
    if not options.only:
        passed.append(measure_hidden(binary, archive, options, times))
        for name in archive.namelist():
            if name.startswith("wild/"):
                times.append(layers_of(binary, archive.read(name))[1])
        passed.append(measure_clear(binary, archive, options))
        passed.append(measure_known_line(binary, shared, options))
        if not options.no_rules:
            passed.append(measure_rules(binary, shared, options, results))
    own = [max(0.0, t - empty) * 1000 for t in times]
    print(f"processor time beyond starting: median {percentile(own, 0.5):.2f} ms, 99th percentile {percentile(own, 0.99):.2f} ms, longest {max(own):.2f} ms")
    print(f"{sum(passed)} passed, {len(passed) - sum(passed)} failed")
    sys.exit(0 if all(passed) else 1)


main()
