#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what is predicted with what PowerShell itself logged: a script block that was run shows up as 4104 records, and
so does every text it hands to an interpreter. Each layer predicted for a block must stand among the blocks that the same
process logged later; each that does not is listed, with the text, for a person to judge.

    tests/corpus/powershell_logged.py [--binary build/release/bartizan] [--show N] [FILE…]

Without FILE, all EVTX under $BARTIZAN_SHARED (default ../shared) that hold script blocks. Not everything predicted is
logged: code in a branch that was not taken, a script that failed before, blocks that PowerShell had compiled before, and
what a child process ran. The exit code is 1 only when a logged block differs from the prediction by its values: the same
length and nine tenths of the letters, which is what a value folded wrongly looks like.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROCESS_NAMES = ("Execution_ProcessID", "ExecutionProcessID", "ProcessID")
IN_PROCESS = ("Invoke-Expression", "[scriptblock]::Create", "InvokeScript", "ExecuteScript", "NewScriptBlock")


def squeezed(text):
    return "".join(text.split()).strip(";")


def records_of(binary, path):
    done = subprocess.run([binary, "decode", str(path)], capture_output=True, check=False)
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        if "ScriptBlockText" in line:
            yield json.loads(line)


def value_of(record, name):
    """The first value of this name, wherever it stands."""
    stack = [record]
    while stack:
        held = stack.pop()
        if isinstance(held, dict):
            if name in held and not isinstance(held[name], dict):
                return held[name]
            stack.extend(held.values())
    return None


def blocks_of(binary, path):
    """(host, process) -> [(first record, text)], put together from their parts."""
    parts, order = collections.defaultdict(dict), {}
    for record in records_of(binary, path):
        process = next((value_of(record, name) for name in PROCESS_NAMES if value_of(record, name)), None)
        key = (value_of(record, "Computer"), process, value_of(record, "ScriptBlockId"))
        number, total = int(value_of(record, "MessageNumber") or 1), int(value_of(record, "MessageTotal") or 1)
        parts[key][number] = (value_of(record, "ScriptBlockText") or "", total)
        at = int(value_of(record, "EventRecordID") or 0)
        order[key] = min(order.get(key, at), at)
    blocks = collections.defaultdict(list)
    for key, found in parts.items():
        if len(found) == next(iter(found.values()))[1]:
            blocks[key[:2]].append((order[key], "".join(found[n][0] for n in sorted(found))))
    for known in blocks.values():
        known.sort()
    return blocks


def layers_of(binary, text):
    done = subprocess.run([binary, "powershell", "--format", "jsonl", "-"], input=text.encode("utf-8", "replace"),
                          capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


def resembles(one, other):
    """The same length, nearly the same letters: one of the two has a wrong value."""
    return one != other and len(one) == len(other) > 8 and sum(a == b for a, b in zip(one, other)) >= 0.9 * len(one)


def judge(layer, later):
    if layer["kind"] != "script":
        return "not script text"
    if not layer["sink"].startswith(IN_PROCESS):
        return "run by another process"
    text = squeezed(layer["text"])
    if any(squeezed(block) == text for block in later):
        return "logged"
    if any(resembles(squeezed(block), text) for block in later):
        return "WRONG VALUE"
    if any(text in squeezed(block) for block in later):
        return "part of a logged block"
    return "not logged, later blocks exist" if later else "not logged, the log of the process ends"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--binary", default=str(ROOT / "build/release/bartizan"))
    parser.add_argument("--show", type=int, default=160, help="letters of each text")
    options = parser.parse_args()
    shared = pathlib.Path(os.environ.get("BARTIZAN_SHARED", ROOT.parent / "shared")).resolve()
    files = options.files or [path for path in sorted(shared.rglob("*.evtx"))
                              if "S\0c\0r\0i\0p\0t\0B\0l\0o\0c\0k\0T\0e\0x\0t".encode() in path.read_bytes()]
    if not files:
        print(f"skipped: no event logs with script blocks at {shared}; set BARTIZAN_SHARED")
        return
    verdicts = collections.Counter()
    for path in files:
        for (host, process), blocks in blocks_of(options.binary, path).items():
            for place, (record, text) in enumerate(blocks):
                for layer in layers_of(options.binary, text)[1:]:
                    verdict = judge(layer, [later for _, later in blocks[place + 1:]])
                    verdicts[verdict] += 1
                    if verdict not in ("logged", "not script text"):
                        print(f"{path.name} record {record}, process {process} of {host}: {verdict}: layer {layer['layer']} "
                              f"by {layer['sink']}: {layer['text'][:options.show]!r}")
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())) or "nothing predicted")
    sys.exit(1 if verdicts["WRONG VALUE"] else 0)


main()
