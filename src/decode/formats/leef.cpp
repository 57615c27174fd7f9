// SPDX-License-Identifier: Apache-2.0
#include "decode/device_events.h"

namespace bartizan {

const Format& leef_format() {
  static constexpr Format kFormat{"leef",
                                  "LEEF (Log Event Extended Format)",
                                  "product by vendor, service leef; category firewall, proxy by fields",
                                  [](Bytes head) { return lines_read(head, read_leef_line) >= 75 ? 92 : 0; },
                                  make_line_cutter,
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(options, read_leef_line,
                                                                         "a line is not a LEEF record");
                                  },
                                  nullptr,
                                  "LEEF:1.0|Example|Gateway|1.0|41|src=10.0.0.5\tdst=1"
                                  "92.0.2.9\tdstPort=80\tdevTime=Nov 24 2026 08:00:00\n"};
  return kFormat;
}

}  // namespace bartizan
