// SPDX-License-Identifier: Apache-2.0
// PieceDetector: one piece of a log in, its findings out; everything about a piece that does not depend on other pieces.
// One a thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "decode/decoder.h"
#include "detect/identity/observations.h"
#include "engine/correlations.h"
#include "engine/hit_report.h"
#include "engine/intel_watch.h"
#include "engine/kind_rules.h"
#include "engine/log_decoders.h"
#include "engine/log_reader.h"
#include "engine/matcher.h"
#include "engine/plain_matcher.h"
#include "engine/powershell_posture.h"
#include "engine/view_detector.h"

namespace bartizan {

struct PieceResult {
  std::shared_ptr<const Log> log;
  std::uint64_t events = 0, bytes = 0;
  std::string findings;                     // packed one behind the other, those wanted
  std::vector<Contribution> contributions;  // sequence: of the event within the piece
  ViewResult views;
  std::vector<PostureFact> posture;
  DirectoryPosture directory;
  identity::Observations identity;
  std::vector<intel::PatternHit> patterns;  // sequence: of the event within the piece
  OddityList oddities;
  std::vector<std::uint8_t> buffer;  // of the piece, to be used again
};

struct PieceOptions {
  DecodeOptions decode;                        // the projection is set by PieceDetector
  bool plain = false;                          // with the plain evaluator alone
  bool owns_pieces = false;                    // pieces are not used by others afterwards
  bool keep_records = false;                   // Finding::record
  bool identity = false;                       // PieceResult::identity
  const Intelligence* intelligence = nullptr;  // compare events with it
  std::function<bool(const Finding&)> wants;
};

class PieceDetector {
 public:
  PieceDetector(KindRules& rules, const Correlations& correlations, ReadScripts& scripts,
                const PieceOptions& options, const std::function<bool(std::uint32_t rule)>& wants);

  PieceResult detect(LogPiece& piece);
  const std::vector<std::uint64_t>& events_by_kind() const { return matcher_.events_by_kind(); }

 private:
  void report(const Event& event, std::uint64_t number, PieceResult& result);
  void report_made(Finding&& finding, const Event& event, PieceResult& result);
  void report_intel(const Kind& kind, const Event& event, std::uint64_t number, PieceResult& result);
  void keep(const Finding& finding, PieceResult& result) const;

  const KindRules& rules_;
  ReadScripts& scripts_;
  PieceOptions options_;
  Matcher matcher_;
  PlainMatcher plain_matcher_;
  HitReport hit_report_;
  ViewDetector view_detector_;
  PostureNotes posture_notes_;
  std::unique_ptr<IntelWatch> intel_watch_;
  LogDecoders decoders_;
  std::vector<RuleHit> hits_;
};

}  // namespace bartizan
