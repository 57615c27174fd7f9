// SPDX-License-Identifier: Apache-2.0
#include "engine/signature_finding.h"

#include "base/hash.h"
#include "engine/make_finding.h"

namespace bartizan {
namespace {

std::string text_at(const Event& event, std::string_view field) {
  const std::string_view* value = event.find(field);
  return value ? std::string(*value) : std::string();
}

// Suricata's priorities: 1 is the most urgent (docs: "Rules format", priority; EVE calls it severity).
Level level_of_severity(const std::string& severity) {
  if (severity == "1") return Level::kHigh;
  if (severity == "2") return Level::kMedium;
  return severity == "3" ? Level::kLow : Level::kInformational;
}

// T1071 or T1059.001; signatures write T1059_001 too.
std::string technique_of(std::string_view written) {
  std::string technique(written);
  for (char& c : technique)
    if (c == '_') c = '.';
  const bool is_technique = technique.size() >= 5 && technique.size() <= 9 && technique.front() == 'T' &&
                            technique.find_first_not_of("0123456789.", 1) == technique.npos;
  return is_technique ? technique : std::string();
}

}  // namespace

bool is_signature_alert(const Event& event) {
  return event.product == "suricata" && event.service == "alert" && event.channel.empty();
}

Finding make_signature_finding(const Event& event, const Log& log) {
  Finding finding;
  finding.time = event.time;
  const std::string generator = text_at(event, "alert.gid"), signature = text_at(event, "alert.signature_id");
  finding.rule_id = "suricata:" + (generator.empty() ? "1" : generator) + ":" + signature;
  finding.rule_title = text_at(event, "alert.signature");
  const std::string severity = text_at(event, "alert.severity"), category = text_at(event, "alert.category");
  finding.level = level_of_severity(severity);
  finding.file = log.file;
  finding.record_id = event.record_id.empty() ? text_at(event, "pcap_cnt") : std::string(event.record_id);
  finding.host = event.host;
  finding.id = sha256_hex(finding.rule_id + '\n' + place_of(event, log)).substr(0, 32);
  finding.advisory = {"D4"};
  for (const Field& field : event.fields)
    if (field.name == "alert.metadata.mitre_technique_id")
      if (std::string technique = technique_of(field.value); !technique.empty())
        finding.attack.push_back(technique);
  finding.why.push_back({"alert.signature_id", "is", signature, signature});
  if (!category.empty()) finding.why.push_back({"alert.category", "is", category, category});
  finding.why.push_back({"alert.severity", "is", severity, severity});
  finding.entities = entities_of(event);
  return finding;
}

}  // namespace bartizan
