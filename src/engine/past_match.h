// SPDX-License-Identifier: Apache-2.0
// Matches indicators against stored events. Summaries of the store's files (store/value_summary.h) tell which slices may hold a value;
// those alone are read, and looked at by the same IntelWatch as a scan's events, so that both say the same. A summary that is missing
// or damaged is made anew, which reads its file once. Patterns are looked for by the values that wake them; one that no value wakes
// makes it read everything. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/intelligence.h"
#include "model/finding.h"
#include "normalise/logsource.h"
#include "store/database.h"

namespace bartizan {

// One indicator's past: the finding is that of the first event; of a pattern, that which completed it first.
struct PastSighting {
  Finding finding;
  Instant first, last;
  std::uint64_t events = 0, hosts = 0;  // of a pattern: those that completed it
  std::vector<std::string> host_names;  // a bounded number of them, by name
};

struct PastFacts {
  std::uint64_t files = 0, files_read = 0;  // read: in part
  std::uint64_t slices = 0, slices_read = 0, events_read = 0;
  std::uint64_t summaries_made = 0, summaries_unwritten = 0;
  std::uint64_t indicators = 0;         // with patterns
  std::uint64_t patterns_of_all = 0;    // that no value wakes: they made it read everything
  std::uint64_t observations_left = 0;  // of patterns, that were more than are kept
  std::uint32_t last_id = 0;            // of the youngest indicator that is known
  bool is_cut = false;                  // stopped before the end
};

struct PastOptions {
  std::string first_day = {}, last_day = {};          // empty: no bound
  std::function<bool(double share)> keep_going = {};  // asked between slices; share: of the files
};

// `intelligence`: as open_newer gives it. Sightings come by time of the first, then by rule.
Result<PastFacts> match_past(const std::string& store_folder, const Intelligence& intelligence,
                             const LogsourceTable& table, const PastOptions& options,
                             std::vector<PastSighting>& sightings);

}  // namespace bartizan
