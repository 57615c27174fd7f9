// SPDX-License-Identifier: Apache-2.0
// scan: evidence paths in, findings and a summary of what was read out. Logs are cut into pieces that are decoded and matched
// on several threads; results are put together in the order of the evidence, and findings come sorted by time, then file,
// record and rule, so that identical runs give identical output whatever the number of threads. `keep_going` is asked
// between pieces: answer false to stop early; what was found so far is returned and the summary says so. It is called from
// one thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "decode/decoder.h"
#include "engine/finding_store.h"
#include "engine/intelligence.h"
#include "engine/log_reader.h"
#include "engine/rule_set.h"
#include "engine/selection.h"
#include "engine/yara_scan.h"
#include "sink/report.h"

namespace bartizan {

struct ScanOptions {
  DecodeOptions decode;
  std::vector<std::string> suricata_rules;  // for captures of networks; none: those installed
  std::size_t threads = 1;
  Level level_min = Level::kInformational;
  std::optional<Instant> since, until;         // until is exclusive
  Selection shown;                             // by host
  bool keep_records = false;                   // Finding::record
  bool identity = true;                        // follow tickets and logons across hosts, besides the rules
  const Intelligence* intelligence = nullptr;  // compare events with it, besides the rules
  const intel::YaraRules* yara = nullptr;      // look at every file with them
  bool plain = false;                          // with the plain evaluator alone, to compare with
  // Each piece before it is looked at, by the worker of that number; for --store.
  std::function<void(std::size_t worker, const LogPiece& piece)> on_piece = {};
};

struct ScanProgress {
  std::uint64_t files_done = 0, files_total = 0;
  std::uint64_t file_bytes = 0;  // read of the file at hand
  std::uint64_t bytes = 0, events = 0, findings = 0;
};

struct ScanOutcome {
  FindingStore findings{limits::kFindingsInMemoryBytes};
  ScanSummary summary;
  std::vector<std::string> oddities;  // `path: at byte N: what`
};

// `rules` are prepared.
ScanOutcome scan(const std::vector<std::string>& paths, const ScanOptions& options, RuleSet& rules,
                 const std::function<bool(const ScanProgress&)>& keep_going);

}  // namespace bartizan
