#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts instructions, so that a slower program shows on a noisy machine.

    bench/check.py --binary PROGRAM [--update]           synthetic events against bench/instructions.json
    bench/check.py --binary PROGRAM --rules DIR LOG...   prints the figures of these EVTX logs, compares nothing

Each run is done with one share of the events and with the double: the difference is what an event costs, what is left over
is the start. Valgrind's callgrind counts; the figures depend on the compiler and the C library, so 3 % either way pass.
"""
import argparse
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import synthetic

BASELINE = pathlib.Path(__file__).with_name("instructions.json")
TOLERANCE = 0.03
SYNTHETIC_EVENTS = 4000
HEADER, CHUNK = 4096, 65536
RUNS = {"decode": ["decode"], "scan": ["scan", "--threads", "1", "--format", "jsonl", "-o", "/dev/null"]}


def instructions(command):
    environment = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", VALGRIND_OPTS="")
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command], env=environment,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not counted:
        sys.exit(f"check: {' '.join(map(str, command))}: exit code {done.returncode}\n{done.stderr[-1500:]}")
    return int(counted[1])


def per_event(command, once, twice, events):
    """(instructions an event, instructions of the start)"""
    first, second = (instructions([*command, log]) for log in (once, twice))
    return round((second - first) / events), first - (second - first)


def count_records(data):
    count = 0
    for chunk in range(HEADER, len(data), CHUNK):
        at, end = chunk + 512, chunk + min(struct.unpack_from("<I", data, chunk + 48)[0], CHUNK)
        while at + 8 <= end and data[at : at + 4] == b"**\0\0":
            count += 1
            at += max(struct.unpack_from("<I", data, at + 4)[0], 8)
    return count


def first_chunks(log, chunks, folder):
    with open(log, "rb") as file:
        header, body = file.read(HEADER), file.read(chunks * CHUNK)
    once, twice = folder / "once.evtx", folder / "twice.evtx"
    once.write_bytes(header + body)
    twice.write_bytes(header + body + body)
    return once, twice, count_records(header + body)


def measure_synthetic(binary, folder):
    once, twice, events = folder / "once.evtx", folder / "twice.evtx", SYNTHETIC_EVENTS
    synthetic.write(once, events)
    data = once.read_bytes()
    twice.write_bytes(data + data[HEADER:])
    found = {}
    for name, arguments in RUNS.items():
        event, start = per_event([binary, *arguments], once, twice, events)
        found[f"{name}: instructions an event"] = event
        if name == "scan":
            found["scan: instructions to start"] = start
    return found


def measure_logs(binary, rules, logs, chunks, folder):
    print("| log | events | decode, instructions an event | scan, instructions an event | start |\n|---|---:|---:|---:|---:|")
    for log in logs:
        once, twice, events = first_chunks(log, chunks, folder)
        decode, _ = per_event([binary, *RUNS["decode"]], once, twice, events)
        options = [part for rule in rules for part in ("--rules", rule)]
        scan, start = per_event([binary, *RUNS["scan"], *options], once, twice, events)
        print(f"| {log.stem} | {events} | {decode:,} | {scan:,} | {start:,} |", flush=True)


def compare(found, wanted):
    bad = 0
    for name, count in found.items():
        change = count / wanted[name] - 1 if name in wanted else float("inf")
        verdict = "ok" if abs(change) <= TOLERANCE else "MORE" if change > 0 else "FEWER: --update keeps the gain"
        bad += change > TOLERANCE
        print(f"{name:32} {count:13,}  {change:+7.1%}  {verdict}")
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", nargs="*", type=pathlib.Path)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--rules", action="append", default=[])
    parser.add_argument("--chunks", type=int, default=64, help="of each log, from its beginning")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if arguments.logs:
            return measure_logs(arguments.binary, arguments.rules, arguments.logs, arguments.chunks, folder)
        found = measure_synthetic(arguments.binary, folder)
    if arguments.update:
        BASELINE.write_text(json.dumps(found, indent=2) + "\n")
    wanted = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    return 1 if compare(found, wanted) else 0


if __name__ == "__main__":
    sys.exit(main())
