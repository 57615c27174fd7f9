// SPDX-License-Identifier: Apache-2.0
#include "engine/make_finding.h"

#include <algorithm>
#include <array>

#include "base/hash.h"

namespace bartizan {
namespace {

// The fields that usually say who and what a record is about, those of a type beside each other, the more telling first.
struct EntityField {
  std::string_view field;
  const char* type;
};
constexpr EntityField kEntityFields[] = {
    {"User", "account"},
    {"TargetUserName", "account"},
    {"SubjectUserName", "account"},
    {"AccountName", "account"},
    {"user", "account"},
    {"cs-username", "account"},
    {"Image", "process"},
    {"NewProcessName", "process"},
    {"SourceImage", "process"},
    {"ProcessName", "process"},
    {"TargetImage", "process"},
    {"IpAddress", "address"},
    {"SourceIp", "address"},
    {"DestinationIp", "address"},
    {"SourceAddress", "address"},
    {"DestAddress", "address"},
    {"src_ip", "address"},
    {"dst_ip", "address"},
    {"dest_ip", "address"},
    {"c-ip", "address"},
    {"id.orig_h", "address"},
    {"id.resp_h", "address"},
    {"sourceIPAddress", "address"},
    {"TargetFilename", "file"},
    {"ImageLoaded", "file"},
    {"ObjectName", "file"},
};

// The place of a field in kEntityFields; kNone for others. Names are told apart by their size and first letter before they
// are compared.
constexpr std::size_t kNone = std::size(kEntityFields);
constexpr std::size_t kSizes = 16, kLetters = 128;
struct EntityPlaces {
  std::array<std::array<std::uint8_t, kLetters>, kSizes> first{};  // of size and letter
  std::array<std::uint8_t, kNone + 1> next{};                      // with the same
};
constexpr EntityPlaces kEntityPlaces = [] {
  EntityPlaces places;
  for (auto& row : places.first) row.fill(kNone);
  for (std::size_t i = kNone; i-- > 0;) {
    const std::string_view name = kEntityFields[i].field;
    std::uint8_t& first = places.first[name.size()][static_cast<unsigned char>(name[0])];
    places.next[i] = first;
    first = static_cast<std::uint8_t>(i);
  }
  return places;
}();

std::size_t entity_place(std::string_view name) {
  if (name.empty() || name.size() >= kSizes || static_cast<unsigned char>(name[0]) >= kLetters) return kNone;
  std::size_t place = kEntityPlaces.first[name.size()][static_cast<unsigned char>(name[0])];
  while (place != kNone && kEntityFields[place].field != name) place = kEntityPlaces.next[place];
  return place;
}

}  // namespace

std::vector<Entity> entities_of(const Event& event) {
  std::array<const Field*, kNone> found{};  // the first of each name
  for (const Field& field : event.fields)
    if (const std::size_t place = entity_place(field.name); place != kNone && !found[place])
      found[place] = &field;
  std::vector<Entity> out;
  out.reserve(8);
  if (!event.host.empty()) out.push_back({"host", std::string(event.host)});
  for (std::size_t place = 0; place < kNone; ++place) {
    if (!found[place]) continue;
    const std::string_view value = found[place]->value, type = kEntityFields[place].type;
    if (value.empty() || value == "-") continue;
    const bool is_known = std::any_of(out.begin(), out.end(), [&](const Entity& known) {
      return known.type == type && known.value == value;
    });
    if (!is_known) out.push_back({std::string(type), std::string(value)});
  }
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

Finding finding_at(const Event& event, LogName log) {
  Finding finding;
  finding.time = event.time;
  finding.file = log.file;
  finding.record_id = event.record_id;
  finding.channel = event.channel;
  finding.event_id = event.event_id;
  finding.host = event.host;
  finding.entities = entities_of(event);
  return finding;
}

Finding make_finding(const RuleSummary& rule, const Event& event, LogName log,
                     std::vector<sigma::Reason>&& why) {
  Finding finding = finding_at(event, log);
  finding.rule_id = rule.id;
  finding.rule_title = rule.title;
  finding.level = rule.level;
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
  return finding;
}

}  // namespace bartizan
