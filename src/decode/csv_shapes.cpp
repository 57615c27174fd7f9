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

constexpr CsvShape kShapes[] = {
    {"EvtxECmd", {"EventRecordId", "EventId", "Channel", "Payload"}, "", "", "", kEvtxEcmd, true},
    {"Get-WinEvent", {"Id", "LogName", "ProviderName", "TimeCreated"}, "", "", "", kGetWinEvent, true},
    {"Get-EventLog", {"EventID", "MachineName", "Source", "TimeGenerated"}, "", "", "", kGetEventLog, true},
    {"Event Viewer", {"Date and Time", "Source", "Event ID", ""}, "", "", "", kEventViewer, true},
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
     {"srcaddr", "dstaddr", "start", "action"},
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

const CsvShape* csv_shape_of(std::span<const std::string_view> columns) {
  for (const CsvShape& shape : kShapes)
    if (std::all_of(shape.needs.begin(), shape.needs.end(),
                    [&](std::string_view name) { return holds(columns, name); }))
      return &shape;
  return nullptr;
}

CsvRole plain_role_of(std::string_view column) {
  constexpr std::string_view kTimes[] = {"time",
                                         "timestamp",
                                         "ts",
                                         "@timestamp",
                                         "datetime",
                                         "date time",
                                         "eventtime",
                                         "timecreated",
                                         "event time",
                                         "date/time",
                                         "time (utc)",
                                         "_time",
                                         "generated time",
                                         "receive time",
                                         "start time",
                                         "creationdate",
                                         "createdat",
                                         "created_at",
                                         "utc",
                                         "date_time",
                                         "event_time",
                                         "starttime",
                                         "start_time",
                                         "logtime",
                                         "timegenerated",
                                         "timegenerated [utc]",
                                         "timestamp (utc)",
                                         "createddatetime",
                                         "activitydatetime"};
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
