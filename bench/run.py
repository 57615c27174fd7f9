#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures whole runs of the program, beside other programs where they are installed.

    ./dev bench [PART] [--quick] [--megabytes N] [--corpus DIR] [--rules DIR]... [--grow N,N] [--peer 'CMD {input}']

Without PART all benchmark programs of the parts run first; PART runs those whose name contains it and nothing else. Then every
log of the corpus is scanned by one thread, and by two, and read by the peers: `evtx_dump` and `rsigma`, if on PATH, and whatever
--peer names. Runs alternate (A B C A B C …), so that a machine that slows down slows all; medians are quoted with the lowest
and highest. The results go to build/bench/results.json and, as a table, to standard output.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import time

import make_corpus
import make_rules

ROOT = pathlib.Path(__file__).resolve().parents[1]
RULE_FOLDERS = ("rules/windows", "rules/category", "rules-emerging-threats", "rules-threat-hunting/windows")


@dataclasses.dataclass
class Contestant:
    """A command to run on a log; `{input}` in it is the log."""
    name: str
    command: list
    suffixes: tuple = (".evtx", ".ndjson")

    def on(self, log):
        return [part.replace("{input}", str(log)) for part in self.command]


@dataclasses.dataclass
class Run:
    wall: float
    cpu: float
    peak: int  # bytes; never less than what this script itself occupies


