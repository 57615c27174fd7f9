// SPDX-License-Identifier: Apache-2.0
#include "sink/html_data.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/json.h"
#include "base/limits.h"
#include "model/jsonl.h"
#include "sink/escape.h"
#include "sink/groups.h"

namespace bartizan {
namespace {

void write_number(std::string_view name, std::uint64_t value, JsonWriter& json) {
  json.key(name), json.number(static_cast<std::int64_t>(std::min<std::uint64_t>(value, INT64_MAX)));
}

void write_bool(std::string_view name, bool value, JsonWriter& json) {
  json.key(name), json.raw(value ? "true" : "false");
}

void write_decimal(std::string_view name, double value, JsonWriter& json) {
  json.key(name), json.raw(fmt::format("{:.3f}", value));
}

template <class Texts>
void write_texts(std::string_view name, const Texts& texts, JsonWriter& json) {
  json.key(name);
  json.begin_array();
  for (const auto& text : texts) json.text(text);
  json.end_array();
}

void write_summary(const ScanSummary& summary, JsonWriter& json) {
  json.begin_object();
  write_number("files", summary.files_read, json);
  write_number("events", summary.events, json);
  write_number("bytes", summary.bytes, json);
  write_number("oddities", summary.oddities, json);
  write_number("rules", summary.rules_loaded, json);
  write_number("rules_unusable", summary.rules_unusable, json);
  write_number("applicable", summary.rules_applicable, json);
  write_bool("interrupted", summary.interrupted, json);
  write_number("layers_predicted", summary.script_layers_predicted, json);
  write_number("layers_verified", summary.script_layers_verified, json);
  write_number("blocks_joined", summary.script_blocks_joined, json);
  write_number("blocks_partial", summary.script_blocks_partial, json);
  write_texts("not_recognised", summary.not_recognised, json);
  write_texts("unreadable", summary.unreadable, json);
  write_texts("tuned", summary.tuned, json);
  write_texts("missing", summary.missing_sources, json);
  json.key("sources"), json.begin_array();
  for (const LogSourceUse& source : summary.log_sources) {
    json.begin_object();
    json.member("name", source.name), write_number("rules", source.rules, json),
        write_number("events", source.events, json);
    json.end_object();
  }
  json.end_array();
  json.key("posture"), json.begin_array();
  for (const PostureFact& fact : summary.posture) {
    json.begin_object();
    json.member("host", fact.host), json.member("control", fact.control);
    write_bool("in_force", fact.in_force, json);
    json.member("evidence", fact.evidence), json.member("next_step", fact.next_step);
    json.member("time", fact.time == Instant{} ? std::string() : format_instant(fact.time));
    json.member("file", fact.file), json.member("record", fact.record_id);
    json.end_object();
  }
  json.end_array();
  json.key("channels"), json.begin_array();
  for (const auto& [channel, count] : summary.events_by_channel) {
    json.begin_object();
    json.member("name", channel), write_number("count", count, json);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

// True when something was cut.
bool shorten_values(Finding& finding) {
  bool is_cut = false;
  const auto cut = [&](std::string& text) {
    if (text.size() <= limits::kHtmlValueBytesMax) return;
    text = shortened(text, limits::kHtmlValueBytesMax);
    is_cut = true;
  };
  cut(finding.rule_title), cut(finding.host), cut(finding.file);
  for (FindingReason& reason : finding.why) cut(reason.field), cut(reason.pattern), cut(reason.value);
  for (Entity& entity : finding.entities) cut(entity.value);
  return is_cut;
}

Finding without_record(const Finding& finding) {
  Finding out{finding.id,     finding.time,      finding.rule_id, finding.rule_title, finding.level,
              finding.file,   finding.record_id, finding.channel, finding.event_id,   finding.host,
              finding.attack, finding.advisory,  finding.why,     finding.entities,   {},
              finding.view};
  return out;
}

void write_findings(std::span<const Finding> shown, RecordTable& records, JsonWriter& json) {
  json.begin_array();
  std::string one;
  for (const Finding& finding : shown) {
    Finding brief = without_record(finding);
    const bool is_cut = shorten_values(brief);
    one.clear();
    append_finding_json(brief, one);
    json.begin_object();
    json.key("finding"), json.raw(one);
    json.key("record"), json.number(records.place_of(finding.record));
    write_bool("cut", is_cut, json);
    json.end_object();
  }
  json.end_array();
}

using Ids = std::set<std::string_view>;

// The ids that the page shows, the parents of sub-techniques and what replaced them included.
Ids ids_shown(std::span<const Finding> shown, std::span<const ActorMatch> matches,
              const AttackTable& attack) {
  Ids ids;
  const auto add = [&](std::string_view id) {
    for (const std::string_view one : {id, attack.current(id)})
      ids.insert(one), ids.insert(one.substr(0, one.find('.')));
  };
  for (const Finding& finding : shown)
    for (const std::string& id : finding.attack) add(id);
  for (const ActorMatch& match : matches)
    for (const auto* list : {&match.seen, &match.not_seen})
      for (const ActorTechnique& technique : *list) add(technique.id);
  return ids;
}

void write_techniques(const Ids& ids, const AttackTable& attack, JsonWriter& json) {
  json.begin_object();
  for (const std::string_view id : ids) {
    const Technique* technique = attack.find(id);
    if (!technique) continue;
    json.key(id), json.begin_object();
    json.member("name", technique->name);
    if (!technique->replaced_by.empty()) json.member("now", technique->replaced_by);
    json.key("tactics"), json.begin_array();
    for (const std::size_t place : technique->tactics) json.number(static_cast<std::int64_t>(place));
    json.end_array();
    json.end_object();
  }
  json.end_object();
}

void write_actor_techniques(std::string_view name, const std::vector<ActorTechnique>& techniques,
                            JsonWriter& json) {
  json.key(name), json.begin_array();
  for (const ActorTechnique& technique : techniques) {
    json.begin_array();
    json.text(technique.id), json.number(static_cast<std::int64_t>(technique.used_by));
    json.end_array();
  }
  json.end_array();
}

void write_actors(std::span<const ActorMatch> matches, const ScanSummary& summary, const AttackTable& attack,
                  JsonWriter& json) {
  json.begin_object();
  json.member("level", level_name(kActorLevelLeast));
  write_number("distinctive", kDistinctiveLeast, json);
  write_number("users", kDistinctiveUsers, json);
  json.key("deviations"), json.raw(fmt::format("{:g}", kDeviationsLeast));
  Ids covered;
  for (const std::string& id : summary.techniques_covered) covered.insert(attack.current(id));
  write_texts("covered", covered, json);
  json.key("groups"), json.begin_array();
  for (const ActorMatch& match : matches) {
    json.begin_object();
    json.member("name", match.actor->name);
    json.member("attack_id", match.actor->attack_id);
    json.member("summary", match.actor->summary);
    write_texts("aliases", match.actor->aliases, json);
    write_bool("consistent", match.consistent, json);
    write_number("distinctive", match.distinctive, json);
    write_decimal("weight", match.weight, json);
    write_decimal("chance", match.chance, json);
    write_decimal("deviations", match.deviations, json);
    write_actor_techniques("seen", match.seen, json);
    write_actor_techniques("unseen", match.not_seen, json);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void append_script_safe(std::string_view json, std::string& out) {
  constexpr std::string_view kUnsafe = "<>&";  // in JSON these stand in strings only
  out.reserve(out.size() + json.size() + json.size() / 64);
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t end = std::min(json.find_first_of(kUnsafe, at), json.size());
    out += json.substr(at, end - at);
    if (end < json.size()) out += json[end] == '<' ? "\\u003c" : json[end] == '>' ? "\\u003e" : "\\u0026";
    at = end + 1;
  }
}

}  // namespace

std::int64_t RecordTable::place_of(std::string_view record) {
  if (record.empty()) return kNotKept;
  const auto known = places_.find(record);
  if (known != places_.end()) return known->second;
  const std::size_t kept = std::min(record.size(), limits::kHtmlRecordBytesMax);
  if (bytes_ + kept > limits::kHtmlRecordsBytesMax) return kLeftOut;
  bytes_ += kept;
  const auto place = static_cast<std::int64_t>(records_.size());
  places_.emplace(record, place);
  records_.push_back(record);
  return place;
}

void RecordTable::write(JsonWriter& json) const {
  json.begin_array();
  for (const std::string_view record : records_) {
    const bool is_cut = record.size() > limits::kHtmlRecordBytesMax;
    json.begin_object();
    if (is_cut) json.member("text", shortened(record, limits::kHtmlRecordBytesMax));
    else json.member("text", record);
    write_number("size", record.size(), json);
    write_bool("cut", is_cut, json);
    json.end_object();
  }
  json.end_array();
}

void append_report_data(const Findings& all, const FindingGroups& groups, std::span<const Finding> shown,
                        const ScanSummary& summary, const ReportContent& content, std::string& out) {
  const std::vector<ActorMatch> matches = match_actors(all, content.actors, content.attack);
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_number("total", all.size(), json);
  json.key("levels"), json.begin_array();
  for (const std::uint64_t count : groups.by_level()) json.number(static_cast<std::int64_t>(count));
  json.end_array();
  json.key("limits"), json.begin_object(), write_number("value", limits::kHtmlValueBytesMax, json),
      json.end_object();
  json.key("summary"), write_summary(summary, json);
  json.key("tactics"), json.begin_array();
  for (const Tactic& tactic : content.attack.tactics()) json.text(tactic.name);
  json.end_array();
  json.key("techniques"), write_techniques(ids_shown(shown, matches, content.attack), content.attack, json);
  json.key("actors"), write_actors(matches, summary, content.attack, json);
  RecordTable records;
  json.key("findings"), write_findings(shown, records, json);
  json.key("records"), records.write(json);
  json.end_object();
  append_script_safe(text, out);
}

}  // namespace bartizan
