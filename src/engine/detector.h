// SPDX-License-Identifier: Apache-2.0
// PieceDetector: one piece of a log in, its findings out; everything about a piece that does not depend on other pieces.
// One a thread.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "decode/decoder.h"
#include "detect/identity/observations.h"
#include "engine/correlations.h"
#include "engine/kind_rules.h"
#include "engine/log_reader.h"
#include "engine/make_finding.h"
#include "engine/matcher.h"
#include "engine/plain_matcher.h"

namespace bartizan {

struct PieceResult {
  std::shared_ptr<const Log> log;
  std::uint64_t events = 0, bytes = 0;
  std::vector<Finding> findings;
  std::vector<Contribution> contributions;  // sequence: of the event within the piece
  identity::Observations identity;
  OddityList oddities;
  std::vector<std::uint8_t> buffer;  // of the piece, to be used again
};

struct PieceOptions {
  DecodeOptions decode;       // the projection is set by PieceDetector
  bool plain = false;         // with the plain evaluator alone
  bool owns_pieces = false;   // pieces are not used by others afterwards
  bool keep_records = false;  // Finding::record
  bool identity = false;      // PieceResult::identity
};

class PieceDetector {
 public:
  PieceDetector(KindRules& rules, const Correlations& correlations, const PieceOptions& options,
                std::function<bool(std::uint32_t rule)> wants);

  PieceResult detect(LogPiece& piece);
  const std::vector<std::uint64_t>& events_by_kind() const { return matcher_.events_by_kind(); }

 private:
  void report(const Event& event, std::uint64_t number, PieceResult& result);

  KindRules& rules_;
  const Correlations& correlations_;
  PieceOptions options_;
  Matcher matcher_;
  PlainMatcher plain_matcher_;
  std::map<const Format*, std::unique_ptr<Decoder>> decoders_;
  EventBatch batch_, whole_;
  std::vector<RuleHit> hits_;
  std::vector<sigma::Reason> why_;
};

}  // namespace bartizan
