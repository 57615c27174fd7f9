// SPDX-License-Identifier: Apache-2.0
// What each log of an evidence file was taken for and what rules can see in it: the formats that could read it, the log
// sources its events declare, the fields the mapping tables translate there, the rules that can apply, and the fields
// those rules ask for in vain. Reads the whole file, in one thread; what it remembers is bounded by limits.h. An Error
// means the file could not be opened; what happened after that is in the report.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/log_reader.h"
#include "engine/rule_set.h"

namespace bartizan {

// Fields as rules call them, and those of the record they are read from.
struct MappedFields {
  const EventPlace* place = nullptr;
  std::vector<std::pair<std::string, std::string>> fields;  // those that occurred
};

// Events that declare the same: a channel, or a product, category and service.
struct SourceExplanation {
  std::string channel;
  LogsourceName declared;
  std::uint64_t events = 0;
  std::map<std::uint32_t, std::uint64_t> event_ids;  // and how many events had them
  std::vector<std::string> fields;                   // that occurred
  std::vector<MappedFields> mapped;
  std::vector<std::uint32_t> rules;  // that can apply
  // Fields that rules ask for and no event they can apply to has, and how many rules ask.
  std::map<std::string, std::size_t> missing;
};

struct LogExplanation {
  std::shared_ptr<const Log> log;
  std::uint64_t events = 0, bytes = 0;
  Instant first, last;  // of the events that have a time; zero: none has
  OddityList oddities;
  std::vector<SourceExplanation> sources;  // most events first
};

struct FormatExplanation {
  std::vector<LogExplanation> logs;
  ReadReport report;
};

// `rules` are prepared, and outlive the answer.
Result<FormatExplanation> explain_format(const std::string& path, const DecodeOptions& options,
                                         const RuleSet& rules);

}  // namespace bartizan
