// SPDX-License-Identifier: Apache-2.0
#include "decode/device_events.h"

namespace bartizan {

const Format& cef_format() {
  static constexpr Format kFormat{"cef",
                                  "CEF (Common Event Format)",
                                  "product by vendor, service cef; category firewall, proxy by fields",
                                  [](Bytes head) { return lines_read(head, read_cef_line) >= 75 ? 92 : 0; },
                                  make_line_cutter,
                                  [](const DecodeOptions& options) -> std::unique_ptr<Decoder> {
                                    return std::make_unique<LineDecoder>(options, read_cef_line,
                                                                         "a line is not a CEF record");
                                  },
                                  nullptr,
                                  "CEF:0|Example|Gateway|1|7|denied|5|end=17955072000"
                                  "00 src=10.0.0.5 spt=50000 dst=192.0.2.9 dpt=443 ac"
                                  "t=deny\n"};
  return kFormat;
}

}  // namespace bartizan
