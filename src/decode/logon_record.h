// SPDX-License-Identifier: Apache-2.0
// LogonRecord: one record of wtmp, btmp or utmp, in whatever form it was found (the file itself, utmpdump), and the fields
// it has as an event. Views, any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "model/event.h"

namespace bartizan {

struct LogonRecord {
  std::uint32_t type = 0;                                   // ut_type of utmp(5)
  std::string_view user, terminal, host, address, process;  // lasting or from keep(); empty: none
};

// To the draft event. A failed logon (btmp) is written as a process waiting for a logon whose user is not LOGIN. Of a start
// the host is the kernel's version.
void add_logon_record(const LogonRecord& record, EventBatch& out);

}  // namespace bartizan
