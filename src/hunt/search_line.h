// SPDX-License-Identifier: Apache-2.0
// The search line: `host:dc* AND command_line:"-enc" | count by account`. Text becomes a tree here; search_sql.h makes SQL of
// it. What is wrong is a Diagnostic with its column in the line and a hint. Grammar and meaning: docs/user/hunt.md.
// Pure; bounded by kHuntLineBytesMax and kHuntDepthMax. Any thread.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace bartizan::hunt {

enum class Compare { kHas, kEquals, kExactly, kNotEquals, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

struct SearchValue {
  enum class Kind { kText, kPattern, kRegex, kRange, kAny };
  Kind kind = Kind::kText;
  std::string text;  // of a range: its least value, empty: open
  std::string last;  // of a range: its greatest
  std::size_t at = 0;
};

struct SearchNode {
  enum class Kind { kAnd, kOr, kNot, kTerm };
  Kind kind = Kind::kTerm;
  std::vector<SearchNode> children;
  // Of a term. No field: any long text. Several values: one of them.
  std::string field;
  std::size_t at = 0;  // of the field in the line
  Compare compare = Compare::kHas;
  std::vector<SearchValue> values;
};

struct PipeName {
  std::string text;
  std::size_t at = 0;
  bool descending = false;  // of sort
  std::string function;     // of stats: sum(bytes_out)
};

struct Pipe {
  enum class Kind { kCount, kTop, kRare, kTimechart, kStats, kDedup, kSort, kHead, kFields, kWhere, kJoin };
  Kind kind = Kind::kCount;
  std::size_t at = 0;
  std::uint64_t number = 0;          // top, rare, head
  std::uint64_t seconds = 0;         // timechart: width; join: within
  std::vector<PipeName> values;      // stats
  std::vector<PipeName> names;       // by, or the fields
  std::optional<SearchNode> search;  // where, join
};

struct SearchLine {
  std::optional<SearchNode> search;  // none: every event
  std::vector<Pipe> pipes;
};

std::expected<SearchLine, Diagnostic> parse_search_line(std::string_view line);

// The line, and below it a caret with what is wrong.
std::string pointed(std::string_view line, const Diagnostic& diagnostic);

}  // namespace bartizan::hunt
