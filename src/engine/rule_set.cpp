// SPDX-License-Identifier: Apache-2.0
#include "engine/rule_set.h"

#include <algorithm>

#include "base/limits.h"
#include "base/yaml.h"
#include "detect/sigma/leaf_numbers.h"
#include "detect/sigma/load.h"
#include "source/evidence.h"

namespace bartizan {
namespace {

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

}  // namespace

std::vector<std::string> RuleSet::rule_files(const std::string& path, std::vector<Diagnostic>& diagnostics) {
  std::vector<Error> unreadable;
  std::vector<std::string> files = list_evidence(path, unreadable);
  for (const Error& error : unreadable)
    diagnostics.push_back(
        {"rules.unreadable", error.where, 0, 0, error.message, "check the path and its permissions"});
  std::erase_if(files, [](const std::string& file) {
    return !(file.ends_with(".yml") || file.ends_with(".yaml")) || file.ends_with(".examples.yml");
  });
  return files;
}

void RuleSet::load_placeholders(const std::string& path) {
  auto text = read_text_file(path, limits::kRuleFileBytesMax);
  if (text.has_value()) sigma::load_placeholders(*text, path, placeholders_, diagnostics_);
  else diagnostics_.push_back({"rules.unreadable", path, 0, 0, text.error().message, ""});
}

void RuleSet::load_rules(const std::string& path, sigma::MetadataCheck* check) {
  std::vector<RuleText> texts;
  for (const std::string& file : rule_files(path, diagnostics_)) {
    auto text = read_text_file(file, limits::kRuleFileBytesMax);
    if (text.has_value()) {
      texts.push_back({file, std::move(*text)});
      continue;
    }
    diagnostics_.push_back({"rules.unreadable", file, 0, 0, text.error().message, ""});
    ++unusable_;
  }
  const bool is_worth_keeping = !check && texts.size() >= limits::kRuleCacheFilesMin;
  const std::string key = is_worth_keeping ? RuleCache::key_of(texts, placeholders_) : std::string();
  if (auto known = cache_.find(key)) return take(std::move(*known));
  LoadedRules loaded;
  for (const RuleText& text : texts) load_text(text, check, loaded);
  cache_.keep(key, loaded);
  take(std::move(loaded));
}

void RuleSet::load_text(const RuleText& text, sigma::MetadataCheck* check, LoadedRules& out) const {
  auto documents = parse_yaml(text.text, text.file);
  if (!documents) {
    out.diagnostics.push_back(std::move(documents.error()));
    ++out.unusable;
    return;
  }
  const auto loaded = [&] { return out.rules.size() + out.correlations.size() + out.filters.size(); };
  const std::size_t before = loaded();
  sigma::load_rules(*documents, text.file, &placeholders_, out.rules, out.diagnostics);
  sigma::load_correlations(*documents, text.file, out.correlations, out.diagnostics);
  sigma::load_filters(*documents, text.file, &placeholders_, out.filters, out.diagnostics);
  for (const YamlNode& document : *documents) {
    out.unusable += !document.is_null();
    if (check && !document.is_null()) check->look_at(document, text.file, out.diagnostics);
  }
  out.unusable -= loaded() - before;
}

void RuleSet::take(LoadedRules&& loaded) {
  const auto append = [](auto& to, auto& from) {
    to.reserve(to.size() + from.size());
    std::move(from.begin(), from.end(), std::back_inserter(to));
  };
  append(rules_, loaded.rules), append(correlations_, loaded.correlations), append(filters_, loaded.filters);
  append(diagnostics_, loaded.diagnostics);
  unusable_ += loaded.unusable;
}

void RuleSet::load_mapping(const std::string& content) {
  for (const char* name : {"windows", "linux", "other", "agents", "cloud", "sensors", "application"}) {
    std::string file = content + "/mapping/" + name + ".yml";
    auto text = read_text_file(file, limits::kRuleFileBytesMax);
    if (text.has_value()) table_.load(*text, file, diagnostics_);
    else
      diagnostics_.push_back(
          {"mapping.unreadable", file, 0, 0, text.error().message, "set BARTIZAN_CONTENT"});
  }
  load_advisory(content + "/mapping/advisory.yml");
}

void RuleSet::load_advisory(const std::string& file) {
  auto text = read_text_file(file, limits::kRuleFileBytesMax);
  if (!text.has_value())
    return diagnostics_.push_back(
        {"mapping.unreadable", file, 0, 0, text.error().message, "set BARTIZAN_CONTENT"});
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

std::vector<RuleSet::Candidate> RuleSet::candidates_for(const EventKind& kind) const {
  std::vector<Candidate> candidates;
  for (const auto& [name, indices] : by_logsource_) {
    std::vector<const EventPlace*> here;
    if (const std::vector<EventPlace>* places = table_.places(name)) {
      for (const EventPlace& place : *places)
        if (place.may_hold(kind)) here.push_back(&place);
    } else if (declares(kind, name)) {
      here.push_back(nullptr);
    }
    if (here.empty()) continue;
    for (std::uint32_t index : indices) candidates.push_back({index, here});
  }
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.rule < b.rule; });
  return candidates;
}

std::optional<const EventPlace*> RuleSet::place_of(const Candidate& candidate, const Event& event) {
  for (const EventPlace* place : candidate.places)
    if (!place || place->accepts(event)) return place;
  return {};
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

RuleSummary RuleSet::summary_of(const std::string& id, const std::string& title, const std::string& level,
                                const std::vector<std::string>& tags) const {
  RuleSummary summary{id, title, parse_level(level), {}, advisory_of(tags)};
  for (const std::string& tag : tags)
    if (const std::string technique = technique_of(tag); !technique.empty())
      add_once(summary.attack, technique);
  return summary;
}

void RuleSet::prepare() {
  is_prepared_ = true;
  const std::size_t errors_before = count_errors(diagnostics_);
  sigma::apply_filters(rules_, filters_, diagnostics_);
  filters_.clear();
  keep_wanted(selection_, rules_, correlations_);
  sigma::number_leaves(rules_);
  for (const sigma::Rule& rule : rules_)
    summaries_.push_back(summary_of(rule.id, rule.title, rule.level, rule.tags));
  for (std::uint32_t index = 0; index < rules_.size(); ++index) {
    const sigma::LogSource& source = rules_[index].logsource;
    by_logsource_[{source.category, source.product, source.service}].push_back(index);
  }
  for (const sigma::Correlation& correlation : correlations_)
    correlation_summaries_.push_back(summary_of(correlation.id.empty() ? correlation.name : correlation.id,
                                                correlation.title, correlation.level, correlation.tags));
  unusable_ += count_errors(diagnostics_) - errors_before;
  if (tuning_) tuning_->bind(rules_, correlations_, diagnostics_);
}

}  // namespace bartizan
