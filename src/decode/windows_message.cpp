// SPDX-License-Identifier: Apache-2.0
#include "decode/windows_message.h"

#include "base/limits.h"
#include "decode/lines.h"
#include "decode/text_cursor.h"

namespace bartizan {
namespace {

constexpr std::string_view kPowerShell = "Microsoft-Windows-PowerShell";

struct Name {
  std::string_view section, text, field;  // section empty: in any
};
// Microsoft's message texts of the events rules ask for most, by section and label.
constexpr Name kNames[] = {
    {"Subject", "Security ID", "SubjectUserSid"},
    {"Subject", "Account Name", "SubjectUserName"},
    {"Subject", "Account Domain", "SubjectDomainName"},
    {"Subject", "Logon ID", "SubjectLogonId"},
    {"Creator Subject", "Security ID", "SubjectUserSid"},
    {"Creator Subject", "Account Name", "SubjectUserName"},
    {"Creator Subject", "Account Domain", "SubjectDomainName"},
    {"Creator Subject", "Logon ID", "SubjectLogonId"},
    {"Member", "Security ID", "MemberSid"},
    {"Member", "Account Name", "MemberName"},
    {"Group", "Security ID", "TargetSid"},
    {"Group", "Group Name", "TargetUserName"},
    {"Group", "Account Name", "TargetUserName"},
    {"Group", "Group Domain", "TargetDomainName"},
    {"Group", "Account Domain", "TargetDomainName"},
    {"Service Information", "Service Name", "ServiceName"},
    {"Account Information", "Account Name", "TargetUserName"},
    {"Account Information", "Account Domain", "TargetDomainName"},
    {"", "Security ID", "TargetUserSid"},
    {"", "Account Name", "TargetUserName"},
    {"", "Account Domain", "TargetDomainName"},
    {"", "Logon ID", "TargetLogonId"},
    {"", "Logon Account", "TargetUserName"},
    {"", "Source Workstation", "Workstation"},
    {"", "Error Code", "Status"},
    {"", "Workstation Name", "WorkstationName"},
    {"", "Source Network Address", "IpAddress"},
    {"", "Source Address", "IpAddress"},
    {"", "Client Address", "IpAddress"},
    {"", "Source Port", "IpPort"},
    {"", "Client Port", "IpPort"},
    {"", "Logon Process", "LogonProcessName"},
    {"", "Authentication Package", "AuthenticationPackageName"},
    {"", "Package Name (NTLM only)", "LmPackageName"},
    {"", "Key Length", "KeyLength"},
    {"", "Sub Status", "SubStatus"},
    {"", "Ticket Options", "TicketOptions"},
    {"", "Ticket Encryption Type", "TicketEncryptionType"},
    {"", "Pre-Authentication Type", "PreAuthType"},
    {"", "Process Command Line", "CommandLine"},
    {"", "Creator Process Name", "ParentProcessName"},
    {"", "Creator Process ID", "ProcessId"},
    {"", "Mandatory Label", "MandatoryLabel"},
    {"", "Process ID", "ProcessId"},
    {"", "Privileges", "PrivilegeList"},
    {"", "Task Content", "TaskContent"},
};

std::string_view field_name(std::string_view section, std::string_view text, Arena& arena) {
  for (const Name& name : kNames)
    if (name.text == text && (name.section.empty() || name.section == section)) return name.field;
  if (text.find(' ') == text.npos) return text;
  char* out = arena.reserve(text.size());
  std::size_t size = 0;
  for (char c : text)
    if (c != ' ') out[size++] = c;
  return arena.take(size);
}

// A label is short and made of words; `http://` and `12:30` are none.
bool is_label(std::string_view text) {
  constexpr std::size_t kLabelMax = 48;
  if (text.empty() || text.size() > kLabelMax || text.front() < 'A' || text.front() > 'Z') return false;
  return text.find_first_of("\\/.=\"") == text.npos;
}

void add_labelled_lines(std::string_view message, EventBatch& draft) {
  std::string_view section;
  for_each_line(message, [&](std::string_view line, std::size_t) {
    const bool inside = line.front() == '\t' || line.front() == ' ';
    const std::string_view text = without_blanks_around(line);
    const std::size_t colon = text.find(':');
    if (colon == text.npos || !is_label(text.substr(0, colon)) ||
        draft.fields_of_draft() >= limits::kFieldsPerEventMax)
      return;
    const std::string_view value = without_blanks_around(text.substr(colon + 1));
    if (!inside && value.empty()) section = text.substr(0, colon);
    else
      draft.add(field_name(inside ? section : std::string_view(), text.substr(0, colon), draft.arena()),
                value);
  });
}

// System 7045.
void add_service_lines(std::string_view message, EventBatch& draft) {
  for_each_line(message, [&](std::string_view line, std::size_t) {
    TextCursor in(line);
    in.skip_blanks();
    std::string_view label;
    if (!in.until(':', label)) return;
    const std::string_view value = without_blanks_around(in.rest());
    if (label == "Service Name") draft.add("ServiceName", value);
    else if (label == "Service File Name") draft.add("ImagePath", value);
    else if (label == "Service Type") draft.add("ServiceType", value);
    else if (label == "Service Start Type") draft.add("StartType", value);
    else if (label == "Service Account") draft.add("AccountName", value);
  });
}

// Creating Scriptblock text (1 of 2):\n…\n\nScriptBlock ID: …\nPath: …
bool add_script_block(std::string_view message, EventBatch& draft) {
  TextCursor in(message);
  std::string_view number, total, id;
  if (!in.accept("Creating Scriptblock text (") || !in.until(' ', number) || !in.accept("of ") ||
      !in.until(')', total))
    return false;
  (void)in.accept(':');
  while (in.peek() == '\r' || in.peek() == '\n') in.skip(1);
  const std::size_t end = in.rest().rfind("\nScriptBlock ID: ");
  std::string_view text = in.rest().substr(0, end);
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  draft.add("MessageNumber", number, true);
  draft.add("MessageTotal", total, true);
  draft.add("ScriptBlockText", text);
  if (end == in.rest().npos) return true;
  for_each_line(in.rest().substr(end), [&](std::string_view line, std::size_t) {
    if (line.starts_with("ScriptBlock ID: ")) draft.add("ScriptBlockId", line.substr(16));
    else if (line.starts_with("Path: ")) draft.add("Path", line.substr(6));
  });
  return true;
}

// PowerShell 4103: what was run, then a context.
bool add_module_record(std::string_view message, EventBatch& draft) {
  const std::size_t context = message.find("Context:");
  if (context == message.npos) return false;
  draft.add("Payload", message.substr(0, context));
  const std::string_view rest = message.substr(context + 8);
  draft.add("ContextInfo", rest.substr(0, rest.find("User Data:")));
  return true;
}

}  // namespace

void add_windows_message_fields(std::string_view provider, std::uint32_t event_id, std::string_view message,
                                EventBatch& draft) {
  if (provider == "PowerShell") return draft.add("Data", message);
  if (provider == kPowerShell && event_id == 4104 && add_script_block(message, draft)) return;
  if (provider == kPowerShell && event_id == 4103 && add_module_record(message, draft)) return;
  if (provider == "Service Control Manager" && event_id == 7045) return add_service_lines(message, draft);
  add_labelled_lines(message, draft);
}

std::string_view usual_channel_of(std::string_view provider) {
  struct Usual {
    std::string_view provider, channel;
  };
  constexpr Usual kUsual[] = {
      {"Microsoft-Windows-Security-Auditing", "Security"},
      {"Microsoft Windows security auditing.", "Security"},
      {"Microsoft-Windows-Eventlog", "Security"},
      {"Eventlog", "Security"},
      {"Service Control Manager", "System"},
      {"Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational"},
      {"Sysmon", "Microsoft-Windows-Sysmon/Operational"},
      {kPowerShell, "Microsoft-Windows-PowerShell/Operational"},
      {"PowerShell", "Windows PowerShell"},
      {"PowerShell (PowerShell)", "Windows PowerShell"},
      {"TaskScheduler", "Microsoft-Windows-TaskScheduler/Operational"},
      {"Microsoft-Windows-TaskScheduler", "Microsoft-Windows-TaskScheduler/Operational"},
      {"Windows Defender", "Microsoft-Windows-Windows Defender/Operational"},
      {"Microsoft-Windows-Windows Defender", "Microsoft-Windows-Windows Defender/Operational"},
  };
  for (const Usual& usual : kUsual)
    if (usual.provider == provider) return usual.channel;
  return {};
}

}  // namespace bartizan
