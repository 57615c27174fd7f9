// SPDX-License-Identifier: Apache-2.0
#include "decode/message_lines.h"

#include <algorithm>
#include <span>

namespace bartizan {
namespace {

// A pattern begins with plain text.
struct Line {
  std::string_view pattern, action, result;
};

// OpenSSH, sshd.c, auth.c, packet.c. A user name may hold blanks and even " from 1.2.3.4": the last place
// counts.
constexpr Line kSshd[] = {
    {"Accepted {Method} for {User<} from {SourceIp} port {SourcePort} {Protocol}", "logon", "success"},
    {"Failed {Method} for invalid user {User<} from {SourceIp} port {SourcePort} {Protocol}", "logon",
     "failure"},
    {"Failed {Method} for {User<} from {SourceIp} port {SourcePort} {Protocol}", "logon", "failure"},
    {"Invalid user {User<} from {SourceIp} port {SourcePort}", "logon", "failure"},
    {"Invalid user {User<} from {SourceIp}", "logon", "failure"},
    {"error: maximum authentication attempts exceeded for invalid user {User<} from {SourceIp} port "
     "{SourcePort} ",
     "logon", "failure"},
    {"error: maximum authentication attempts exceeded for {User<} from {SourceIp} port {SourcePort} ",
     "logon", "failure"},
    {"User {User<} from {SourceIp} not allowed because {Reason}", "logon", "failure"},
    {"ROOT LOGIN REFUSED FROM {SourceIp} port {SourcePort}", "logon", "failure"},
    {"Connection closed by authenticating user {User<} {SourceIp} port {SourcePort} [", "disconnected",
     "failure"},
    {"Connection closed by invalid user {User<} {SourceIp} port {SourcePort} [", "disconnected", "failure"},
    {"Connection reset by authenticating user {User<} {SourceIp} port {SourcePort} [", "disconnected",
     "failure"},
    {"Connection closed by {SourceIp} port {SourcePort}", "disconnected", ""},
    {"Connection from {SourceIp} port {SourcePort} on {DestinationIp} port {DestinationPort}", "connected",
     ""},
    {"Disconnected from user {User<} {SourceIp} port {SourcePort}", "logoff", ""},
    {"Disconnected from authenticating user {User<} {SourceIp} port {SourcePort} [", "disconnected",
     "failure"},
    {"Received disconnect from {SourceIp} port {SourcePort}:{Reason}", "disconnected", ""},
    {"Did not receive identification string from {SourceIp} port {SourcePort}", "scanned", ""},
    {"reverse mapping checking getaddrinfo for {SourceHostname} [{SourceIp}] failed", "", ""},
    {"subsystem request for {Subsystem} by user {User}", "subsystem", ""},
};

// util-linux and shadow: login, su, runuser.
constexpr Line kLogin[] = {
    {"FAILED LOGIN ({}) on '{Terminal}' FOR '{User<}', {Reason}", "logon", "failure"},
    {"FAILED LOGIN ({}) on '{Terminal}' from '{SourceHostname}' FOR '{User<}', {Reason}", "logon", "failure"},
    {"ROOT LOGIN on '{Terminal}'", "logon", "success"},
    {"LOGIN ON {Terminal} BY {User}", "logon", "success"},
    {"Successful su for {User} by {ByUser}", "switch_user", "success"},
    {"FAILED su for {User} by {ByUser}", "switch_user", "failure"},
    {"FAILED SU (to {User<}) {ByUser} on {Terminal}", "switch_user", "failure"},
    {"(to {User<}) {ByUser} on {Terminal}", "switch_user", "success"},
    {"New session {SessionId} of user {User<}.", "session_opened", "success"},
    {"Removed session {SessionId<}.", "session_closed", ""},
    {"Operator of unix-session:{} successfully authenticated as unix-user:{User} to gain", "privilege",
     "success"},
    {"Operator of unix-session:{} FAILED to authenticate as unix-user:{User} to gain", "privilege",
     "failure"},
};

// shadow-utils.
constexpr Line kAccounts[] = {
    {"new user: name={User}, UID={Uid}, GID={Gid}, home={Home}, shell={Shell}, from={Terminal}",
     "account_created", "success"},
    {"new user: name={User}, UID={Uid}, GID={Gid}, home={Home}, shell={Shell}", "account_created", "success"},
    {"failed adding user '{User<}', {Reason}", "account_created", "failure"},
    {"delete user '{User}'", "account_deleted", "success"},
    {"new group: name={Group}, GID={Gid}", "group_created", "success"},
    {"group added to /etc/group: name={Group}, GID={Gid}", "group_created", "success"},
    {"removed group '{Group}' owned by '{User}'", "group_deleted", "success"},
    {"group '{Group}' removed", "group_deleted", "success"},
    {"add '{User}' to group '{Group}'", "group_member_added", "success"},
    {"add '{User}' to shadow group '{Group}'", "group_member_added", "success"},
    {"user {User} added by {ByUser} to group {Group}", "group_member_added", "success"},
    {"delete '{User}' from group '{Group}'", "group_member_removed", "success"},
    {"user {User} removed by {ByUser} from group {Group}", "group_member_removed", "success"},
    {"change user '{User}' UID from '{OldUid}' to '{Uid}'", "account_changed", "success"},
    {"change user '{User}' GID from '{OldGid}' to '{Gid}'", "account_changed", "success"},
    {"change user '{User}' shell from '{OldShell}' to '{Shell}'", "account_changed", "success"},
    {"change user '{User}' home from '{OldHome}' to '{Home}'", "account_changed", "success"},
    {"change user name '{OldUser}' to '{User}'", "account_renamed", "success"},
    {"change user '{User}' password", "password_changed", "success"},
    {"lock user '{User}' password", "account_locked", "success"},
    {"unlock user '{User}' password", "account_unlocked", "success"},
    {"password for '{User}' changed by '{ByUser}'", "password_changed", "success"},
    {"password changed for {User}", "password_changed", "success"},
    {"changed password expiry for {User}", "account_changed", "success"},
};

// Vixie cron, cronie. The bracket at a message's end is taken off before.
constexpr Line kCron[] = {
    {"({User}) CMD ({CommandLine}", "command", ""},
    {"({User}) REPLACE ({Target}", "crontab_replaced", ""},
    {"({User}) DELETE ({Target}", "crontab_deleted", ""},
    {"({User}) LIST ({Target}", "crontab_listed", ""},
    {"({User}) BEGIN EDIT ({Target}", "crontab_edited", ""},
    {"({User}) END EDIT ({Target}", "crontab_edited", ""},
};

constexpr Line kVsftpd[] = {
    {"[{User<}] OK LOGIN: Client \"{SourceIp}\"", "logon", "success"},
    {"[{User<}] FAIL LOGIN: Client \"{SourceIp}\"", "logon", "failure"},
    {"[{User<}] OK UPLOAD: Client \"{SourceIp}\", \"{Filename<}\", {Size} bytes", "upload", "success"},
    {"[{User<}] OK DOWNLOAD: Client \"{SourceIp}\", \"{Filename<}\", {Size} bytes", "download", "success"},
    {"[{User<}] FAIL DOWNLOAD: Client \"{SourceIp}\", \"{Filename<}\"", "download", "failure"},
    {"[{User<}] OK DELETE: Client \"{SourceIp}\", \"{Filename<}\"", "file_deleted", "success"},
    {"CONNECT: Client \"{SourceIp}\"", "connected", ""},
};

// PAM modules, in the messages of any program.
constexpr Line kPam[] = {
    {"pam_unix({PamService}:session): session opened for user {User}(uid={Uid}) by {ByUser}(uid={ByUid})",
     "session_opened", "success"},
    {"pam_unix({PamService}:session): session opened for user {User} by {ByUser}(uid={ByUid})",
     "session_opened", "success"},
    {"pam_unix({PamService}:session): session closed for user {User}", "session_closed", ""},
    {"pam_unix({PamService}:chauthtok): password changed for {User}", "password_changed", "success"},
    {"pam_unix({PamService}:account): account {User} has expired", "logon", "failure"},
    {"pam_faillock({PamService}:auth): Consecutive login failures for user {User} account temporarily locked",
     "account_locked", "success"},
    {"pam_succeed_if({PamService}:auth): requirement {Reason}", "logon", "failure"},
};

struct Program {
  std::string_view name, service;
  std::span<const Line> lines;
};

constexpr std::span<const Line> kNone;
// Sorted by name, for find_program.
constexpr Program kPrograms[] = {
    {"CRON", "cron", kCron},
    {"CROND", "cron", kCron},
    {"anacron", "cron", kCron},
    {"chage", "auth", kAccounts},
    {"chfn", "auth", kAccounts},
    {"chpasswd", "auth", kAccounts},
    {"chsh", "auth", kAccounts},
    {"clamav", "clamav", kNone},
    {"clamav-daemon", "clamav", kNone},
    {"clamd", "clamav", kNone},
    {"clamscan", "clamav", kNone},
    {"cron", "cron", kCron},
    {"crond", "cron", kCron},
    {"crontab", "cron", kCron},
    {"doas", "auth", kNone},
    {"freshclam", "clamav", kNone},
    {"gpasswd", "auth", kAccounts},
    {"groupadd", "auth", kAccounts},
    {"groupdel", "auth", kAccounts},
    {"groupmod", "auth", kAccounts},
    {"guacamole", "guacamole", kNone},
    {"guacd", "guacamole", kNone},
    {"login", "auth", kLogin},
    {"newusers", "auth", kAccounts},
    {"passwd", "auth", kAccounts},
    {"pkexec", "auth", kNone},
    {"polkitd", "auth", kLogin},
    {"runuser", "auth", kLogin},
    {"sshd", "sshd", kSshd},
    {"sshd-auth", "sshd", kSshd},
    {"sshd-session", "sshd", kSshd},
    {"su", "auth", kLogin},
    {"sudo", "sudo", kNone},
    {"systemd", "syslog", kNone},
    {"systemd-logind", "auth", kLogin},
    {"useradd", "auth", kAccounts},
    {"userdel", "auth", kAccounts},
    {"usermod", "auth", kAccounts},
    {"vsftpd", "vsftpd", kVsftpd},
};
static_assert(std::ranges::is_sorted(kPrograms, {}, &Program::name));

const Program* find_program(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(name.rfind('/') + 1);
  const Program* found = std::ranges::lower_bound(kPrograms, name, {}, &Program::name);
  return found != std::end(kPrograms) && found->name == name ? found : nullptr;
}

void add_captures(const Captures& captures, EventBatch& batch) {
  for (std::size_t i = 0; i < captures.count; ++i)
    if (!captures.values[i].empty()) batch.add(captures.names[i], captures.values[i]);
}

void add_outcome(std::string_view action, std::string_view result, EventBatch& batch) {
  if (!action.empty()) batch.add("Action", action);
  if (!result.empty()) batch.add("Result", result);
}

bool add_line(std::span<const Line> lines, std::string_view message, EventBatch& batch) {
  Captures captures;
  if (message.empty()) return false;
  for (const Line& line : lines)
    if (line.pattern[0] == message[0] && match_line(message, line.pattern, captures)) {
      add_outcome(line.action, line.result, batch);
      add_captures(captures, batch);
      return true;
    }
  return false;
}

// `bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/id -u`, with a reason first when sudo
// refused. The command is the last item and may hold anything.
void add_sudo(std::string_view message, EventBatch& batch) {
  while (message.starts_with(' ')) message.remove_prefix(1);
  const std::size_t colon = message.find(" : ");
  if (colon == message.npos) return;
  const std::string_view by = message.substr(0, colon);
  std::string_view rest = message.substr(colon + 3), reason;
  std::string_view directory, user, command, terminal;
  while (!rest.empty()) {
    const bool is_command = rest.starts_with("COMMAND=");
    const std::size_t end = is_command ? rest.npos : rest.find(" ; ");
    const std::string_view item = rest.substr(0, end);
    if (is_command) command = item.substr(8);
    else if (item.starts_with("TTY=")) terminal = item.substr(4);
    else if (item.starts_with("PWD=")) directory = item.substr(4);
    else if (item.starts_with("USER=")) user = item.substr(5);
    else if (reason.empty() && item.find('=') == item.npos) reason = item;
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 3);
  }
  if (command.empty() && reason.empty()) return;
  add_outcome("command", reason.empty() ? "success" : "failure", batch);
  batch.add("ByUser", by);
  const std::pair<std::string_view, std::string_view> fields[] = {
      {"User", user},
      {"Terminal", terminal},
      {"CurrentDirectory", directory},
      {"CommandLine", command},
      {"Image", command.substr(0, command.find(' '))},
      {"Reason", reason}};
  for (const auto& [name, value] : fields)
    if (!value.empty()) batch.add(name, value);
}

// `…authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.9  user=root`
bool add_pam_failure(std::string_view message, EventBatch& batch) {
  constexpr std::string_view kMark = "authentication failure";
  const std::size_t mark = message.find(kMark);
  if (mark == message.npos) return false;
  add_outcome("logon", "failure", batch);
  if (const std::size_t open = message.find('('), colon = message.find(':', open);
      message.starts_with("pam_") && colon != message.npos)
    batch.add("PamService", message.substr(open + 1, colon - open - 1));
  const std::pair<std::string_view, std::string_view> fields[] = {{" user=", "User"},
                                                                  {" rhost=", "SourceIp"},
                                                                  {" ruser=", "ByUser"},
                                                                  {" tty=", "Terminal"},
                                                                  {" uid=", "Uid"}};
  for (const auto& [key, name] : fields) {
    const std::size_t at = message.find(key, mark);
    if (at == message.npos) continue;
    const std::string_view value = message.substr(at + key.size());
    if (const std::size_t end = std::min(value.find(' '), value.size()); end > 0)
      batch.add(name, value.substr(0, end));
  }
  return true;
}

// ClamAV: `/tmp/x: Win.Test.EICAR_HDB-1(44d8…:68) FOUND`, in the words of the rules for antivirus products.
void add_clamav(std::string_view message, EventBatch& batch) {
  constexpr std::string_view kFound = " FOUND";
  if (!message.ends_with(kFound)) return;
  message.remove_suffix(kFound.size());
  const std::size_t colon = message.rfind(": ");
  if (colon == message.npos) return;
  batch.draft().category = "antivirus";
  batch.add("Filename", message.substr(0, colon));
  batch.add("Signature", message.substr(colon + 2, message.substr(colon + 2).find('(')));
}

std::string_view value_behind(std::string_view message, std::string_view key) {
  const std::size_t at = message.find(key);
  if (at == message.npos) return {};
  const std::string_view value = message.substr(at + key.size());
  return value.substr(0, value.find(' '));
}

// netfilter's log target, `[UFW BLOCK] IN=eth0 OUT= MAC=… SRC=192.0.2.9 DST=… PROTO=TCP SPT=1 DPT=22`. The
// verdict is known only from the prefix that the administrator chose.
bool add_packet(std::string_view message, EventBatch& batch) {
  const std::size_t in = message.find("IN=");
  if (in == message.npos || message.find(" OUT=", in) == message.npos ||
      message.find(" SRC=", in) == message.npos)
    return false;
  const std::string_view packet = message.substr(in), prefix = message.substr(0, in);
  batch.draft().category = "firewall";
  auto says = [&](std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return prefix.find(word) != prefix.npos; });
  };
  if (says({"BLOCK", "DROP", "REJECT", "DENY", "Block", "Drop", "Reject", "block", "drop", "reject", "deny"}))
    batch.add("action", "blocked");
  else if (says({"ALLOW", "ACCEPT", "Accept", "accept", "allow"})) batch.add("action", "allowed");
  const std::pair<std::string_view, std::string_view> fields[] = {
      {" SRC=", "src_ip"},     {" DST=", "dst_ip"},     {" SPT=", "src_port"},     {" DPT=", "dst_port"},
      {" PROTO=", "protocol"}, {"IN=", "in_interface"}, {" OUT=", "out_interface"}};
  for (const auto& [key, name] : fields)
    if (const std::string_view value = value_behind(packet, key); !value.empty()) batch.add(name, value);
  return true;
}

