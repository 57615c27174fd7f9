#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/base/case_folding.cpp: simple case folding, one code point to one, from Python's Unicode tables."""
import pathlib
import unicodedata

rows = []
for code in range(0x80, 0x110000):
    if 0xD800 <= code < 0xE000:
        continue
    letter = chr(code)
    fold = letter.casefold()
    if len(fold) != 1:  # a full folding such as sharp s -> ss: the simple one is the lower-case letter, if single
        fold = letter.lower() if len(letter.lower()) == 1 else letter
    if fold != letter:
        rows.append((code, ord(fold)))

lines = [
    "    " + " ".join("{0x%x, 0x%x}," % row for row in rows[at : at + 6]) for at in range(0, len(rows), 6)
]
target = pathlib.Path(__file__).resolve().parent.parent / "src/base/case_folding.cpp"
target.write_text(
    """// SPDX-License-Identifier: Apache-2.0
// Made by tools/make_case_folding.py; facts from the Unicode character database %s.
#include "base/case_folding.h"

namespace bartizan {

const CaseFold kCaseFolding[] = {
%s
};
const std::size_t kCaseFoldingCount = sizeof(kCaseFolding) / sizeof(kCaseFolding[0]);

}  // namespace bartizan
"""
    % (unicodedata.unidata_version, "\n".join(lines))
)
