// SPDX-License-Identifier: Apache-2.0
#include "engine/tuning.h"

#include <algorithm>

#include "detect/identity/invariant.h"
#include "detect/sigma/load.h"

namespace bartizan {
namespace {

bool fits_host(std::span<const Glob> hosts, std::string_view host) {
  return hosts.empty() || std::ranges::any_of(hosts, [&](const Glob& glob) { return glob.matches(host); });
}

// `fields` as the only search of a rule, so that it has the whole language of detections.
YamlNode as_rule(const YamlNode& fields) {
  const auto text = [&](std::string_view value) {
    YamlNode node;
    node.text = value;
    node.line = fields.line, node.column = fields.column;
    return node;
  };
  const auto map = [&](std::initializer_list<std::pair<YamlNode, YamlNode>> entries) {
    YamlNode node = text("");
    node.kind = YamlNode::Kind::kMap;
    node.entries = entries;
    return node;
  };
  return map({{text("title"), text("tuning")},
              {text("logsource"), map({{text("category"), text("any")}})},
              {text("detection"), map({{text("when"), fields}, {text("condition"), text("when")}})}});
}

}  // namespace

class Tuning::Reader {
 public:
  Reader(Tuning& tuning, std::string_view file, Instant today, const sigma::Placeholders* placeholders,
         std::vector<Diagnostic>& diagnostics)
      : tuning_(tuning), file_(file), today_(today), placeholders_(placeholders), diagnostics_(diagnostics) {}

  void read(const YamlNode& document) {
    if (!document.is_map()) return bad(document, "a tuning file is a map", "with the keys: exclude level");
    for (const auto& [key, list] : document.entries) {
      if (key.text != "exclude" && key.text != "level") {
        bad(key, "unknown key '" + key.text + "'", "one of: exclude level");
        continue;
      }
      if (!list.is_sequence()) {
        bad(list, "'" + key.text + "' must be a list");
        continue;
      }
      for (const YamlNode& item : list.items) read_entry(item, key.text == "level");
    }
  }

 private:
  void bad(const YamlNode& node, std::string message, std::string hint = {},
           Severity severity = Severity::kError) {
    diagnostics_.push_back(
        {"tuning.entry", file_, node.line, node.column, std::move(message), std::move(hint), severity});
  }

  void read_entry(const YamlNode& node, bool is_level) {
    if (!node.is_map()) return bad(node, "an entry must be a map");
    const std::size_t errors_before = count_errors(diagnostics_);
    Entry& entry = tuning_.entries_.emplace_back();
    entry.file = file_, entry.line = node.line, entry.column = node.column;
    bool expired = false;
    for (const auto& [key, value] : node.entries) {
      if (key.text == "rule") read_globs(value, key.text, entry.rules);
      else if (key.text == "tag") read_globs(value, key.text, entry.tags);
      else if (key.text == "host") read_globs(value, key.text, entry.hosts);
      else if (key.text == "reason") read_reason(value, entry);
      else if (key.text == "until") expired = read_until(value);
      else if (key.text == "when" && !is_level) read_when(value, entry);
      else if (key.text == "to" && is_level) read_level(value, entry);
      else
        bad(key, "unknown key '" + key.text + "'",
            is_level ? "one of: rule tag host to reason until" : "one of: rule tag host when reason until");
    }
    if (!node.find("reason")) bad(node, "the entry gives no reason", "say why, for those who ask later");
    if (is_level && !node.find("to")) bad(node, "the entry gives no level", "to: low");
    if (entry.rules.empty() && entry.tags.empty() && entry.hosts.empty() && !entry.when)
      bad(node, "the entry names no rule, tag, host or field", "it would concern everything");
    if (expired || count_errors(diagnostics_) != errors_before) tuning_.entries_.pop_back();
  }

  void read_reason(const YamlNode& node, Entry& entry) {
    if (node.is_scalar() && !node.is_null() && !node.text.empty()) entry.reason = node.text;
    else bad(node, "the reason must be text");
  }

  void read_globs(const YamlNode& node, const std::string& key, std::vector<Glob>& out) {
    const std::vector<YamlNode> one = node.is_sequence() ? node.items : std::vector{node};
    if (one.empty()) bad(node, "'" + key + "' is an empty list");
    for (const YamlNode& value : one) {
      if (!value.is_scalar() || value.is_null() || value.text.empty())
        bad(value, "'" + key + "' must be text or a list of texts");
      else out.emplace_back(value.text);
    }
  }

  // Whether the day has passed. It counts itself.
  bool read_until(const YamlNode& node) {
    const std::optional<Instant> day = parse_date(node.text);
    if (!day) return bad(node, "'until' must be a date", "such as 2026-12-31"), false;
    if (today_.ticks < day->ticks + 24 * 3600 * kTicksPerSecond) return false;
    diagnostics_.push_back({"tuning.expired", file_, node.line, node.column,
                            "the entry ended on " + node.text + " and is not used",
                            "delete it, or give it a new date", Severity::kWarning});
    return true;
  }

  void read_level(const YamlNode& node, Entry& entry) {
    const Level level = parse_level(node.text);
    if (level_name(level) == node.text) entry.level = level;
    else bad(node, "'" + node.text + "' is no level", "one of: informational low medium high critical");
  }

