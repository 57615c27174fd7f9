// SPDX-License-Identifier: Apache-2.0
// The syntax tree of PowerShell text. Nodes live in a Tree, which owns them and counts what could not be
// understood; byte offsets point into the text that was parsed. Chains of operators of one rank, and of
// suffixes, are flat lists, so the depth of a tree is bounded by the brackets of its text. Values, one
// thread.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace bartizan::powershell {

enum class Kind : std::uint8_t {
  // Blocks and statements
  kBlock,       // statements; a kParams first, kNamedBlock among them
  kNamedBlock,  // text: begin, process, end, dynamicparam, clean; kid: block
  kParams,      // kids: kParam
  kParam,       // text: name, lower case; kids: kType or kEmpty, default value if any
  kPipeline,    // kids: commands or expressions
  kAssign,      // op; kids: target, statement
  kIf,          // kids: condition, block, condition, block, ..., else block
  kWhile,       // condition, block
  kDoWhile,     // block, condition
  kDoUntil,     // block, condition
  kFor,         // initial, condition, step, block; missing ones are kEmpty
  kForEach,     // variable, statement, block
  kSwitch,      // text: flags; subject, then pattern, block, ...
  kFunction,    // text: name; kids: kParams or kEmpty, block
  kTry,         // block, then kCatch and kFinally
  kCatch,
  kFinally,
  kFlow,    // text: return, break, continue, throw, exit; kid: pipeline, if any
  kTrap,    // block
  kOpaque,  // text that is kept but not understood
  kEmpty,
  // Commands
  kCommand,    // text: "&", "." or empty; kids: name, arguments
  kWord,       // bare word, text without backticks
  kParameter,  // text: name with its dash; kid: value after a colon
  kSplat,      // text: variable name
  kRedirection,
  // Expressions
  kString,      // text: value
  kExpandable,  // kids: kString, kVariable, kSub, kPostfix
  kNumber,      // text as written
  kVariable,    // text: name with its drive, lower case
  kType,        // text: name without brackets
  kCast,        // text: type name; kid
  kUnary,       // op; kid
  kChain,       // kids; each after the first has `before`
  kArray,       // comma list
  kTernary,     // condition, value, value
  kPostfix,     // kids: base, then kMember, kStatic, kCall, kIndex, kIncrement
  kMember,      // text, or a kid that yields the name
  kStatic,
  kCall,   // kids: arguments
  kIndex,  // kid
  kIncrement,
  kParen,     // kid: statement
  kSub,       // $( ), kids: statements
  kArraySub,  // @( )
  kHash,      // kids: key, value, key, value
  kScriptBlock,
};

enum class Operator : std::uint8_t {
  kNone,
  kAnd,
  kOr,
  kXor,
  kBitAnd,
  kBitOr,
  kBitXor,
  kEqual,
  kNotEqual,
  kGreater,
  kGreaterEqual,
  kLess,
  kLessEqual,
  kLike,
  kNotLike,
  kMatch,
  kNotMatch,
  kReplace,
  kContains,
  kNotContains,
  kIn,
  kNotIn,
  kSplit,
  kJoin,
  kIs,
  kIsNot,
  kAs,
  kShiftLeft,
  kShiftRight,
  kCoalesce,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kRemainder,
  kFormat,
  kRange,
  // Unary only
  kNot,
  kBitNot,
  kIncrement,
  kDecrement,
  kComma,
  kAssign,
};

struct Op {
  Operator kind = Operator::kNone;
  bool case_sensitive = false;
};

inline constexpr std::uint32_t kNoFold = 0xffffffff;

struct Node {
  Kind kind = Kind::kEmpty;
  Op op, before;  // `before`: the operator that stands before this operand of a chain
  std::uint32_t begin = 0, end = 0;
  mutable std::uint32_t fold = kNoFold;   // number of the value the evaluator found for it
  mutable std::uint32_t known = kNoFold;  // number of what the evaluator keeps: a constant, a command's name
  mutable bool visited = false;           // by the evaluator
  mutable signed char calls = -1;         // whether it names an API: kept by the views; -1 not looked at
  std::string text;
  std::vector<const Node*> kids;
};

struct Tree {
  std::deque<Node> nodes;
  const Node* root = nullptr;
  unsigned errors = 0;   // places that could not be understood
  bool limited = false;  // nested deeper than kPowershellNestingMax, or more nodes than kPowershellNodesMax
};

}  // namespace bartizan::powershell