// Cron writes `(root) CMD (run-parts /etc/cron.daily)`: the last bracket is not the command's.
std::string_view without_bracket(std::string_view message) {
  if (message.ends_with(')')) message.remove_suffix(1);
  return message;
}

// As rfind, which compares at every place; here only where the first byte fits.
std::size_t find_last(std::string_view text, std::string_view wanted) {
  if (text.size() < wanted.size()) return text.npos;
  for (std::size_t at = text.size() - wanted.size() + 1; at-- > 0;)
    if (text[at] == wanted[0] && text.substr(at, wanted.size()) == wanted) return at;
  return text.npos;
}

}  // namespace

bool match_line(std::string_view message, std::string_view pattern, Captures& captures) {
  captures.count = 0;
  for (;;) {
    const std::size_t open = pattern.find('{');
    const std::string_view plain = pattern.substr(0, open);
    if (!message.starts_with(plain)) return false;
    message.remove_prefix(plain.size());
    if (open == pattern.npos) return true;
    const std::size_t close = pattern.find('}', open);
    std::string_view name = pattern.substr(open + 1, close - open - 1);
    pattern.remove_prefix(close + 1);
    const bool to_last = name.ends_with('<');
    if (to_last) name.remove_suffix(1);
    const std::string_view behind = pattern.substr(0, pattern.find('{'));
    const std::size_t end = pattern.empty() ? message.size()
                            : to_last       ? find_last(message, behind)
                                            : message.find(behind);
    if (end == message.npos) return false;
    if (!name.empty() && captures.count < kCapturesMax) {
      captures.names[captures.count] = name;
      captures.values[captures.count++] = message.substr(0, end);
    }
    message.remove_prefix(end);
  }
}

std::string_view service_of_program(std::string_view program, std::string_view facility) {
  if (const Program* known = find_program(program)) return known->service;
  return facility == "auth" || facility == "authpriv" ? "auth" : "syslog";
}

void add_message_fields(std::string_view program, std::string_view message, EventBatch& batch) {
  if (message.starts_with("pam_") || message.starts_with("PAM ")) {
    if (add_line(kPam, message, batch) || add_pam_failure(message, batch)) return;
  }
  if (program == "kernel" || program.empty()) return void(add_packet(message, batch));
  if (program == "sudo") return add_sudo(message, batch);
  const Program* known = find_program(program);
  if (!known) return;
  if (known->service == "clamav") return add_clamav(message, batch);
  const bool is_cron = known->service == "cron";
  (void)add_line(known->lines, is_cron ? without_bracket(message) : message, batch);
}

}  // namespace bartizan
