// SPDX-License-Identifier: Apache-2.0
#include "store/views.h"

namespace bartizan::store {
namespace {

constexpr ViewColumn kEcs[] = {
    {"time", "@timestamp"},
    {"host", "host.name"},
    {"channel", "winlog.channel"},
    {"provider", "event.provider"},
    {"event_id", "event.code"},
    {"record_id", "winlog.record_id"},
    {"action", "event.action"},
    {"account", "user.name"},
    {"target_account", "user.target.name"},
    {"image", "process.executable"},
    {"command_line", "process.command_line"},
    {"process_id", "process.pid"},
    {"process_guid", "process.entity_id"},
    {"parent_image", "process.parent.executable"},
    {"parent_command_line", "process.parent.command_line"},
    {"parent_process_id", "process.parent.pid"},
    {"parent_process_guid", "process.parent.entity_id"},
    {"current_directory", "process.working_directory"},
    {"original_file_name", "process.pe.original_file_name"},
    {"source_ip", "source.ip"},
    {"source_port", "source.port"},
    {"destination_ip", "destination.ip"},
    {"destination_port", "destination.port"},
    {"destination_host", "destination.domain"},
    {"bytes_out", "source.bytes"},
    {"bytes_in", "destination.bytes"},
    {"protocol", "network.transport"},
    {"query", "dns.question.name"},
    {"url", "url.original"},
    {"user_agent", "user_agent.original"},
    {"status", "http.response.status_code"},
    {"file", "file.path"},
    {"image_loaded", "dll.path"},
    {"registry_key", "registry.path"},
    {"registry_value", "registry.data.strings"},
    {"service_name", "service.name"},
    {"script", "powershell.file.script_block_text"},
    {"message", "message"},
    {"evidence", "log.file.path"},
    {"position", "log.offset"},
    {"fields", "labels"},
};

constexpr ViewColumn kOcsf[] = {
    {"time", "time"},
    {"host", "device.hostname"},
    {"channel", "metadata.log_name"},
    {"provider", "metadata.log_provider"},
    {"event_id", "metadata.event_code"},
    {"record_id", "metadata.uid"},
    {"action", "activity_name"},
    {"account", "actor.user.name"},
    {"target_account", "user.name"},
    {"logon_type", "logon_type_id"},
    {"image", "process.file.path"},
    {"command_line", "process.cmd_line"},
    {"process_id", "process.pid"},
    {"process_guid", "process.uid"},
    {"parent_image", "actor.process.file.path"},
    {"parent_command_line", "actor.process.cmd_line"},
    {"parent_process_id", "actor.process.pid"},
    {"source_ip", "src_endpoint.ip"},
    {"source_port", "src_endpoint.port"},
    {"destination_ip", "dst_endpoint.ip"},
    {"destination_port", "dst_endpoint.port"},
    {"destination_host", "dst_endpoint.hostname"},
    {"bytes_out", "traffic.bytes_out"},
    {"bytes_in", "traffic.bytes_in"},
    {"duration_ms", "duration"},
    {"query", "query.hostname"},
    {"url", "http_request.url.url_string"},
    {"user_agent", "http_request.user_agent"},
    {"status", "status_code"},
    {"file", "file.path"},
    {"image_loaded", "module.file.path"},
    {"registry_key", "reg_key.path"},
    {"registry_value", "reg_value.data"},
    {"message", "message"},
    {"evidence", "metadata.log_source"},
    {"fields", "unmapped"},
};

std::string view_sql(std::string_view view, std::span<const ViewColumn> columns) {
  std::string sql = "CREATE VIEW " + std::string(view) + " AS SELECT ";
  for (std::size_t i = 0; i < columns.size(); ++i)
    sql += (i ? ", " : "") + std::string(columns[i].column) + " AS \"" + std::string(columns[i].name) + "\"";
  return sql + " FROM events";
}

}  // namespace

std::span<const ViewColumn> ecs_columns() { return kEcs; }
std::span<const ViewColumn> ocsf_columns() { return kOcsf; }
std::string ip4_macro_sql() {
  return "CREATE MACRO ip4(a) AS CASE WHEN regexp_full_match(a, '[0-9]{1,3}(\\.[0-9]{1,3}){3}') THEN "
         "split_part(a, '.', 1)::BIGINT * 16777216 + split_part(a, '.', 2)::BIGINT * 65536 + "
         "split_part(a, '.', 3)::BIGINT * 256 + split_part(a, '.', 4)::BIGINT END";
}
std::string ip6_macro_sql() {
  return "CREATE MACRO ip6_start(a) AS CASE WHEN regexp_full_match(a, '[0-9a-fA-F:.]*:[0-9a-fA-F:.]*') THEN "
         "coalesce(TRY_CAST('0x' || split_part(a, ':', 1) AS BIGINT), 0) END";
}
std::string ecs_view_sql() { return view_sql("ecs", kEcs); }
std::string ocsf_view_sql() { return view_sql("ocsf", kOcsf); }

}  // namespace bartizan::store
