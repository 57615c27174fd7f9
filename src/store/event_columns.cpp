// SPDX-License-Identifier: Apache-2.0
#include "store/event_columns.h"

namespace bartizan::store {
namespace {

constexpr ColumnType kText = ColumnType::kText, kNumber = ColumnType::kNumber;

constexpr EventColumn kColumns[] = {
    {"host", "", kText, true, "", "the computer that wrote the record"},
    {"product", "", kText, false, "", "windows, linux, aws … as a rule's log source says"},
    {"category", "", kText, false, "", "of the log source, where the record says it"},
    {"service", "", kText, false, "", "of the log source, where the record says it"},
    {"channel", "", kText, false, "", "Windows event log"},
    {"provider", "", kText, false, "", "Windows provider"},
    {"event_id", "", kNumber, false, "", "Windows event id"},
    {"record_id", "", kText, false, "", "the log's own record number"},
    {"evidence", "", kText, false, "", "the file, or `archive!member`, the record was read from"},
    {"position", "", kNumber, false, "", "byte offset of the record in it"},
    {"copied", "", kNumber, false, "", "bit i is set: the i-th column below holds a copy"},
    {"repeats", "", kNumber, false, "", "1: a field name occurs more than once in the record"},
    {"account", "User", kText, true,
     "TargetUserName SubjectUserName user.name username user auid userIdentity.arn userPrincipalName",
     "who did it, or who logged on"},
    {"image", "Image", kText, true, "NewProcessName ProcessName exe process.executable Application",
     "program that ran"},
    {"command_line", "CommandLine", kText, false, "ProcessCommandLine process.command_line cmdline",
     "its command line"},
    {"parent_image", "ParentImage", kText, true, "ParentProcessName process.parent.executable",
     "program that started it"},
    {"parent_command_line", "ParentCommandLine", kText, false, "process.parent.command_line",
     "command line of that program"},
    {"process_guid", "ProcessGuid", kText, true, "process.entity_id", "the process, unique across hosts"},
    {"parent_process_guid", "ParentProcessGuid", kText, true, "process.parent.entity_id", "the one above it"},
    {"process_id", "", kNumber, false, "ProcessId pid process.pid", "number of the process"},
    {"parent_process_id", "", kNumber, false, "ParentProcessId ppid process.parent.pid",
     "number of the one above it"},
    {"original_file_name", "OriginalFileName", kText, false, "", "the program's name as its maker wrote it"},
    {"current_directory", "CurrentDirectory", kText, false, "cwd", "where it ran"},
    {"integrity_level", "IntegrityLevel", kText, false, "", "Low, Medium, High, System"},
    {"target_image", "TargetImage", kText, false, "", "program that was reached into"},
    {"source_image", "SourceImage", kText, false, "", "program that reached into it"},
    {"image_loaded", "ImageLoaded", kText, true, "", "library or driver that was loaded"},
    {"source_ip", "SourceIp", kText, true,
     "IpAddress ClientAddress SourceAddress src_ip id.orig_h c-ip src_endpoint.ip sourceIPAddress "
     "callerIpAddress",
     "where a connection or logon came from"},
    {"source_port", "", kNumber, false, "SourcePort IpPort src_port id.orig_p", "its port"},
    {"destination_ip", "DestinationIp", kText, true, "DestAddress dest_ip id.resp_h dst_ip s-ip",
     "where it went"},
    {"destination_port", "", kNumber, false, "DestinationPort DestPort dest_port id.resp_p dst_port s-port",
     "port there"},
    {"destination_host", "DestinationHostname", kText, true, "cs-host host tls.sni server_name",
     "name of that host"},
    {"protocol", "Protocol", kText, false, "proto", "tcp, udp …"},
    {"bytes_out", "", kNumber, false, "orig_bytes cs-bytes bytes_toserver flow.bytes_toserver", "bytes sent"},
    {"bytes_in", "", kNumber, false, "resp_bytes sc-bytes bytes_toclient flow.bytes_toclient",
     "bytes received"},
    {"duration_ms", "", kNumber, false, "duration", "how long the connection lasted"},
    {"query", "QueryName", kText, true, "query dns.rrname dns.query", "name asked of DNS"},
    {"url", "c-uri", kText, false, "cs-uri-stem http.url uri", "address asked of a web server"},
    {"user_agent", "c-useragent", kText, true, "cs(User-Agent) user_agent http.http_user_agent userAgent",
     "what asked for it"},
    {"status", "sc-status", kText, false, "Status status", "answer of the server, or status of the action"},
    {"file", "TargetFilename", kText, true, "ObjectName file.path RelativeTargetName",
     "file made, changed or opened"},
    {"hash", "Hashes", kText, true, "Hash md5 sha1 sha256", "hashes of the file, as logged"},
    {"registry_key", "TargetObject", kText, true, "", "registry key or value"},
    {"registry_value", "Details", kText, false, "", "what was written there"},
    {"pipe", "PipeName", kText, true, "", "named pipe"},
    {"service_name", "ServiceName", kText, true, "", "service installed or ticket asked for"},
    {"service_file", "ServiceFileName", kText, false, "ImagePath", "program of the service"},
    {"task", "TaskName", kText, true, "", "scheduled task"},
    {"script", "ScriptBlockText", kText, false, "", "text of a script block"},
    {"logon_type", "", kNumber, false, "LogonType", "2 at the machine, 3 network, 10 remote desktop …"},
    {"logon_id", "LogonId", kText, false, "TargetLogonId SubjectLogonId", "the logon session"},
    {"subject_account", "SubjectUserName", kText, true, "", "account that asked for it"},
    {"target_account", "TargetUserName", kText, true, "", "account it was done to"},
    {"action", "eventName", kText, true, "operationName Operation action event.action verb type",
     "operation in a cloud's log, or type of record"},
    {"message", "Message", kText, false, "message", "the record's own sentence"},
};

}  // namespace

std::span<const EventColumn> event_columns() { return kColumns; }

std::optional<std::size_t> find_event_column(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kColumns); ++i)
    if (kColumns[i].name == name) return i;
  return std::nullopt;
}

std::optional<std::size_t> find_sigma_column(std::string_view field) {
  for (std::size_t i = kFirstField; i < std::size(kColumns); ++i)
    if (kColumns[i].sigma == field) return i;
  return std::nullopt;
}

static_assert(std::size(kColumns) - kFirstField <= 62);  // bits of `copied`

}  // namespace bartizan::store
