#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that includes under src/ point downwards only.

    tools/layers.py [ROOT]

src/LAYERS holds one rank a line, lowest first; folders on one line are separated by blanks, `#` starts a comment. A folder
may include itself and any folder of an earlier line, never a sibling on its own line. Prints every violation as
file:line with its reason. Exit code 0 clean, 1 violations, 2 LAYERS cannot be used.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
SUFFIXES = {".h", ".cpp", ".inc", ".cc", ".hpp"}


def read_ranks(path):
    ranks = {}
    lines = (line.split("#")[0].split() for line in path.read_text(encoding="utf-8").splitlines())
    for rank, folders in enumerate(line for line in lines if line):
        for folder in folders:
            if folder in ranks:
                raise ValueError(f"{folder} stands twice in {path}")
            ranks[folder] = rank
    if not ranks:
        raise ValueError(f"{path} names no folder")
    return ranks


def reason_against(own, target, ranks):
    """Why `own` may not include `target` (a path as written), or None."""
    folder = target.split("/")[0]
    if "/" not in target:
        return "write the path from src/, as in \"base/result.h\""
    if ".." in target.split("/") or folder == ".":
        return "no relative paths; write the path from src/"
    if folder not in ranks:
        return f"{folder}/ is not in src/LAYERS"
    if folder == own or ranks[folder] < ranks[own]:
        return None
    if ranks[folder] == ranks[own]:
        return f"{own}/ and {folder}/ stand on one rank and may not include each other"
    return f"{own}/ stands below {folder}/ and may not include it"


def violations(root):
    source = root / "src"
    ranks = read_ranks(source / "LAYERS")
    for folder in sorted(p.name for p in source.iterdir() if p.is_dir()):
        if folder not in ranks:
            yield f"src/{folder}:1: folder is not in src/LAYERS"
    for path in sorted(p for p in source.rglob("*") if p.suffix in SUFFIXES):
        relative = path.relative_to(source)
        own = relative.parts[0]
        if own not in ranks:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            found = INCLUDE.match(line)
            reason = reason_against(own, found[1], ranks) if found else None
            if reason:
                yield f"src/{relative}:{number}: includes \"{found[1]}\": {reason}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    try:
        found = list(violations(root))
    except (OSError, ValueError) as error:
        print(f"layers: {error}", file=sys.stderr)
        return 2
    for line in found:
        print(line)
    print(f"layers: {len(found)} violations" if found else "layers: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
