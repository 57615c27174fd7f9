#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes events.evtx: a script block in two parts that hides another, the hidden one as PowerShell logged it later, and a
block that hides one which was never logged. All of it is harmless."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[3] / "tools"))
import evtx_writer as evtx  # noqa: E402

CHANNEL, GUID = "Microsoft-Windows-PowerShell/Operational", "a0c1853b-5c40-4b15-8766-3cf1c58f985a"
SCRIPT = "$a = 1\nIEX ('Write-Output green'+'-lantern')\n"
CUT = SCRIPT.index("-lantern") + 3
CODES = ",".join(str(ord(letter)) for letter in "Write-Output green-lantern;1")
BLOCKS = [(1, 2, SCRIPT[:CUT], 1), (2, 2, SCRIPT[CUT:], 1), (1, 1, "Write-Output green-lantern", 2),
          (1, 1, f"IEX (({CODES} | % {{ [char]$_ }}) -join '')", 3)]

records = []
for number, (part, parts, text, block) in enumerate(BLOCKS, 1):
    data = [("MessageNumber", evtx.U32, str(part)), ("MessageTotal", evtx.U32, str(parts)),
            ("ScriptBlockText", evtx.STRING, text),
            ("ScriptBlockId", evtx.GUID, f"aaaaaaaa-0000-0000-0000-00000000000{block}"), ("Path", evtx.STRING, "")]
    records.append(evtx.Record(number, (1772438400 + number) * 1_000_000_000, "Microsoft-Windows-PowerShell", GUID, 4104,
                               CHANNEL, "ws1.example.test", data, version=1, level=5, task=2, process_id=100))
evtx.write_evtx(HERE / "events.evtx", records)
