// SPDX-License-Identifier: Apache-2.0
#include "engine/make_finding.h"

#include <initializer_list>

#include "base/hash.h"

namespace bartizan {
namespace {

void add_entity(const Event& event, const char* type, std::string_view field, std::vector<Entity>& out) {
  const std::string_view* value = event.find(field);
  if (!value || value->empty() || *value == "-") return;
  for (const Entity& known : out)
    if (known.type == type && known.value == *value) return;
  out.push_back({type, std::string(*value)});
}

void add_entities(const Event& event, const char* type, std::initializer_list<std::string_view> fields,
                  std::vector<Entity>& out) {
  for (std::string_view field : fields) add_entity(event, type, field, out);
}

}  // namespace

std::vector<Entity> entities_of(const Event& event) {
  std::vector<Entity> out;
  if (!event.host.empty()) out.push_back({"host", std::string(event.host)});
  add_entities(event, "account",
               {"User", "TargetUserName", "SubjectUserName", "AccountName", "user", "cs-username"}, out);
  add_entities(event, "process", {"Image", "NewProcessName", "SourceImage", "ProcessName", "TargetImage"},
               out);
  add_entities(event, "address",
               {"IpAddress", "SourceIp", "DestinationIp", "SourceAddress", "DestAddress", "src_ip", "dst_ip",
                "dest_ip", "c-ip", "id.orig_h", "id.resp_h", "sourceIPAddress"},
               out);
  add_entities(event, "file", {"TargetFilename", "ImageLoaded", "ObjectName"}, out);
  return out;
}

std::string place_of(const Event& event, LogName log) {
  std::string place = log.file + '\n';
  if (!log.is_made) return place.append(std::to_string(event.offset)).append("\n").append(event.record_id);
  place += std::to_string(event.time.ticks);
  for (const Field& field : event.fields)
    if (field.name != "flow_id") place.append("\n").append(field.name).append("\n").append(field.value);
  return place;
}

Finding make_finding(const RuleSummary& rule, const Event& event, LogName log,
                     std::vector<sigma::Reason>&& why) {
  Finding finding;
  finding.time = event.time;
  finding.rule_id = rule.id;
  finding.rule_title = rule.title;
  finding.level = rule.level;
  finding.file = log.file;
  finding.record_id = event.record_id;
  finding.channel = event.channel;
  finding.event_id = event.event_id;
  finding.host = event.host;
  finding.id = sha256_hex(rule.id + '\n' + place_of(event, log)).substr(0, 32);
  finding.attack = rule.attack;
  finding.advisory = rule.advisory;
  finding.why.reserve(why.size());
  for (sigma::Reason& reason : why)
    finding.why.push_back({std::move(reason.field), std::move(reason.predicate), std::move(reason.pattern),
                           std::move(reason.value)});
  // Where a record was found outside of its place in a log weighs on what the finding is worth.
  if (const std::string_view* carved = event.find("Carved"))
    finding.why.push_back({"Carved", "is", std::string(*carved), std::string(*carved)});
  finding.entities = entities_of(event);
  return finding;
}

}  // namespace bartizan
