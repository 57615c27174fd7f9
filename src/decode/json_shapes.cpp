// SPDX-License-Identifier: Apache-2.0
// Member names are those of each product's own documentation of its log.
#include "decode/json_shapes.h"

#include <algorithm>

namespace bartizan {
namespace {

constexpr JsonNaming kWindows = JsonNaming::kWindows;

// The first shape that fits counts: a special one stands before a general one.
constexpr JsonShape kShapes[] = {
    // clang-format off
    // Windows events, by whatever shipped them
    {"Winlogbeat", "", {"winlog|winlog.channel|winlog.event_id|winlog.provider_name"}, {}, {}, kWindows},
    {"Winlogbeat 6", "", {"log_name", "event_id"}, {}, {}, kWindows},
    {"SecurityEvent", "", {"EventData=<EventData", "EventID", "Channel"}, {}, {},
     JsonNaming::kWindows, false, JsonShape::Carries::kEventData},
    {"Windows event", "", {"Channel|LogName", "EventID|EventId|EventCode|Id"}, {}, {}, kWindows},

    // Amazon
    {"CloudTrail", "aws//cloudtrail", {"eventSource", "eventName"}, {"eventTime"}},
    {"CloudTrail digest", "aws//cloudtrail_digest", {"digestStartTime", "digestS3Bucket"}, {"digestEndTime"}},
    {"GuardDuty", "aws//guardduty",
     {"schemaVersion", "service.serviceName=guardduty|service.detectorId|Service.ServiceName=guardduty",
      "type|Type"}, {"service.eventLastSeen", "updatedAt", "createdAt"}},
    {"Route 53 resolver", "aws/dns/route53resolver",
     {"query_timestamp", "query_name", "vpc_id|srcaddr"}, {"query_timestamp"}},
    {"AWS WAF", "aws//waf", {"webaclId", "httpRequest.clientIp", "action"}, {"timestamp"}},
    {"VPC flow", "aws//vpcflow",
     {"srcaddr", "dstaddr", "dstport", "action"}, {"start"}, {"interface_id", "interface-id"}},

    // Before the clouds that carry it
    {"Kubernetes audit", "kubernetes/application/audit",
     {"apiVersion=audit.k8s.io"}, {"requestReceivedTimestamp", "stageTimestamp", "timestamp"}},

    // Microsoft
    {"Unified audit", "m365//audit", {"Workload", "Operation", "RecordType|CreationTime"}, {"CreationTime"}},
    {"Entra sign-ins", "azure/diagnostic/signinlogs",
     {"category=NonInteractiveUserSignInLogs|category=SignInLogs|category=ServicePrincipalSignInLogs|"
      "category=ManagedIdentitySignInLogs", "operationName"}, {"time"}},
    {"Entra audit", "azure/diagnostic/auditlogs", {"category=AuditLogs", "operationName"}, {"time"}},
    {"Entra risk", "azure/diagnostic/riskdetection",
     {"category=UserRiskEvents|category=ServicePrincipalRiskEvents|category=RiskyUsers", "operationName"},
     {"time"}},
    {"Azure activity", "azure/diagnostic/activitylogs",
     {"category=Administrative|category=Security|category=Policy|category=ServiceHealth|category=Alert|"
      "category=Recommendation|category=Autoscale|category=Action|category=Write|category=Delete",
      "operationName", "resourceId"}, {"time"}},
    {"Azure activity, az", "azure/graph/activitylogs",
     {"operationName.value", "eventTimestamp"}, {"eventTimestamp"}},
    {"Azure diagnostics", "azure//", {"operationName", "resourceId|tenantId"}, {"time"}},
    {"Entra sign-ins, Graph", "azure/graph/signinlogs",
     {"createdDateTime", "userPrincipalName", "status.errorCode"}, {"createdDateTime"}},
    {"Entra audit, Graph", "azure/graph/auditlogs",
     {"activityDisplayName", "activityDateTime"}, {"activityDateTime"}},
    {"Entra risk, Graph", "azure/graph/riskdetection",
     {"riskEventType", "riskLevel|riskState"}, {"activityDateTime", "detectedDateTime"}},
    {"Entra PIM alerts", "azure/graph/pim",
     {"@odata.type=#microsoft.graph.", "assigneeId|roleDefinitionId|roleDisplayName|activationCount"},
     {"activityDateTime", "assignmentCreatedDateTime", "lastSignInDateTime"}},
    {"Entra sign-ins, Log Analytics", "azure/analytics/signinlogs",
     {"TimeGenerated", "ResultType", "UserPrincipalName|AppDisplayName"}, {"TimeGenerated"}},
    {"Entra audit, Log Analytics", "azure/analytics/auditlogs",
     {"TimeGenerated", "OperationName", "LoggedByService"}, {"ActivityDateTime", "TimeGenerated"}},
    {"Azure activity, Log Analytics", "azure/analytics/activitylogs",
     {"TimeGenerated", "OperationNameValue"}, {"TimeGenerated"}},
    {"Entra risk, Log Analytics", "azure/analytics/riskdetection",
     {"TimeGenerated", "RiskEventType"}, {"TimeGenerated"}},

    // Google
    {"Cloud audit", "gcp//gcp.audit",
     {"protoPayload.methodName|protoPayload.serviceName"}, {"timestamp", "receiveTimestamp"}},
    {"Cloud audit, Pub/Sub", "gcp/pubsub/gcp.audit",
     {"data.protoPayload.methodName|data.protoPayload.serviceName"},
     {"data.timestamp", "data.receiveTimestamp"}},
    {"VPC flow, Google", "gcp//vpcflow", {"jsonPayload.connection.src_ip", "jsonPayload.connection.dest_ip"},
     {"jsonPayload.start_time", "timestamp"}},
    {"Workspace admin", "gcp/reports/google_workspace.admin",
     {"kind=admin#reports#activity", "id.applicationName=admin"}, {"id.time"}},
    {"Workspace login", "gcp/reports/google_workspace.login",
     {"kind=admin#reports#activity", "id.applicationName=login"}, {"id.time"}},
    {"Workspace", "gcp/reports/=id.applicationName", {"kind=admin#reports#activity"}, {"id.time"}},

    // Identity and code
    {"Okta", "okta//okta",
     {"eventType", "published", "outcome.result|actor.alternateId|actor.id"}, {"published"}},
    {"OneLogin", "onelogin//onelogin.events",
     {"event_type_id", "account_id|actor_user_id|actor_system|notes"}, {"event_timestamp", "created_at"}},
    {"Duo", "cisco//duo",
     {"isotimestamp", "txid|eventtype|event_type|action"}, {"isotimestamp", "timestamp"}, {"host"}},
    {"GitHub audit", "github//audit",
     {"action", "actor", "@timestamp|created_at", "org|repo|business|_document_id"},
     {"@timestamp", "created_at"}},
    {"GitLab audit", "gitlab//audit", {"author_id", "entity_type", "entity_id"}, {"time", "created_at"}},
    {"Bitbucket audit", "bitbucket//audit",
     {"auditType.category", "auditType.action"},
     {"timestamp.epochSecond", "timestamp", "createdDate"}, {"node"}},
    {"Samba audit", "samba//=type",
     {"type", "timestamp", "Authentication|Authorization|dsdbChange|dsdbTransaction|passwordChange|"
      "groupChange|KDC Authorization"}, {"timestamp"}},

    // Containers and Linux
    {"laurel", "linux//auditd",
     {"ID", "SYSCALL.syscall|EXECVE.argc|PROCTITLE.ARGV|USER_AUTH.pid|USER_CMD.pid|USER_LOGIN.pid|"
      "USER_START.pid|USER_ACCT.pid|CRED_ACQ.pid|SERVICE_START.pid|CONFIG_CHANGE.op|AVC.pid"},
     {"ID"}, {"NODE"}, JsonNaming::kPath, true},
    {"journald", "linux//syslog",
     {"__REALTIME_TIMESTAMP", "MESSAGE|_BOOT_ID"},
     {"_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"}, {"_HOSTNAME"}, JsonNaming::kPath, false,
     JsonShape::Carries::kMessage},
    {"dmesg", "linux//syslog", {"pri", "msg", "time"}, {}, {}, JsonNaming::kPath, false,
     JsonShape::Carries::kKernel},
    {"Elastic process start", "=host.os.type/process/ecs",
     {"@timestamp", "process.executable|process.name", "event.category=process", "event.type=start"},
     {"@timestamp"}, {"host.name", "host.hostname", "agent.hostname"}},
    {"Elastic process end", "=host.os.type/process_end/ecs",
     {"@timestamp", "process.executable|process.name", "event.category=process", "event.type=end"},
     {"@timestamp"}, {"host.name", "host.hostname", "agent.hostname"}},
    {"Elastic file event", "=host.os.type/file/ecs",
     {"@timestamp", "file.path", "event.category=file", "event.type=creation"},
     {"@timestamp"}, {"host.name", "host.hostname", "agent.hostname"}},
    {"Elastic network event", "=host.os.type/network/ecs",
     {"@timestamp", "destination.ip", "event.category=network", "process.executable|process.name"},
     {"@timestamp"}, {"host.name", "host.hostname", "agent.hostname"}},
    {"Defender XDR process", "defender_xdr/process/",
     {"ActionType=ProcessCreated", "DeviceName", "ProcessCommandLine", "InitiatingProcessFileName"},
     {"Timestamp", "TimeGenerated"}, {"DeviceName"}},
    {"Defender XDR", "defender_xdr//=ActionType",
     {"ActionType", "DeviceName", "DeviceId"}, {"Timestamp", "TimeGenerated"}, {"DeviceName"}},
    {"Velociraptor process list", "velociraptor/process_list/",
     {"CommandLine", "CreateTime|StartTime", "Pid", "Exe|Name"}, {"CreateTime", "StartTime"}, {"Fqdn", "Hostname"}},
    {"osquery", "osquery//=name",
     {"hostIdentifier", "columns|snapshot|diffResults", "unixTime|calendarTime"},
     {"unixTime", "calendarTime"}, {"hostIdentifier"}},

    // Network
    {"Suricata EVE", "suricata//=event_type",
     {"event_type", "timestamp", "flow_id|stats|src_ip|engine"}, {"timestamp"}, {"host"}},
    {"Zeek", "zeek//=_path", {"ts", "_path"}, {"ts"}, {"_system_name"}},
    {"Zeek dns", "zeek//dns",
     {"ts", "uid", "query|qtype_name|rcode_name", "trans_id|qclass|rejected"}, {"ts"}, {"_system_name"}},
    {"Zeek http", "zeek//http",
     {"ts", "uid", "trans_depth", "method|uri|status_code|host"}, {"ts"}, {"_system_name"}},
    {"Zeek dce_rpc", "zeek//dce_rpc",
     {"ts", "uid", "endpoint|operation", "named_pipe|rtt"}, {"ts"}, {"_system_name"}},
    {"Zeek kerberos", "zeek//kerberos",
     {"ts", "uid", "request_type", "client|service"}, {"ts"}, {"_system_name"}},
    {"Zeek rdp", "zeek//rdp",
     {"ts", "uid", "cookie|security_protocol", "result|keyboard_layout|cert_count"},
     {"ts"}, {"_system_name"}},
    {"Zeek smb_mapping", "zeek//smb_mapping", {"ts", "uid", "share_type"}, {"ts"}, {"_system_name"}},
    {"Zeek smb_files", "zeek//smb_files", {"ts", "uid", "action=SMB::"}, {"ts"}, {"_system_name"}},
    {"Zeek ssl", "zeek//ssl",
     {"ts", "uid", "cipher|server_name", "established|resumed"}, {"ts"}, {"_system_name"}},
    {"Zeek ssh", "zeek//ssh", {"ts", "uid", "auth_attempts|kex_alg"}, {"ts"}, {"_system_name"}},
    {"Zeek x509", "zeek//x509", {"ts", "certificate.serial"}, {"ts"}, {"_system_name"}},
    {"Zeek notice", "zeek//notice", {"ts", "note", "msg", "actions|suppress_for"}, {"ts"}, {"_system_name"}},
    {"Zeek weird", "zeek//weird", {"ts", "name", "notice", "peer"}, {"ts"}, {"_system_name"}},
    {"Zeek conn", "zeek//conn", {"ts", "uid", "conn_state"}, {"ts"}, {"_system_name"}},
    {"Zeek files", "zeek//files", {"ts", "fuid", "source"}, {"ts"}, {"_system_name"}},
    {"nfdump", "nfdump//netflow",
     {"src4_addr|src6_addr", "dst4_addr|dst6_addr", "first|t_first"}, {"t_first", "first"}},
    {"OpenCanary", "opencanary/application/",
     {"logtype", "node_id", "src_host"}, {"utc_time", "local_time"}, {"node_id"}},

    {"goflow2", "goflow2//netflow",
     {"src_addr", "dst_addr", "sampler_address|sampling_rate", "src_port|dst_port"},
     {"time_flow_start_ns", "time_flow_start", "time_received_ns", "time_received"}},
    {"yaf", "yaf//netflow",
     {"flows.flowStartMilliseconds", "flows.sourceIPv4Address|flows.sourceIPv6Address"},
     {"flows.flowStartMilliseconds"}},

    // Web servers
    {"Caddy access", "caddy//access",
     {"request.uri", "request.method", "status", "logger|request.remote_ip|request.remote_addr"}, {"ts"}},
    {"traefik access", "traefik//access",
     {"RequestPath", "RequestMethod", "DownstreamStatus"}, {"StartUTC", "time"}},
    {"nginx access", "nginx//nginx",
     {"request_uri", "status", "remote_addr"}, {"time_iso8601", "time", "msec", "time_local"}, {"hostname"}},
    {"nginx access, request line", "nginx/request/nginx",
     {"request", "status", "remote_addr", "http_user_agent|http_referer|body_bytes_sent"},
     {"time_iso8601", "time", "msec", "time_local"}, {"hostname"}},

    // Whatever a container wrote that is not JSON itself
    {"Kubernetes container", "kubernetes//container",
     {"kubernetes.pod_name|kubernetes.pod.name", "log|message"}, {"time", "@timestamp"},
     {"kubernetes.host", "kubernetes.node.name"}, JsonNaming::kPath, false, JsonShape::Carries::kMessage},
    {"Docker", "docker//json-file", {"log", "stream", "time"}, {"time"}, {}, JsonNaming::kPath, false,
     JsonShape::Carries::kMessage},
    // clang-format on
};

static_assert(std::size(kShapes) <= 64 * std::tuple_size_v<JsonShapes::Set>);

constexpr std::string_view kAnyTimes[] = {"@timestamp",
                                          "eventTime",
                                          "requestReceivedTimestamp",
                                          "timestamp",
                                          "activityDateTime",
                                          "createdDateTime",
                                          "TimeGenerated",
                                          "CreationTime",
                                          "TimeCreated",
                                          "time",
                                          "_time",
                                          "ts",
                                          "date",
                                          "Timestamp",
                                          "EventTime",
                                          "datetime",
                                          "time_local",
                                          "Created",
                                          "_ts"};
constexpr std::string_view kAnyHosts[] = {"host.name", "hostname", "Hostname", "Computer", "host"};
constexpr std::string_view kWindowsTimes[] = {"TimeCreated_SystemTime",
                                              "TimeCreated",
                                              "TimeCreated.value",
                                              "@timestamp",
                                              "EventTime",
                                              "UtcTime",
                                              "_time",
                                              "TimeGenerated",
                                              "Timestamp",
                                              "timestamp"};

constexpr JsonHeader kHeaders[JsonHeader::kCount] = {
    {"EventID", {"winlog.event_id", "event.code", "event_id", "EventId", "EventCode", "Id"}},
    {"Channel", {"winlog.channel", "log_name", "LogName"}},
    {"Provider_Name",
     {"winlog.provider_name", "event.provider", "source_name", "SourceName", "ProviderName",
      "EventSourceName", "Provider"}},
    {"Computer",
     {"winlog.computer_name", "computer_name", "Hostname", "ComputerName", "MachineName", "host.name"}},
    {"EventRecordID", {"winlog.record_id", "record_number", "EventRecordId", "RecordNumber", "RecordId"}},
};

// A record inside another (json.cpp says when they are opened).
constexpr std::string_view kWraps[] = {"_source", "result",   "hits",      "Records",   "records",
                                       "items",   "value",    "detail",    "_raw",      "document",
                                       "data",    "Event",    "System",    "Events",    "events",
                                       "entries", "response", "logEvents", "auditData", "dmesg"};
constexpr std::string_view kInside[] = {"AuditData",      "log",    "MESSAGE", "message", "CloudTrailEvent",
                                        "properties.log", "Payload"};

// Rules search the JSON text of these, and members of these by the name a list gives them.
constexpr std::string_view kTexts[] = {"requestParameters",
                                       "responseElements",
                                       "additionalEventData",
                                       "Parameters",
                                       "OperationProperties",
                                       "TargetResources",
                                       "TargetResources.modifiedProperties",
                                       "targetResources",
                                       "targetResources.modifiedProperties",
                                       "properties.targetResources",
                                       "properties.targetResources.modifiedProperties",
                                       "InitiatedBy",
                                       "initiatedBy",
                                       "properties.initiatedBy",
                                       "properties.networkLocationDetails",
                                       "NetworkLocationDetails",
                                       "networkLocationDetails"};
constexpr std::string_view kPairs[] = {"ExtendedProperties",  "Parameters",
                                       "OperationProperties", "DeviceProperties",
                                       "events.parameters",   "protoPayload.metadata.event.parameter"};

// Calls visit(name, text) for each alternative of a need.
template <class Visit>
void for_each_alternative(std::string_view need, Visit visit) {
  while (!need.empty()) {
    const std::string_view one = need.substr(0, need.find('|'));
    need.remove_prefix(one.size() < need.size() ? one.size() + 1 : one.size());
    const std::size_t equals = one.find('=');
    visit(one.substr(0, equals), equals == one.npos ? std::string_view() : one.substr(equals + 1));
  }
}

// `product/category/service`; nothing: none of them.
std::array<std::string_view, 3> source_parts(std::string_view source) {
  std::array<std::string_view, 3> parts;
  for (std::string_view& part : parts) {
    part = source.substr(0, source.find('/'));
    source.remove_prefix(part.size() < source.size() ? part.size() + 1 : part.size());
  }
  return parts;
}

}  // namespace

std::span<const JsonShape> json_shapes() { return kShapes; }

std::string_view name_without_zone(std::string_view name) {
  const std::size_t zone = name.find(" [");
  return name.ends_with(']') ? name.substr(0, zone) : name;
}

bool has_names_of_a_json_shape(std::span<const std::string_view> names) {
  // The column itself, or one whose JSON holds the member.
  const auto has = [&](std::string_view path) {
    return std::ranges::any_of(names, [&](std::string_view name) {
      name = name_without_zone(name);
      return !name.empty() && path.starts_with(name) &&
             (path.size() == name.size() || path[name.size()] == '.');
    });
  };
  return std::ranges::any_of(kShapes, [&](const JsonShape& shape) {
    return std::ranges::all_of(shape.needs, [&](std::string_view need) {
      bool met = need.empty();
      for_each_alternative(need, [&](std::string_view path, std::string_view) { met = met || has(path); });
      return met;
    });
  });
}

JsonShapes::JsonShapes() {
  for (const JsonShape& from : kShapes) {
    Shape& shape = shapes_.emplace_back();
    shape.from = &from;
    const auto [product, category, service] = source_parts(from.source);
    shape.product = product, shape.category = category, shape.service = service;
    for (std::string_view need : from.needs) {
      if (need.empty()) continue;
      auto& either = shape.needs.emplace_back();
      for_each_alternative(
          need, [&](std::string_view path, std::string_view text) { either.push_back({slot(path), text}); });
    }
    shape.times = slots_of(from.times);
    shape.hosts = slots_of(from.hosts);
    if (product.starts_with('=')) shape.slot_of_product = slot(product.substr(1));
    if (service.starts_with('=')) shape.slot_of_service = slot(service.substr(1));
  }
  any_times_ = slots_of(kAnyTimes);
  any_hosts_ = slots_of(kAnyHosts);
  windows_times_ = slots_of(kWindowsTimes);
  inside_ = slots_of(kInside);
  for (std::size_t i = 0; i < headers_.size(); ++i)
    headers_[i] = {kHeaders[i].name, slot(kHeaders[i].name), slots_of(kHeaders[i].others)};
  begun_by_.resize(slots_);
  for (std::size_t i = 0; i < shapes_.size(); ++i)
    for (const Need& need : shapes_[i].needs.front())
      begun_by_[need.slot][i / 64] |= std::uint64_t{1} << i % 64;
  for (std::string_view path : kWraps) marks_[path].wraps = true;
  for (std::string_view path : kTexts) marks_[path].has_text = true;
  for (std::string_view path : kPairs) marks_[path].has_pairs = true;
}

JsonMark JsonShapes::mark_of(std::string_view path) const {
  const auto found = marks_.find(path);
  return found == marks_.end() ? JsonMark{} : found->second;
}

std::uint16_t JsonShapes::slot(std::string_view path) {
  JsonMark& mark = marks_[path];
  if (mark.slot == JsonMark::kNoSlot) mark.slot = slots_++;
  return mark.slot;
}

template <class Names>
JsonShapes::Slots JsonShapes::slots_of(const Names& names) {
  Slots slots;
  for (std::string_view name : names)
    if (!name.empty()) slots.push_back(slot(name));
  return slots;
}

}  // namespace bartizan
