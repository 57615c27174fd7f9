#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the command line does with the world around it: full disks, Ctrl-C, terminals, pipes, git, shells.

    tests/cli/run.py [--binary build/release/bartizan] [FILTER]

Each test_* function is one test, run in a folder of its own; what a machine cannot do is skipped with the reason.
Exit code 0 all passed or skipped, 1 some failed, 2 nothing could be run.
"""

import argparse
import difflib
import hashlib
import json
import os
import pathlib
import pty
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASE = ROOT / "content/demo/case"
SECONDS_MAX = 60  # a test that takes longer hangs
RULE = """title: Any Process
id: 5f3c1e1a-0f0d-4d7e-9a55-5e0f8a1c00ff
level: low
logsource: {product: windows, category: process_creation}
detection: {selection: {Image: '*'}, condition: selection}
"""


class Skip(Exception):
    pass


class Program:
    def __init__(self, binary):
        self.binary = str(binary)

    def __call__(self, *arguments, **options):
        options.setdefault("capture_output", True)
        return subprocess.run([self.binary, *map(str, arguments)], timeout=SECONDS_MAX, **options)

    def start(self, *arguments, **options):
        return subprocess.Popen([self.binary, *map(str, arguments)], stdin=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def expect_run(run, code, said=""):
    text = run.stderr.decode("utf-8", "replace")
    expect(run.returncode == code, f"exit code {run.returncode}, expected {code}; it said: {text}")
    expect(said in text, f"it should say {said!r}; it said: {text}")


def need(program):
    if not shutil.which(program):
        raise Skip(f"{program} is not installed")


# ------------------------------------------------------------------------------------------------------------ output

def test_a_full_device_is_an_error(bartizan, folder):
    expect_run(bartizan("scan", "-o", "/dev/full", CASE), 2, "cannot write /dev/full: No space left on device")
    with open("/dev/full", "wb") as full:
        expect_run(bartizan("scan", CASE, capture_output=False, stdout=full, stderr=subprocess.PIPE), 2,
                   "cannot write standard output: No space left on device")
        expect_run(bartizan("decode", CASE, capture_output=False, stdout=full, stderr=subprocess.PIPE), 2,
                   "cannot write standard output")


def test_a_failed_report_leaves_nothing_and_keeps_the_old_one(bartizan, folder):
    report = folder / "report.html"
    report.write_text("the old one", encoding="utf-8")

    def limit_files():  # writing beyond 8 kB fails, as on a full disk
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    run = bartizan("scan", "--format", "html", "-o", report, CASE, preexec_fn=limit_files)
    expect_run(run, 2, "cannot write")
    expect(report.read_text(encoding="utf-8") == "the old one", "the old report was touched")
    expect(os.listdir(folder) == ["report.html"], f"left behind: {os.listdir(folder)}")


def test_a_full_disk(bartizan, folder):
    disk = folder / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk], capture_output=True)
    if mount.returncode != 0:
        raise Skip("a tmpfs can be mounted only as root")
    try:
        run = bartizan("scan", "--format", "html", "-o", disk / "report.html", CASE)
        expect_run(run, 2, "No space left on device")
        expect(os.listdir(disk) == [], f"left behind: {os.listdir(disk)}")
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_report_appears_whole(bartizan, folder):
    report = folder / "findings.jsonl"
    expect_run(bartizan("scan", "--format", "jsonl", "--output", report, CASE), 0)
    expect(all(json.loads(line)["id"] for line in report.read_text(encoding="utf-8").splitlines()), "no findings")
    os.chmod(report, 0o640)
    link = folder / "link"
    link.symlink_to(report)
    expect_run(bartizan("scan", "--format", "csv", "-o", link, CASE), 0)
    expect(link.is_symlink() and report.read_text(encoding="utf-8").startswith("time,"), "the link was not followed")
    expect(report.stat().st_mode & 0o777 == 0o640, "the mode of the file changed")
    expect_run(bartizan("scan", "-o", folder / "no/such/folder.txt", CASE), 2, "No such file or directory")
    expect_run(bartizan("scan", "-o", folder, CASE), 2, "is a folder")


# ------------------------------------------------------------------------------------------------------------- input

def need_duckdb(bartizan, store):
    run = bartizan("hunt", "sql", "--store", store, "SELECT 1")
    if b"DuckDB is not installed" in run.stderr:
        raise Skip("DuckDB is not installed")
    expect_run(run, 0)


def test_store_and_hunt(bartizan, folder):
    store = folder / "store"
    first = bartizan("scan", "--format", "jsonl", "--store", store, CASE)
    expect_run(first, 0, "bartizan: stored ")
    expect_run(bartizan("scan", "--format", "jsonl", "--store", store, CASE), 0, "stored 0 events (")
    need_duckdb(bartizan, store)

    def ask(*words):
        run = bartizan("hunt", *words, "--store", store, "--format", "jsonl")
        expect_run(run, 0)
        return [json.loads(line) for line in run.stdout.splitlines()]

    kept = sum(json.loads(line)["rows"] for line in bartizan("store", "show", "--format", "jsonl", store).stdout.splitlines()
               if json.loads(line)["table"] == "events")
    expect(ask("sql", "SELECT count(*) AS n FROM events") == [{"n": kept}], "not all events answer")
    expect(sum(row["count"] for row in ask("search", "| count by host")) == kept, "counts do not add up")
    # Every field of a record can be put together again.
    fields = {}
    for line in bartizan("decode", CASE).stdout.splitlines():
        record = json.loads(line)
        fields.setdefault((record["file"], record["record_id"]), set()).update(record["fields"])
    for row in ask("sql", "SELECT evidence, record_id, map_keys(fields) AS names FROM events", "--rows", "100000"):
        names = {name.split("#")[0] for name in json.loads(row["names"])}
        expect(names <= fields[(row["evidence"], row["record_id"])], f"fields of no record: {names}")
    # SQL finds what the scan found.
    streamed = {(row["rule_id"], row["record_id"]) for row in map(json.loads, first.stdout.splitlines())
                if "view" not in row and not any(why["predicate"] == "includes" for why in row["why"])}
    stored = {(row["rule_id"], row["record_id"]) for row in ask("rules")}
    expect(stored <= streamed, f"found by SQL alone: {stored - streamed}")
    for analysis in (["stack", "image"], ["beacons"], ["first-seen", "image", "--since", "2000-01-01"], ["sessions"],
                     ["long-connections"], ["pivot", "cmd.exe"]):
        ask(*analysis)
    expect_run(bartizan("hunt", "search", "--store", store, "hostt:a"), 3, "did you mean host?")
    expect_run(bartizan("hunt", "sql", "--store", store, "DROP VIEW events"), 2, "can only read")
    table = folder / "answer.parquet"
    expect_run(bartizan("hunt", "sql", "--store", store, "--format", "parquet", "-o", table, "SELECT * FROM events"), 0)
    expect(table.read_bytes()[:4] == b"PAR1", "no Parquet file")
    expect_run(bartizan("store", "prune", "--days", "0", "--now", "2100-01-01", store), 0)
    expect(ask("sql", "SELECT count(*) AS n FROM events") == [{"n": 0}], "not pruned")


def test_records_outlive_the_evidence(bartizan, folder):
    evidence, store = folder / "evidence", folder / "store"
    evidence.mkdir()
    log = shutil.copy(sorted(CASE.rglob("*.evtx"))[0], evidence / "a.evtx")
    text = evidence / "auth.log"
    lines = [f"Mar  1 08:00:0{i} web1 sshd[{i}]: Accepted password for bob from 10.0.0.{i} port 50022 ssh2\n".encode() for i in range(9)]
    text.write_bytes(b"".join(lines))
    xml = bartizan("decode", "--format", "xml", log).stdout
    records = xml.count(b"<Event ")
    stored(bartizan, store, evidence)
    need_duckdb(bartizan, store)
    files = sorted(store.rglob("*.parquet"))
    stored(bartizan, store, evidence)
    expect(sorted(store.rglob("*.parquet")) == files, "scanned again, something was added")
    content = log.read_bytes()
    shutil.rmtree(evidence)
    rows = [json.loads(line) for line in bartizan("hunt", "sql", "--store", store, "--format", "jsonl",
                                                  "SELECT id, evidence, position FROM events ORDER BY evidence, position").stdout.splitlines()]
    windows = [row for row in rows if row["evidence"].endswith(".evtx")]
    expect(len(windows) == records > 0 and len(rows) == records + len(lines), f"not all records are there: {len(windows)} of {records}")
    at = 0
    for row in windows[:: max(1, records // 8)]:
        shown = bartizan("store", "record", store, row["id"]).stdout
        at = xml.find(shown, at)  # in the order of the log
        expect(shown.startswith(b"<Event ") and shown.count(b"<Event ") == 1 and at >= 0, f"not the record: {row} {shown}")
        raw = bartizan("store", "record", "--bytes", store, row["evidence"], row["position"]).stdout
        expect(raw[:4] == b"**\0\0" and content[row["position"] :].startswith(raw), f"not its bytes: {row}")
    for row, line in zip(rows[records:], lines):
        expect(bartizan("store", "record", store, row["evidence"], row["position"]).stdout == line, f"not the line: {line}")
    expect_run(bartizan("store", "record", store, text, 3), 2, "no record begins there")
    expect_run(bartizan("store", "prune", "--days", "0", "--now", "2100-01-01", store), 0)
    expect(not list(store.rglob("*.parquet")), "bytes outlive their retention")
    stored(bartizan, store, "--no-raw", CASE)
    expect(not list(store.glob("raw/*/*")), "bytes were kept")
    expect_run(bartizan("store", "record", store, text, 0), 2, "no bytes were kept")


def test_saved_hunts_find_what_their_examples_say(bartizan, folder):
    need_duckdb(bartizan, stored(bartizan, folder / "store", CASE))
    run = bartizan("hunt", "test")
    expect(run.returncode == 0, f"hunts fail on their own examples: {run.stdout.decode()}")
    expect(int(run.stdout.split()[-4]) >= 30, "there should be thirty hunts and more")
    hunt = (ROOT / "content/hunts/rare-services.yml").read_text(encoding="utf-8")
    never = folder / "never"
    never.mkdir()
    (never / "rare-services.yml").write_text(hunt.replace("event_id:(7045 OR 4697)", "event_id:9"), encoding="utf-8")
    (never / "no-example.yml").write_text(hunt.split("example:")[0].replace("id: rare-services", "id: no-example"),
                                          encoding="utf-8")
    run = bartizan("hunt", "test", "--no-builtin-hunts", "--hunts", never)
    expect(run.returncode == 1 and b"0 passed, 2 failed" in run.stdout, "a hunt that never matches is not noticed")
    expect(b"does not find 'svch0st.exe'" in run.stdout and b"has no example" in run.stdout, "it is not said why")


def stored(bartizan, store, *evidence):
    run = bartizan("scan", "--store", store, "-o", os.devnull, *evidence)
    expect(run.returncode in (0, 2) and b"bartizan: stored " in run.stderr, run.stderr.decode())
    return store


def test_saved_hunts_run_when_due_and_are_recorded(bartizan, folder):
    store = stored(bartizan, folder / "store", CASE, ROOT / "tests/golden/decode", ROOT / "tests/golden/scan")
    need_duckdb(bartizan, store)

    def lines(*words):
        run = bartizan("hunt", *words, "--store", store, "--format", "jsonl")
        expect_run(run, 0)
        return [json.loads(line) for line in run.stdout.splitlines()]

    names = {row["hunt"] for row in lines("due")}
    expect({row["due"] for row in lines("due")} == {"now"}, "what was never run is due")
    asked = lines("run", "--at", "2026-03-11")
    expect({row["hunt"] for row in asked} == names, "not every due hunt ran")
    expect(sum(len(row["rows"]) for row in asked) > 10, "the demo has what hunts look for")
    expect(all(len(row["rows"]) == row["run"]["rows"] for row in asked), "rows are miscounted")
    programs = next(row for row in asked if row["hunt"] == "programs-on-one-host")["run"]
    expect(any(one["log"] == "Security" for one in programs["answered"]) and programs["silent"], f"coverage: {programs}")
    expect(len(lines("history")) == len(names), "runs are missing from the record")
    expect(lines("run", "--at", "2026-03-11") == [], "nothing is due twice")
    daily = {row["hunt"] for row in lines("due", "--at", "2026-03-11T23:00:00Z") if row["due"] == "now"}
    expect(0 < len(daily) < len(names), "daily hunts alone are due the next day")
    lines("run", "--at", "2026-03-11T23:30:00Z", "--since", "2026-03-11", "beacons")
    expect("beacons" in {row["hunt"] for row in lines("due", "--at", "2026-03-12") if row["due"] == "now"},
           "a run over another range counts as the regular one")
    expect_run(bartizan("hunt", "run", "--store", store, "--fail-on-rows", "--at", "2026-03-11", "findings-of-one-host"), 1)
    expect_run(bartizan("hunt", "run", "--store", store, "--seconds", "1", "--memory", "1", "beacons"), 2)
    failed = [row for row in lines("history", "beacons") if row["outcome"].startswith("failed")]
    expect(len(failed) == 1, "a run without an answer is not recorded")
    expect_run(bartizan("hunt", "run", "--store", store, "beacon"), 3, "did you mean beacons?")


HUNT_PAGE = ROOT / "tests/cli/hunt-page"


def test_saved_hunts_as_a_page(bartizan, folder):
    store = stored(bartizan, folder / "store", HUNT_PAGE / "log.jsonl")
    need_duckdb(bartizan, store)
    page = folder / "hunts.html"
    run = bartizan("hunt", "run", "--no-builtin-hunts", "--hunts", HUNT_PAGE / "hunts", "--store", store,
                   "--at", "2026-03-11", "--format", "html", "-o", page)
    expect_run(run, 2)  # one of them asks what cannot be answered
    expected, actual = HUNT_PAGE / "expect.html", page.read_text(encoding="utf-8")
    expect(actual == expected.read_text(encoding="utf-8"), "the page is not tests/cli/hunt-page/expect.html: " +
           "".join(list(difflib.unified_diff(expected.read_text(encoding="utf-8").splitlines(True),
                                             actual.splitlines(True)))[:20]))


def test_saved_hunts_of_an_empty_store_are_blind(bartizan, folder):
    (folder / "nothing").write_bytes(b"")
    store = stored(bartizan, folder / "store", folder / "nothing")
    need_duckdb(bartizan, store)
    run = bartizan("hunt", "run", "--all", "--store", store, "--format", "jsonl")
    expect_run(run, 0)
    for row in map(json.loads, run.stdout.splitlines()):
        expect(row["run"]["blind"] and row["rows"] == [], f"{row['hunt']} says it saw something")


VALUES = """SELECT DISTINCT value FROM (
 SELECT source_ip AS value FROM events UNION ALL SELECT destination_ip FROM events UNION ALL SELECT query FROM events
 UNION ALL SELECT destination_host FROM events UNION ALL SELECT fields['SHA256'] FROM events UNION ALL SELECT fields['MD5'] FROM events
 UNION ALL SELECT regexp_extract(hash, '(MD5|SHA256)=([0-9A-Fa-f]+)', 2) FROM events
 UNION ALL SELECT regexp_extract(image, '([^/\\\\]{4,}[.]exe)$', 1) FROM events
 UNION ALL SELECT registry_key FROM events WHERE starts_with(registry_key, 'HK')
 UNION ALL SELECT url FROM events WHERE starts_with(url, 'http'))
 WHERE length(value) >= 4 ORDER BY value"""


def test_the_past_is_matched_as_scan_would_have(bartizan, folder):
    evidence = [CASE] + [ROOT / "tests/golden" / name for name in ("decode", "scan", "powershell", "intel")]
    store = stored(bartizan, folder / "store", *evidence)
    need_duckdb(bartizan, store)
    values = [json.loads(line)["value"] for line in
              bartizan("hunt", "sql", "--store", store, "--format", "jsonl", VALUES).stdout.splitlines()]
    expect(len(values) > 100, "few values to look for")
    layers = (ROOT / "tests/golden/scan/intel-layers/list.txt").read_text(encoding="utf-8")
    known = folder / "known.txt"
    known.write_text("\n".join(values) + "\n198.51.100.0/24\n2001:db8::/32\nexample.org\n" + layers, encoding="utf-8")
    intel = folder / "intel"
    expect_run(bartizan("intel", "import", "--keep-valid", "--intel", intel, known), 0)

    def findings(run):
        return [json.loads(line) for line in run.stdout.splitlines()]

    def past(*words):
        run = bartizan("intel", "past", "--intel", intel, "--store", store, "--format", "jsonl", *words)
        expect(run.returncode in (0, 1), run.stderr.decode())
        return findings(run), run.stderr.decode()

    scanned = {}
    for finding in findings(bartizan("scan", "--no-builtin-rules", "--no-identity", "--intel", intel, "--format", "jsonl", *evidence)):
        if finding["rule_id"].startswith("intel:"):
            scanned.setdefault(finding["rule_id"], []).append(finding)
    expect(len(scanned) > 50 and any("view" in one for many in scanned.values() for one in many), "scan finds little")
    # What is in the evidence twice is stored once, so not every finding of the scan can be found again.
    places = [f"{row['evidence']}\n{row['position']}\n{row['record_id']}" for row in map(json.loads, bartizan(
        "hunt", "sql", "--store", store, "--format", "jsonl", "SELECT evidence, position, record_id FROM events").stdout.splitlines())]
    for rule, many in scanned.items():
        kept = {hashlib.sha256(f"{rule}\n{place}".encode()).hexdigest()[:32] for place in places}
        scanned[rule] = [finding for finding in many if finding["id"] in kept]
    seen, said = past()
    expect("had no whole summary" not in said, said)
    expect({one["rule_id"] for one in seen} == scanned.keys(),
           f"not the same: {sorted({one['rule_id'] for one in seen} ^ scanned.keys())}")
    for one in seen:
        same = scanned[one["rule_id"]]
        why = {reason["field"]: reason["value"] for reason in one["why"]}
        expect(one["id"] in {finding["id"] for finding in same}, f"no finding of scan: {one['id']}")
        expect(int(why["past.events"]) == len(same), f"{one['rule_id']}: {why['past.events']} events, scan has {len(same)}")
        expect(why["past.first"][:26] == min(finding["time"] for finding in same)[:26], f"{one['rule_id']}: first sight")
        expect(why["past.last"][:26] == max(finding["time"] for finding in same)[:26], f"{one['rule_id']}: last sight")
    # A summary that is gone or damaged costs time, not findings.
    summaries = sorted(store.glob("events/*/*.values"))
    damaged = summaries[0].read_bytes()
    for at, summary in enumerate(summaries):
        summary.write_bytes(summary.read_bytes()[:-1] + b"\xff") if at % 2 else summary.unlink()
    again, said = past()
    expect(again == seen and f"{len(summaries)} files had no whole summary" in said, f"damage matters: {said}")
    expect(summaries[0].read_bytes() == damaged, "a summary from the files differs from that of the scan")
    # Only what is new.
    expect(past("--new")[0] == [], "nothing is new")
    more = folder / "more.txt"
    more.write_text("fs1.example.test\nwbadmin.exe\nnever.seen.example\n", encoding="utf-8")
    expect_run(bartizan("intel", "import", "--intel", intel, more), 0)
    new, said = past("--new")
    expect({one["rule_id"] for one in new} <= {"intel:domain:fs1.example.test", "intel:file-name:wbadmin.exe"} and
           len(new) < 3 and " of " in said, f"not only the new ones: {new}")
    rare = folder / "rare.txt"
    rare.write_text("never.seen.example\n203.0.113.250\n", encoding="utf-8")
    run = bartizan("intel", "past", "--from", rare, "--store", store)
    expect_run(run, 0, "2 indicators; 0 of ")


# Each pattern, what it looks for in PATTERN_EVENTS, and how often it is complete there. 192.0.2.7 stands in one event.
PATTERNS = {
    "comparison": ("[network-traffic:dst_ref.value = '192.0.2.7' AND network-traffic:dst_port >= 8000]", 1),
    "comparison that fails": ("[network-traffic:dst_ref.value = '192.0.2.7' AND network-traffic:dst_port > 8443]", 0),
    "AND in one event": ("[file:name = 'loader.exe' AND process:command_line LIKE '%--stage 2%']", 3),
    "OR in one event": ("[(domain-name:value = 'c2.evil.example' OR ipv4-addr:value ISSUBSET '192.0.2.0/24') AND process:pid = 4]", 3),
    "AND of events": ("[file:name = 'loader.exe' AND process:command_line MATCHES 'stage [0-9]'] AND "
                      "[domain-name:value = 'c2.evil.example' AND process:pid = 4]", 2),
    "OR of events": ("[domain-name:value IN ('c2.evil.example', 'never.example') AND process:pid = 4] OR "
                     "[ipv4-addr:value = '192.0.2.7' AND process:pid = 4]", 3),
    "FOLLOWEDBY over days": ("[file:name = 'loader.exe' AND process:pid = 4] FOLLOWEDBY [ipv4-addr:value = '192.0.2.7']", 1),
    "FOLLOWEDBY the wrong way": ("[ipv4-addr:value = '192.0.2.7'] FOLLOWEDBY [file:name = 'other.exe' AND process:pid = 4]", 0),
    "WITHIN": ("([file:name = 'loader.exe' AND process:pid = 4] FOLLOWEDBY [domain-name:value = 'c2.evil.example']) WITHIN 120 SECONDS", 1),
    "WITHIN too little": ("([file:name = 'loader.exe' AND process:pid = 4] FOLLOWEDBY [ipv4-addr:value = '192.0.2.7']) WITHIN 3600 SECONDS", 0),
    "WITHIN two days": ("([file:name = 'loader.exe' AND process:pid = 4] FOLLOWEDBY [ipv4-addr:value = '192.0.2.7']) WITHIN 172800 SECONDS", 1),
    "REPEATS": ("[file:name = 'loader.exe' AND process:command_line LIKE '%stage%'] REPEATS 2 TIMES", 1),
    "REPEATS too often": ("[file:name = 'loader.exe' AND process:command_line LIKE '%stage%'] REPEATS 4 TIMES", 0),
    "START and STOP": ("[file:name = 'loader.exe' AND process:pid = 4] START t'2026-03-02T00:00:00Z' STOP t'2026-03-03T00:00:00Z'", 1),
}
WOKEN_BY_NOTHING = ("[process:command_line LIKE '%-enc%'] FOLLOWEDBY [process:command_line LIKE '%--stage 2%']", 1)


def pattern_events():
    """Two logs whose events alternate in time over days, and a day on which nothing happens."""
    ws1, ws2 = "ws1.corp.example", "ws2.corp.example"
    loader = {"Image": "C:\\u\\loader.exe", "CommandLine": "loader.exe --stage 2"}
    talk = {"Image": "C:\\w\\svchost.exe", "QueryName": "c2.evil.example"}
    call = {"Image": "C:\\w\\svchost.exe", "DestinationIp": "192.0.2.7", "DestinationPort": "8443"}
    quiet = {"Image": "C:\\w\\notepad.exe", "CommandLine": "notepad.exe"}
    first = [("2026-03-01T23:59:30Z", ws1, 1, loader), ("2026-03-02T10:00:00Z", ws2, 1, loader),
             ("2026-03-03T12:00:00Z", ws1, 3, call), ("2026-03-09T12:00:00Z", ws1, 1, quiet)]
    second = [("2026-03-01T08:00:00Z", ws1, 1, {**quiet, "CommandLine": "powershell -enc AAAA"}),
              ("2026-03-02T00:00:30Z", ws1, 22, talk), ("2026-03-03T09:00:00Z", ws1, 1, loader),
              ("2026-03-04T10:00:00Z", ws2, 22, talk), ("2026-03-09T12:00:00Z", ws2, 1, quiet)]
    for log in (first, second):
        yield "".join(json.dumps({"Event": {
            "System": {"Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}}, "EventID": kind, "Computer": host,
                       "Channel": "Microsoft-Windows-Sysmon/Operational", "EventRecordID": number,
                       "TimeCreated": {"#attributes": {"SystemTime": at}}},
            "EventData": {**data, "ProcessId": "4"}}}) + "\n" for number, (at, host, kind, data) in enumerate(log, 1))


def test_patterns_in_the_past_are_those_of_scan(bartizan, folder):
    evidence = [folder / "a.jsonl", folder / "b.jsonl"]
    for path, text in zip(evidence, pattern_events()):
        path.write_text(text, encoding="utf-8")
    # The later log first: what counts is when it was, not when it was stored.
    store = stored(bartizan, folder / "store", evidence[1])
    stored(bartizan, store, evidence[0])
    need_duckdb(bartizan, store)
    intel = folder / "intel"

    def know(**patterns):
        bundle = {"type": "bundle", "id": "bundle--5f0b3d3c-4d2f-4c0d-9c8e-0d7a5c1f9a20", "objects": [
            {"type": "indicator", "spec_version": "2.1", "name": name, "confidence": 90, "valid_from": "2026-01-01T00:00:00Z",
             "id": f"indicator--{hashlib.md5(name.encode()).hexdigest()[:8]}-2b58-4b8b-a8a2-000000000000",
             "pattern_type": "stix", "pattern": pattern} for name, (pattern, _) in patterns.items()]}
        (folder / "bundle.json").write_text(json.dumps(bundle), encoding="utf-8")
        expect_run(bartizan("intel", "import", "--intel", intel, folder / "bundle.json"), 0)

    def by_name(run):
        expect(run.returncode in (0, 1), run.stderr.decode())
        named = {}
        for finding in map(json.loads, run.stdout.splitlines()):
            named.setdefault(finding["rule_title"].rpartition(": ")[2], []).append(finding)
        return named

    def compare(patterns, *words):
        scanned = by_name(bartizan("scan", "--no-builtin-rules", "--no-identity", "--intel", intel, "--format", "jsonl", *evidence))
        run = bartizan("intel", "past", "--intel", intel, "--store", store, "--format", "jsonl", *words)
        seen = by_name(run)
        for name, (pattern, times) in patterns.items():
            expect(len(scanned.get(name, [])) == times, f"scan: {name}: {len(scanned.get(name, []))} times, not {times}")
            expect(len(seen.get(name, [])) == (times > 0), f"{name}: {len(seen.get(name, []))} in the past")
            if times == 0:
                continue
            first = min(scanned[name], key=lambda finding: finding["time"])
            one = seen[name][0]
            why = {reason["field"]: reason["value"] for reason in one["why"]}
            expect(one["id"] == first["id"], f"{name}: another event: {one}")
            expect(one["why"][:len(first["why"])] == first["why"], f"{name}: other reasons: {one['why']}")
            expect(why["past.events"] == str(times), f"{name}: {why['past.events']} times")
            expect(why["past.last"] == max(finding["time"] for finding in scanned[name]), f"{name}: last")
            expect(set(why["past.hosts"].split()[1:]) == {finding["host"] for finding in scanned[name]}, f"{name}: {why['past.hosts']}")
        return set(seen), run.stderr.decode()

    know(**PATTERNS)
    _, said = compare(PATTERNS)
    expect(f"{len(PATTERNS)} indicators; " in said and "everything was read" not in said, said)
    files, whole = (int(word) for word in said.split("; ")[1].split(" files")[0].split(" of "))
    expect(files < whole, f"the quiet day was read: {said}")
    know(free=WOKEN_BY_NOTHING)
    names, said = compare({"free": WOKEN_BY_NOTHING}, "--new")
    expect(names == {"free"}, f"not only the new one: {names}")
    expect("1 patterns have no value that can be looked up, so everything was read" in said and f"{whole} of {whole} files" in said, said)
    table = bartizan("intel", "past", "--intel", intel, "--store", store)
    expect(b"pattern:" in table.stdout, table.stdout.decode())


def test_schema_page_names_every_column(bartizan, folder):
    page = (ROOT / "docs/schema.md").read_text(encoding="utf-8")
    columns = [line.split()[0] for line in bartizan("hunt", "fields").stdout.decode().splitlines()]
    expect(len(columns) > 40, "few columns")
    for column in columns:
        expect(f"| `{column}` |" in page, f"docs/schema.md lacks {column}")


def test_standard_input(bartizan, folder):
    log = (CASE / "ws-07-winlogbeat.ndjson").read_bytes()
    named = bartizan("scan", "--format", "jsonl", CASE / "ws-07-winlogbeat.ndjson")
    piped = bartizan("scan", "--format", "jsonl", "-", input=log)
    expect_run(piped, 0)
    expect(len(named.stdout.splitlines()) == len(piped.stdout.splitlines()) > 5, "a pipe gives other findings")
    expect(b"\"file\":\"-\"" in piped.stdout, "findings should name the file -")


def long_log(size):
    """Records of processes, and more bytes of them than the reader takes at once."""
    line = json.dumps({"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "EventRecordID": 1,
                       "Computer": "ws", "@timestamp": "2026-03-10T08:00:00Z", "Image": "C:\\a.exe"}).encode() + b"\n"
    return line * (size // len(line) + 1)


def interrupted(bartizan, folder, signals):
    rule = folder / "rule.yml"
    rule.write_text(RULE, encoding="utf-8")
    report = folder / "report.csv"
    process = bartizan.start("scan", "--no-builtin-rules", "--rules", rule, "--format", "csv", "-o", report, "-")
    try:
        process.stdin.write(long_log(3 << 20))
        process.stdin.flush()
        for number in range(signals):
            process.send_signal(signal.SIGINT)
            line = process.stderr.readline() + process.stderr.readline() if number == 0 else b""
            expect(number or b"stopping" in line, f"the first Ctrl-C said: {line}")
        if signals > 1:
            return process.wait(timeout=SECONDS_MAX), [], b""
        try:
            process.stdin.write(long_log(3 << 20))
            process.stdin.close()
        except BrokenPipeError:
            pass
        err = process.stderr.read()
        return process.wait(timeout=SECONDS_MAX), report.read_text(encoding="utf-8").splitlines(), err
    finally:
        process.kill()
        process.wait()


def test_ctrl_c_writes_what_there_is(bartizan, folder):
    code, lines, err = interrupted(bartizan, folder, 1)
    expect(code == 2 and b"partial" in err, f"exit code {code}, {err}")
    expect(len(lines) > 100, "no partial results")


def test_a_second_ctrl_c_ends_at_once(bartizan, folder):
    code, _, _ = interrupted(bartizan, folder, 2)
    expect(code == 130, f"exit code {code}")


# ---------------------------------------------------------------------------------------------------------- terminal

def on_terminal(bartizan, arguments, environment):
    """What is written to standard error when that is a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([bartizan.binary, *map(str, arguments)], stdout=subprocess.PIPE, stderr=theirs,
                               env={**os.environ, "TERM": "xterm", **environment})
    os.close(theirs)
    written = b""
    try:
        while block := os.read(ours, 4096):
            written += block
    except OSError:  # the other end is closed
        pass
    process.stdout.read()
    process.wait(timeout=SECONDS_MAX)
    os.close(ours)
    return written.decode("utf-8", "replace")