  void read_when(const YamlNode& node, Entry& entry) {
    if (!node.is_map() && !node.is_sequence())
      return bad(node, "'when' must be a map of fields, as in a rule's detection");
    entry.when.emplace();
    sigma::load_rule(as_rule(node), file_, placeholders_, *entry.when, diagnostics_);
  }

  Tuning& tuning_;
  std::string file_;
  Instant today_;
  const sigma::Placeholders* placeholders_;
  std::vector<Diagnostic>& diagnostics_;
};

void Tuning::load(std::string_view text, std::string_view file, Instant today,
                  const sigma::Placeholders* placeholders, std::vector<Diagnostic>& diagnostics) {
  auto documents = parse_yaml(text, file);
  if (!documents) return diagnostics.push_back(std::move(documents.error()));
  Reader reader(*this, file, today, placeholders, diagnostics);
  for (const YamlNode& document : *documents)
    if (!document.is_null()) reader.read(document);
}

Tuning::Entries Tuning::entries_for(const RuleFacts& facts) const {
  Entries out;
  for (const Entry& entry : entries_) {
    const bool by_rule = entry.rules.empty() || std::ranges::any_of(entry.rules, [&](const Glob& glob) {
                           return names_rule(glob, facts);
                         });
    const bool by_tag = entry.tags.empty() || std::ranges::any_of(entry.tags, [&](const Glob& glob) {
                          return names_tag(glob, facts);
                        });
    if (by_rule && by_tag) out.push_back(&entry);
  }
  return out;
}

void Tuning::bind(std::span<const sigma::Rule> rules, std::span<const sigma::Correlation> correlations,
                  std::vector<Diagnostic>& diagnostics) {
  by_rule_.clear(), by_correlation_.clear();
  for (const sigma::Rule& rule : rules) by_rule_.push_back(entries_for(facts_of(rule)));
  for (const sigma::Correlation& correlation : correlations)
    by_correlation_.push_back(entries_for(facts_of(correlation)));
  const auto names_any = [&](const Glob& glob, bool (*names)(const Glob&, const RuleFacts&)) {
    return std::ranges::any_of(rules, [&](const sigma::Rule& rule) { return names(glob, facts_of(rule)); }) ||
           std::ranges::any_of(correlations,
                               [&](const sigma::Correlation& c) { return names(glob, facts_of(c)); });
  };
  for (const Entry& entry : entries_) {
    const auto warn = [&](const char* what, const Glob& glob) {
      diagnostics.push_back({"tuning.unknown_rule", entry.file, entry.line, entry.column,
                             std::string("no loaded rule has the ") + what + " '" + glob.text() + "'",
                             "bartizan rules list shows what there is", Severity::kWarning});
    };
    // Which signatures there are, sensors know; findings about identities come from no rule.
    for (const Glob& glob : entry.rules)
      if (!glob.text().starts_with("suricata:") && !glob.text().starts_with(identity::kIdBegin) &&
          !names_any(glob, names_rule))
        warn("id, name or title", glob);
    for (const Glob& glob : entry.tags)
      if (!names_any(glob, names_tag)) warn("tag", glob);
  }
}

bool Tuning::excludes(const Entries& entries, std::string_view host, const Event& event,
                      const sigma::FieldLookup& lookup) {
  for (const Entry* entry : entries) {
    if (entry->level || !fits_host(entry->hosts, host)) continue;
    if (entry->when && !sigma::RuleEvaluator(lookup).matches(*entry->when, event)) continue;
    entry->matches.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  return false;
}

bool Tuning::excludes_rule(std::size_t rule, std::string_view host, const Event& event,
                           const sigma::FieldLookup& lookup) const {
  return excludes(by_rule_[rule], host, event, lookup);
}

bool Tuning::excludes_signature(const RuleFacts& facts, std::string_view host, const Event& event,
                                const sigma::FieldLookup& lookup) const {
  return excludes(entries_for(facts), host, event, lookup);
}

std::optional<Level> Tuning::level_of_signature(const RuleFacts& facts, std::string_view host) const {
  return level_of(entries_for(facts), host);
}

bool Tuning::excludes_correlation(std::size_t correlation, std::string_view host) const {
  for (const Entry* entry : by_correlation_[correlation]) {
    if (entry->level || entry->when || !fits_host(entry->hosts, host)) continue;
    entry->matches.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  return false;
}

std::optional<Level> Tuning::level_of(const Entries& entries, std::string_view host) {
  for (const Entry* entry : entries) {
    if (!entry->level || !fits_host(entry->hosts, host)) continue;
    entry->matches.fetch_add(1, std::memory_order_relaxed);
    return entry->level;
  }
  return {};
}

std::optional<Level> Tuning::level_of_rule(std::size_t rule, std::string_view host) const {
  return level_of(by_rule_[rule], host);
}

std::optional<Level> Tuning::level_of_correlation(std::size_t correlation, std::string_view host) const {
  return level_of(by_correlation_[correlation], host);
}

std::vector<const sigma::Rule*> Tuning::conditions() const {
  std::vector<const sigma::Rule*> out;
  for (const Entry& entry : entries_)
    if (entry.when) out.push_back(&*entry.when);
  return out;
}

std::vector<Tuning::Used> Tuning::used() const {
  std::vector<Used> out;
  for (const Entry& entry : entries_)
    out.push_back({entry.file + ":" + std::to_string(entry.line), entry.reason, !entry.level,
                   entry.matches.load(std::memory_order_relaxed)});
  return out;
}

}  // namespace bartizan
