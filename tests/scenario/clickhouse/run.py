#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A store in ClickHouse: two servers on the loopback interface, shards of one cluster, killed and started again.

    tests/scenario/clickhouse/run.py [--binary build/release/bartizan] [--keep FOLDER]

Scans write through a Distributed table while a shard, and then the scan itself, is ended with SIGKILL: nothing that was
acknowledged may be lost, nothing may be there twice. Then hunts are asked of both shards and of a store in a folder, and
have to answer alike. Skips, saying so, where clickhouse-server (packaging/debian-packages.txt, section daemons) is not
installed. Exit code 0 all well or skipped, 1 not.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
CASE = ROOT / "content/demo/case"
SECONDS_MAX = 20  # for a server to be ready, or for a scan to get so far
EVENTS = 30_000
SECONDS_APART = 6  # so that each scan has three days, and as many inserts

HUNTS = [
    ["search", "*"],
    ["search", "powershell"],
    ["search", 'command_line:"-enc"'],
    ["search", "NOT host:dc* | count by host, channel"],
    ["search", "event_id:4624 | timechart every 1h by host"],
    ["search", "event_id:(4624 OR 4688) source_ip:10.0.0.0/8"],
    ["search", "source_ip:fe80::/10"],
    ["search", "image:/\\\\cmd\\.exe$/ OR image:*\\\\rundll32.exe | top 5 account"],
    ["search", "| stats count, dc(account), min(time), max(time), values(channel) by host"],
    ["search", "| dedup host, channel"],
    ["search", "event_id:4688 | join host within 1h (event_id:4624) | count by host"],
    ["search", "SubjectUserSid:* | count by SubjectUserName, fields.TargetUserSid"],
    ["search", "event_id:[4000 TO 5000] | sort -event_id, time, id | head 7"],
    ["search", "time:2026-03-10 | fields time, host, record_id"],
    ["search", "fields.ProcessId>100"],
    ["search", 'host:"ä\'\\\\"'],
    ["stack", "image"],
    ["stack", "fields.SubjectUserSid"],
    ["first-seen", "--since", "2026-03-10T08:20:00Z", "image"],
    ["pivot", "powershell.exe"],
    ["long-connections"],
    ["beacons"],
    ["sessions"],
    ["tree", "TS-1.example.test"],
    ["rules"],
    ["rules", "--since", "2026-03-10T09:00:00Z", "--until", "2026-03-10T12:00:00Z"],
    ["fields", "Sub"],
]
ANALYSES = ["stack", "first-seen", "pivot", "long-connections", "beacons", "sessions", "tree", "rules"]
SAVED = ["beacons", "long-connections", "rare-services", "new-scheduled-tasks", "office-children", "cleared-logs"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def wait_for(condition, what):
    end = time.monotonic() + SECONDS_MAX
    while time.monotonic() < end:
        with contextlib.suppress(OSError, urllib.error.URLError, ValueError):
            if condition():
                return
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


class Server:
    """One server with all of its files in a folder of its own."""

    def __init__(self, program, folder):
        self.program, self.folder, self.process = program, folder, None
        self.http, self.tcp = free_port(), free_port()
        folder.mkdir()

    def configure(self, servers):
        replicas = "".join(f"<shard><replica><host>127.0.0.1</host><port>{server.tcp}</port></replica></shard>"
                           for server in servers)
        (self.folder / "config.xml").write_text(f"""<yandex>
<logger><level>warning</level><log>{self.folder}/log</log><errorlog>{self.folder}/errors</errorlog></logger>
<listen_host>127.0.0.1</listen_host><http_port>{self.http}</http_port><tcp_port>{self.tcp}</tcp_port>
<path>{self.folder}/data/</path><tmp_path>{self.folder}/tmp/</tmp_path>
<format_schema_path>{self.folder}/schemas/</format_schema_path><mark_cache_size>67108864</mark_cache_size>
<users_config>{self.folder}/users.xml</users_config><default_profile>default</default_profile>
<default_database>default</default_database><timezone>UTC</timezone>
<remote_servers><two>{replicas}</two></remote_servers>
</yandex>""")
        (self.folder / "users.xml").write_text("""<yandex><profiles><default/></profiles><quotas><default/></quotas>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile>
<quota>default</quota></default></users></yandex>""")

    def start(self):
        with open(self.folder / "out", "ab") as out:
            self.process = subprocess.Popen([self.program, f"--config-file={self.folder}/config.xml"], stdout=out,
                                            stderr=out, cwd=self.folder)
        wait_for(lambda: self.ask("SELECT 1") == "1", "a server")

    def kill(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def ask(self, sql):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/", sql.encode(), timeout=SECONDS_MAX) as answer:
            return answer.read().decode().strip()


def write_evidence(path, first, last):
    """Lines as winlogbeat writes them; each event of its own."""
    with path.open("w", encoding="utf-8") as out:
        for i in range(first, last):
            minute, second = divmod(i * SECONDS_APART, 60)
            out.write(json.dumps({
                "@timestamp": f"2026-03-{10 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:{second:02}.{i % 1000:03}Z",
                "event": {"code": "4688"}, "host": {"name": f"ws-{i % 7}.example.test"},
                "winlog": {"channel": "Security", "event_id": "4688", "record_id": i, "computer_name": f"ws-{i % 7}.example.test",
                           "provider_name": "Microsoft-Windows-Security-Auditing",
                           "event_data": {"NewProcessName": "C:\\Windows\\System32\\cmd.exe", "CommandLine": f"cmd /c echo {i}",
                                          "SubjectUserName": f"user{i % 50}"}}}) + "\n")


def write_connections(path):
    """Zeek's: three that return like a clock, one of them without sizes, and one that does not; some long, some of half a second."""
    with path.open("w") as out:
        for pair, (every, jitter, size) in enumerate([(1800, 3, 300), (600, 40, None), (97, 0, 512), (1234, 900, 4000)]):
            for i in range(25 + 7 * pair):
                record = {"ts": 1773136800.25 + every * i + (i * 7919 % (2 * jitter + 1)), "_path": "conn", "uid": f"C{pair}x{i}",
                          "id.orig_h": f"10.0.1.{pair}", "id.resp_h": "203.0.113.80", "id.resp_p": 443 + pair, "proto": "tcp",
                          "duration": 0.5 if pair == 2 else 3600.5 * pair}
                if size:
                    record["orig_bytes"] = size + i * 31 % 5
                out.write(json.dumps(record) + "\n")


def write_logons(path):
    """Logons with and without an end, ids used again; processes by number and by GUID, whose numbers are used again, too."""
    def line(i, code, channel, provider, data):
        return json.dumps({"@timestamp": f"2026-03-10T{8 + i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}.500Z",
                           "event": {"code": str(code)}, "host": {"name": "ts-1.example.test"},
                           "winlog": {"channel": channel, "event_id": str(code), "record_id": 90_000 + i, "event_data": data,
                                      "computer_name": "ts-1.example.test", "provider_name": provider}}) + "\n"
    audit, sysmon = "Microsoft-Windows-Security-Auditing", "Microsoft-Windows-Sysmon"
    with path.open("w") as out:
        for i in range(120):
            name = f"user{i % 9}"
            out.write(line(i * 40, 4624, "Security", audit, {"TargetUserName": name, "TargetLogonId": f"0x{i % 30:x}", "LogonType": "3",
                                                             "IpAddress": f"10.0.2.{i % 5}"}))
            if i % 3:
                out.write(line(i * 40 + 31, 4634, "Security", audit, {"TargetUserName": name, "TargetLogonId": f"0x{i % 30:x}"}))
            out.write(line(i * 40 + 5, 4688, "Security", audit,
                           {"NewProcessName": f"C:\\Windows\\{i % 4}.exe", "NewProcessId": f"0x{i % 50:x}", "SubjectUserName": name,
                            "ProcessId": f"0x{i * 7 % 50:x}", "CommandLine": f"{i % 4}.exe {i}"}))
            out.write(line(i * 40 + 6, 1, f"{sysmon}/Operational", sysmon,
                           {"Image": f"C:\\Tools\\{i % 6}.exe", "ProcessGuid": f"{{{i % 100}}}", "ProcessId": str(1000 + i),
                            "ParentProcessGuid": f"{{{i * i % 97}}}", "CommandLine": f"{i}\t\u00e4", "User": name}))


class Scene:
    def __init__(self, binary, servers, folder):
        self.binary, self.servers, self.folder = binary, servers, folder
        hosts = ",".join(f"127.0.0.1:{server.http}" for server in servers)
        self.store = f"clickhouse://{hosts}/scene?cluster=two"

    def begin_scan(self, store, *evidence):
        return subprocess.Popen([self.binary, "scan", "--no-builtin-rules", "--store", store, *map(str, evidence)],
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def scan(self, store, *evidence):
        scan = self.begin_scan(store, *evidence)
        said = scan.communicate(timeout=90)[1]
        expect(scan.returncode == 0, f"scan ended with {scan.returncode}: {said}")
        return said

    def hunt(self, store, *words):
        return subprocess.run([self.binary, "hunt", *words, "--format", "jsonl", "--store", store], capture_output=True,
                              text=True, timeout=60, check=False)

    def counts(self):
        """Rows and different ids over all shards."""
        return tuple(map(int, self.servers[0].ask("SELECT count(), uniqExact(id) FROM scene.events").split()))

    def has_rows(self, rows):
        return int(self.servers[0].ask("SELECT count() FROM scene.events_local")) > rows

    def check_kept(self, events):
        expect(self.counts() == (events, events), f"of {events} events there are (rows, different) {self.counts()}")


def test_shard_killed(scene):
    evidence = scene.folder / "first.ndjson"
    write_evidence(evidence, 0, EVENTS)
    scan = scene.begin_scan(scene.store, evidence)
    wait_for(lambda: scene.has_rows(0), "the first rows")
    scene.servers[1].kill()
    expect(scan.poll() is None, "the scan was over before the shard was killed")
    time.sleep(0.5)
    scene.servers[1].start()
    said = scan.communicate(timeout=90)[1]
    expect(scan.returncode == 0, f"scan ended with {scan.returncode}: {said}")
    expect(f"stored {EVENTS} events and" in said, said)
    scene.check_kept(EVENTS)
    shares = [int(server.ask("SELECT count() FROM scene.events_local")) for server in scene.servers]
    expect(min(shares) > EVENTS // 3, f"shares of the shards: {shares}")
    expect(f"stored 0 events ({EVENTS} were there already)" in scene.scan(scene.store, evidence), "a second scan added events")


def test_scan_killed(scene):
    evidence = scene.folder / "second.ndjson"
    write_evidence(evidence, EVENTS, 2 * EVENTS)
    before = scene.counts()[0]
    scan = scene.begin_scan(scene.store, evidence)
    wait_for(lambda: scene.counts()[0] > before, "further rows")
    scan.kill()
    scan.communicate()
    time.sleep(0.2)
    rows, different = scene.counts()
    expect(rows == different, f"{rows} rows of {different} events")
    scene.scan(scene.store, evidence)
    scene.check_kept(2 * EVENTS)


def test_shown_and_pruned(scene):
    show = [scene.binary, "store", "show", "--format", "jsonl", scene.store]
    days = [json.loads(line) for line in subprocess.run(show, capture_output=True, text=True, check=True).stdout.splitlines()]
    expect(sum(int(day["rows"]) for day in days if day["table"] == "events") == 2 * EVENTS, f"shown: {days}")
    expect(all(int(day["bytes"]) > 0 for day in days), f"shown: {days}")
    prune = [scene.binary, "store", "prune", "--days", "1", "--now", "2026-03-12T12:00:00Z", scene.store]
    subprocess.run(prune, capture_output=True, check=True)
    expect(scene.servers[0].ask("SELECT min(day) FROM scene.events") == "2026-03-11", "old days are there")


def test_hunts_answer_alike(scene):
    folder = str(scene.folder / "store")
    case = scene.store.replace("/scene?", "/case?")
    write_connections(scene.folder / "conn.ndjson")
    write_logons(scene.folder / "logons.ndjson")
    evidence = [CASE, scene.folder / "conn.ndjson", scene.folder / "logons.ndjson"]
    scene.scan(folder, *evidence)
    scene.scan(case, *evidence)
    if "DuckDB is not installed" in scene.hunt(folder, "sql", "SELECT 1").stderr:
        print("  hunts are not compared: DuckDB is not installed")
        return
    for view, column in (("ecs", "host.name"), ("ocsf", "device.hostname")):
        words = ["sql", f'SELECT "{column}" AS h, count(*) AS n FROM {view} GROUP BY "{column}" ORDER BY h']
        expect(scene.hunt(folder, *words).stdout == scene.hunt(case, *words).stdout != "", view)
    ids = json.loads(scene.hunt(folder, "sql", "SELECT id FROM events ORDER BY time LIMIT 1").stdout)["id"]
    for words in [*HUNTS, ["around", "--within", "300", str(ids)]]:
        here, there = scene.hunt(folder, *words), scene.hunt(case, *words)
        expect(here.returncode == 0 and there.returncode == 0, f"{words}: {here.stderr}{there.stderr}")
        expect(here.stdout == there.stdout, f"{words}:\n{here.stdout[:600]}\n{there.stdout[:600]}")
        expect(here.stdout or words[0] not in ANALYSES, f"{words} found nothing")


def test_saved_hunts(scene):
    folder, case = str(scene.folder / "store"), scene.store.replace("/scene?", "/case?")
    for hunt in SAVED:
        here, there = (json.loads(scene.hunt(store, "run", hunt, "--at", "2026-03-11").stdout) for store in (folder, case))
        expect(here["rows"] == there["rows"], f"{hunt}: {here['rows']} {there['rows']}")
        expect(here["run"]["answered"] == there["run"]["answered"], f"{hunt}: {here['run']} {there['run']}")
    runs = [json.loads(line)["hunt"] for line in scene.hunt(case, "history").stdout.splitlines()]
    expect(runs == SAVED, f"recorded: {runs}")
    refused = scene.hunt(case, "run", "kerberoasting")
    expect(refused.returncode == 3 and "kerberoasting asks in DuckDB's SQL" in refused.stderr, refused.stderr)


def test_questions_only_read(scene):
    for sql in ("CREATE TABLE x (a Int8) ENGINE = Log", "INSERT INTO events (id) VALUES (1)", "DROP TABLE events",
                "SELECT 1; SELECT 2", "SET readonly = 0", "SELECT * FROM file('/etc/passwd', 'CSV', 'a String')",
                "SELECT * FROM url('http://127.0.0.1/', 'CSV', 'a String')", "SELECT 1 FORMAT CSV"):
        expect(scene.hunt(scene.store, "sql", sql).returncode == 2, f"was answered: {sql}")
    slow = scene.hunt(scene.store, "sql", "--seconds", "1", "SELECT count() FROM system.numbers")
    expect("took longer than it may" in slow.stderr, slow.stderr)
    many = scene.hunt(scene.store, "sql", "--rows", "10", "SELECT number FROM system.numbers")
    expect(len(many.stdout.splitlines()) == 10 and "more rows than the 10" in many.stderr, many.stderr)


def test_shard_away(scene):
    scene.servers[1].kill()
    answer = scene.hunt(scene.store, "search", "| count")
    expect(answer.returncode == 2 and not answer.stdout, f"half an answer: {answer.stdout}")
    expect("does not answer" in answer.stderr, answer.stderr)
    scene.servers[1].start()


TESTS = [test_shard_killed, test_scan_killed, test_shown_and_pruned, test_hunts_answer_alike, test_saved_hunts,
         test_questions_only_read,
         test_shard_away]


def run_tests(binary, program, folder):
    servers = [Server(program, folder / name) for name in ("one", "two")]
    try:
        for server in servers:
            server.configure(servers)
            server.start()
        scene = Scene(binary, servers, folder)
        for test in TESTS:
            start = time.monotonic()
            test(scene)
            print(f"ok {time.monotonic() - start:5.1f} s  {test.__name__.removeprefix('test_').replace('_', ' ')}")
    except AssertionError as wrong:
        print(f"FAILED {wrong}")
        return 1
    finally:
        for server in servers:
            server.kill()
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=str(ROOT / "build/release/bartizan"))
    parser.add_argument("--keep", type=pathlib.Path, help="work there and leave it")
    options = parser.parse_args()
    program = shutil.which("clickhouse-server", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not program:
        print("clickhouse: skipped, clickhouse-server is not installed")
        return 0
    binary = str(pathlib.Path(options.binary).resolve())
    if options.keep:
        options.keep.mkdir(parents=True)
        return run_tests(binary, program, options.keep.resolve())
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return run_tests(binary, program, pathlib.Path(folder))


if __name__ == "__main__":
    sys.exit(main())
