// SPDX-License-Identifier: Apache-2.0
#include "engine/intel_watch.h"

#include <algorithm>

#include "base/hash.h"
#include "base/limits.h"
#include "engine/make_finding.h"
#include "sink/escape.h"

namespace bartizan {
namespace {

using intel::FieldRole;
using intel::Kind;

std::string day_of(Instant time) {
  return time == Instant{} ? std::string() : format_instant(time).substr(0, 10);
}

std::string validity_of(const intel::Worth& worth) {
  if (worth.first == Instant{} && worth.until == Instant{}) return "not said";
  std::string out = worth.first == Instant{} ? "" : "from " + day_of(worth.first);
  if (worth.last != worth.first) out += ", last " + day_of(worth.last);
  if (worth.until != Instant{}) out += (out.empty() ? "until " : " until ") + day_of(worth.until);
  return out;
}

const char* kind_words(Kind kind) {
  constexpr const char* kWords[intel::kKinds] = {"Address",
                                                 "Address of a network",
                                                 "Domain",
                                                 "URL",
                                                 "File hash (MD5)",
                                                 "File hash (SHA-1)",
                                                 "File hash (SHA-256)",
                                                 "Import hash",
                                                 "E-mail address",
                                                 "JA3 fingerprint",
                                                 "JA4 fingerprint",
                                                 "Registry key",
                                                 "Mutex or pipe",
                                                 "File name",
                                                 "User agent",
                                                 "Pattern"};
  return kWords[static_cast<std::size_t>(kind)];
}

// What all findings of intelligence have in common; the rule is the indicator.
Finding begin_finding(const intel::Known& known, int confidence, const Event& event, const Log& log) {
  Finding finding;
  const std::string text = intel::indicator_text(known.indicator.kind, known.indicator.key);
  const std::string name = known.indicator.kind == Kind::kPattern ? sha256_hex(text).substr(0, 16) : text;
  finding.time = event.time;
  finding.rule_id = "intel:" + std::string(intel::kind_name(known.indicator.kind)) + ":" + name;
  const intel::SourceStatement& best =
      *std::max_element(known.statements.begin(), known.statements.end(),
                        [](const auto& a, const auto& b) { return a.confidence < b.confidence; });
  finding.rule_title = std::string(kind_words(known.indicator.kind)) +
                       " known from intelligence: " + (best.title.empty() ? best.source : best.title);
  finding.level = intel::level_of_confidence(confidence);
  finding.file = log.file;
  finding.record_id = event.record_id;
  finding.channel = event.channel;
  finding.event_id = event.event_id;
  finding.host = event.host;
  finding.id = sha256_hex(finding.rule_id + '\n' + place_of(event, log)).substr(0, 32);
  finding.advisory = {"D3"};
  finding.entities = entities_of(event);
  return finding;
}

void add_provenance(const intel::Known& known, const intel::Worth& worth, int confidence, Finding& finding) {
  for (const intel::SourceStatement& statement : known.statements) {
    for (const std::string& technique : statement.attack)
      if (std::find(finding.attack.begin(), finding.attack.end(), technique) == finding.attack.end())
        finding.attack.push_back(technique);
    std::string said = statement.source;
    if (!statement.title.empty()) said += ": " + statement.title;
    finding.why.push_back({"indicator.source", "is", statement.reference, said});
  }
  const std::string stated = std::to_string(worth.confidence);
  const bool is_less = confidence != worth.confidence;
  finding.why.push_back({"indicator.confidence", "is", stated,
                         std::to_string(confidence) + (is_less ? " at the time of the event" : "")});
  finding.why.push_back({"indicator.valid", "is", "", validity_of(worth)});
}

}  // namespace

// What could be computed stands in the normalised text; without one, the layer's own.
std::string_view looked_through(const powershell::Layers& layers, std::uint32_t at) {
  const powershell::Layer& own = layers.layers[at];
  if (!own.normalised.empty()) return own.normalised;
  return at == 0 ? std::string_view() : own.text;
}

IntelWatch::IntelWatch(const Intelligence& intelligence)
    : intelligence_(intelligence), observed_(intelligence.kinds()), pattern_run_(intelligence.patterns()) {}

void IntelWatch::want_fields(Columns& columns) {
  for (const intel::ObservedField& field : intel::observed_fields()) columns.names.emplace_back(field.name);
}

FieldRole IntelWatch::role_of(const Event& event, const Field& field) {
  if (!event.columns || field.column == Field::kNoColumn) return intel::role_of_field(field.name);
  if (event.columns != last_columns_) {
    auto [known, is_new] = roles_.try_emplace(event.columns);
    if (is_new)
      for (const std::string& name : event.columns->names)
        known->second.push_back(intel::role_of_field(name));
    last_columns_ = event.columns, last_roles_ = &known->second;
  }
  return (*last_roles_)[field.column];
}

bool IntelWatch::look(const Event& event) {
  read(event);
  return !matches_.empty() || !intelligence_.patterns().free().empty();
}

void IntelWatch::read(const Event& event) {
  matches_.clear();
  for (const Field& field : event.fields) {
    if (field.value.empty()) continue;
    role_ = role_of(event, field);
    if (role_ == FieldRole::kNone) continue;
    const SeenTexts::Search search{static_cast<std::uint64_t>(role_), 0};
    if (unknown_.find(search, field.value)) continue;
    const std::size_t before = matches_.size();
    field_ = &field;
    keys_ = 0;
    observed_.read(role_, field.value, *this);
    if (matches_.size() == before) unknown_.put(search, field.value, {});
  }
}

void IntelWatch::take(Kind kind, std::string_view key) {
  const bool is_whole = ++keys_ == 1 && role_ != FieldRole::kText;
  const intel::IndicatorIndex& index = intelligence_.index();
  if (index.has(kind)) look_up(kind, key, is_whole);
  if (kind != Kind::kAddress || !index.has(Kind::kNetwork)) return;
  intel::Address address;
  address.size = static_cast<std::uint8_t>(key.size());
  std::copy(key.begin(), key.end(), address.bytes.begin());
  for (unsigned length = 0; length < key.size() * 8; ++length) {
    if (!index.has_networks(key.size(), length)) continue;
    intel::network_key(address, length, key_);
    const std::size_t before = matches_.size();
    look_up(Kind::kNetwork, key_, false);
    // A harmless address may lie within a network that is not.
    if (matches_.size() != before && intelligence_.harmless().find({Kind::kAddress, std::string(key)}))
      matches_.resize(before);
  }
}

void IntelWatch::look_up(Kind kind, std::string_view key, bool is_whole) {
  intelligence_.index().find(kind, key, [&](const intel::IndexEntry& entry) {
    if (matches_.size() < limits::kIntelMatchesPerEventMax)
      matches_.push_back(
          {entry.id, kind, entry.worth, field_->name, field_->value, is_whole, entry.is_of_pattern});
  });
}

void IntelWatch::report(const Event& whole, const Log& log, std::uint64_t sequence,
                        std::vector<Finding>& findings, std::vector<intel::PatternHit>& patterns) {
  read(whole);
  reported_.clear();
  for (const Match& match : matches_) {
    if (match.is_of_pattern || std::find(reported_.begin(), reported_.end(), match.id) != reported_.end())
      continue;
    reported_.push_back(match.id);
    if (intel::confidence_at(match.kind, match.worth, whole.time) < intel::kConfidenceMin) continue;
    if (const auto known = intelligence_.known(match.id); known && !known->statements.empty())
      findings.push_back(make(match, *known, whole, log));
  }
  if (!intelligence_.patterns().empty()) report_patterns(whole, log, sequence, patterns);
}

void IntelWatch::report_layers(std::span<const ScriptField> fields, const Event& whole, const Log& log,
                               ReadScripts& scripts, std::vector<Finding>& findings) {
  std::vector<ScriptText> texts;
  for (const ScriptField& wanted : fields)
    for (const Field& field : whole.fields) {
      if (field.name != wanted.name) continue;
      texts.clear();
      append_script_texts(wanted.shape, field.value, texts);
      for (const ScriptText& text : texts) {
        const auto script = scripts.read(text.text, text.is_command_line);
        for (std::uint32_t at = 0; at < script->layers.layers.size(); ++at)
          report_layer(field, script->layers, at, whole, log, findings);
      }
    }
}

void IntelWatch::report_layer(const Field& field, const powershell::Layers& layers, std::uint32_t at,
                              const Event& whole, const Log& log, std::vector<Finding>& findings) {
  const Field layer{field.name, looked_through(layers, at)};
  if (layer.value.empty()) return;
  const bool is_normalised = !layers.layers[at].normalised.empty();
  matches_.clear();
  role_ = FieldRole::kText, field_ = &layer, keys_ = 0;
  observed_.read(role_, layer.value, *this);
  for (const Match& match : matches_) {
    if (match.is_of_pattern || std::find(reported_.begin(), reported_.end(), match.id) != reported_.end())
      continue;
    reported_.push_back(match.id);
    if (intel::confidence_at(match.kind, match.worth, whole.time) < intel::kConfidenceMin) continue;
    const auto known = intelligence_.known(match.id);
    if (!known || known->statements.empty()) continue;
    Finding finding = make(match, *known, whole, log);
    FindingView& view = finding.view.emplace();
    view.view = is_normalised ? "normalised" : "raw", view.layer = at, view.field = field.name;
    view.score = layers.score.points, view.limits = layers.limits;
    view.text = shortened(layer.value, limits::kViewTextBytesMax);
    view.is_cut = layer.value.size() > limits::kViewTextBytesMax;
    for (std::uint32_t step = at; step != powershell::kNoParent; step = layers.layers[step].parent) {
      const powershell::Layer& one = layers.layers[step];
      view.chain.insert(view.chain.begin(),
                        {step, one.sink, one.transforms, shortened(one.text, limits::kViewStepBytesMax)});
      for (const std::string& assumption : one.assumptions)
        if (std::find(view.assumptions.begin(), view.assumptions.end(), assumption) == view.assumptions.end())
          view.assumptions.push_back(assumption);
    }
    findings.push_back(std::move(finding));
  }
}

Finding IntelWatch::make(const Match& match, const intel::Known& known, const Event& event,
                         const Log& log) const {
  const int confidence = intel::confidence_at(match.kind, match.worth, event.time);
  Finding finding = begin_finding(known, confidence, event, log);
  const std::string text = intel::indicator_text(known.indicator.kind, known.indicator.key);
  const char* predicate = match.is_whole                 ? "is"
                          : match.kind == Kind::kNetwork ? "lies within"
                          : match.kind == Kind::kDomain  ? "is or names a name below"
                                                         : "contains";
  finding.why.push_back({std::string(match.field), predicate, text,
                         std::string(match.value.substr(0, limits::kIntelValueBytesMax))});
  add_provenance(known, match.worth, confidence, finding);
  const auto add_entity = [&](const char* type) {
    const Entity entity{type, text};
    if (std::find(finding.entities.begin(), finding.entities.end(), entity) == finding.entities.end())
      finding.entities.push_back(entity);
  };
  if (match.kind == Kind::kAddress || match.kind == Kind::kDomain) add_entity("address");
  return finding;
}

void IntelWatch::report_patterns(const Event& whole, const Log& log, std::uint64_t sequence,
                                 std::vector<intel::PatternHit>& out) {
  std::vector<std::uint32_t> numbers = intelligence_.patterns().free();
  for (const Match& match : matches_)
    if (match.is_of_pattern)
      if (const auto number = intelligence_.patterns().number_of(match.id)) numbers.push_back(*number);
  if (numbers.empty()) return;
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  pattern_run_.begin(whole);
  for (const std::uint32_t number : numbers) {
    std::vector<FindingReason> why;
    const std::uint64_t observations = pattern_run_.test(number, why);
    if (observations == 0) continue;
    const auto known = intelligence_.known(intelligence_.patterns().id_of(number));
    if (!known || known->statements.empty()) continue;
    const intel::Worth worth = intel::assess(*known, intelligence_.harmless()).worth;
    const int confidence = intel::confidence_at(Kind::kPattern, worth, whole.time);
    if (confidence < intel::kConfidenceMin) continue;
    intel::PatternHit hit{number, observations, sequence, begin_finding(*known, confidence, whole, log)};
    hit.finding.why = std::move(why);
    add_provenance(*known, worth, confidence, hit.finding);
    out.push_back(std::move(hit));
  }
}

}  // namespace bartizan
