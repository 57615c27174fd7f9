// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/leaf.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "base/text.h"
#include "detect/sigma/regex.h"

namespace bartizan::sigma {
namespace {

using Kind = Value::Kind;
using enum Token::Kind;

// Chooses the cheapest test for a pattern.
void set_pattern(Leaf& leaf, Pattern pattern) {
  const auto kind = [&](std::size_t i) { return pattern[i].kind; };
  const std::size_t size = pattern.size();
  if (!leaf.cased)
    for (Token& token : pattern) token.text = folded(token.text);
  leaf.text = literal_text(pattern);
  if (size == 0 || (size == 1 && kind(0) == kLiteral)) leaf.op = LeafOp::kExact;
  else if (size == 1 && kind(0) == kAnyRun) leaf.op = LeafOp::kPresent;
  else if (size == 2 && kind(0) == kLiteral && kind(1) == kAnyRun) leaf.op = LeafOp::kStartsWith;
  else if (size == 2 && kind(0) == kAnyRun && kind(1) == kLiteral) leaf.op = LeafOp::kEndsWith;
  else if (size == 3 && kind(0) == kAnyRun && kind(1) == kLiteral && kind(2) == kAnyRun)
    leaf.op = LeafOp::kContains;
  else leaf.op = LeafOp::kGlob, leaf.pattern = std::move(pattern);
}

// A keyword is looked for anywhere in a value.
void set_text(Leaf& leaf, Pattern pattern) {
  if (leaf.field.empty()) {
    open_start(pattern);
    open_end(pattern);
  }
  set_pattern(leaf, std::move(pattern));
}

// RE2 knows which literals a match must contain; they come in lower case. Only ASCII ones are used: beyond it RE2's lower
// case and our case folding differ.
std::vector<std::string> literals_needed_by(const RE2& regex) {
  for (const int letters_min :
       {3, 2, 1}) {  // short ones are in many values: only where there is nothing better
    re2::FilteredRE2 filter(letters_min);
    int id = 0;
    std::vector<std::string> literals;
    if (filter.Add(regex.pattern(), regex.options(), &id) != RE2::NoError) return {};
    filter.Compile(&literals);
    std::vector<int> without_any;
    filter.AllPotentials({}, &without_any);
    if (!without_any.empty()) continue;  // matches are possible with none of the literals
    if (std::all_of(literals.begin(), literals.end(),
                    [](const std::string& literal) { return is_ascii(literal); }))
      return literals;
  }
  return {};
}

// N of an expression that is `.{N,}` and nothing else; 0 for others.
std::size_t run_length(std::string_view expression) {
  if (!expression.starts_with(".{") || !expression.ends_with(",}")) return 0;
  std::size_t length = 0;
  const char* end = expression.data() + expression.size() - 2;
  const auto [stop, error] = std::from_chars(expression.data() + 2, end, length);
  return error == std::errc() && stop == end ? length : 0;
}

std::optional<Problem> set_regex(Leaf& leaf, const Item& item, const std::string& raw) {
  auto regex =
      std::make_shared<const Regex>(item.multi_line ? "(?m)" + raw : raw, item.ignore_case, item.dot_all);
  const RE2& compiled = regex->compiled();
  if (!compiled.ok())
    return Problem{"sigma.regex", "the regular expression '" + raw + "' is not accepted: " + compiled.error(),
                   "look-around, back-references and possessive quantifiers are not supported"};
  leaf.op = LeafOp::kRegex;
  leaf.text = raw;
  leaf.regex_needs = literals_needed_by(compiled);
  if (!item.dot_all && !item.multi_line) leaf.regex_run_min = run_length(raw);
  leaf.regex = std::move(regex);
  return {};
}

std::optional<Problem> set_value(Leaf& leaf, const Item& item, const Value& value) {
  const bool keyword = leaf.field.empty();
  switch (value.kind) {
    case Kind::kText: set_text(leaf, value.pattern); return {};
    case Kind::kBool:
      if (item.exists) leaf.op = LeafOp::kExists, leaf.text = folded(value.raw);
      else set_text(leaf, literal_pattern(value.raw));
      return {};
    case Kind::kNull:
      if (keyword) return Problem{"sigma.value", "null cannot be a keyword", {}};
      leaf.op = LeafOp::kNull;
      return {};
    case Kind::kRegex: return set_regex(leaf, item, value.raw);
    case Kind::kNetwork: leaf.op = LeafOp::kNetwork, leaf.network = value.network; return {};
    case Kind::kField:
      leaf.op = LeafOp::kFieldRef;
      leaf.text = literal_text(value.pattern);
      leaf.starts_open = value.starts_open;
      leaf.ends_open = value.ends_open;
      return {};
    case Kind::kNumber: break;
  }
  if (keyword) return set_text(leaf, literal_pattern(value.raw)), std::nullopt;
  leaf.op = item.comparison.value_or(LeafOp::kNumber);
  leaf.text = value.raw;
  leaf.part = item.part;
  const std::optional<Number> number = parse_number(value.raw);
  if (!number) return Problem{"sigma.value", "the number '" + value.raw + "' is out of range", {}};
  leaf.number = *number;
  return {};
}

}  // namespace

std::optional<Number> parse_number(std::string_view text) {
  const char* end = text.data() + text.size();
  Number number;
  if (const auto [stop, error] = std::from_chars(text.data(), end, number.integer);
      error == std::errc{} && stop == end) {
    number.is_integer = true;
    number.real = static_cast<double>(number.integer);
    return number;
  }
  number.integer = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, number.real);
  if (error != std::errc{} || stop != end) return {};
  return number;
}

std::expected<Expression, Problem> make_leaves(const Item& item, std::string_view identifier,
                                               std::vector<Leaf>& leaves) {
  Expression joined{item.all ? Expression::Kind::kAnd : Expression::Kind::kOr, 0, {}};
  for (const ValueGroup& group : item.groups) {
    Expression variants{Expression::Kind::kOr, 0, {}};
    for (const Value& value : group.variants) {
      if (leaves.size() >= limits::kSigmaLeavesMax)
        return std::unexpected(Problem{"sigma.limit", "the rule has too many values", {}});
      Leaf leaf;
      leaf.field = item.field;
      leaf.cased = item.cased;
      leaf.source = group.source;
      leaf.identifier = identifier;
      if (auto problem = set_value(leaf, item, value)) return std::unexpected(std::move(*problem));
      variants.children.push_back({Expression::Kind::kLeaf, static_cast<std::uint32_t>(leaves.size()), {}});
      leaves.push_back(std::move(leaf));
    }
    if (variants.children.size() == 1) joined.children.push_back(std::move(variants.children[0]));
    else joined.children.push_back(std::move(variants));
  }
  Expression result = joined.children.size() == 1 ? std::move(joined.children[0]) : std::move(joined);
  if (!item.negated) return result;
  Expression negation{Expression::Kind::kNot, 0, {}};
  negation.children.push_back(std::move(result));
  return negation;
}

}  // namespace bartizan::sigma
