// SPDX-License-Identifier: Apache-2.0
#include "engine/rule_set.h"

#include <algorithm>
#include <deque>

#include "base/hash.h"
#include "base/limits.h"
#include "base/must.h"
#include "detect/sigma/load.h"
#include "source/evidence.h"

namespace bartizan {
namespace {

std::string kind_key(const Event& event) {
  std::string key(event.channel);
  for (std::string_view part : {event.product, event.category, event.service}) key += '\n', key += part;
  return key + '\n' + std::to_string(event.event_id);
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
  return out;
}

// attack.t1059.001 -> T1059.001; empty for other tags.
std::string technique_of(const std::string& tag) {
  if (!tag.starts_with("attack.t") || tag.size() < 12 || tag[8] < '0' || tag[8] > '9') return {};
  return upper(std::string_view(tag).substr(7));
}

template <class T>
void add_once(std::vector<T>& list, const T& value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

void add_entity(const Event& event, const char* type, std::string_view field, std::vector<Entity>& out) {
  const std::string_view* value = event.find(field);
  if (!value || value->empty() || *value == "-") return;
  for (const Entity& known : out)
    if (known.type == type && known.value == *value) return;
  out.push_back({type, std::string(*value)});
}

std::vector<Entity> entities_of(const Event& event) {
  std::vector<Entity> out;
  if (!event.host.empty()) out.push_back({"host", std::string(event.host)});
  for (const char* field : {"User", "TargetUserName", "SubjectUserName", "AccountName"}) add_entity(event, "account", field, out);
  for (const char* field : {"Image", "NewProcessName", "SourceImage", "ProcessName", "TargetImage"})
    add_entity(event, "process", field, out);
  for (const char* field : {"IpAddress", "SourceIp", "DestinationIp", "SourceAddress", "DestAddress"})
    add_entity(event, "address", field, out);
  for (const char* field : {"TargetFilename", "ImageLoaded", "ObjectName"}) add_entity(event, "file", field, out);
  return out;
}

// The fields of an event under the names one place gives them. Converted values live as long as the lookup.
class PlaceLookup final : public sigma::FieldLookup {
 public:
  void look_at(const EventPlace* place) { place_ = place; }

  void values(const Event& event, std::string_view field, std::vector<sigma::FieldValue>& out) const override {
    if (place_)
      if (auto mapped = place_->fields.find(field); mapped != place_->fields.end()) {
        std::vector<std::string> made;
        append_mapped(event, mapped->second, made);
        for (std::string& value : made) out.push_back({made_.emplace_back(std::move(value)), false, false});
        return;
      }
    plain_.values(event, field, out);
  }
  void all_values(const Event& event, std::vector<sigma::FieldValue>& out) const override {
    plain_.all_values(event, out);
  }

 private:
  const EventPlace* place_ = nullptr;
  sigma::PlainFieldLookup plain_;
  mutable std::deque<std::string> made_;  // a deque: views into it must stay valid
};

}  // namespace

std::vector<std::string> RuleSet::rule_files(const std::string& path, std::vector<Diagnostic>& diagnostics) {
  std::vector<Error> unreadable;
  std::vector<std::string> files = list_evidence(path, unreadable);
  for (const Error& error : unreadable)
    diagnostics.push_back({"rules.unreadable", error.where, 0, 0, error.message, "check the path and its permissions"});
  std::erase_if(files, [](const std::string& file) {
    return !(file.ends_with(".yml") || file.ends_with(".yaml")) || file.ends_with(".examples.yml");
  });
  return files;
}

void RuleSet::load_rules(const std::string& path) {
  for (const std::string& file : rule_files(path, diagnostics_)) {
    auto text = read_text_file(file, limits::kRuleFileBytesMax);
    if (!text.has_value()) {
      diagnostics_.push_back({"rules.unreadable", file, 0, 0, text.error().message, ""});
      continue;
    }
    sigma::load_rules(*text, file, rules_, diagnostics_);
    sigma::load_correlations(*text, file, correlations_, diagnostics_);
    sigma::load_filters(*text, file, filters_, diagnostics_);
  }
  by_kind_.clear();
}

void RuleSet::load_mapping(const std::string& content) {
  for (const char* name : {"windows", "linux", "other"}) {
    std::string file = content + "/mapping/" + name + ".yml";
    auto text = read_text_file(file, limits::kRuleFileBytesMax);
    if (text.has_value()) table_.load(*text, file, diagnostics_);
    else diagnostics_.push_back({"mapping.unreadable", file, 0, 0, text.error().message, "set BARTIZAN_CONTENT"});
  }
  load_advisory(content + "/mapping/advisory.yml");
}

void RuleSet::load_advisory(const std::string& file) {
  auto text = read_text_file(file, limits::kRuleFileBytesMax);
  if (!text.has_value())
    return diagnostics_.push_back({"mapping.unreadable", file, 0, 0, text.error().message, "set BARTIZAN_CONTENT"});
  auto documents = parse_yaml(*text, file);
  if (!documents) return diagnostics_.push_back(documents.error());
  for (const YamlNode& document : *documents)
    for (const YamlNode& entry : document.items)
      for (const char* kind : {"technique", "tactic", "default"}) {
        const YamlNode* key = entry.find(kind);
        if (!key) continue;
        const YamlNode* list = key->is_sequence() ? key : entry.find("advisory");
        std::string name = std::string(kind) + ":" + (key->is_scalar() ? upper(key->text) : "");
        if (list)
          for (const YamlNode& id : list->items) advisory_[name].push_back(id.text);
      }
}

// Own tags first; else by technique (a technique covers its sub-techniques unless they are listed), else by tactic.
std::vector<std::string> RuleSet::advisory_of(const std::vector<std::string>& tags) const {
  std::vector<std::string> ids;
  auto add = [&](const std::string& key) {
    auto found = advisory_.find(key);
    if (found == advisory_.end()) return false;
    for (const std::string& id : found->second) add_once(ids, id);
    return true;
  };
  for (const std::string& tag : tags)
    if (tag.starts_with("advisory.")) add_once(ids, upper(std::string_view(tag).substr(9)));
  if (!ids.empty()) return ids;
  for (const std::string& tag : tags) {
    std::string technique = technique_of(tag);
    if (!technique.empty() && !add("technique:" + technique)) add("technique:" + technique.substr(0, 5));
  }
  if (ids.empty())
    for (const std::string& tag : tags)
      if (tag.starts_with("attack.")) add("tactic:" + upper(std::string_view(tag).substr(7)));
  if (ids.empty()) add("default:");
  return ids;
}

std::vector<RuleSet::Candidate> RuleSet::candidates_for(const Event& event) const {
  std::vector<Candidate> candidates;
  for (const sigma::Rule& rule : rules_) {
    LogsourceName name{rule.logsource.category, rule.logsource.product, rule.logsource.service};
    const std::vector<EventPlace>* places = table_.places(name);
    if (!places) {
      if (declares(event, name)) candidates.push_back({&rule, {nullptr}});
      continue;
    }
    Candidate candidate{&rule, {}};
    for (const EventPlace& place : *places)
      if (place.may_hold(event)) candidate.places.push_back(&place);
    if (!candidate.places.empty()) candidates.push_back(std::move(candidate));
  }
  return candidates;
}

// The first place that takes the event; nothing when its `where` conditions turn it away.
std::optional<const EventPlace*> RuleSet::place_of(const Candidate& candidate, const Event& event) {
  for (const EventPlace* place : candidate.places)
    if (!place || place->accepts(event)) return place;
  return {};
}

void RuleSet::find(const Event& event, const std::string& file, std::vector<Finding>& out) {
  if (by_kind_.size() > limits::kKindsMax) by_kind_.clear();
  auto [kind, is_new] = by_kind_.try_emplace(kind_key(event));
  if (is_new) kind->second = candidates_for(event);
  PlaceLookup lookup;
  sigma::RuleEvaluator evaluator(lookup);
  std::vector<sigma::Reason> why;
  for (const Candidate& candidate : kind->second) {
    auto place = place_of(candidate, event);
    if (!place) continue;
    lookup.look_at(*place);
    why.clear();
    if (!evaluator.matches(*candidate.rule, event, &why)) continue;
    auto rule = static_cast<std::size_t>(candidate.rule - rules_.data());
    if (correlator_ && correlator_->needs(rule)) contribute(rule, event, file, lookup);
    if (!correlator_ || correlator_->alerts_alone(rule)) out.push_back(finding_of(*candidate.rule, event, file, why));
  }
  ++sequence_;
}

void RuleSet::drop_users_of(const std::string& name) {
  std::vector<std::string> names{name};
  for (const sigma::Correlation& correlation : correlations_)
    if (correlation.name == name || correlation.id == name) names = {correlation.name, correlation.id};
  std::erase_if(correlations_, [&](const sigma::Correlation& correlation) {
    return std::any_of(correlation.rules.begin(), correlation.rules.end(), [&](const std::string& used) {
      return !used.empty() && std::find(names.begin(), names.end(), used) != names.end();
    });
  });
}

void RuleSet::prepare() {
  sigma::apply_filters(rules_, filters_, diagnostics_);
  filters_.clear();
  if (!correlations_.empty()) correlator_ = std::make_unique<sigma::Correlator>(correlations_, rules_, diagnostics_);
}

void RuleSet::contribute(std::size_t rule, const Event& event, const std::string& file,
                         const sigma::FieldLookup& lookup) {
  sigma::RuleMatch match{rule, event.time, sequence_, {}};
  std::vector<sigma::FieldValue> values;
  for (const std::string& field : correlator_->fields_of(rule)) {
    values.clear();
    lookup.values(event, field, values);
    if (!values.empty()) match.values.emplace_back(field, values.front().text);
  }
  if (!correlator_->add(match)) return;
  Contribution contribution{rule, {}, 0, {}, {}, {}, file, entities_of(event)};
  contribution.time = event.time;
  contribution.channel = event.channel;
  contribution.event_id = event.event_id;
  contribution.record_id = event.record_id;
  contribution.host = event.host;
  contributions_.push_back(std::move(contribution));
}

void RuleSet::finish(std::vector<Finding>& out) {
  if (!correlator_) return;
  for (const sigma::CorrelationMatch& match : correlator_->finish()) out.push_back(finding_of(match));
}

Finding RuleSet::finding_of(const sigma::CorrelationMatch& match) const {
  const sigma::Correlation& correlation = correlations_[match.correlation];
  MUST(!match.contributing.empty());
  const Contribution& last = contributions_[match.contributing.back()];
  Finding finding;
  finding.time = match.last;
  finding.rule_id = correlation.id.empty() ? correlation.name : correlation.id;
  finding.rule_title = correlation.title;
  finding.level = parse_level(correlation.level);
  finding.file = last.file;
  finding.record_id = last.record_id;
  finding.channel = last.channel;
  finding.event_id = last.event_id;
  finding.host = last.host;
  std::string identity = finding.rule_id;
  for (std::size_t index : match.contributing) {
    const Contribution& part = contributions_[index];
    identity += '\n' + part.file + '\n' + part.record_id + '\n' + rules_[part.rule].id;
    for (const Entity& entity : part.entities) add_once(finding.entities, entity);
    if (finding.why.size() < limits::kCorrelationReasonsMax)
      finding.why.push_back({"", "includes", rules_[part.rule].title,
                             "record " + part.record_id + " of " + part.file + " at " +
                                 format_instant(part.time)});
  }
  finding.id = sha256_hex(identity).substr(0, 32);
  for (const std::string& tag : correlation.tags) {
    std::string technique = technique_of(tag);
    if (!technique.empty()) add_once(finding.attack, technique);
  }
  finding.advisory = advisory_of(correlation.tags);
  return finding;
}

bool RuleSet::matches(std::size_t index, const Event& event) const {
  for (const Candidate& candidate : candidates_for(event)) {
    if (candidate.rule != &rules_[index]) continue;
    auto place = place_of(candidate, event);
    if (!place) return false;
    PlaceLookup lookup;
    lookup.look_at(*place);
    return sigma::RuleEvaluator(lookup).matches(rules_[index], event);
  }
  return false;
}

Finding RuleSet::finding_of(const sigma::Rule& rule, const Event& event, const std::string& file,
                            const std::vector<sigma::Reason>& why) const {
  Finding finding;
  finding.time = event.time;
  finding.rule_id = rule.id;
  finding.rule_title = rule.title;
  finding.level = parse_level(rule.level);
  finding.file = file;
  finding.record_id = event.record_id;
  finding.channel = event.channel;
  finding.event_id = event.event_id;
  finding.host = event.host;
  std::string identity = rule.id;
  for (const std::string& part : {file, std::to_string(event.offset), std::string(event.record_id)}) identity += '\n', identity += part;
  finding.id = sha256_hex(identity).substr(0, 32);
  for (const std::string& tag : rule.tags) {
    std::string technique = technique_of(tag);
    if (!technique.empty()) add_once(finding.attack, technique);
  }
  finding.advisory = advisory_of(rule.tags);
  for (const sigma::Reason& reason : why)
    finding.why.push_back({reason.field, reason.predicate, reason.pattern, reason.value});
  // Where a record was found outside of its place in a log weighs on what the finding is worth.
  if (const std::string_view* carved = event.find("Carved"))
    finding.why.push_back({"Carved", "is", std::string(*carved), std::string(*carved)});
  finding.entities = entities_of(event);
  return finding;
}

}  // namespace bartizan
