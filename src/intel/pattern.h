// SPDX-License-Identifier: Apache-2.0
// STIX 2.1 patterns (OASIS STIX Version 2.1, section 9): parsed to flat lists, in which a parent stands behind its children and
// the last is the whole. Chains of one operator are one entry, so that depth comes from brackets only, which are bounded.
// Mistakes have a place. Pure, any thread; a parsed pattern is a value and does not refer to the text.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "intel/indicator.h"

namespace bartizan::intel {

struct PatternConstant {
  enum class Type : std::uint8_t { kText, kInteger, kReal, kTruth, kTime, kBytes };
  Type type = Type::kText;
  std::string text;  // of bytes: the bytes
  double number = 0;
};

// One comparison of an object's property with constants.
struct PatternTest {
  enum class Op : std::uint8_t {
    kEqual,
    kUnequal,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kIn,
    kLike,
    kMatches,
    kIsSubset,
    kIsSuperset,
    kExists,
  };
  std::string path;  // file:hashes.SHA-256: names without quotation marks, lists as [*]
  Op op = Op::kEqual;
  bool is_negated = false;
  std::vector<PatternConstant> constants;  // one, but for kIn and kExists
};

// Within the brackets of one observation.
struct PatternTerm {
  enum class Type : std::uint8_t { kTest, kAnd, kOr };
  Type type = Type::kTest;
  std::uint32_t test = 0;
  std::vector<std::uint32_t> children;  // terms
};

struct PatternObservation {
  enum class Type : std::uint8_t { kTerm, kAnd, kOr, kFollowedBy };
  Type type = Type::kTerm;
  std::uint32_t term = 0;
  std::vector<std::uint32_t> children;  // observations
  // Qualifiers; of several of one sort the narrowest counts.
  double within_seconds = 0;  // 0: any time
  std::uint32_t repeats = 1;
  std::optional<Instant> start, stop;  // stop is exclusive
  bool is_qualified() const { return within_seconds > 0 || repeats > 1 || start || stop; }
};

struct Pattern {
  std::vector<PatternTest> tests;
  std::vector<PatternTerm> terms;
  std::vector<PatternObservation> observations;
};

struct PatternMistake {
  std::size_t at = 0;  // byte in the pattern
  std::string what;    // without a full stop
};

std::expected<Pattern, PatternMistake> parse_pattern(std::string_view text);

// When a pattern is nothing but a choice of single values (`[a = 'x' OR b = 'y']`): those. Nothing: it has to be evaluated.
// A value that is none of its kind is a mistake, as a clause.
std::expected<std::optional<std::vector<Indicator>>, std::string> values_of(const Pattern& pattern);

// The kind of indicator a property holds; nothing for properties that are not looked up.
std::optional<Kind> kind_of_path(std::string_view path);

}  // namespace bartizan::intel
