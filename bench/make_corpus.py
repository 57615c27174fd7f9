#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the logs that are measured with.

    bench/make_corpus.py OUT_FOLDER [SHARED_CORPUS] [--megabytes 128]

synthetic.evtx is made of invented events and needs nothing. The others are made of real logs below SHARED_CORPUS, repeated to
the size asked for. Chunks of EVTX files stand on their own, so a large file is a file header and many chunks: every chunk that
is at least half full, in an order shuffled with a fixed seed and again for each round. mixed.evtx takes all, sysmon.evtx and
security.evtx those that name that channel, processes.evtx those of Sysmon in which most records are process creations.
windows.ndjson has the Windows events of the zipped recordings below security-datasets/, recording after recording, in
shuffled order. corpus.json says how many events each file has. What is there already in the right size is kept.
"""
import argparse
import json
import pathlib
import random
import struct
import zipfile

import synthetic
from check import CHUNK, HEADER, count_records

SYNTHETIC_ROUND = 20_000  # events; repeated from there on, since the writer is slow
RECORDING_BYTES_MAX = 64 << 20


def utf16(text):
    return text.encode("utf-16-le")


def chunks_of(folder):
    seen = set()
    for path in sorted(folder.rglob("*.evtx")):
        data = path.read_bytes()
        if not data.startswith(b"ElfFile\0"):
            continue
        for at in range(HEADER, len(data) - CHUNK + 1, CHUNK):
            chunk = data[at : at + CHUNK]
            free = struct.unpack_from("<I", chunk, 48)[0]
            if chunk.startswith(b"ElfChnk\0") and CHUNK // 2 <= free <= CHUNK and chunk not in seen:
                seen.add(chunk)
                yield chunk


def write_evtx(path, chunks, megabytes):
    order, written, events, rng = list(chunks), 0, 0, random.Random(1)
    counts = {id(chunk): count_records(bytes(HEADER) + chunk) for chunk in order}
    with open(path, "wb") as out:
        out.write(b"ElfFile\0" + struct.pack("<QQQIHHHH", 0, 0, 1, 128, 1, 3, HEADER, 0) + bytes(HEADER - 44))
        while order and written < megabytes << 20:
            rng.shuffle(order)
            for chunk in order[: ((megabytes << 20) - written) // CHUNK + 1]:
                out.write(chunk)
                written += CHUNK
                events += counts[id(chunk)]
    return events


def recordings_of(folder):
    for path in sorted(folder.rglob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith(".json") and entry.file_size <= RECORDING_BYTES_MAX:
                    yield path, entry.filename


def write_ndjson(path, recordings, megabytes):
    order, written, events, rng = list(recordings), 0, 0, random.Random(1)
    with open(path, "wb") as out:
        while order and written < megabytes << 20:
            rng.shuffle(order)
            before = written
            for archive, name in order:
                lines = [line for line in zipfile.ZipFile(archive).read(name).splitlines()
                         if line.startswith(b"{") and b'"Channel"' in line]
                data = b"\n".join(lines) + b"\n" if lines else b""
                out.write(data)
                written += len(data)
                events += len(lines)
                if written >= megabytes << 20:
                    break
            if written == before:
                break
    return events


def is_of_processes(chunk):
    # The name stands once a template; of the values, every process creation has a hash list and an integrity level.
    return chunk.count(utf16("IMPHASH=")) * 2 > count_records(bytes(HEADER) + chunk) and utf16("ParentCommandLine") in chunk


def make(out, shared, megabytes):
    """Returns {file name: events}."""
    out.mkdir(parents=True, exist_ok=True)
    index = out / "corpus.json"
    known = json.loads(index.read_text()) if index.exists() else {}
    wanted = {"megabytes": megabytes, "real": bool(shared)}
    if {key: known.get(key) for key in wanted} == wanted:
        return known["events"]
    one_round = out / "round.evtx"
    synthetic.write(one_round, SYNTHETIC_ROUND)
    data = one_round.read_bytes()
    one_round.unlink()
    events = {"synthetic.evtx": write_evtx(out / "synthetic.evtx", [data[at : at + CHUNK] for at in range(HEADER, len(data), CHUNK)],
                                           megabytes)}
    if shared:
        chunks = list(chunks_of(shared))
        sysmon = [chunk for chunk in chunks if utf16("Microsoft-Windows-Sysmon/Operational") in chunk]
        security = [chunk for chunk in chunks if utf16("Microsoft-Windows-Security-Auditing") in chunk]
        for name, some in (("mixed", chunks), ("sysmon", sysmon), ("security", security),
                           ("processes", [chunk for chunk in sysmon if is_of_processes(chunk)])):
            events[name + ".evtx"] = write_evtx(out / (name + ".evtx"), some, megabytes)
        events["windows.ndjson"] = write_ndjson(out / "windows.ndjson", recordings_of(shared / "security-datasets"), megabytes)
    events = {name: count for name, count in events.items() if count}
    index.write_text(json.dumps({**wanted, "events": events}, indent=2) + "\n")
    return events


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("shared", type=pathlib.Path, nargs="?")
    parser.add_argument("--megabytes", type=int, default=128)
    arguments = parser.parse_args()
    for name, count in make(arguments.out, arguments.shared, arguments.megabytes).items():
        print(f"{arguments.out / name}: {count:,} events")


if __name__ == "__main__":
    main()
