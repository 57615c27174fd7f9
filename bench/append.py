#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast a scan keeps what it reads: the same logs scanned without and with --store, detection on.

    bench/append.py OUT_FOLDER SHARED_CORPUS [--binary build/release/bartizan] [--megabytes 256] [--rules DIR]... [--threads 2]
                    [--runs 3] [--option WORD]... [--store ADDRESS]

distinct.evtx is made of the real chunks below SHARED_CORPUS in the way of make_corpus.py's mixed.evtx, but every round gives its
records other numbers: a store keeps an event once, so a log that repeats its events would measure something else. The runs
alternate; least and median of clock and processor, the peak of memory, and bytes an event are printed, with the load average,
without which the figures say little. --option is handed to the scan that stores, --store names another place than a folder.
"""
import argparse
import os
import pathlib
import random
import re
import shutil
import statistics
import struct
import subprocess
import time
import zlib

from check import CHUNK, HEADER
from make_corpus import chunks_of
from run import RULE_FOLDERS

UINT64 = 0x0A  # [MS-EVEN6] 2.2.12: type of a value
SYSTEM_VALUES = 16  # first come those of System, of which EventRecordID alone has that type; exported logs have another in the header
ROUND = 10_000_000  # how far the record numbers of a round lie behind those of the one before


def number_places(chunk):
    """Where the record numbers stand in a chunk: of each record the one in its header and the one among its values."""
    places, at, end = [], 512, min(struct.unpack_from("<I", chunk, 48)[0], CHUNK)
    while at + 24 <= end and chunk[at : at + 4] == b"**\0\0":
        size = struct.unpack_from("<I", chunk, at + 4)[0]
        places.append(at + 8)
        template, definition = at + 24 + 4, struct.unpack_from("<I", chunk, at + 24 + 6)[0]
        values = template + 10
        if definition == values:  # stands here
            values += 24 + struct.unpack_from("<I", chunk, values + 20)[0]
        count = struct.unpack_from("<I", chunk, values)[0]
        value = values + 4 + 4 * count
        for i in range(min(count, SYSTEM_VALUES)):
            length, kind = struct.unpack_from("<HB", chunk, values + 4 + 4 * i)
            if kind == UINT64 and length == 8:
                places.append(value)
                break
            value += length
        at += max(size, 24)
    return places


def renumbered(chunk, places, more):
    out = bytearray(chunk)
    for place in (8, 16, 24, 32, *places):
        struct.pack_into("<Q", out, place, struct.unpack_from("<Q", out, place)[0] + more)
    struct.pack_into("<I", out, 52, zlib.crc32(out[512 : struct.unpack_from("<I", out, 48)[0]]))
    struct.pack_into("<I", out, 124, zlib.crc32(out[:120] + out[128:512]))
    return out


def readable(chunk):
    try:
        return chunk, number_places(chunk)
    except struct.error:  # damaged ones are among the samples
        return None


def make_log(path, shared, megabytes):
    if path.exists():
        return
    chunks = [known for known in map(readable, chunks_of(shared)) if known]
    rng, written, more = random.Random(1), 0, 0
    with open(path.with_suffix(".partial"), "wb") as out:
        out.write(b"ElfFile\0" + struct.pack("<QQQIHHHH", 0, 0, 1, 128, 1, 3, HEADER, 0) + bytes(HEADER - 44))
        while written < megabytes << 20:
            rng.shuffle(chunks)
            for chunk, places in chunks[: ((megabytes << 20) - written) // CHUNK + 1]:
                out.write(renumbered(chunk, places, more))
                written += CHUNK
            more += ROUND
    os.rename(path.with_suffix(".partial"), path)


def run(command):
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                             env={"BARTIZAN_CONTENT": "content", **os.environ})
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"failed: {' '.join(command)}\n{said}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10, said


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("shared", type=pathlib.Path)
    parser.add_argument("--binary", default="build/release/bartizan")
    parser.add_argument("--megabytes", type=int, default=256)
    parser.add_argument("--rules", action="append", default=[])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--option", action="append", default=[])
    parser.add_argument("--store", help="clickhouse://… in place of a folder; emptied by nobody")
    parser.add_argument("--log", help="this log instead")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    log = pathlib.Path(arguments.log) if arguments.log else arguments.out / f"distinct{arguments.megabytes}.evtx"
    make_log(log, arguments.shared, arguments.megabytes)
    folder = arguments.out / "appended.store"
    rules = arguments.rules or [str(arguments.shared / "sigma" / name) for name in RULE_FOLDERS]
    scan = [arguments.binary, "scan", "--threads", str(arguments.threads), *(word for one in rules for word in ("--rules", one))]
    kept = re.compile(r"stored (\d+) events")
    figures, events = {"scan": [], "scan --store": []}, 0
    for _ in range(arguments.runs):
        figures["scan"].append(run([*scan, str(log)]))
        shutil.rmtree(folder, ignore_errors=True)
        stored = run([*scan, "--store", arguments.store or str(folder), *arguments.option, str(log)])
        figures["scan --store"].append(stored)
        events = max(events, int(kept.search(stored[3])[1]))
    print(f"{log.name}: {events:,} events kept, {arguments.threads} threads, load average {os.getloadavg()[0]:.1f}")
    for name, runs in figures.items():
        clock, processor, peak = ([one[i] for one in runs] for i in range(3))
        print(f"{name:13} clock {min(clock):.2f} s least, {statistics.median(clock):.2f} s median; processor {min(processor):.2f} s; "
              f"{events / min(clock):,.0f} events/s; peak {max(peak)} MB")
    if not arguments.store:
        files = [path for path in folder.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        print(f"{len(files)} files, {size:,} bytes, {size / max(events, 1):.1f} an event")


if __name__ == "__main__":
    main()