def test_progress_on_a_terminal_only(bartizan, folder):
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    os.environ.pop("NO_COLOR", None)
    shown = on_terminal(bartizan, ["scan", CASE], {})
    expect("% " in shown and "\x1b[36m[" in shown, f"no progress: {shown!r}")
    expect(shown.rstrip().endswith("\r\x1b[K"), f"the line is not wiped: {shown!r}")
    plain = on_terminal(bartizan, ["scan", CASE], {"NO_COLOR": "1"})
    expect("% " in plain and "\x1b[36m" not in plain, f"NO_COLOR is not honoured: {plain!r}")
    quiet = bartizan("scan", CASE, env=environment)
    expect(b"\r" not in quiet.stderr and b"\x1b" not in quiet.stdout + quiet.stderr, "escapes outside a terminal")


# --------------------------------------------------------------------------------------------------------------- git

def repository(folder):
    """A bare repository with one rule, and how to change that rule."""
    need("git")
    work, bare = folder / "work", folder / "rules.git"
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.test", "-c", "init.defaultBranch=main"]

    def commit(title):
        (work / "rules").mkdir(parents=True, exist_ok=True)
        (work / "rules/rule.yml").write_text(RULE.replace("Any Process", title), encoding="utf-8")
        (work / "deprecated").mkdir(exist_ok=True)
        (work / "deprecated/old.yml").write_text("no rule at all", encoding="utf-8")
        subprocess.run([*git, "-C", work, "add", "."], check=True)
        subprocess.run([*git, "-C", work, "commit", "-q", "-m", title], check=True)
        subprocess.run([*git, "-C", work, "push", "-q", bare, "HEAD:main"], check=True)

    subprocess.run([*git, "init", "-q", "--bare", bare], check=True)
    subprocess.run([*git, "init", "-q", work], check=True)
    commit("First Title")
    return f"file://{bare}", commit


