// SPDX-License-Identifier: Apache-2.0
// Files of Linux hosts that hold Kerberos keys or tickets, as evidence shows them: lists of files with permissions, and auditd's PATH
// records. Also where krb5.conf puts ticket caches. Pure, any thread.
#pragma once

#include <optional>
#include <string>

#include "model/event.h"

namespace bartizan {

struct KeyFile {
  enum class Kind : std::uint8_t { kKeytab, kTicketCache };
  Kind kind = Kind::kKeytab;
  std::string name;
  bool is_open = false;  // others than its owner and root can read it
};

std::optional<KeyFile> key_file_in(const Event& record);
// Of a krb5.conf: `FILE:/tmp/krb5cc_%{uid}`; empty: the record is no such setting.
std::string_view cache_setting_in(const Event& record);
// Whether caches of that name are files, which can be copied.
bool is_in_files(std::string_view cache);

}  // namespace bartizan
