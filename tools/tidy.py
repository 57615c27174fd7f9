#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of STYLE.md that no compiler checks.

    tools/tidy.py [ROOT]

* a file under src/ has at most 800 lines (a Unicode table, `*_table.cpp` or `*_table.h`, is apart)
* C++, Python and shell files carry an SPDX line in their first five lines
* the folder table of ARCHITECTURE.md names exactly the folders of src/
* no fix-me mark is left in a file of ours
Prints every violation as file:line with its reason; exit code 0 clean, 1 violations.
"""

import pathlib
import re
import sys

LINES_MAX = 800
CODE = {".h", ".cpp", ".py", ".sh", ".cmake"}
TEXT = CODE | {".md", ".txt", ".yml", ".json"}
FOLDERS = ["src", "sensor", "tests", "fuzz", "bench", "tools", "docs", "cmake", "packaging", "content", "third_party"]
MARK = "FIX" + "ME"  # written apart, so that this file passes its own check
SPDX = "SPDX-License-Identifier:"
TABLE_ROW = re.compile(r"^\|\s*`([a-z_]+)/`")


def our_files(root):
    for folder in FOLDERS:
        yield from sorted(p for p in (root / folder).rglob("*") if p.suffix in TEXT and p.is_file())
    yield from sorted(p for p in root.iterdir() if p.is_file() and (p.suffix in TEXT or p.name == "dev"))


def is_golden(relative):
    return relative.parts[:2] == ("tests", "golden") and relative.name != "run.py"


def check_file(path, relative):
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    code = path.suffix in CODE or path.name in ("dev", "CMakeLists.txt")
    if code and not any(SPDX in line for line in lines[:5]):
        yield f"{relative}:1: no SPDX line in the first five lines"
    if relative.parts[0] == "src" and len(lines) > LINES_MAX and not path.stem.endswith("_table"):
        yield f"{relative}:{LINES_MAX + 1}: {len(lines)} lines; at most {LINES_MAX}: make it a folder of the same name"
    for number, line in enumerate(lines, 1):
        if MARK in line:
            yield f"{relative}:{number}: {MARK}: fix it, or open an issue and write TODO with its number"


def check_folder_table(root):
    page = root / "ARCHITECTURE.md"
    if not page.is_file():
        yield "ARCHITECTURE.md:1: the file is missing"
        return
    stated = {}
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        row = TABLE_ROW.match(line)
        if row:
            stated[row[1]] = number
    present = {p.name for p in (root / "src").iterdir() if p.is_dir()}
    for folder in sorted(present - stated.keys()):
        yield f"ARCHITECTURE.md:1: the folder table lacks src/{folder}/"
    for folder in sorted(stated.keys() - present):
        yield f"ARCHITECTURE.md:{stated[folder]}: src/{folder}/ does not exist"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    found = []
    for path in our_files(root):
        relative = path.relative_to(root)
        if not is_golden(relative):
            found.extend(check_file(path, relative))
    found.extend(check_folder_table(root))
    for line in found:
        print(line)
    print(f"tidy: {len(found)} violations" if found else "tidy: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