def test_rules_are_fetched_updated_and_used(bartizan, folder):
    url, commit = repository(folder)
    environment = {**os.environ, "XDG_DATA_HOME": str(folder / "data")}
    listed = ["rules", "list", "--no-builtin-rules", "--fetched-rules"]
    expect_run(bartizan(*listed, env=environment), 3, "run bartizan rules fetch first")
    for title in ("First Title", "Second Title"):
        if title != "First Title":
            commit(title)
        expect_run(bartizan("rules", "fetch", "--from", url, env=environment), 0)
        run = bartizan(*listed, env=environment)
        expect_run(run, 0, "1 rule")
        expect(title.encode() in run.stdout, run.stdout)
    run = bartizan("rules", "fetch", "--from", url, "--to", folder / "elsewhere", env=environment)
    expect_run(run, 0)
    expect(b"--rules" in run.stdout, run.stdout)


def test_fetching_says_what_is_missing(bartizan, folder):
    url, _ = repository(folder)
    expect_run(bartizan("rules", "fetch", "--from", f"file://{folder}/nothing.git", "--to", folder / "a"), 2, "git could not read")
    (folder / "mine").mkdir()
    expect_run(bartizan("rules", "fetch", "--from", url, "--to", folder / "mine"), 2, "no git repository")
    expect_run(bartizan("rules", "fetch", "--from", url, "--to", folder / "b"), 0)
    expect_run(bartizan("rules", "fetch", "--from", "file:///other.git", "--to", folder / "b"), 2, "holds rules from")
    expect_run(bartizan("rules", "fetch", "--from", "--upload-pack=x", "--to", folder / "c"), 3)
    expect_run(bartizan("rules", "fetch", "--from=-x", "--to", folder / "c"), 3, "no address")
    run = bartizan("rules", "fetch", "--from", url, "--to", folder / "d", env={"PATH": str(folder)})
    expect_run(run, 2, "git is not installed; on Debian: apt-get install git")


