#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what the fuzzers of event logs start from.

    tools/make_fuzz_seeds.py FOLDER

Makes FOLDER/<target>/ with small inputs of our own for each target that reads EVTX: chunks up to their last record, some
with slack, some moved, some without their header.
"""

import pathlib
import sys

from evtx_writer import FILETIME, GUID, HEX32, HEX64, SID, STRING, U8, U16, U32, U64, Chunk, Record

START_NS = 1_767_225_600_000_000_000
TYPED = [("Text", STRING, "a <b> & \"c\""), ("Small", U8, "7"), ("Port", U16, "443"), ("Pid", U32, "4242"),
         ("Big", U64, "18446744073709551615"), ("Guid", GUID, "54849625-5478-4994-a5ba-3e3b0328c30d"),
         ("Sid", SID, "S-1-5-21-1-2-3-500"), ("Mask", HEX32, "0x1410"), ("Keywords", HEX64, "0x8000000000000000"),
         ("When", FILETIME, "133000000000000000")]


def record(number, data):
    return Record(number, START_NS + number * 1_000_000_000, "Example", "{54849625-5478-4994-a5ba-3e3b0328c30d}", 4688,
                  "Security", "host.example.test", data)


def used_part(records):
    chunk = Chunk()
    for one in records:
        if not chunk.add(one):
            raise ValueError("the records of a seed fit one chunk")
    end = len(chunk.bytes)
    return chunk.finish(1)[:end]


def main():
    folder = pathlib.Path(sys.argv[1])
    one = used_part([record(1, TYPED)])
    several = used_part([record(n, TYPED[:n]) for n in range(1, 5)] + [record(9, TYPED[:2])])
    slack = bytearray(several)
    slack[48:52] = (len(one) // 2 & ~7 | 512).to_bytes(4, "little")
    chunks = {"one": one, "several": several, "slack": bytes(slack), "unnamed": used_part([record(1, [("", STRING, "x")] * 3)])}
    moved = {"moved": b"123" + several + b"45678" + one, "remains": several[512:], "twice": several + several}
    for target, seeds in {"decode_evtx": chunks, "render_evtx": chunks, "carve_evtx": chunks | moved}.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for name, data in seeds.items():
            (folder / target / name).write_bytes(data)


if __name__ == "__main__":
    main()
