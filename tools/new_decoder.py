#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Begins a decoder: ./dev new decoder NAME

Writes src/decode/formats/NAME.cpp, which reads lines of one record each and already works on its own example, and the golden
case tests/golden/decode/NAME. The build lists the formats by their files, and every format is cut at each byte, fuzzed and
shown by `bartizan formats` without being named anywhere else. Nothing that exists is overwritten.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]

DECODER = '''\
// SPDX-License-Identifier: Apache-2.0
// TODO: what writes this log, where its layout is described, and one line of it:
//   @NAME@ 2026-03-10T08:00:00Z host.example.test anna 192.0.2.7 login
#include "decode/line_decoder.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

bool read_@NAME@_line(std::string_view line, const LinePlace&, EventBatch& draft) {
  Event& event = draft.draft();
  // What a rule's logsource asks for, and what tables in content/mapping/ go by.
  event.product = "@NAME@";
  TextCursor in(line);
  if (in.word() != "@NAME@") return false;
  const std::optional<Instant> time = parse_instant(in.word());
  const std::string_view host = in.word(), user = in.word(), address = in.word(), action = in.word();
  if (!time || action.empty()) return false;
  event.time = *time;
  event.host = host;
  // The source's own names; a mapping table gives them the names that rules use.
  draft.add("user", user);
  draft.add("src_ip", address);
  draft.add("action", action);
  return true;
}

}  // namespace

const Format& @NAME@_format() {
  static constexpr Format kFormat{"@NAME@",
                                  "TODO: its name for people",
                                  "@NAME@",
                                  [](Bytes head) { return lines_read(head, read_@NAME@_line) >= 75 ? 90 : 0; },
                                  make_line_cutter,
                                  [](const DecodeOptions&) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(read_@NAME@_line, "a line is none of @NAME@'s");
                                  },
                                  nullptr,
                                  "@EXAMPLE@\\n"};
  return kFormat;
}

}  // namespace bartizan
'''
EXAMPLE = "@NAME@ 2026-03-10T08:00:00Z host.example.test anna 192.0.2.7 login"


def write(path, text):
    if path.exists():
        sys.exit(f"new decoder: {path.relative_to(ROOT)} is there already")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(f"wrote {path.relative_to(ROOT)}")


def main():
    if len(sys.argv) != 2 or not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", sys.argv[1]):
        sys.exit("new decoder: one name in small letters, such as exim or zeek")
    name = sys.argv[1]
    example = EXAMPLE.replace("@NAME@", name)
    write(ROOT / f"src/decode/formats/{name}.cpp", DECODER.replace("@EXAMPLE@", example).replace("@NAME@", name))
    case = ROOT / f"tests/golden/decode/{name}"
    write(case / f"{name}.log", example + "\n")
    write(case / "cmd", f"decode {name}.log\n")
    print("now:  edit both TODOs, put lines of a real log (that you may pass on) into the golden case, then\n"
          f"      ./dev golden --update {name}   and ./dev golden --update formats: read what they wrote as carefully as code\n"
          f"      ./dev test                     cuts, recognition and the case")


if __name__ == "__main__":
    main()
