#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes large EVTX files from small ones, for measuring.

    bench/make_corpus.py OUT_FOLDER SOURCE_FOLDER... [--megabytes 512]

Chunks of EVTX files stand on their own, so a large file is a file header and many chunks. Every chunk that is at least half full
is used, in an order shuffled with a fixed seed and again for each round: mixed.evtx takes all, sysmon.evtx and security.evtx
those whose first record is of that channel, processes.evtx chunks of Sysmon process creations.
"""
import argparse
import pathlib
import random
import struct

HEADER, CHUNK = 4096, 65536


def chunks_of(folders):
    seen = set()
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.evtx")):
            data = path.read_bytes()
            if not data.startswith(b"ElfFile\0"):
                continue
            for at in range(HEADER, len(data) - CHUNK + 1, CHUNK):
                chunk = data[at : at + CHUNK]
                free = struct.unpack_from("<I", chunk, 48)[0]
                if chunk.startswith(b"ElfChnk\0") and CHUNK // 2 <= free <= CHUNK and chunk not in seen:
                    seen.add(chunk)
                    yield chunk


def write(path, chunks, megabytes):
    if not chunks:
        return
    order, count = list(chunks), 0
    rng = random.Random(1)
    with open(path, "wb") as out:
        out.write(b"ElfFile\0" + struct.pack("<QQQIHHHH", 0, 0, 1, 128, 1, 3, HEADER, 0) + bytes(HEADER - 44))
        while count * CHUNK < megabytes << 20:
            rng.shuffle(order)
            for chunk in order:
                out.write(chunk)
                count += 1
    print(f"{path}: {count} chunks made of {len(chunks)}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--megabytes", type=int, default=512)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    chunks = list(chunks_of(arguments.sources))
    utf16 = lambda text: text.encode("utf-16-le")
    sysmon = [c for c in chunks if utf16("Microsoft-Windows-Sysmon/Operational") in c]
    write(arguments.out / "mixed.evtx", chunks, arguments.megabytes)
    write(arguments.out / "sysmon.evtx", sysmon, arguments.megabytes)
    write(arguments.out / "security.evtx", [c for c in chunks if utf16("Microsoft-Windows-Security-Auditing") in c], arguments.megabytes)
    write(arguments.out / "processes.evtx", [c for c in sysmon if c.count(utf16("ParentCommandLine")) > 0 and
                                             c.count(utf16("OriginalFileName")) > 0], arguments.megabytes // 2)


if __name__ == "__main__":
    main()
