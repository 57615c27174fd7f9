// SPDX-License-Identifier: Apache-2.0
#include "engine/detector.h"

#include "model/jsonl.h"

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

PieceDetector::PieceDetector(KindRules& rules, const Correlations& correlations, const PieceOptions& options,
                             std::function<bool(std::uint32_t)> wants)
    : rules_(rules), correlations_(correlations), options_(options), matcher_(rules),
      plain_matcher_(rules.rules(), std::move(wants)) {
  options_.decode.projection = options.plain ? nullptr : &rules;
}

PieceResult PieceDetector::detect(LogPiece& piece) {
  PieceResult result;
  result.log = piece.log;
  result.bytes = piece.size;
  std::unique_ptr<Decoder>& decoder = decoders_[piece.log->format];
  if (!decoder) decoder = piece.log->format->make_decoder(options_.decode);
  batch_.clear();
  const Piece view = piece.view();
  decoder->decode(view, batch_, result.oddities);
  result.events = batch_.size();
  std::uint64_t number = 0;
  for (const Event& event : batch_) {
    if (options_.identity) result.identity.observe(with_its_kind(event), number);
    hits_.clear();
    if (options_.plain) matcher_.count(event);
    const bool is_matched = !options_.plain && matcher_.match(event, hits_);
    if (!is_matched || !hits_.empty()) {
      // Only what matched is read as a whole.
      whole_.clear();
      const bool is_whole = !event.columns || !decoder->decode_record(view, event.offset, whole_) || whole_.empty();
      const Event& whole = is_whole ? event : whole_[0];
      if (!is_matched) plain_matcher_.match(whole, hits_);
      report(whole, number, result);
    }
    ++number;
  }
  // With several threads the piece is the worker's own; its buffer goes back to the reader.
  if (options_.owns_pieces) result.buffer = std::move(piece.buffer);
  return result;
}

void PieceDetector::report(const Event& event, std::uint64_t number, PieceResult& result) {
  const std::string& file = result.log->file;
  for (const RuleHit& hit : hits_) {
    why_.clear();
    const RuleSummary& summary = rules_.rules().summary(hit.rule);
    if (!plain_matcher_.explain(hit, event, why_)) {
      result.oddities.add("rule " + summary.id + " matched, but its tests do not; left out. This is an error of the program",
                          event.offset);
      continue;
    }
    const Tuning* tuning = rules_.rules().tuning();
    if (tuning && tuning->excludes_rule(hit.rule, event.host, event, plain_matcher_.lookup())) continue;
    if (correlations_.needs(hit.rule)) {
      Contribution contribution;
      contribution.rule = hit.rule;
      contribution.sequence = number;
      contribution.time = event.time;
      contribution.values = plain_matcher_.values_of(hit, event, correlations_.fields_of(hit.rule));
      contribution.event_id = event.event_id;
      contribution.channel = event.channel;
      contribution.record_id = event.record_id;
      contribution.host = event.host;
      contribution.file = file;
      contribution.entities = entities_of(event);
      result.contributions.push_back(std::move(contribution));
    }
    if (!correlations_.alerts_alone(hit.rule)) continue;
    Finding& finding = result.findings.emplace_back(make_finding(summary, event, file, std::move(why_)));
    if (options_.keep_records) append_event_json(event, file, finding.record);
    if (tuning) finding.level = tuning->level_of_rule(hit.rule, event.host).value_or(finding.level);
  }
}

}  // namespace bartizan
