// SPDX-License-Identifier: Apache-2.0
#include "store/views.h"

#include <fmt/format.h>

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
std::string ip4_regex() {
  const std::string byte = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  return byte + "(\\." + byte + "){3}";
}

std::string ip6_regex() {
  constexpr std::string_view kGroup = "[0-9a-fA-F]{1,4}";
  const auto groups = [&](int max, std::string_view last) {
    return max < 0 ? std::string() : fmt::format("({}:){{0,{}}}{}", kGroup, max, last);
  };
  const std::string ip4 = ip4_regex();
  std::string out = fmt::format("({0}:){{7}}{0}|({0}:){{6}}{1}", kGroup, ip4);
  // `::` stands for one group at least; so many are before it.
  for (int before = 0; before < 8; ++before) {
    out += before == 0 ? "|::" : fmt::format("|{0}(:{0}){{{1}}}::", kGroup, before - 1);
    const std::string after = groups(6 - before, kGroup), with_ip4 = groups(5 - before, ip4);
    if (!after.empty()) out += "(" + after + (with_ip4.empty() ? "" : "|" + with_ip4) + ")?";
  }
  return out;
}

std::string ip4_macro_sql() {
  return "CREATE MACRO ip4(a) AS CASE WHEN regexp_full_match(a, '" + ip4_regex() +
         "') THEN "
         "split_part(a, '.', 1)::BIGINT * 16777216 + split_part(a, '.', 2)::BIGINT * 65536 + "
         "split_part(a, '.', 3)::BIGINT * 256 + split_part(a, '.', 4)::BIGINT END";
}

// ip6_digits: of the groups on one side of `::`, the last of which may be an IPv4 address.
static constexpr std::string_view kIp6Macros =
    "CREATE MACRO ip6_group(g) AS CASE WHEN contains(g, '.') THEN printf('%02x%02x%02x%02x', "
    "split_part(g, '.', 1)::INTEGER, split_part(g, '.', 2)::INTEGER, split_part(g, '.', 3)::INTEGER, "
    "split_part(g, '.', 4)::INTEGER) WHEN g = '' THEN '' ELSE lpad(g, 4, '0') END;"
    "CREATE MACRO ip6_digits(groups) AS "
    "array_to_string(list_transform(string_split(groups, ':'), lambda g: ip6_group(g)), '');"
    "CREATE MACRO ip6_filled(before, after) AS upper(rpad(before, (32 - length(after))::INTEGER, '0') || "
    "after);";

std::string ip6_macro_sql() {
  // Most texts have no colon, and need no regular expression.
  return std::string(kIp6Macros) +
         "CREATE MACRO ip6(a) AS CASE WHEN contains(a, ':') AND regexp_full_match(a, '" + ip6_regex() +
         "') THEN ip6_filled(ip6_digits(split_part(a, '::', 1)), ip6_digits(split_part(a, '::', 2))) END";
}
std::string ecs_view_sql() { return view_sql("ecs", kEcs); }
std::string ocsf_view_sql() { return view_sql("ocsf", kOcsf); }

}  // namespace bartizan::store
