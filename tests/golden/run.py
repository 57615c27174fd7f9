#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden tests: the program's own verbs, compared byte for byte with what is expected.

    tests/golden/run.py [--binary build/release/bartizan] [--update] [FILTER]

A case is a folder tests/golden/<verb>/<case>/ with
    cmd           one line: the arguments after `bartizan`; run in the case folder, words split as a shell does, no shell
    expect.out    standard output
    expect.err    standard error (optional; not compared when absent)
    expect.code   exit code (optional; 0 when absent)
FILTER runs only cases whose <verb>/<case> contains it. --update rewrites the expectations; review the diff.
Exit code 0 all passed, 1 some failed, 2 nothing could be run, 3 no case matches FILTER. No case at all is an error.
"""

import argparse
import difflib
import os
import pathlib
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SECONDS_MAX = 60  # a case that takes longer hangs
DIFF_LINES_MAX = 40


def run_case(binary, case):
    """(exit code, stdout, stderr); raises ValueError for a cmd that is not one line."""
    lines = (case / "cmd").read_text(encoding="utf-8").splitlines()
    if len(lines) != 1:
        raise ValueError(f"cmd has {len(lines)} lines; it needs exactly one")
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": "/nonexistent", "TZ": "UTC",
                   "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
        if name in os.environ:
            environment[name] = os.environ[name]
    done = subprocess.run([binary, *shlex.split(lines[0])], cwd=case, env=environment, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=SECONDS_MAX, check=False)
    return done.returncode, done.stdout, done.stderr


def read_or_none(path):
    return path.read_bytes() if path.is_file() else None


def difference(name, expected, actual):
    before = expected.decode("utf-8", "backslashreplace").splitlines()
    after = actual.decode("utf-8", "backslashreplace").splitlines()
    lines = list(difflib.unified_diff(before, after, f"{name} expected", f"{name} actual", lineterm=""))
    if not lines:
        lines = [f"{name}: differs in line ends only"]
    left = len(lines) - DIFF_LINES_MAX
    return lines[:DIFF_LINES_MAX] + ([f"... {left} more lines"] if left > 0 else [])


def compare(case, code, out, err):
    complaints = []
    code_text = read_or_none(case / "expect.code")
    wanted = int(code_text) if code_text is not None else 0
    if code != wanted:
        complaints.append(f"exit code {code}, expected {wanted}")
        complaints.extend("stderr: " + line for line in err.decode("utf-8", "replace").splitlines()[:10])
    expected = read_or_none(case / "expect.out")
    if expected is None:
        complaints.append("expect.out is missing; --update writes it")
    elif expected != out:
        complaints.extend(difference("expect.out", expected, out))
    expected = read_or_none(case / "expect.err")
    if expected is not None and expected != err:
        complaints.extend(difference("expect.err", expected, err))
    return complaints


def update(case, code, out, err):
    if code < 0:
        raise ValueError(f"ended by signal {-code}; a crash is never an expectation")
    (case / "expect.out").write_bytes(out)
    # What a failing command says is part of its manners; what a succeeding one says is kept where somebody asked for it.
    if (case / "expect.err").is_file() or code >= 2:
        (case / "expect.err").write_bytes(err)
    if code:
        (case / "expect.code").write_text(f"{code}\n", encoding="utf-8")
    else:
        (case / "expect.code").unlink(missing_ok=True)


def check(binary, case, rewrite):
    try:
        code, out, err = run_case(binary, case)
        if rewrite:
            update(case, code, out, err)
            return []
        return compare(case, code, out, err)
    except subprocess.TimeoutExpired:
        return [f"still running after {SECONDS_MAX} s"]
    except (ValueError, OSError) as error:
        return [str(error)]


def find_cases(wanted):
    """All case folders, and the folders that should be cases but have no cmd."""
    folders = sorted(p for p in HERE.glob("*/*") if p.is_dir())
    folders = [p for p in folders if wanted in p.relative_to(HERE).as_posix()]
    return [p for p in folders if (p / "cmd").is_file()], [p for p in folders if not (p / "cmd").is_file()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=HERE.parent.parent / "build/release/bartizan", type=pathlib.Path)
    parser.add_argument("--update", action="store_true", help="rewrite the expectations")
    parser.add_argument("filter", nargs="?", default="")
    options = parser.parse_args()
    binary = options.binary.resolve()
    cases, broken = find_cases(options.filter)
    if not os.access(binary, os.X_OK):
        print(f"golden: {binary} cannot be run; ./dev build makes it", file=sys.stderr)
        return 2
    if not cases and not broken:
        print(f"golden: no case matches \"{options.filter}\"" if options.filter else "golden: there are no cases", file=sys.stderr)
        return 3 if options.filter else 2
    failed = 0
    for case in cases + broken:
        complaints = ["no file cmd"] if case in broken else check(binary, case, options.update)
        failed += bool(complaints)
        if complaints:
            print(f"FAILED {case.relative_to(HERE).as_posix()}")
            print("\n".join("    " + line for line in complaints))
    print(f"{len(cases) + len(broken) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
