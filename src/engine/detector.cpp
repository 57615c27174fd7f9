// SPDX-License-Identifier: Apache-2.0
#include "engine/detector.h"

#include "engine/signature_finding.h"
#include "model/jsonl.h"
#include "model/packed_finding.h"

namespace bartizan {
namespace {

// An event that was decoded as the rules' columns say leaves its kind to them.
Event with_its_kind(const Event& event) {
  Event whole = event;
  if (!event.columns) return whole;
  const Kind& kind = static_cast<const Kind&>(*event.columns);
  whole.channel = kind.channel, whole.provider = kind.provider, whole.event_id = kind.event_id;
  whole.product = kind.product, whole.category = kind.category, whole.service = kind.service;
  return whole;
}

}  // namespace

PieceDetector::PieceDetector(KindRules& rules, const Correlations& correlations, ReadScripts& scripts,
                             const PieceOptions& options, const std::function<bool(std::uint32_t)>& wants)
    : rules_(rules),
      scripts_(scripts),
      options_(options),
      matcher_(rules),
      plain_matcher_(rules.rules(), wants),
      hit_report_(rules, correlations, plain_matcher_, options.keep_records),
      view_detector_(rules, correlations, scripts, options.plain, options.keep_records, wants),
      decoders_(options_.decode) {
  options_.decode.projection = options.plain ? nullptr : &rules;
  if (options.intelligence) intel_watch_ = std::make_unique<IntelWatch>(*options.intelligence);
}

PieceResult PieceDetector::detect(LogPiece& piece) {
  PieceResult result;
  result.log = piece.log;
  result.bytes = piece.size;
  const EventBatch& batch = decoders_.decode(piece, result.oddities);
  result.events = batch.size();
  std::uint64_t number = 0;
  for (const Event& event : batch) {
    hits_.clear();
    if (options_.plain) matcher_.count(event);
    const bool is_matched = !options_.plain && matcher_.match(event, hits_);
    const bool is_signature = is_signature_alert(event);
    const Kind& kind = matcher_.kind();
    if (options_.identity && kind.is_about_identities) result.identity.observe(with_its_kind(event), number);
    const bool has_script = view_detector_.concerns(kind, event);
    const bool has_posture = has_script || posture_notes_.concerns(kind, event);
    const bool has_indicator = intel_watch_ && intel_watch_->look(event);
    if (!is_matched || !hits_.empty() || is_signature || has_posture || has_indicator) {
      // Only what matched is read as a whole.
      const Event* const record = event.columns ? decoders_.decode_record(piece, event) : nullptr;
      const Event& whole = record ? *record : event;
      if (!is_matched) plain_matcher_.match(whole, hits_);
      report(whole, number, result);
      if (is_signature) report_made(make_signature_finding(whole, *result.log), whole, result);
      if (has_indicator || (intel_watch_ && has_script)) report_intel(kind, whole, number, result);
      if (has_posture) posture_notes_.note(kind, whole, result.log->file);
      if (has_script)
        view_detector_.detect(kind, whole, hits_, {result.log->file, number}, result.oddities, result.views);
    }
    ++number;
  }
  result.posture = posture_notes_.take();
  result.directory = posture_notes_.take_directory();
  // With several threads the piece is the worker's own; its buffer goes back to the reader.
  if (options_.owns_pieces) result.buffer = std::move(piece.buffer);
  return result;
}

void PieceDetector::report_intel(const Kind& kind, const Event& event, std::uint64_t number,
                                 PieceResult& result) {
  std::vector<Finding> found;
  intel_watch_->report(event, *result.log, number, found, result.patterns);
  intel_watch_->report_layers(kind.script_fields, event, *result.log, scripts_, found);
  for (Finding& finding : found) report_made(std::move(finding), event, result);
}

// A finding that no rule of ours made.
void PieceDetector::report_made(Finding&& finding, const Event& event, PieceResult& result) {
  const Tuning* tuning = rules_.rules().tuning();
  std::vector<std::string> tags;
  for (const std::string& technique : finding.attack) tags.push_back("attack." + technique);
  const RuleFacts facts{finding.rule_id, {}, finding.rule_title, {}, level_name(finding.level), tags};
  if (!rules_.rules().selects(facts)) return;
  if (tuning && tuning->excludes_signature(facts, event.host, event, PlaceLookup())) return;
  if (tuning) finding.level = tuning->level_of_signature(facts, event.host).value_or(finding.level);
  if (options_.keep_records) append_event_json(event, result.log->file, finding.record);
  keep(finding, result);
}

void PieceDetector::keep(const Finding& finding, PieceResult& result) const {
  if (options_.wants(finding)) append_packed(finding, result.findings);
}

void PieceDetector::report(const Event& event, std::uint64_t number, PieceResult& result) {
  for (const RuleHit& hit : hits_) {
    if (!hit_report_.explain(hit, event, result.oddities)) continue;
    Reported reported = hit_report_.report(hit, event, event, number, *result.log);
    if (reported.contribution) result.contributions.push_back(std::move(*reported.contribution));
    if (reported.finding) keep(*reported.finding, result);
  }
}

}  // namespace bartizan
