#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every log source of the public rules is read, with a positive case of our own, or stands in docs/logsources.md with the
reason: none is silently dead.

    tests/corpus/logsources.py [--update]

The cases are tests/golden/scan/logsources: a rule of each log source, and evidence in which it must match. Compared are
the log sources of the rules in BARTIZAN_SHARED/corpus/sigma (default ../shared; without it the document is compared with
the cases alone), the rules of the case, its expected findings, and the table of the document. --update writes the table;
the reasons in it are kept. Exit code 0 all agree, 1 something does not."""
import argparse
import csv
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASE = ROOT / "tests/golden/scan/logsources"
DOCUMENT = ROOT / "docs/logsources.md"
PARTS = ("product", "category", "service")


def rules_of(path):
    """(log source, title) of the rules of a file, by lines: what is asked for stands at the left edge in all of them."""
    for text in re.split(r"^---\s*$", path.read_text(encoding="utf-8"), flags=re.M):
        title = re.search(r"^title: *(.+?)\s*$", text, flags=re.M)
        source = re.search(r"^logsource:(.*\n(?:[ \t]+.*\n|\n)*)", text, flags=re.M)
        if title and source and re.search(r"^detection:", text, flags=re.M):
            parts = dict(re.findall(r"\b(product|category|service): *['\"]?([\w.-]+)", source[1]))
            yield tuple(parts.get(part, "") for part in PARTS), title[1].strip("'\"")


def public_logsources(corpus):
    """{log source: number of rules}, of every folder of rules."""
    found = {}
    for path in sorted(corpus.glob("rules*/**/*.yml")):
        for source, _ in rules_of(path):
            found[source] = found.get(source, 0) + 1
    return found


def exercised():
    """{log source: file of the case in which its rule matches}."""
    with open(CASE / "expect.out", newline="", encoding="utf-8") as file:
        matched = {row["rule"]: row["file"] for row in csv.DictReader(file)}
    return {source: matched[title] for source, title in rules_of(CASE / "rules.yml") if title in matched}


def documented():
    """{log source: (rules, cell)} of the table."""
    rows = {}
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 5 and cells[3].isdigit():
            rows[tuple("" if cell == "-" else cell for cell in cells[:3])] = (int(cells[3]), cells[4])
    return rows


def table(logsources, cases, reasons):
    lines = ["| product | category | service | rules | read: the file of the case; or why not |", "|---|---|---|---:|---|"]
    for source, rules in sorted(logsources.items()):
        what = cases.get(source) or reasons.get(source, (0, "no reason given"))[1]
        lines.append(f"| {' | '.join(part or '-' for part in source)} | {rules} | {what} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true", help="write the table of docs/logsources.md")
    options = parser.parse_args()
    shared = pathlib.Path(os.environ.get("BARTIZAN_SHARED", ROOT.parent / "shared"))
    corpus = shared / "corpus/sigma"
    rows, cases = documented(), exercised()
    public = public_logsources(corpus) if corpus.is_dir() else {source: rules for source, (rules, _) in rows.items()}
    if not corpus.is_dir():
        print(f"logsources: no public rules at {corpus}; the document is compared with the cases alone")
    if options.update:
        text = DOCUMENT.read_text(encoding="utf-8")
        text = re.sub(r"^\| product .*?(?=\n\n|\Z)", lambda _: table(public, cases, rows).rstrip(), text, flags=re.S | re.M)
        DOCUMENT.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
        rows = documented()
    wrong = []
    for source in sorted(public.keys() | rows.keys()):
        name = "/".join(source)
        if source not in rows:
            wrong.append(f"{name} is missing in {DOCUMENT.name}")
        elif source not in public:
            wrong.append(f"{name} is in {DOCUMENT.name} and no public rule has it")
        elif rows[source][0] != public[source]:
            wrong.append(f"{name} has {public[source]} rules, the document says {rows[source][0]}")
        elif source in cases and rows[source][1] != cases[source]:
            wrong.append(f"{name} is read in {cases[source]}, the document says: {rows[source][1]}")
        elif source not in cases and not rows[source][1].startswith("no: "):
            wrong.append(f"{name} has neither a case that matches nor a reason (`no: …`)")
    for line in wrong:
        print(f"  {line}")
    read = sum(source in cases for source in public)
    print(f"logsources: {len(public)} of public rules, {read} read, {len(public) - read} with a reason, {len(wrong)} wrong")
    return 1 if wrong or not public else 0


if __name__ == "__main__":
    sys.exit(main())
