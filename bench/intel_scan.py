#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What intelligence costs a scan: the same log with and without it, in alternating runs.

    bench/intel_scan.py LOG [--binary build/release/bartizan] [--indicators 10000000] [--runs 5] [--threads 1] [--rules DIR] [--folder DIR]

Makes a list of invented domains, hashes and addresses, imports it into --folder (kept, when given) and scans LOG in pairs. Quotes the
medians of processor time and of the pairs' ratio, the time of the import, the size of the index, and the peak memory.
"""
import argparse
import os
import pathlib
import random
import statistics
import subprocess
import tempfile
import time


def run(command):
    """(seconds, processor seconds, peak bytes) of a run that succeeds."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"failed: {' '.join(command)}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def write_list(path, count):
    numbers = random.Random(7)
    with open(path, "w", encoding="ascii") as out:
        for i in range(count):
            if i % 3 == 0:
                out.write(f"h{numbers.getrandbits(28)}.d{i}.example\n")
            elif i % 3 == 1:
                out.write(f"{numbers.getrandbits(256):064x}\n")
            else:
                out.write(f"{11 + numbers.getrandbits(6)}.{numbers.getrandbits(8)}.{numbers.getrandbits(8)}.{numbers.getrandbits(8)}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log")
    parser.add_argument("--binary", default="build/release/bartizan")
    parser.add_argument("--indicators", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", default="1")
    parser.add_argument("--rules", action="append", default=[])
    parser.add_argument("--folder")
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.folder or tempfile.mkdtemp(prefix="intel-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "intel.db").exists():
        write_list(folder / "list.txt", arguments.indicators)
        seconds, processor, peak = run([arguments.binary, "intel", "import", "--intel", str(folder), str(folder / "list.txt")])
        (folder / "list.txt").unlink()
        print(f"import and index: {seconds:.1f} s, {processor:.1f} s of processor, peak {peak / 1e6:.0f} MB")
    print(f"index: {(folder / 'indicators.index').stat().st_size / 1e6:.0f} MB, database {(folder / 'intel.db').stat().st_size / 1e6:.0f} MB")
    plain = [arguments.binary, "scan", "--threads", arguments.threads, "--format", "jsonl"]
    for rules in arguments.rules:
        plain += ["--rules", rules]
    with_intel = plain + ["--intel", str(folder), arguments.log]
    plain.append(arguments.log)
    pairs = []
    for i in range(arguments.runs + 1):
        pair = run(plain), run(with_intel)
        if i > 0:
            pairs.append(pair)
    ratios = sorted(b[1] / a[1] for a, b in pairs)
    print(f"scan: {statistics.median(a[1] for a, _ in pairs):.2f} s of processor, peak {max(a[2] for a, _ in pairs) / 1e6:.0f} MB")
    print(f"with: {statistics.median(b[1] for _, b in pairs):.2f} s of processor, peak {max(b[2] for _, b in pairs) / 1e6:.0f} MB")
    print(f"times as long, median of {len(pairs)} pairs: {statistics.median(ratios):.3f} ({ratios[0]:.3f}–{ratios[-1]:.3f})")


if __name__ == "__main__":
    main()
