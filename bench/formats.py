#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures scan on one log of each text format, with rules.

    bench/formats.py --binary PROGRAM [--rules DIR]... [--megabytes N] [--runs N] [--against PROGRAM] [--instructions] [FORMAT]...

What is quoted is the processor time without the start (rules loaded and compiled), which is measured on a log of a hundred records
of the same format. With --against both programs run by turns. --instructions counts by callgrind instead: the difference of
two lengths, so that the start falls out.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile

import check
import line_logs


def command(binary, rules, log):
    folders = [part for rule in rules for part in ("--rules", str(rule))]
    return [str(binary), "scan", "--threads", "1", "--format", "jsonl", "-o", "/dev/null", *folders, str(log)]


def seconds(arguments):
    child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    return usage.ru_utime + usage.ru_stime


def measure(binaries, rules, logs, runs):
    """For each program the seconds that the long log takes beyond the short one: medians of runs by turns."""
    short, long = logs
    found = {binary: [] for binary in binaries}
    for _ in range(runs):
        for binary in binaries:
            start = seconds(command(binary, rules, short))
            found[binary].append(max(seconds(command(binary, rules, long)) - start, 1e-6))
    return {binary: statistics.median(values) for binary, values in found.items()}


def instructions(binary, rules, format_, folder):
    counts = []
    for size in (200_000, 600_000):
        text, records = line_logs.made(format_, size)
        log = folder / f"{format_.__name__}-{size}.log"
        log.write_text(text)
        counts.append((check.instructions(command(binary, rules, log)), records))
    return (counts[1][0] - counts[0][0]) / (counts[1][1] - counts[0][1])


def write_logs(format_, folder, megabytes):
    short, long = folder / f"{format_.__name__}-short.log", folder / f"{format_.__name__}-{megabytes}.log"
    short.write_text(line_logs.made(format_, 20_000)[0])
    text, records = line_logs.made(format_, megabytes * 1_000_000)
    long.write_text(text)
    return (short, long), len(text), records


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formats", nargs="*")
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--against", type=pathlib.Path)
    parser.add_argument("--rules", action="append", type=pathlib.Path, default=[])
    parser.add_argument("--megabytes", type=int, default=32)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the logs")
    arguments = parser.parse_args()
    binaries = [program for program in (arguments.against, arguments.binary) if program]
    print("| format | bytes a record | " + " | ".join("instructions a record | a byte" if arguments.instructions else "MB/s | ns a record" for _ in binaries) + " |")
    print("|---|---:|" + "---:|---:|" * len(binaries))
    with tempfile.TemporaryDirectory() as made:
        folder = arguments.keep or pathlib.Path(made)
        folder.mkdir(exist_ok=True)
        for format_ in line_logs.FORMATS:
            if arguments.formats and format_.__name__ not in arguments.formats:
                continue
            logs, size, records = write_logs(format_, folder, 1 if arguments.instructions else arguments.megabytes)
            if arguments.instructions:
                each = {binary: instructions(binary, arguments.rules, format_, folder) for binary in binaries}
                cells = [f"{each[binary]:,.0f} | {each[binary] * records / size:.1f}" for binary in binaries]
            else:
                took = measure(binaries, arguments.rules, logs, arguments.runs)
                cells = [f"{size / took[binary] / 1e6:.0f} | {took[binary] / records * 1e9:,.0f}" for binary in binaries]
            print(f"| {format_.__name__} | {size / records:.0f} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
