// SPDX-License-Identifier: Apache-2.0
// Correlation: a Sigma correlation rule, which counts or orders the matches of other rules within a span of time.
// load_correlations reads the documents with a `correlation` map and leaves the others alone; every mistake becomes a
// Diagnostic, and a document with a mistake gives nothing. What its `rules` refer to is resolved by Correlator. Values;
// pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "base/yaml.h"
#include "detect/sigma/rule.h"

namespace bartizan::sigma {

enum class CorrelationType : std::uint8_t {
  kEventCount,
  kValueCount,
  kValueSum,
  kValueAverage,
  kValuePercentile,
  kValueMedian,
  kTemporal,
  kTemporalOrdered,
};

enum class Comparison : std::uint8_t { kGreater, kGreaterOrEqual, kLess, kLessOrEqual, kEqual, kNotEqual };

struct Threshold {
  Comparison comparison = Comparison::kGreaterOrEqual;
  double number = 0;
};

struct Alias {
  std::string name;
  std::vector<std::pair<std::string, std::string>> fields;  // rule (id or name), its field
};

struct Correlation {
  std::string id, title, name, status, level, description, author;
  std::vector<std::string> tags, references, false_positives;
  std::string file;
  int line = 0, column = 0;
  CorrelationType type = CorrelationType::kEventCount;
  std::vector<std::string> rules;     // ids or names of rules or of other correlations
  std::vector<std::string> group_by;  // empty: all matches are one group
  std::vector<Alias> aliases;
  std::int64_t timespan_ticks = 0;
  std::vector<Threshold> thresholds;     // all must hold; at most two
  std::vector<std::string> fields;       // of the value_* types
  double percentile = 0;                 // of value_percentile, 0 to 100
  std::optional<Expression> expression;  // of the temporal types: kSearch refers to `rules`
  bool generate = false;                 // the rules alert by themselves, too
};

struct CorrelationMatch {
  std::size_t correlation = 0;
  std::vector<std::size_t> contributing;  // matches, counted in the order they were added
  Instant first, last;
  std::vector<std::string> group;  // values of group_by
};

void load_correlations(std::span<const YamlNode> documents, std::string_view file,
                       std::vector<Correlation>& correlations, std::vector<Diagnostic>& diagnostics);

}  // namespace bartizan::sigma
