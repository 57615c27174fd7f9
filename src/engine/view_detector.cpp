// SPDX-License-Identifier: Apache-2.0
#include "engine/view_detector.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/text.h"

namespace bartizan {
namespace {

constexpr std::string_view kViewFields = "Deob.";
constexpr std::size_t kStepsShown = 8;

std::uint32_t number_in(const Event& event, std::string_view field) {
  std::uint32_t number = 0;
  if (const std::string_view* text = event.find(field))
    std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

// Host and process id. In records of process creations that of the new process.
std::string process_of(const Event& event) {
  constexpr std::string_view kLogged[] = {"Execution_ProcessID", "ExecutionProcessID", "winlog.process.pid",
                                          "ProcessID",           "process_id",         "process.pid"};
  constexpr std::string_view kCreated[] = {"NewProcessId", "ProcessId", "process.pid"};
  const std::span<const std::string_view> names = event.channel.find("PowerShell") != event.channel.npos
                                                      ? std::span<const std::string_view>(kLogged)
                                                      : kCreated;
  for (const std::string_view name : names) {
    const std::string_view* value = event.find(name);
    if (!value || value->empty()) continue;
    const bool is_hex = value->starts_with("0x");
    std::uint64_t number = 0;
    std::from_chars(value->data() + (is_hex ? 2 : 0), value->data() + value->size(), number,
                    is_hex ? 16 : 10);
    if (number != 0) return std::string(event.host) + '\n' + std::to_string(number);
  }
  // Classic events have no process id, but name the session.
  constexpr std::string_view kSession = "HostId=";
  for (const Field& field : event.fields)
    if (const std::size_t at = field.value.find(kSession); field.name == "Data" && at != field.value.npos)
      return std::string(event.host) + '\n' + std::string(field.value.substr(at + kSession.size(), 36));
  return {};
}

// Where the process is not known, the host stands for it: a session logs its command line over and over.
std::string process_or_host(const Event& event) {
  std::string process = process_of(event);
  return process.empty() ? std::string(event.host) : process;
}

// The part of a long text around what a rule asked for.
std::string excerpt(std::string_view text, std::string_view pattern, bool& is_cut) {
  if (text.size() <= limits::kViewTextBytesMax) return std::string(text);
  is_cut = true;
  while (pattern.starts_with('*')) pattern.remove_prefix(1);
  pattern = pattern.substr(0, pattern.find('*'));
  const auto same = [](char a, char b) { return fold_ascii(a) == fold_ascii(b); };
  auto found = std::search(text.begin(), text.end(), pattern.begin(), pattern.end(), same);
  const auto at = found == text.end() ? 0 : static_cast<std::size_t>(found - text.begin());
  const std::size_t half = limits::kViewTextBytesMax / 2;
  std::size_t begin = at > half ? at - half : 0;
  std::size_t end = std::min(text.size(), begin + limits::kViewTextBytesMax);
  const auto is_inside = [&](std::size_t place) {
    return place < text.size() && (text[place] & 0xC0) == 0x80;
  };
  while (is_inside(begin)) ++begin;
  while (is_inside(end)) --end;
  return std::string(text.substr(begin, end - begin));
}

std::string head(std::string_view text) {
  if (text.size() <= limits::kViewStepBytesMax) return std::string(text);
  std::size_t end = limits::kViewStepBytesMax;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

ViewStep step_of(const powershell::Layers& layers, std::uint32_t at) {
  const powershell::Layer& layer = layers.layers[at];
  return {at, layer.sink, layer.transforms, head(layer.text)};
}

// From the record to the layer; a merged view holds what lies below it too.
std::vector<ViewStep> chain_of(const powershell::Layers& layers, const ScriptView& view) {
  std::vector<ViewStep> chain;
  for (std::uint32_t at = view.layer; at != powershell::kNoParent; at = layers.layers[at].parent)
    chain.push_back(step_of(layers, at));
  std::reverse(chain.begin(), chain.end());
  std::vector<bool> within(layers.layers.size());
  within[view.layer] = view.name == ViewName::kMerged;
  for (std::uint32_t at = view.layer + 1; at < layers.layers.size() && chain.size() < kStepsShown; ++at) {
    within[at] = within[layers.layers[at].parent];
    if (within[at]) chain.push_back(step_of(layers, at));
  }
  return chain;
}

// A rule about the command line of another program says nothing about a script.
bool is_about_other_program(const sigma::Reason& reason) {
  if (reason.field != "Image" && reason.field != "OriginalFileName") return false;
  const std::string program =
      folded(std::string_view(reason.value).substr(reason.value.find_last_of("\\/") + 1));
  for (const std::string_view shell : {"powershell", "pwsh", "cmd."})
    if (program.starts_with(shell)) return false;
  return true;
}

// Whether a test rests on a field of the record, under whatever name the rule's log source gives it.
bool rests_on(const sigma::Reason& reason, const EventPlace* place, std::string_view field,
              std::string_view text) {
  if (reason.field.empty()) return reason.value == text;
  if (reason.field.starts_with(kViewFields)) return true;
  if (place)
    if (const auto mapped = place->fields.find(reason.field); mapped != place->fields.end())
      return std::find(mapped->second.from.begin(), mapped->second.from.end(), field) !=
             mapped->second.from.end();
  return reason.field == field;
}

bool asks_for_view_fields(const sigma::Rule& rule) {
  return std::any_of(rule.leaves.begin(), rule.leaves.end(),
                     [](const sigma::Leaf& leaf) { return leaf.field.starts_with(kViewFields); });
}

void add_once(std::vector<std::string>& list, const std::vector<std::string>& more) {
  for (const std::string& text : more)
    if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

}  // namespace

ViewDetector::ViewDetector(KindRules& rules, const Correlations& correlations, ReadScripts& scripts,
                           bool plain, bool keep_records, const std::function<bool(std::uint32_t)>& wants)
    : rules_(rules),
      scripts_(scripts),
      plain_(plain),
      matcher_(rules),
      view_field_rules_(
          rules.rules(),
          [this, wants](std::uint32_t rule) { return asks_for_view_fields_[rule] && wants(rule); }),
      view_field_matcher_(view_field_rules_),
      plain_matcher_(rules.rules(), wants),
      hit_report_(rules, correlations, plain_matcher_, keep_records) {
  for (const sigma::Rule& rule : rules.rules().rules()) {
    const bool asks = asks_for_view_fields(rule);
    asks_for_view_fields_.push_back(asks);
    any_asks_for_view_fields_ |= asks;
    raw_only_.push_back(std::find(rule.tags.begin(), rule.tags.end(), "deob.raw-only") != rule.tags.end());
  }
}

bool ViewDetector::concerns(const Kind& kind, const Event& event) {
  for (const ScriptField& wanted : kind.script_fields)
    for (const Field& field : event.fields) {
      if (event.columns ? field.column != wanted.column : field.name != wanted.name) continue;
      if (wanted.shape == ScriptShape::kScript)
        return true;  // may be a part, or what a layer is compared with
      const SeenTexts::Search search{1, static_cast<std::uint32_t>(wanted.shape)};
      if (no_script_.find(search, field.value)) continue;
      texts_.clear();
      append_script_texts(wanted.shape, field.value, texts_);
      if (!texts_.empty()) return true;
      no_script_.put(search, field.value, {});
    }
  return false;
}

void ViewDetector::detect(const Kind& kind, const Event& record, std::span<const RuleHit> hits,
                          const ViewSource& source, OddityList& oddities, ViewResult& result) {
  reported_.clear();
  for (const RuleHit& hit : hits) reported_.push_back(hit.rule);
  for (const ScriptField& wanted : kind.script_fields)
    for (std::size_t i = 0; i < record.fields.size(); ++i) {
      if (record.fields[i].name != wanted.name) continue;
      const std::string_view value = record.fields[i].value;
      const std::string process = process_of(record);
      if (wanted.shape == ScriptShape::kScript) {
        const std::uint32_t total = number_in(record, "MessageTotal"),
                            number = number_in(record, "MessageNumber");
        const std::string_view* block = record.find("ScriptBlockId");
        if (total > 1 && total <= limits::kScriptBlockPartsMax && number >= 1 && number <= total && block &&
            !block->empty()) {
          result.parts.push_back({draft_of(record), process, std::string(*block), number, total, reported_,
                                  source.sequence, source.file});
          continue;
        }
        if (!process.empty()) result.logged.push_back({process, hash_of_script(value), record.time});
      }
      std::vector<ScriptText> texts;
      append_script_texts(wanted.shape, value, texts);
      for (const ScriptText& text : texts) {
        const auto script = scripts_.read(text.text, text.is_command_line);
        for (std::size_t at = 1; at < script->layers.layers.size(); ++at)
          if (!process.empty() && script->layers.layers[at].kind == powershell::LayerKind::kScript)
            result.predicted.push_back({process, script->hashes[at], record.time});
        look({&record, i, &text, script.get(), false, false}, source, oddities, result);
      }
    }
}

void ViewDetector::detect_joined(const Event& record, std::span<const std::uint32_t> hit, bool is_partial,
                                 const ViewSource& source, OddityList& oddities, ViewResult& result) {
  reported_.assign(hit.begin(), hit.end());
  const auto at = std::find_if(record.fields.begin(), record.fields.end(),
                               [](const Field& field) { return field.name == "ScriptBlockText"; });
  if (at == record.fields.end()) return;
  const std::string process = process_of(record);
  if (!process.empty()) result.logged.push_back({process, hash_of_script(at->value), record.time});
  const ScriptText text{0, at->value.size(), std::string(at->value), false};
  const auto script = scripts_.read(text.text, false);
  for (std::size_t layer = 1; layer < script->layers.layers.size(); ++layer)
    if (!process.empty() && script->layers.layers[layer].kind == powershell::LayerKind::kScript)
      result.predicted.push_back({process, script->hashes[layer], record.time});
  look({&record, static_cast<std::size_t>(at - record.fields.begin()), &text, script.get(), true, is_partial},
       source, oddities, result);
}

void ViewDetector::ask(Matcher& matcher, const Event& event) {
  hits_.clear();
  if (plain_ || !matcher.match(event, hits_)) plain_matcher_.match(event, hits_);
}

bool ViewDetector::may_report(std::uint32_t rule, bool with_text) const {
  if (raw_only_[rule] || (!with_text && !asks_for_view_fields_[rule])) return false;
  return std::find(reported_.begin(), reported_.end(), rule) == reported_.end();
}

void ViewDetector::look(const ViewedText& viewed, const ViewSource& source, OddityList& oddities,
                        ViewResult& result) {
  batch_.clear();
  views_.clear();
  const bool is_logged_first = any_asks_for_view_fields_ && !viewed.is_joined;
  if (is_logged_first)
    views_.push_back({record_with_view_fields(viewed, batch_), ViewName::kRaw, 0, viewed.text->text, false});
  append_script_views(viewed, batch_, views_);
  for (std::size_t i = 0; i < views_.size(); ++i) {
    const bool with_text = i > 0 || !is_logged_first;
    ask(with_text ? matcher_ : view_field_matcher_, views_[i].event);
    for (const RuleHit& hit : std::vector<RuleHit>(hits_))
      if (may_report(hit.rule, with_text)) report(viewed, views_[i], hit, source, oddities, result);
  }
}

// Some test fails on the record as logged and holds on the view. Else a rule would fire because a view lacks what the rule
// asks to be absent.
bool ViewDetector::is_due_to_view(const ViewedText& viewed, const ScriptView& view, const RuleHit& hit,
                                  std::string_view field) {
  if (view.from_command_line || viewed.is_joined) return true;
  const std::string_view value = view.event.fields[viewed.field].value;
  bool is_due = false;
  for (const sigma::Reason& reason : hit_report_.reasons()) {
    if (viewed.text->is_command_line && is_about_other_program(reason)) return false;
    is_due = is_due || (rests_on(reason, hit.place, field, value) &&
                        !plain_matcher_.holds(hit, reason, *viewed.record));
  }
  return is_due;
}

void ViewDetector::report(const ViewedText& viewed, const ScriptView& view, const RuleHit& hit,
                          const ViewSource& source, OddityList& oddities, ViewResult& result) {
  if (!hit_report_.explain(hit, view.event, oddities)) return;
  const Event& record = *viewed.record;
  const std::string_view field =
      view.from_command_line ? std::string_view("ScriptBlockText") : record.fields[viewed.field].name;
  const std::string_view value = view.from_command_line ? view.text : view.event.fields[viewed.field].value;
  const auto& reasons = hit_report_.reasons();
  const auto rests = std::find_if(reasons.begin(), reasons.end(), [&](const sigma::Reason& reason) {
    return rests_on(reason, hit.place, field, value);
  });
  if (rests == reasons.end() || !is_due_to_view(viewed, view, hit, field)) return;
  reported_.push_back(hit.rule);
  const powershell::Layers& layers = viewed.script->layers;
  FindingView shown;
  shown.view = view_name(view.name);
  shown.layer = view.layer;
  shown.field = record.fields[viewed.field].name;
  shown.from_command_line = view.from_command_line;
  shown.is_joined = viewed.is_joined;
  shown.is_partial = viewed.is_partial;
  shown.score = layers.score.points;
  shown.limits = layers.limits;
  if (viewed.is_partial) shown.limits.emplace_back("missing_parts");
  shown.chain = chain_of(layers, view);
  for (const ViewStep& step : shown.chain) add_once(shown.assumptions, layers.layers[step.layer].assumptions);
  shown.text = excerpt(view.text, rests->pattern, shown.is_cut);
  for (sigma::Reason& reason : hit_report_.reasons()) {
    bool is_cut = false;
    reason.value = excerpt(reason.value, reason.pattern, is_cut);
  }
  Reported reported = hit_report_.report(hit, view.event, record, source.sequence, source.file);
  if (reported.finding) reported.finding->view = std::move(shown);
  if (!reported.finding && !reported.contribution) return;
  result.findings.push_back({std::move(reported),
                             {process_or_host(record), viewed.script->hashes[view.layer], record.time},
                             viewed.script->hashes[0],
                             hit.rule});
}

}  // namespace bartizan
