#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes many rules of realistic shape that do not fire: altered copies of Sigma rules.

    bench/make_rules.py OUT_FOLDER COUNT RULES... [--binary PROGRAM --silent-on LOG...]

In a copy every text of at least five letters that the detection looks for has some letters exchanged, except that half of the
names of programs stay (Image, ParentImage), as in rules that people write about the same program. Copies without such a text
are not made. With --silent-on, copies that fire on these logs all the same are left out. The same arguments give the same rules.
"""
import argparse
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import uuid

RULES_PER_FILE = 50
ALTERED_MIN = 5  # letters
VALUE = re.compile(r"^(?P<head>\s*(?:-\s+)?(?:(?P<field>[\w.]+)?(?P<modifiers>(?:\|\w+)*):\s+)?)(?P<quote>['\"]?)(?P<text>.+?)(?P=quote)\s*(?P<note>#.*)?$")
KEEPS = {"re", "cidr", "base64", "base64offset", "expand", "fieldref", "exists", "gt", "gte", "lt", "lte"}


def altered(text, rng):
    """The text with a third of its letters exchanged, three at least; None when it has too few."""
    places = [at for at, letter in enumerate(text) if letter.isascii() and letter.isalpha() and text[at - 1 : at] != "\\"]
    if len(places) < ALTERED_MIN:
        return None
    letters = list(text)
    for at in rng.sample(places, max(3, len(places) // 3)):
        letters[at] = rng.choice("bcdfghjklmnpqrstvwxyz")
    return "".join(letters)


def copy_of(document, number, rng):
    """The copy as text; None when nothing in it could be altered."""
    out, in_detection, kept, keep_image, changed = [], False, False, rng.random() < 0.5, 0
    for line in document.splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            in_detection = line.startswith("detection:")
            if line.startswith("id:"):
                line = f"id: {uuid.UUID(int=rng.getrandbits(128), version=4)}"
            elif line.startswith("title:"):
                line = f"title: Altered copy {number}"
            elif line.startswith(("name:", "related:")):
                return None  # correlations rest on names, and lists of relations would lie
        elif in_detection and not line.strip().startswith("#"):
            field = re.match(r"\s*(?:-\s+)?([\w.]*)((?:\|\w+)*):", line)
            if field:
                kept = bool(KEEPS & set(field[2].split("|"))) or keep_image and field[1] in ("Image", "ParentImage")
            value = VALUE.match(line)
            is_value = value and (value["text"] not in ("|", ">", "null") and not value["text"].endswith(":"))
            if is_value and not kept and (field[1] if field else "") not in ("condition", "timeframe"):
                text = altered(value["text"], rng)
                if text:
                    changed += 1
                    line = value["head"] + value["quote"] + text + value["quote"]
        out.append(line)
    return "\n".join(out) + "\n" if changed else None


def documents(folders):
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.yml")):
            text = path.read_text(encoding="utf-8")
            if "\ndetection:" in text and "\n---" not in text and not path.name.endswith(".examples.yml"):
                yield text


def write(folder, rules):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.yml"):
        old.unlink()
    for first in range(0, len(rules), RULES_PER_FILE):
        (folder / f"{first // RULES_PER_FILE:05}.yml").write_text("---\n".join(rules[first : first + RULES_PER_FILE]))


def id_of(rule):
    return re.search(r"^id: (\S+)", rule, re.M)[1]


def firing(binary, rules, logs):
    with tempfile.TemporaryDirectory() as name:
        write(pathlib.Path(name), rules)
        done = subprocess.run([binary, "scan", "--no-builtin-rules", "--rules", name, "--format", "jsonl", *map(str, logs)],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return {json.loads(line)["rule_id"] for line in done.stdout.splitlines()}


def make(out, count, folders, binary=None, logs=()):
    """Returns how many there are."""
    rng, rules, sources = random.Random(1), [], list(documents(folders))
    while sources and len(rules) < count:
        rng.shuffle(sources)
        round_ = [copy for number, text in enumerate(sources, len(rules)) if (copy := copy_of(text, number, rng))]
        if not round_:
            break
        rules += round_
    rules = rules[: count + count // 10]
    if logs:
        loud = firing(binary, rules, logs)
        rules = [rule for rule in rules if id_of(rule) not in loud]
    write(out, rules[:count])
    return min(len(rules), count)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("count", type=int)
    parser.add_argument("rules", nargs="+")
    parser.add_argument("--binary")
    parser.add_argument("--silent-on", nargs="*", default=[])
    arguments = parser.parse_args()
    print(make(arguments.out, arguments.count, arguments.rules, arguments.binary, arguments.silent_on), "rules")


if __name__ == "__main__":
    sys.exit(main())
