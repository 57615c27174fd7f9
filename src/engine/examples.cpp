// SPDX-License-Identifier: Apache-2.0
#include "engine/examples.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include "base/limits.h"
#include "base/yaml.h"
#include "engine/correlations.h"
#include "engine/make_finding.h"
#include "engine/plain_matcher.h"
#include "model/draft_event.h"
#include "source/evidence.h"

namespace bartizan {
namespace {

void add_field(DraftEvent& event, const std::string& name, const YamlNode& value) {
  if (value.is_sequence()) {
    for (const YamlNode& item : value.items) add_field(event, name, item);
    return;
  }
  if (!value.is_null()) event.fields.push_back({name, value.text, false});
}

std::string text_of(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  return node && node->is_scalar() ? node->text : std::string();
}

DraftEvent event_of(const YamlNode& map) {
  DraftEvent event;
  event.channel = text_of(map, "Channel");
  event.provider = text_of(map, "Provider_Name");
  event.host = text_of(map, "Computer");
  std::string id = text_of(map, "EventID");
  std::from_chars(id.data(), id.data() + id.size(), event.event_id);
  if (auto time = parse_instant(text_of(map, "TimeCreated"))) event.time = *time;
  if (!event.channel.empty()) event.product = "windows";
  if (const YamlNode* source = map.find("logsource")) {
    event.product = text_of(*source, "product");
    event.category = text_of(*source, "category");
    event.service = text_of(*source, "service");
  }
  for (const auto& [name, value] : map.entries)
    if (!value.is_map()) add_field(event, name.text, value);
  return event;
}

class ExampleRun {
 public:
  ExampleRun(const std::string& content, std::vector<Diagnostic>& diagnostics)
      : content_(content), diagnostics_(diagnostics) {}

  void run_file(const std::string& rule_file) {
    std::string examples_file = rule_file.substr(0, rule_file.size() - 4) + ".examples.yml";
    std::error_code error;
    if (!std::filesystem::exists(examples_file, error)) return;
    auto text = read_text_file(examples_file, limits::kRuleFileBytesMax);
    if (!text.has_value()) return fail_file(examples_file, text.error().message);
    auto documents = parse_yaml(*text, examples_file);
    if (!documents) return diagnostics_.push_back(documents.error());
    for (const YamlNode& document : *documents)
      for (const YamlNode& example : document.items) run_example(examples_file, example, rule_file);
  }

  ExampleReport report;

 private:
  void fail_file(const std::string& file, const std::string& why) {
    ++report.failed;
    report.failures.push_back(file + ": " + why);
  }

  void run_example(const std::string& file, const YamlNode& example, const std::string& rule_file) {
    std::string expect = text_of(example, "expect"), name = text_of(example, "name");
    if (expect != "match" && expect != "no_match")
      return fail_file(file, "`expect` must be match or no_match");
    RuleSet rules;
    rules.load_mapping(content_);
    rules.load_rules(rule_file);
    std::string wanted = text_of(example, "rule");
    if (!wanted.empty()) rules.drop_users_of(wanted);
    rules.prepare();
    const EventBatch events = events_of(example);
    auto found = seen(rules, events.events(), wanted);
    if (!found) return fail_file(file, "'" + name + "': its rule could not be loaded");
    if (*found == (expect == "match")) ++report.passed;
    else fail_file(file, "'" + name + "' should " + (expect == "match" ? "match" : "not match"));
  }

  static EventBatch events_of(const YamlNode& example) {
    EventBatch events;
    if (const YamlNode* event = example.find("event")) event_of(*event).add_to(events);
    if (const YamlNode* list = example.find("events"))
      for (const YamlNode& event : list->items) event_of(event).add_to(events);
    return events;
  }

  static bool holds(RuleSet& rules, std::size_t wanted, const Event& event) {
    PlainMatcher matcher(rules, [&](std::uint32_t rule) { return rule == wanted; });
    std::vector<RuleHit> hits;
    matcher.match(event, hits);
    return !hits.empty();
  }

  static std::vector<Finding> correlated(RuleSet& rules, std::span<const Event> events) {
    Correlations correlations(rules);
    PlainMatcher matcher(rules, [](std::uint32_t) { return true; });
    std::vector<RuleHit> hits;
    std::uint64_t sequence = 0;
    for (const Event& event : events) {
      hits.clear();
      matcher.match(event, hits);
      for (const RuleHit& hit : hits)
        if (correlations.needs(hit.rule))
          correlations.add({hit.rule, sequence,
                            matcher.values_of(hit, event, correlations.fields_of(hit.rule)),
                            finding_at(event, std::string())});
      ++sequence;
    }
    std::vector<Finding> found;
    correlations.finish(found);
    return found;
  }

  // Whether the rule fires on the events; nothing when there is no such rule. `wanted` is a name or id; empty: the last
  // document of the file, which is its correlation when it has one.
  static std::optional<bool> seen(RuleSet& rules, std::span<const Event> events, const std::string& wanted) {
    for (std::size_t i = rules.rules().size(); i-- > 0;) {
      const sigma::Rule& rule = rules.rules()[i];
      if (wanted.empty() ? !rules.correlations().empty() : rule.name != wanted && rule.id != wanted) continue;
      return std::any_of(events.begin(), events.end(),
                         [&](const Event& event) { return holds(rules, i, event); });
    }
    const std::vector<Finding> found = correlated(rules, events);
    for (std::size_t i = rules.correlations().size(); i-- > 0;) {
      const sigma::Correlation& correlation = rules.correlations()[i];
      if (!wanted.empty() && correlation.name != wanted && correlation.id != wanted) continue;
      return std::any_of(found.begin(), found.end(), [&](const Finding& finding) {
        return finding.rule_id == (correlation.id.empty() ? correlation.name : correlation.id);
      });
    }
    return {};
  }

  const std::string& content_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace

ExampleReport run_examples(const std::string& rules_path, const std::string& content,
                           std::vector<Diagnostic>& diagnostics) {
  ExampleRun run(content, diagnostics);
  for (const std::string& file : RuleSet::rule_files(rules_path, diagnostics)) run.run_file(file);
  return std::move(run.report);
}

}  // namespace bartizan