# ------------------------------------------------------------------------------------------------------------ shells

def test_completion_in_bash(bartizan, folder):
    script = folder / "bartizan.bash"
    script.write_bytes(bartizan("completion", "bash").stdout)

    def completed(*words):
        quoted = " ".join(f"'{word}'" for word in words)
        program = f'source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _bartizan 2>/dev/null; echo "${{COMPREPLY[@]}}"'
        return subprocess.run(["bash", "-c", program], capture_output=True, check=True, cwd=folder).stdout.decode().split()

    expect(completed("bartizan", "sc") == ["scan"], completed("bartizan", "sc"))
    expect(completed("bartizan", "rules", "e") == ["explain"], completed("bartizan", "rules", "e"))
    expect(completed("bartizan", "scan", "--fo") == ["--format"], completed("bartizan", "scan", "--fo"))
    expect(completed("bartizan", "scan", "--format", "j") == ["jsonl"], completed("bartizan", "scan", "--format", "j"))
    expect(completed("bartizan", "completion", "f") == ["fish"], completed("bartizan", "completion", "f"))
    expect(completed("bartizan", "decode", "bart") == ["bartizan.bash"], completed("bartizan", "decode", "bart"))


def test_completion_parses_in_zsh(bartizan, folder):
    need("zsh")
    (folder / "_bartizan").write_bytes(bartizan("completion", "zsh").stdout)
    subprocess.run(["zsh", "-n", folder / "_bartizan"], check=True)


