// SPDX-License-Identifier: Apache-2.0
// DirectoryAccount: what one entry of a directory's export (LDIF, or an object of SharpHound's) says of an account. Absent
// attributes are told from attributes that say no, as far as the export lets them be. A value; parsing is pure.
#pragma once

#include <cstdint>
#include <string>

#include "model/event.h"

namespace bartizan::identity {

// userAccountControl ([MS-ADTS] 2.2.16).
inline constexpr std::uint64_t kUacDisabled = 0x2, kUacController = 0x2000, kUacForDelegation = 0x80000,
                               kUacNotDelegated = 0x100000, kUacDesOnly = 0x200000, kUacNoPreauth = 0x400000,
                               kUacAnyProtocol = 0x1000000;

struct DirectoryAccount {
  std::string name, domain;  // in lower case; `lab.test`
  std::uint64_t flags = 0;   // as userAccountControl
  std::int64_t encryption = -1, password_set = 0, newest = 0, machine_quota = -1;
  bool has_flags = false, is_machine = false, is_privileged = false, has_service = false,
       is_protected = false;
  bool is_ldif = false;
  bool is_domain = false;     // the domain's own entry, which only an export without a filter has
  bool is_whole = false;      // every attribute was exported, so that what is not there is not set
  bool delegates = false;     // to services that are named (msDS-AllowedToDelegateTo)
  bool is_acted_on = false;   // others may act towards it (msDS-AllowedToActOnBehalfOfOtherIdentity)
  bool knows_rights = false;  // whether is_privileged was told, be it no
};

DirectoryAccount parse_directory_account(const Event& record);

}  // namespace bartizan::identity