def run_once(command):
    """One run, output thrown away. None when the command fails."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024) if child.returncode == 0 else None


def alternate(contestants, log, runs):
    """{name: [Run]} of those that can read the log; the first round warms up and is not counted."""
    found = {each.name: [] for each in contestants if log.suffix in each.suffixes}
    for round_ in range(runs + 1):
        for each in contestants:
            if each.name not in found:
                continue
            run = run_once(each.on(log))
            if run is None:
                print(f"run: {each.name} failed on {log.name}: {shlex.join(each.on(log))}", file=sys.stderr)
                del found[each.name]
            elif round_ > 0:
                found[each.name].append(run)
    return found


def figures(runs, log, events):
    wall = [run.wall for run in runs]
    middle = statistics.median(wall)
    return {"log": log.name, "events": events, "bytes": log.stat().st_size, "runs": len(runs), "seconds": middle,
            "seconds_min": min(wall), "seconds_max": max(wall), "cpu_seconds": statistics.median(run.cpu for run in runs),
            "events_per_second": events / middle, "megabytes_per_second": log.stat().st_size / middle / 1e6,
            "peak_megabytes": max(run.peak for run in runs) / 1e6}


def paired_ratio(first, second):
    """How many times longer `second` takes, run by run."""
    ratios = [b.wall / a.wall for a, b in zip(first, second)]
    return statistics.median(ratios), min(ratios), max(ratios)


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = next((line for line in file if line.startswith("flags")), "").split()
    wide = "AVX-512" if "avx512bw" in flags else "AVX2" if "avx2" in flags else "no AVX2"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kind = "virtual" if "hypervisor" in flags else "physical"
    return f"{os.cpu_count()} processors ({platform.machine()}, {wide}), {kind} machine, {memory:.0f} GiB, Linux {platform.release().split('-')[0]}"


def commit():
    done = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def scan_command(binary, threads, rules):
    folders = [part for rule in rules for part in ("--rules", str(rule))]
    return [str(binary), "scan", "--threads", str(threads), "--format", "jsonl", "-o", "/dev/null", *folders, "{input}"]


def copy_rules(rules, out):
    """All in one folder, for programs that take one."""
    shutil.rmtree(out, ignore_errors=True)
    for number, folder in enumerate(rules):
        shutil.copytree(folder, out / str(number))
    return out


def contestants_of(arguments, rules):
    out = [Contestant("scan, 1 thread", scan_command(arguments.binary, 1, rules))]
    if os.cpu_count() > 1:
        out.append(Contestant("scan, 2 threads", scan_command(arguments.binary, 2, rules)))
    out.append(Contestant("decode", [str(arguments.binary), "decode", "{input}"]))
    if shutil.which("evtx_dump"):
        out.append(Contestant("evtx_dump, 1 thread", ["evtx_dump", "-t", "1", "-o", "jsonl", "{input}"], (".evtx",)))
    if shutil.which("rsigma") and rules:
        one_folder = copy_rules(rules, arguments.corpus / "rules")
        out.append(Contestant("rsigma", ["rsigma", "engine", "eval", "--rules", str(one_folder), "--event", "@{input}"], (".ndjson",)))
    for number, peer in enumerate(arguments.peer, 1):
        words = shlex.split(peer)
        out.append(Contestant(f"{os.path.basename(words[0])} (peer {number})", words))
    return out


def print_table(rows):
    print("\n| log | run | events/s | MB/s | seconds (lowest–highest) | processor s | peak MB | times as long as scan |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for row in rows:
        print(f"| {row['log']} | {row['run']} | {row['events_per_second']:,.0f} | {row['megabytes_per_second']:,.0f} | "
              f"{row['seconds']:.2f} ({row['seconds_min']:.2f}–{row['seconds_max']:.2f}) | {row['cpu_seconds']:.2f} | "
              f"{row['peak_megabytes']:.0f} | {row['ratio']:.2f} ({row['ratio_min']:.2f}–{row['ratio_max']:.2f}) |")


def measure(contestants, logs, runs):
    rows = []
    for log, events in logs:
        found = alternate(contestants, log, runs)
        base = found.get(contestants[0].name)
        for name, done in found.items():
            row = {"run": name, **figures(done, log, events)}
            row["ratio"], row["ratio_min"], row["ratio_max"] = paired_ratio(base, done) if base else (0, 0, 0)
            rows.append(row)
    return rows


def measure_growth(arguments, rules, logs, counts, folder):
    """The same logs with more rules. The first contestant has none added; start alone is measured on an empty folder."""
    contestants = [Contestant("rules as they are", scan_command(arguments.binary, 1, rules))]
    sources = rules or [ROOT / "content/rules"]
    for count in counts:
        out = folder / f"rules-{count}"
        if not out.exists():
            made = make_rules.make(out, count, sources, str(arguments.binary), [log for log, _ in logs])
            print(f"run: {made} of {count} altered rules made", file=sys.stderr)
        contestants.append(Contestant(f"+{count:,} rules", scan_command(arguments.binary, 1, [*rules, out])))
    empty = folder / "empty"
    empty.mkdir(exist_ok=True)
    start = {each.name: statistics.median(run_once(each.on(empty)).wall for _ in range(arguments.runs)) for each in contestants}
    print("\n| rules | start, seconds |\n|---|---:|")
    for name, seconds in start.items():
        print(f"| {name} | {seconds:.2f} |")
    rows = measure(contestants, logs, arguments.runs)
    for row in rows:
        row["seconds_without_start"] = row["seconds"] - start[row["run"]]
    print_table(rows)
    print("\n| log | rules | seconds without the start | against none added |\n|---|---|---:|---:|")
    bases = {row["log"]: row["seconds_without_start"] for row in rows if row["run"] == contestants[0].name}
    for row in rows:
        print(f"| {row['log']} | {row['run']} | {row['seconds_without_start']:.2f} | "
              f"{row['seconds_without_start'] / bases[row['log']] - 1:+.1%} |")
    return {"start_seconds": start, "rows": rows}


def run_parts(arguments, corpus, rules):
    environment = dict(os.environ, BARTIZAN_BENCH_CORPUS=str(corpus), BARTIZAN_CONTENT=str(ROOT / "content"),
                       BARTIZAN_BENCH_RULES=":".join(map(str, rules)))
    programs = sorted(arguments.binary.parent.glob("*_bench"))
    for program in programs:
        if arguments.part in program.name:
            print(f"\n== {program.name}", flush=True)
            subprocess.run([program, "--benchmark_min_time=" + ("0.05" if arguments.quick else "0.5")], env=environment, check=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="?", default="", help="a part of a benchmark program's name")
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--quick", action="store_true", help="small logs, few runs, no altered rules, no parts unless named")
    parser.add_argument("--megabytes", type=int, help="of each log: 128, with --quick 16")
    parser.add_argument("--runs", type=int, help="counted: 5, with --quick 3")
    parser.add_argument("--corpus", type=pathlib.Path, help="where logs are made and kept")
    parser.add_argument("--real", type=pathlib.Path, default=ROOT.parent / "shared/corpus",
                        help="real logs and rules to make the corpus of; without them it is synthetic")
    parser.add_argument("--rules", action="append", type=pathlib.Path, help="instead of the Windows rules in --real")
    parser.add_argument("--grow", default="1000,10000", help="numbers of altered rules to add")
    parser.add_argument("--peer", action="append", default=[], metavar="'CMD {input}'")
    parser.add_argument("--skip-parts", action="store_true")
    arguments = parser.parse_args()
    arguments.megabytes = arguments.megabytes or (16 if arguments.quick else 128)
    arguments.runs = arguments.runs or (3 if arguments.quick else 5)
    arguments.corpus = arguments.corpus or arguments.binary.parent / "corpus"
    return arguments


def main():
    arguments = parse_arguments()
    real = arguments.real if arguments.real.is_dir() else None
    if not real:
        print("run: no real logs (--real), synthetic events only", file=sys.stderr)
    rules = arguments.rules or [real / "sigma" / name for name in RULE_FOLDERS] if real else arguments.rules or []
    corpus = arguments.corpus / f"{arguments.megabytes}"
    events = make_corpus.make(corpus, real, arguments.megabytes)
    logs = [(corpus / name, count) for name, count in events.items()]
    if arguments.part or not (arguments.quick or arguments.skip_parts):
        run_parts(arguments, corpus, rules)
    if arguments.part:
        return
    print(f"\n{machine()}\ncommit {commit()}, {len(rules)} folders of rules besides the built-in ones")
    rows = measure(contestants_of(arguments, rules), logs, arguments.runs)
    print_table(rows)
    results = {"machine": machine(), "commit": commit(), "logs": rows}
    if arguments.grow and not arguments.quick:
        counts = [int(count) for count in arguments.grow.split(",")]
        results["growth"] = measure_growth(arguments, rules, logs[:3], counts, arguments.corpus)
    (arguments.binary.parent / "results.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