def test_completion_parses_in_fish(bartizan, folder):
    need("fish")
    (folder / "bartizan.fish").write_bytes(bartizan("completion", "fish").stdout)
    subprocess.run(["fish", "-n", folder / "bartizan.fish"], check=True)


# ------------------------------------------------------------------------------------------------------- recognition

def explained(bartizan, *paths):
    """{file: format, or None when nobody reads it}."""
    run = bartizan("formats", "explain", "--no-builtin-rules", "--format", "jsonl", *paths)
    expect(run.returncode in (0, 2), f"exit code {run.returncode}: {run.stderr.decode()}")
    return {one["file"]: one.get("format") for one in map(json.loads, run.stdout.splitlines())}


def test_logs_of_every_format_in_one_folder_are_told_apart(bartizan, folder):
    listed = map(json.loads, bartizan("formats", "--format", "jsonl").stdout.splitlines())
    wanted = {}
    for one in listed:
        if one["kind"] == "format" and one["example"]:
            # Names and contents have nothing to do with each other; line ends may have been changed on the way.
            for number, text in enumerate((one["example"], one["example"].replace("\n", "\r\n"))):
                path = folder / f"{len(wanted):03}-{number}.txt"
                path.write_bytes(text.encode("utf-8"))
                wanted[str(path)] = one["name"]
    expect(len(wanted) > 40, f"{len(wanted)} examples")
    got = explained(bartizan, folder)
    wrong = [f"{path} is {got.get(path)}, not {name}" for path, name in wanted.items() if got.get(path) != name]
    expect(not wrong, "\n".join(wrong))


