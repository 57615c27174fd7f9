#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts which letter follows which in log values and writes src/detect/sigma/letter_pairs.cpp.

    build/release/bartizan decode LOGS... | tools/make_letter_pairs.py > src/detect/sigma/letter_pairs.cpp

The text index looks for the part of each literal that is least likely in a log; this table says how likely. Any varied set of
logs will do: a bad estimate costs time, never an answer.
"""
import json
import math
import sys

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789 \\/.-_:,\"'=&()[]{}*?%$@+;<>|!~#^`"
OTHER = len(LETTERS)  # every other byte


def classes(text):
    return [LETTERS.find(c) if c in LETTERS else OTHER for c in text.lower()]


def main():
    size = OTHER + 1
    pairs = [[1] * size for _ in range(size)]  # one for what was not seen
    for line in sys.stdin:
        for value in json.loads(line)["fields"].values():
            for text in value if isinstance(value, list) else [value]:
                letters = classes(str(text)[:4000])
                for a, b in zip(letters, letters[1:]):
                    pairs[a][b] += 1
    total = sum(map(sum, pairs))
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Made by tools/make_letter_pairs.py: -4 log2 of the share of each pair of letters among all pairs in log values.")
    print('#include "detect/sigma/letter_pairs.h"\n')
    print("namespace bartizan::sigma {\n")
    print("const std::uint8_t kLetterPairs[kLetterClasses][kLetterClasses] = {")
    for row in pairs:
        numbers = ",".join(str(min(255, round(-4 * math.log2(count / total)))) for count in row)
        lines, line = [], "    {"
        for number in numbers.split(","):
            if len(line) + len(number) > 105:
                lines.append(line)
                line = "     "
            line += number + ","
        lines.append(line.rstrip(",") + "},")
        print("\n".join(lines))
    print("};\n\n}  // namespace bartizan::sigma")


if __name__ == "__main__":
    main()
