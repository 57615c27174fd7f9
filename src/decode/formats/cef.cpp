// SPDX-License-Identifier: Apache-2.0
#include "decode/device_events.h"

namespace bartizan {

const Format& cef_format() {
  static constexpr Format kFormat{"cef",
                                  "CEF (Common Event Format)",
                                  "product by vendor, service cef; category firewall, proxy by fields",
                                  [](Bytes head) { return lines_read(head, read_cef_line) >= 75 ? 92 : 0; },
                                  make_line_cutter,
                                  [](const DecodeOptions&) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(read_cef_line,
                                                                         "a line is not a CEF record");
                                  }};
  return kFormat;
}

}  // namespace bartizan