def test_what_is_no_log_is_not_claimed(bartizan, folder):
    draw = random.Random(1)
    for size in (1, 2, 16, 4096, 100000):
        for number in range(20):
            (folder / f"random-{size}-{number}").write_bytes(draw.randbytes(size))
    for name, head in (("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0"), ("a.gif", b"GIF89a"),
                       ("a.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"), ("a.exe", b"MZ\x90\0\3\0\0\0"),
                       ("a.elf", b"\x7fELF\2\1\1\0"), ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ("a.sqlite", b"SQLite format 3\0")):
        (folder / name).write_bytes(head + draw.randbytes(5000))
    with zipfile.ZipFile(folder / "a.docx", "w") as office:
        office.writestr("[Content_Types].xml", '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="x"><Default/></Types>')
        office.writestr("word/document.xml", '<?xml version="1.0"?><w:document xmlns:w="x"><w:p>Dear all</w:p></w:document>')
    (folder / "a.ini").write_text("[section]\nname=value\npath=/srv/example\nsize=10\n", encoding="utf-8")
    (folder / "a.html").write_text("<!doctype html>\n<html><body><p>Dear all</p></body></html>\n", encoding="utf-8")
    (folder / "a.js").write_text("const a = {b: 1};\nfunction f(x) { return x + 1; }\n", encoding="utf-8")
    (folder / "a.sh").write_text("#!/bin/sh\nset -e\nexport PATH=/bin\necho $1\n", encoding="utf-8")
    (folder / "a.eml").write_text("From: a@example.org\nTo: b@example.org\nDate: Tue, 24 Nov 2026 08:00:00 +0000\n"
                                  "Subject: hello\n\nDear b,\n", encoding="utf-8")
    folders = [folder, *(ROOT / name for name in ("src", "fuzz", "tools", "docs", "content/rules", "content/mapping"))]
    claimed = {path: name for path, name in explained(bartizan, *folders).items() if name}
    expect(not claimed, f"claimed: {claimed}")


