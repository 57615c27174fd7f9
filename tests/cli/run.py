#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the command line does with the world around it: full disks, Ctrl-C, terminals, pipes, git, shells.

    tests/cli/run.py [--binary build/release/bartizan] [FILTER]

Each test_* function is one test, run in a folder of its own; what a machine cannot do is skipped with the reason.
Exit code 0 all passed or skipped, 1 some failed, 2 nothing could be run.
"""

import argparse
import json
import os
import pathlib
import pty
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

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
