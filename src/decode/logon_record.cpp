// SPDX-License-Identifier: Apache-2.0
#include "decode/logon_record.h"

#include <iterator>

namespace bartizan {

void add_logon_record(const LogonRecord& record, EventBatch& out) {
  static constexpr std::string_view kTypes[] = {
      "EMPTY",        "RUN_LVL",       "BOOT_TIME",    "NEW_TIME",     "OLD_TIME",
      "INIT_PROCESS", "LOGIN_PROCESS", "USER_PROCESS", "DEAD_PROCESS", "ACCOUNTING"};
  constexpr std::uint32_t kRunLevel = 1, kBoot = 2, kLogin = 6, kUser = 7, kDead = 8;
  out.draft().product = "linux", out.draft().service = "utmp";
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out.add(name, value);
  };
  const std::uint32_t type = record.type;
  const bool failed = type == kLogin && record.user != "LOGIN",
             is_system = type == kRunLevel || type == kBoot;
  add("type", type < std::size(kTypes) ? kTypes[type] : std::string_view());
  add("Action", type == kUser || failed ? "logon"
                : type == kDead         ? "logoff"
                : type == kBoot         ? "boot"
                : type == kRunLevel     ? (record.user == "shutdown" ? "shutdown" : "run_level")
                                        : "");
  add("Result", type == kUser ? "success" : failed ? "failure" : "");
  add("User", record.user);
  add("Terminal", record.terminal);
  add(is_system ? "KernelVersion" : "SourceHostname", record.host);
  add("SourceIp", record.address);
  add("ProcessId", record.process);
}

}  // namespace bartizan