# ---------------------------------------------------------------------------------------------------------- hard text

def decoded(bartizan, path):
    run = bartizan("decode", path)
    expect_run(run, 0)
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_a_line_of_16_mb_is_one_record(bartizan, folder):
    line = "2026-11-24T08:00:0{}Z host1 app[1]: {}\n"
    (folder / "a.log").write_text(line.format(0, "a") + line.format(1, "x" * (16 << 20)) + line.format(2, "c"), encoding="ascii")
    sizes = [len(one["fields"]["message"]) for one in decoded(bartizan, folder / "a.log")]
    expect(sizes == [1, 16 << 20, 1], f"messages of {sizes}")


def test_years_come_from_the_date_of_the_file(bartizan, folder):
    written = ("Dec 31 23:59:60", "Jan  1 00:00:01", "Feb 29 08:00:00", "Mar  1 08:00:00")
    (folder / "a.log").write_text("".join(f"{time} host1 app[1]: x\n" for time in written), encoding="ascii")
    os.utime(folder / "a.log", (1772280000, 1772280000))  # 2026-02-28T12:00:00Z
    years = [one["time"][:19] for one in decoded(bartizan, folder / "a.log")]
    # The last 29 February was in 2024; 1 March is less than a day ahead and may be a clock that is fast.
    expect(years == ["2026-01-01T00:00:00", "2026-01-01T00:00:01", "2024-02-29T08:00:00", "2026-03-01T08:00:00"], f"{years}")


# ---------------------------------------------------------------------------------------------------------- captures

CLIENT, SERVER = b"\xc0\x00\x02\x0a", b"\xc6\x33\x64\x07"  # 192.0.2.10, 198.51.100.7


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", ~total & 0xFFFF)


def tcp_packet(from_client, sequence, acknowledged, flags, data=b""):
    """An Ethernet frame of the one connection of the capture."""
    source, target = (CLIENT, SERVER) if from_client else (SERVER, CLIENT)
    ports = (50000, 80) if from_client else (80, 50000)
    tcp = struct.pack("!HHIIBBHHH", *ports, sequence, acknowledged, 0x50, flags, 65535, 0, 0) + data
    tcp = tcp[:16] + checksum(source + target + struct.pack("!BBH", 0, 6, len(tcp)) + tcp) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0x4000, 64, 6, 0) + source + target
    return bytes(12) + b"\x08\x00" + ip[:10] + checksum(ip) + ip[12:] + tcp


def packets():
    """One request for a page and its answer."""
    ask = b"GET /beacon?id=1 HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: test\r\n\r\n"
    tell = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    asked, told = 101 + len(ask), 901 + len(tell)
    return [tcp_packet(True, 100, 0, 0x02), tcp_packet(False, 900, 101, 0x12), tcp_packet(True, 101, 901, 0x10),
            tcp_packet(True, 101, 901, 0x18, ask), tcp_packet(False, 901, asked, 0x18, tell),
            tcp_packet(True, asked, told, 0x11), tcp_packet(False, told, asked + 1, 0x11),
            tcp_packet(True, asked + 1, told + 1, 0x10)]


def pcap():
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for second, packet in enumerate(packets()):
        out += struct.pack("<IIII", 1795507200 + second, 0, len(packet), len(packet)) + packet
    return out


def pcapng():
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)

    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", 1, 0, 65535))
    for second, packet in enumerate(packets()):
        ticks = (1795507200 + second) * 1000000
        head = struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(packet), len(packet))
        out += block(6, head + packet)
    return out


def capture_world(folder, script=None):
    """A capture, signatures, a place for temporary files; and a Suricata of our own when there is a script."""
    (folder / "c.pcap").write_bytes(pcap())
    (folder / "local.rules").write_text('alert http any any -> any any (msg:"A beacon"; content:"/beacon"; http_uri; '
                                        'priority:1; sid:1000001; rev:2; metadata: mitre_technique_id T1071;)\n',
                                        encoding="utf-8")
    (folder / "tmp").mkdir()
    path = os.environ["PATH"]
    if script is not None:
        (folder / "bin").mkdir()
        (folder / "bin/suricata").write_text("#!/bin/sh\n" + script, encoding="utf-8")
        (folder / "bin/suricata").chmod(0o755)
        path = f"{folder / 'bin'}:/usr/bin:/bin"
    return {"cwd": folder, "env": {**os.environ, "PATH": path, "TMPDIR": str(folder / "tmp")}}


