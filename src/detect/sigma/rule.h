// SPDX-License-Identifier: Apache-2.0
// Rule: a Sigma detection rule, checked and ready to evaluate: its tests (leaves) and the tree that joins them. Literals
// are case-folded already unless the leaf is cased. Owns everything; immutable after loading, then readable from any
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "detect/sigma/pattern.h"

namespace bartizan::sigma {

class Regex;

enum class LeafOp : std::uint8_t {
  kExact,
  kContains,
  kStartsWith,
  kEndsWith,
  kGlob,
  kPresent,  // '*': any value, the empty one included
  kRegex,
  kNetwork,
  kNumber,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kNull,      // absent, or present with a null value
  kExists,    // present, whatever the value
  kFieldRef,  // equal to the value of the field `text`
};

enum class TimePart : std::uint8_t { kNone, kMinute, kHour, kDay, kWeek, kMonth, kYear };

struct Number {
  bool is_integer = false;
  std::int64_t integer = 0;
  double real = 0;
};

struct Leaf {
  LeafOp op = LeafOp::kExact;
  std::string field;  // empty: a keyword, looked for in every value
  bool cased = false;
  std::string text;  // the literal, the number as written, or the name of the other field
  Pattern pattern;   // of kGlob
  std::shared_ptr<const Regex> regex;
  // Of kRegex: every match contains one of these, in a case-folded value; empty: no such literals are known.
  std::vector<std::string> regex_needs;
  // Of kRegex: the expression is `.{N,}`, so many characters in a line. RE2 would keep a state for each of them.
  std::size_t regex_run_min = 0;
  Network network;
  Number number;
  TimePart part = TimePart::kNone;              // compare this part of the field's time
  bool starts_open = false, ends_open = false;  // of kFieldRef: with contains, endswith, startswith
  std::string source;                           // the value as written in the rule
  std::string identifier;                       // the search identifier it belongs to
  // Of leaf_numbers.h: the same for the same test, the same field, the same field that kFieldRef names; 0: none.
  std::uint32_t test_number = 0, field_number = 0, reference_number = 0;
};

struct Expression {
  enum class Kind : std::uint8_t { kLeaf, kSearch, kAnd, kOr, kNot };
  Kind kind = Kind::kAnd;
  std::uint32_t index = 0;  // into Rule::leaves or Rule::searches
  std::vector<Expression> children;
};

struct Search {
  std::string name;
  Expression expression;
};

struct LogSource {
  std::string category, product, service;  // empty: any
};

struct Rule {
  std::string id, title, name, status, level, description, author, date, modified;
  std::vector<std::string> tags, references, false_positives, fields;
  LogSource logsource;
  std::vector<Leaf> leaves;
  std::vector<Search> searches;
  Expression condition;
  std::string condition_text;
  std::string file;
  int line = 0;
};

}  // namespace bartizan::sigma
