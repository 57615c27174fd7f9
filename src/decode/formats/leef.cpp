// SPDX-License-Identifier: Apache-2.0
#include "decode/device_events.h"

namespace bartizan {

const Format& leef_format() {
  static constexpr Format kFormat{"leef",
                                  "LEEF (Log Event Extended Format)",
                                  "product by vendor, service leef; category firewall, proxy by fields",
                                  [](Bytes head) { return lines_read(head, read_leef_line) >= 75 ? 92 : 0; },
                                  make_line_cutter,
                                  [](const DecodeOptions&) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(read_leef_line,
                                                                         "a line is not a LEEF record");
                                  }};
  return kFormat;
}

}  // namespace bartizan