SCAN_CAPTURE = ("scan", "--no-builtin-rules", "--format", "jsonl", "--suricata-rules", "local.rules")


def test_a_capture_without_suricata_says_how_to_get_it(bartizan, folder):
    world = capture_world(folder)
    world["env"]["PATH"] = str(folder)
    expect_run(bartizan(*SCAN_CAPTURE, "c.pcap", **world), 2, "c.pcap: a capture of a network is read by Suricata, which "
               "is not installed")


def test_a_capture_is_read_by_suricata(bartizan, folder):
    need("suricata")
    world = capture_world(folder)
    (folder / "c.pcapng").write_bytes(pcapng())
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.write(folder / "c.pcap", "inner.pcap")
    for name, log in (("c.pcap", "c.pcap!eve.json"), ("c.pcapng", "c.pcapng!eve.json"),
                      ("c.zip", "c.zip!inner.pcap!eve.json")):
        run = bartizan(*SCAN_CAPTURE, name, **world)
        expect_run(run, 0)
        found = [json.loads(line) for line in run.stdout.splitlines()]
        expect(len(found) == 1, f"{name}: {len(found)} findings")
        one = found[0]
        for key, value in (("rule_id", "suricata:1:1000001"), ("level", "high"), ("file", log), ("attack", ["T1071"])):
            expect(one[key] == value, f"{name}: {key} is {one[key]}, expected {value}")
        expect(run.stdout == bartizan(*SCAN_CAPTURE, name, **world).stdout, f"{name}: a second run differs")
    run = bartizan("decode", "c.pcap", **world)
    services = {json.loads(line)["logsource"]["service"] for line in run.stdout.splitlines()}
    expect({"http", "flow"} <= services, f"events of {services}")
    expect(not os.listdir(folder / "tmp"), "files are left behind")


def test_a_rule_that_suricata_does_not_understand_is_said(bartizan, folder):
    need("suricata")
    world = capture_world(folder)
    with open(folder / "local.rules", "a", encoding="utf-8") as rules:
        rules.write("alert this is no rule\n")
    expect_run(bartizan(*SCAN_CAPTURE, "c.pcap", **world), 2, 'error parsing signature "alert this is no rule"')


ALERT = {"timestamp": "2026-11-24T08:00:05.000000+0000", "flow_id": 7, "event_type": "alert", "src_ip": "192.0.2.10",
         "dest_ip": "198.51.100.7", "alert": {"gid": 1, "signature_id": 5, "rev": 1, "signature": "Seen", "severity": 2}}


def test_what_suricata_writes_is_read_while_it_takes_the_capture(bartizan, folder):
    # More than two pipes hold, both ways: waiting for one side only would be for ever.
    script = f"cat >/dev/null\ni=0\nwhile [ $i -lt 2000 ]; do echo '{json.dumps(ALERT)}'; i=$((i + 1)); done >&3\n"
    world = capture_world(folder, script)
    with open(folder / "c.pcap", "ab") as capture:
        capture.write(bytes(1 << 20))
    run = bartizan(*SCAN_CAPTURE, "c.pcap", **world)
    expect_run(run, 0)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    expect(len(found) == 2000 and found[0]["level"] == "medium", f"{len(found)} findings")
    expect({"type": "address", "value": "198.51.100.7"} in found[0]["entities"], f"entities {found[0]['entities']}")
    expect(not os.listdir(folder / "tmp"), "files are left behind")


def test_a_suricata_that_fails_is_an_error_and_its_alerts_stay(bartizan, folder):
    world = capture_world(folder, f"echo '{json.dumps(ALERT)}' >&3\necho 'E: no luck today'\nexit 3\n")
    run = bartizan(*SCAN_CAPTURE, "c.pcap", **world)
    expect_run(run, 2, "c.pcap!eve.json: Suricata ended with 3: E: no luck today")
    expect(len(run.stdout.splitlines()) == 1, "the alert before the failure is lost")
    expect(not os.listdir(folder / "tmp"), "files are left behind")


def test_ctrl_c_ends_suricata(bartizan, folder):
    world = capture_world(folder, "echo $$ >pid.new\nmv pid.new pid\nexec sleep 600\n")
    run = bartizan.start(*SCAN_CAPTURE, "c.pcap", stdout=subprocess.PIPE, **world)
    until = time.monotonic() + SECONDS_MAX
    while not (folder / "pid").exists() and time.monotonic() < until:
        time.sleep(0.05)
    process = int((folder / "pid").read_text(encoding="utf-8"))
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=SECONDS_MAX)
    expect(run.returncode == 2, f"exit code {run.returncode}")
    expect(not pathlib.Path(f"/proc/{process}").exists(), "Suricata is still running")
    expect(not os.listdir(folder / "tmp"), "files are left behind")


# ------------------------------------------------------------------------------------------------------------ the rest

def test_version(bartizan, folder):
    run = bartizan("--version")
    expect(run.returncode == 0 and run.stdout.startswith(b"bartizan "), run.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=ROOT / "build/release/bartizan", type=pathlib.Path)
    parser.add_argument("filter", nargs="?", default="")
    options = parser.parse_args()
    binary = options.binary.resolve()
    if not os.access(binary, os.X_OK):
        print(f"cli: {binary} cannot be run; ./dev build makes it", file=sys.stderr)
        return 2
    counts = {"passed": 0, "skipped": 0, "failed": 0}
    for name, test in sorted(globals().items()):
        if not name.startswith("test_") or options.filter not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(Program(binary), pathlib.Path(folder))
                counts["passed"] += 1
            except Skip as reason:
                counts["skipped"] += 1
                print(f"skipped {name}: {reason}")
            except Exception:  # whatever it is, it failed, and the next one runs
                counts["failed"] += 1
                print(f"FAILED {name}")
                print("\n".join("    " + line for line in traceback.format_exc().splitlines()[-6:]))
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if counts["failed"] else 0 if counts["passed"] else 2


if __name__ == "__main__":
    sys.exit(main())
