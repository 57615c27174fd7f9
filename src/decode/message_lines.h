// SPDX-License-Identifier: Apache-2.0
// What the messages of well-known Unix programs say, as fields: who logged on from where, which account was
// made, which command sudo and cron ran, which packet the firewall dropped. Fields: Action (logon, logoff,
// session_opened, command, account_created, …), Result (success, failure), User (the account it is about),
// ByUser (who did it), SourceIp, SourcePort, Method, Image, CommandLine, CurrentDirectory, Terminal, Group,
// Uid, Gid, PamService, Reason. A new message is a line in the table of message_lines.cpp. Pure, any thread.
#pragma once

#include <string_view>

#include "model/event.h"

namespace bartizan {

// The service a rule's log source calls the messages of a program by: sshd, sudo, cron, auth …; `syslog` for
// others.
std::string_view service_of_program(std::string_view program, std::string_view facility);

// Adds the fields of `message`, which must be lasting, to the draft event; may set its category (firewall).
void add_message_fields(std::string_view program, std::string_view message, EventBatch& batch);

// Whether `message` has the form of `pattern`: plain text with `{Name}` for a value up to the next plain
// text, `{Name<}` for one up to its last occurrence, `{}` for what is not kept. Behind the pattern's end
// anything may follow, unless it ends in a value, which takes the rest. Calls capture(name, value) only when
// everything fits; at most kCapturesMax values.
inline constexpr std::size_t kCapturesMax = 12;
struct Captures {
  std::string_view names[kCapturesMax], values[kCapturesMax];
  std::size_t count = 0;
};
bool match_line(std::string_view message, std::string_view pattern, Captures& captures);

}  // namespace bartizan
