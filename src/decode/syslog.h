// SPDX-License-Identifier: Apache-2.0
// The envelope of one syslog message: RFC 3164 (as files and wires have it: with or without priority and
// host), RFC 5424, and the ISO times rsyslog and syslog-ng write to files. Views into the line; pure, any
// thread.
#pragma once

#include <optional>
#include <string_view>

#include "decode/written_time.h"

namespace bartizan {

struct SyslogHeader {
  int priority = -1;  // facility * 8 + severity; -1: not given
  std::optional<Instant> time;
  std::string_view host, program, pid;
  std::string_view message_id, structured;  // RFC 5424; `structured` as it stands, brackets included
  std::string_view message;
  bool is_rfc5424 = false;
};

// False: nothing of an envelope is there. `times` dates those without a year or zone.
bool read_syslog_header(std::string_view line, const TimeHints& times, SyslogHeader& header);

// The same for formats that carry their own time and origin behind such an envelope, or without one (CEF, key=value, Palo
// Alto, HAProxy): `message` is then the whole line. A blank may stand in place of the T of the time.
SyslogHeader syslog_header_before(std::string_view line, const TimeHints& times);

std::string_view facility_name(int priority);
std::string_view severity_name(int priority);

// Whether `text` begins with a frame of RFC 6587 octet counting (`67 <34>1 …`); `size` is that of the whole
// frame and `header` that of the count.
bool read_octet_count(std::string_view text, std::size_t& header, std::size_t& size);

// Calls visit(element id, parameter, raw value) for each parameter of `structured`; values may hold \" \\ \].
template <class Visit>
void for_each_parameter(std::string_view structured, Visit visit) {
  std::string_view id;
  for (std::size_t at = 0; at < structured.size();) {
    const char c = structured[at];
    if (c == '[') {
      const std::size_t end = structured.find_first_of(" ]", at + 1);
      if (end == structured.npos) return;
      id = structured.substr(at + 1, end - at - 1), at = end;
    } else if (c == ' ' || c == ']') {
      ++at;
    } else {
      const std::size_t equals = structured.find("=\"", at);
      if (equals == structured.npos) return;
      std::size_t end = equals + 2;
      while (end < structured.size() && structured[end] != '"') end += structured[end] == '\\' ? 2 : 1;
      if (end >= structured.size()) return;
      visit(id, structured.substr(at, equals - at), structured.substr(equals + 2, end - equals - 2));
      at = end + 1;
    }
  }
}

}  // namespace bartizan
