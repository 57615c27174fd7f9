// SPDX-License-Identifier: Apache-2.0
#include "decode/csv_shapes.h"

#include <algorithm>

#include "base/text.h"

namespace bartizan {
namespace {

// EvtxECmd --csv: https://github.com/EricZimmerman/evtx
constexpr CsvColumnRule kEvtxEcmd[] = {
    {"TimeCreated", "TimeCreated", CsvRole::kTime},
    {"EventId", "EventID", CsvRole::kEventId},
    {"Channel", "Channel", CsvRole::kChannel},
    {"Provider", "Provider_Name", CsvRole::kProvider},
    {"Computer", "Computer", CsvRole::kHost},
    {"EventRecordId", "EventRecordID", CsvRole::kRecordId},
    {"Payload", "", CsvRole::kPayload},
    {"PayloadData1", "", CsvRole::kDropped},
    {"PayloadData2", "", CsvRole::kDropped},
    {"PayloadData3", "", CsvRole::kDropped},
    {"PayloadData4", "", CsvRole::kDropped},
    {"PayloadData5", "", CsvRole::kDropped},
    {"PayloadData6", "", CsvRole::kDropped},
    {"ExecutableInfo", "", CsvRole::kDropped},
    {"ExtraDataOffset", "", CsvRole::kDropped},
    {"HiddenRecord", "", CsvRole::kDropped},
    {"RecordNumber", "", CsvRole::kDropped},
    {"ChunkNumber", "", CsvRole::kDropped},
    {"ProcessId", "Execution_ProcessID"},
    {"ThreadId", "Execution_ThreadID"},
    {"UserId", "Security_UserID"},
};
// Get-WinEvent | Export-Csv: the properties of EventLogRecord.
constexpr CsvColumnRule kGetWinEvent[] = {
    {"TimeCreated", "TimeCreated", CsvRole::kTime},
    {"Id", "EventID", CsvRole::kEventId},
    {"LogName", "Channel", CsvRole::kChannel},
    {"ProviderName", "Provider_Name", CsvRole::kProvider},
    {"MachineName", "Computer", CsvRole::kHost},
    {"RecordId", "EventRecordID", CsvRole::kRecordId},
    {"Message", "", CsvRole::kMessage},
    {"ProcessId", "Execution_ProcessID"},
    {"ThreadId", "Execution_ThreadID"},
    {"UserId", "Security_UserID"},
    {"Properties", "", CsvRole::kDropped},
    {"Bookmark", "", CsvRole::kDropped},
    {"KeywordsDisplayNames", "", CsvRole::kDropped},
    {"MatchedQueryIds", "", CsvRole::kDropped},
};
// Get-EventLog | Export-Csv
constexpr CsvColumnRule kGetEventLog[] = {
    {"TimeGenerated", "TimeCreated", CsvRole::kTime}, {"EventID", "EventID", CsvRole::kEventId},
    {"Source", "Provider_Name", CsvRole::kProvider},  {"MachineName", "Computer", CsvRole::kHost},
    {"Index", "EventRecordID", CsvRole::kRecordId},   {"Message", "", CsvRole::kMessage},
    {"ReplacementStrings", "", CsvRole::kDropped},    {"Data", "", CsvRole::kDropped},
};
// The event viewer's `Save As CSV`: the message is a column without a name.
constexpr CsvColumnRule kEventViewer[] = {
    {"Date and Time", "TimeCreated", CsvRole::kTime},
    {"Event ID", "EventID", CsvRole::kEventId},
    {"Source", "Provider_Name", CsvRole::kProvider},
    {"", "", CsvRole::kMessage},
};
// Its titles by language. The first three tell the language.
using ViewerTitles = std::array<std::string_view, 6>;
constexpr ViewerTitles kEnglish = {"Date and Time", "Event ID", "Source",
                                   "Level",         "Keywords", "Task Category"};
constexpr ViewerTitles kTranslated[] = {
    {"Datum und Uhrzeit", "Ereignis-ID", "Quelle", "Ebene", "Schlüsselwörter", "Aufgabenkategorie"},
    {"Date et heure", "ID de l’événement", "Source", "Niveau", "Mots clés", "Catégorie de la tâche"},
    {"Date et heure", "ID de l'événement", "Source", "Niveau", "Mots clés", "Catégorie de la tâche"},
    {"Fecha y hora", "Id. del evento", "Origen", "Nivel", "Palabras clave", "Categoría de la tarea"},
};
// Search-UnifiedAuditLog | Export-Csv and the portal's export: the record is in AuditData.
constexpr CsvColumnRule kUnifiedAudit[] = {
    {"AuditData", "", CsvRole::kRecord},
    {"CreationDate", "", CsvRole::kTime},
    {"CreationTime", "", CsvRole::kTime},
};
// Sign-in logs downloaded from the Entra portal: the names of the log's own schema beside the column titles.
constexpr CsvColumnRule kSignIns[] = {
    {"Date (UTC)", "createdDateTime", CsvRole::kTime},
    {"User agent", "userAgent"},
    {"Username", "userPrincipalName"},
    {"Application", "appDisplayName"},
    {"Application ID", "appId"},
    {"Resource", "ResourceDisplayName"},
    {"IP address", "ipAddress"},
    {"Location", "location"},
    {"Sign-in error code", "ResultType"},
    {"Failure reason", "ResultDescription"},
    {"Client app", "ClientApp"},
    {"Device ID", "DeviceDetail.deviceId"},
    {"Compliant", "DeviceDetail.isCompliant"},
    {"Join Type", "DeviceDetail.trusttype"},
    {"Conditional Access", "conditionalAccessStatus"},
    {"Authentication requirement", "AuthenticationRequirement"},
    {"Multifactor authentication result", "mfaDetail"},
    {"Home tenant ID", "homeTenantId"},
    {"Resource tenant ID", "resourceTenantId"},
    {"Autonomous system  number", "autonomousSystemNumber"},
};
// nfdump -o csv: https://github.com/phaag/nfdump
// The names are those of nfdump's JSON, so that one mapping serves both.
constexpr CsvColumnRule kNfdump[] = {
    {"ts", "", CsvRole::kTime}, {"sa", "src4_addr"},   {"da", "dst4_addr"},    {"sp", "src_port"},
    {"dp", "dst_port"},         {"pr", "proto"},       {"ipkt", "in_packets"}, {"ibyt", "in_bytes"},
    {"opkt", "out_packets"},    {"obyt", "out_bytes"},
};
constexpr CsvColumnRule kNfdump17[] = {
    {"firstSeen", "", CsvRole::kTime},
    {"srcAddr", "src4_addr"},
    {"dstAddr", "dst4_addr"},
    {"srcPort", "src_port"},
    {"dstPort", "dst_port"},
    {"packets", "in_packets"},
    {"bytes", "in_bytes"},
};
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
constexpr CsvColumnRule kVpcFlow[] = {
    {"start", "", CsvRole::kTime}, {"srcaddr", "src_ip"},   {"dstaddr", "dst_ip"},
    {"srcport", "src_port"},       {"dstport", "dst_port"},
};

// What people select of Get-WinEvent: the log is told by the provider, or not at all.
constexpr CsvColumnRule kSelected[] = {
    {"TimeCreated", "TimeCreated", CsvRole::kTime},        {"Id", "EventID", CsvRole::kEventId},
    {"ProviderName", "Provider_Name", CsvRole::kProvider}, {"MachineName", "Computer", CsvRole::kHost},
    {"RecordId", "EventRecordID", CsvRole::kRecordId},     {"Message", "", CsvRole::kMessage},
};
// Audit logs downloaded from the Entra portal, by the names of the Graph API.
constexpr CsvColumnRule kEntraAudit[] = {
    {"Date (UTC)", "activityDateTime", CsvRole::kTime},
    {"Service", "loggedByService"},
    {"Category", "category"},
    {"Activity", "activityDisplayName"},
    {"Result", "result"},
    {"ResultReason", "resultReason"},
    {"ActorUserPrincipalName", "initiatedBy.user.userPrincipalName"},
    {"ActorDisplayName", "initiatedBy.app.displayName"},
    {"IPAddress", "initiatedBy.user.ipAddress"},
    {"Target1Type", "targetResources.type"},
    {"Target1DisplayName", "targetResources.displayName"},
    {"Target1UserPrincipalName", "targetResources.userPrincipalName"},
    {"Target1ModifiedProperty1Name", "targetResources.modifiedProperties.displayName"},
    {"Target1ModifiedProperty1OldValue", "targetResources.modifiedProperties.oldValue"},
    {"Target1ModifiedProperty1NewValue", "targetResources.modifiedProperties.newValue"},
};
// The system log as Okta's console downloads it, by the names of its API.
constexpr CsvColumnRule kOkta[] = {
    {"timestamp", "published", CsvRole::kTime},     {"event_type", "eventType"},
    {"display_message", "displayMessage"},          {"display_message ", "displayMessage"},
    {"outcome_result", "outcome.result"},           {"outcome.result ", "outcome.result"},
    {"outcome_reason", "outcome.reason"},           {"actor_alternate_id", "actor.alternateId"},
    {"actor_display_name", "actor.displayName"},    {"actor_type", "actor.type"},
    {"client_ip_address", "client.ipAddress"},      {"client_user_agent", "client.userAgent.rawUserAgent"},
    {"target0_alternate_id", "target.alternateId"}, {"target0_display_name", "target.displayName"},
};
constexpr CsvColumnRule kGitLab[] = {
    {"Created At (UTC)", "created_at", CsvRole::kTime},
    {"Author ID", "author_id"},
    {"Author Name", "author_name"},
    {"Entity ID", "entity_id"},
    {"Entity Type", "entity_type"},
    {"Entity Path", "entity_path"},
    {"Target Type", "target_type"},
    {"Target Details", "target_details"},
    {"Action", "event_name"},
    {"IP Address", "ip_address"},
};
// The event history of the CloudTrail console, and tables of Athena, whose names have no capitals.
constexpr CsvColumnRule kCloudTrailConsole[] = {
    {"Event time", "eventTime", CsvRole::kTime},
    {"Event name", "eventName"},
    {"Event source", "eventSource"},
    {"User name", "userIdentity.userName"},
    {"AWS region", "awsRegion"},
    {"Source IP address", "sourceIPAddress"},
    {"Error code", "errorCode"},
    {"AWS access key", "userIdentity.accessKeyId"},
    {"Event ID", "eventID"},
    {"Read-only", "readOnly"},
};
constexpr CsvColumnRule kCloudTrailAthena[] = {
    {"eventtime", "eventTime", CsvRole::kTime},
    {"eventname", "eventName"},
    {"eventsource", "eventSource"},
    {"awsregion", "awsRegion"},
    {"sourceipaddress", "sourceIPAddress"},
    {"useragent", "userAgent"},
    {"errorcode", "errorCode"},
    {"errormessage", "errorMessage"},
    {"requestparameters", "requestParameters"},
    {"responseelements", "responseElements"},
    {"additionaleventdata", "additionalEventData"},
    {"eventtype", "eventType"},
    {"useridentity", "userIdentity"},
    {"eventid", "eventID"},
    {"recipientaccountid", "recipientAccountId"},
};
// The activity log: Get-AzLog and the portal's download.
constexpr CsvColumnRule kAzLog[] = {
    {"EventTimestamp", "eventTimestamp", CsvRole::kTime},
    {"OperationName", "operationName.value"},
    {"ResourceProviderName", "resourceProviderName.value"},
    {"Caller", "caller"},
    {"Category", "category.value"},
    {"Status", "status.value"},
    {"ResourceId", "resourceId"},
};
constexpr CsvColumnRule kAzPortal[] = {
    {"Time", "eventTimestamp", CsvRole::kTime},
    {"Operation name", "operationName.localizedValue"},
    {"Status", "status.value"},
    {"Event category", "category.value"},
    {"Event initiated by", "caller"},
    {"Resource", "resourceId"},
};
// The monitor tab of PAN-OS, by the names its syslog has.
constexpr CsvColumnRule kPanOs[] = {
    {"Generate Time", "", CsvRole::kTime},
    {"Receive Time", "", CsvRole::kTime},
    {"Source address", "src"},
    {"Destination address", "dst"},
    {"Source Port", "sport"},
    {"Destination Port", "dport"},
    {"Action", "action"},
    {"Source User", "srcuser"},
    {"Application", "app"},
    {"Bytes Sent", "bytes_sent"},
    {"Bytes Received", "bytes_received"},
};
// The admin log of Google Workspace as its console downloads it: at first under the first titles, later under the second.
// https://support.google.com/a/answer/4579579
constexpr CsvColumnRule kWorkspaceAdmin[] = {
    {"Date", "id.time", CsvRole::kTime},
    {"Event Name", "events.name"},
    {"Event", "events.name"},
    {"User", "actor.email"},
    {"Actor", "actor.email"},
    {"IP Address", "ipAddress"},
    {"IP address", "ipAddress"},
    {"Setting name", "SETTING_NAME"},
    {"New value", "NEW_VALUE"},
    {"Old value", "OLD_VALUE"},
};
// schtasks /query /v /fo csv
constexpr CsvColumnRule kScheduledTasks[] = {
    {"HostName", "", CsvRole::kHost}, {"Last Run Time", "", CsvRole::kTime}, {"Task To Run", "CommandLine"},
    {"Run As User", "User"},          {"Start In", "CurrentDirectory"},
};

constexpr CsvShape kShapes[] = {
    {"EvtxECmd", {"EventRecordId", "EventId", "Channel", "Payload"}, "", "", "", kEvtxEcmd, true},
    {"Get-WinEvent", {"Id", "LogName", "ProviderName", "TimeCreated"}, "", "", "", kGetWinEvent, true},
    {"Get-EventLog", {"EventID", "MachineName", "Source", "TimeGenerated"}, "", "", "", kGetEventLog, true},
    {"Event Viewer", {"Date and Time", "Source", "Event ID", ""}, "", "", "", kEventViewer, true},
    {"Get-WinEvent, selected", {"TimeCreated", "Id", "Message"}, "windows", "", "", kSelected, true},
    {"Entra audit",
     {"Date (UTC)", "Activity", "ActorUserPrincipalName", "Result"},
     "azure",
     "graph",
     "auditlogs",
     kEntraAudit,
     false,
     true},
    {"Okta",
     {"timestamp", "event_type", "outcome_result", "actor_alternate_id"},
     "okta",
     "",
     "okta",
     kOkta,
     false,
     true},
    {"GitLab",
     {"Created At (UTC)", "Author ID", "Entity Type", "Action"},
     "gitlab",
     "",
     "audit",
     kGitLab,
     false,
     true},
    {"CloudTrail console",
     {"Event name", "Event time", "Event source", "User name"},
     "aws",
     "",
     "cloudtrail",
     kCloudTrailConsole,
     false,
     true},
    {"CloudTrail, Athena",
     {"eventtime", "eventname", "eventsource", "awsregion"},
     "aws",
     "",
     "cloudtrail",
     kCloudTrailAthena,
     false,
     true},
    {"Azure activity, Get-AzLog",
     {"EventTimestamp", "OperationName", "Caller", "CorrelationId"},
     "azure",
     "graph",
     "activitylogs",
     kAzLog,
     false,
     true},
    {"Azure activity, portal",
     {"Time", "Operation name", "Event category", "Event initiated by"},
     "azure",
     "graph",
     "activitylogs",
     kAzPortal,
     false,
     true},
    {"PAN-OS",
     {"Receive Time", "Source address", "Destination address", "Action"},
     "paloalto",
     "firewall",
     "traffic",
     kPanOs,
     false,
     true},
    {"Workspace admin",
     {"Event Name", "Event Description", "User", "Date"},
     "gcp",
     "reports",
     "google_workspace.admin",
     kWorkspaceAdmin,
     false,
     true},
    {"Workspace admin",
     {"Event", "Description", "Actor", "Date"},
     "gcp",
     "reports",
     "google_workspace.admin",
     kWorkspaceAdmin,
     false,
     true},
    {"Scheduled tasks",
     {"HostName", "TaskName", "Task To Run", "Run As User"},
     "windows",
     "scheduled_task",
     "",
     kScheduledTasks,
     false,
     true},
    {"Entra sign-ins of applications",
     {"Date (UTC)", "Service principal ID", "IP address", "Sign-in error code"},
     "azure",
     "",
     "signinlogs",
     kSignIns,
     false,
     true},
    {"Microsoft 365 unified audit", {"AuditData", "", "", ""}, "m365", "", "audit", kUnifiedAudit},
    {"Entra sign-ins",
     {"Date (UTC)", "Username", "IP address", "Client app"},
     "azure",
     "",
     "signinlogs",
     kSignIns,
     false,
     true},
    {"nfdump", {"ts", "sa", "da", "ibyt"}, "nfdump", "", "netflow", kNfdump, false, true},
    {"nfdump", {"firstSeen", "srcAddr", "dstAddr", "bytes"}, "nfdump", "", "netflow", kNfdump17, false, true},
    {"AWS VPC flow",
     {"srcaddr", "dstaddr", "start", ""},
     "aws",
     "firewall",
     "vpcflow",
     kVpcFlow,
     false,
     true},
};

bool holds(std::span<const std::string_view> columns, std::string_view name) {
  return name.empty() || std::find(columns.begin(), columns.end(), name) != columns.end();
}

}  // namespace

bool translate_titles(std::span<std::string_view> columns) {
  constexpr std::size_t kTelling = 3;
  for (const ViewerTitles& titles : kTranslated) {
    if (!std::all_of(titles.begin(), titles.begin() + kTelling,
                     [&](std::string_view title) { return holds(columns, title); }))
      continue;
    for (std::string_view& column : columns)
      if (const auto found = std::ranges::find(titles, column); found != titles.end())
        column = kEnglish[static_cast<std::size_t>(found - titles.begin())];
    return true;
  }
  return false;
}

const CsvShape* csv_shape_of(std::span<const std::string_view> columns) {
  for (const CsvShape& shape : kShapes)
    if (std::all_of(shape.needs.begin(), shape.needs.end(),
                    [&](std::string_view name) { return holds(columns, name); }))
      return &shape;
  return nullptr;
}

bool may_hold_time(std::string_view column) {
  constexpr std::string_view kWords[] = {"time",     "date",   "created", "modified",
                                         "accessed", "expire", "last run"};
  return std::ranges::any_of(kWords, [&](std::string_view word) {
    return std::ranges::search(column, word, {}, fold_ascii, fold_ascii).begin() != column.end();
  });
}

CsvRole plain_role_of(std::string_view column) {
  constexpr std::string_view kTimes[] = {
      "time", "timestamp", "ts", "@timestamp", "datetime", "date time", "eventtime", "timecreated",
      "event time", "date/time", "time (utc)", "_time", "generated time", "receive time", "start time",
      "creationdate", "createdat", "created_at", "utc", "date_time", "event_time", "starttime", "start_time",
      "logtime", "timegenerated", "timegenerated [utc]", "timestamp (utc)", "createddatetime",
      "activitydatetime", "date (utc)", "created at (utc)", "timegenerated [local time]",
      // The tools of Eric Zimmerman
      "lastrun", "filekeylastwritetimestamp", "keylastwritetimestamp", "lastwritetimestamp",
      "lastmodifiedtimeutc", "created0x10", "updatetimestamp", "copiedtimestamp"};
  constexpr std::string_view kHosts[] = {"host",        "hostname",    "computer",  "computername",
                                         "machinename", "device name", "devicename"};
  const auto among = [&](std::span<const std::string_view> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return equals_ignoring_ascii_case(name, column); });
  };
  if (among(kTimes)) return CsvRole::kTime;
  if (equals_ignoring_ascii_case(column, "date")) return CsvRole::kDate;
  return among(kHosts) ? CsvRole::kHost : CsvRole::kPlain;
}

}  // namespace bartizan
