// SPDX-License-Identifier: Apache-2.0
// The syslog header that may stand in front of a device's own format (CEF, LEEF, key=value, Palo Alto,
// HAProxy):
//   <134>Nov 24 08:00:00 host program[12]: message        RFC 3164
//   <134>1 2026-11-24T08:00:00Z host program 12 id [sd] message   RFC 5424
//   2026-11-24T08:00:00.123+00:00 host program: message    rsyslog's file format
// For formats that carry their own time and origin; logs that are syslog are the syslog format's. Pure, any
// thread.
#pragma once

#include <string_view>

#include "base/time.h"

namespace bartizan {

struct SyslogFront {
  Instant time;
  std::string_view host, program;
  std::string_view message;  // the whole line when there is no header
  bool found = false;
};

SyslogFront read_syslog_front(std::string_view line, Instant modified);

}  // namespace bartizan
