// SPDX-License-Identifier: Apache-2.0
// Binary operators, indexing and casts.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "base/limits.h"
#include "detect/powershell/evaluate.h"
#include "detect/powershell/format.h"
#include "detect/powershell/lexer.h"
#include "detect/powershell/pattern.h"

namespace bartizan::powershell {
namespace {

constexpr std::int64_t kIntMin = std::numeric_limits<std::int32_t>::min(),
                       kIntMax = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kLongMin = std::numeric_limits<std::int64_t>::min(),
                       kLongMax = std::numeric_limits<std::int64_t>::max();

// What arithmetic makes of an operand: text is parsed, a char is its code, null is 0.
Value numeric(const Value& value) {
  if (value.is_number()) return value;
  if (value.is_null()) return std::int32_t{0};
  if (auto* c = value.as<Char>()) return static_cast<std::int32_t>(c->unit);
  if (auto* b = value.as<bool>()) return static_cast<std::int32_t>(*b);
  if (auto* text = value.text()) return number_of_text(*text);
  return value.known() ? Value(Reason::kError) : value;
}

Value arithmetic(Operator op, const Value& left_operand, const Value& right_operand) {
  Value left = numeric(left_operand), right = numeric(right_operand);
  if (!left.known()) return left;
  if (!right.known()) return right;
  if (left.as<double>() || right.as<double>()) {
    double a = *to_double(left), b = *to_double(right);
    if ((op == Operator::kDivide || op == Operator::kRemainder) && b == 0) return Reason::kError;
    return op == Operator::kAdd        ? a + b
           : op == Operator::kSubtract ? a - b
           : op == Operator::kMultiply ? a * b
           : op == Operator::kDivide   ? a / b
                                       : std::fmod(a, b);
  }
  std::int64_t a = *to_integer(left, kLongMin, kLongMax), b = *to_integer(right, kLongMin, kLongMax),
               result = 0;
  bool overflow = false;
  switch (op) {
    case Operator::kAdd: overflow = __builtin_add_overflow(a, b, &result); break;
    case Operator::kSubtract: overflow = __builtin_sub_overflow(a, b, &result); break;
    case Operator::kMultiply: overflow = __builtin_mul_overflow(a, b, &result); break;
    case Operator::kDivide:
      if (b == 0 || (a == kLongMin && b == -1)) return Reason::kError;
      if (a % b != 0) return static_cast<double>(a) / static_cast<double>(b);
      result = a / b;
      break;
    case Operator::kRemainder:
      if (b == 0 || (a == kLongMin && b == -1)) return Reason::kError;
      result = a % b;
      break;
    default: return Reason::kUnsupported;
  }
  if (overflow) return Reason::kUnsupported;
  if (left.as<std::int64_t>() || right.as<std::int64_t>()) return result;
  // An Int32 that overflows becomes a double.
  if (result < kIntMin || result > kIntMax) return static_cast<double>(result);
  return static_cast<std::int32_t>(result);
}

Value bitwise(Operator op, const Value& left_operand, const Value& right_operand) {
  Value left = numeric(left_operand), right = numeric(right_operand);
  if (!left.known()) return left;
  if (!right.known()) return right;
  auto a = to_integer(left, kLongMin, kLongMax), b = to_integer(right, kLongMin, kLongMax);
  if (!a || !b) return Reason::kUnsupported;
  bool wide = left.as<std::int64_t>() || right.as<std::int64_t>() || left.as<double>() || right.as<double>();
  std::int64_t result = 0;
  switch (op) {
    case Operator::kBitAnd: result = *a & *b; break;
    case Operator::kBitOr: result = *a | *b; break;
    case Operator::kBitXor: result = *a ^ *b; break;
    case Operator::kShiftLeft:
    case Operator::kShiftRight: {
      unsigned count = static_cast<unsigned>(*b) & (left.as<std::int64_t>() ? 63u : 31u);
      if (left.as<double>()) return Reason::kUnsupported;
      if (left.as<std::int64_t>())
        return op == Operator::kShiftLeft ? static_cast<std::int64_t>(static_cast<std::uint64_t>(*a) << count)
                                          : *a >> count;
      auto narrow_left = static_cast<std::int32_t>(*a);
      return op == Operator::kShiftLeft
                 ? static_cast<std::int32_t>(static_cast<std::uint32_t>(narrow_left) << count)
                 : narrow_left >> count;
    }
    default: return Reason::kUnsupported;
  }
  if (wide) return result;
  return static_cast<std::int32_t>(result);
}

std::optional<bool> compare(Op op, const Value& left, const Value& right) {
  if (op.kind == Operator::kEqual) return equal_values(left, right, op.case_sensitive);
  if (op.kind == Operator::kNotEqual) {
    auto equal = equal_values(left, right, op.case_sensitive);
    if (!equal) return std::nullopt;
    return !*equal;
  }
  auto order = compare_values(left, right, op.case_sensitive);
  if (!order) return std::nullopt;
  switch (op.kind) {
    case Operator::kGreater: return *order > 0;
    case Operator::kGreaterEqual: return *order >= 0;
    case Operator::kLess: return *order < 0;
    default: return *order <= 0;
  }
}

std::optional<bool> match_text(Op op, const Text& text, const Text& pattern) {
  if (op.kind == Operator::kLike || op.kind == Operator::kNotLike) {
    auto matched = match_wildcard(pattern, text, op.case_sensitive);
    if (!matched) return std::nullopt;
    return *matched == (op.kind == Operator::kLike);
  }
  auto compiled = Pattern::compile(pattern, {.ignore_case = !op.case_sensitive});
  auto found = compiled ? compiled->find_all(text, 1) : std::nullopt;
  if (!found) return std::nullopt;
  return !found->empty() == (op.kind == Operator::kMatch);
}

bool is_comparison(Operator op) { return op >= Operator::kEqual && op <= Operator::kLessEqual; }
bool is_matching(Operator op) { return op >= Operator::kLike && op <= Operator::kNotMatch; }

// One text through -replace or -split.
std::optional<Text> replaced(Op op, const Text& text, const Value& right, const Text& separator) {
  bool pair = right.is_list();
  auto pattern = to_text(pair ? (list_size(right) ? list_item(right, 0) : Value()) : right, separator);
  auto replacement =
      pair && list_size(right) > 1 ? to_text(list_item(right, 1), separator) : std::optional<Text>(Text());
  if (!pattern || !replacement) return std::nullopt;
  auto compiled = Pattern::compile(*pattern, {.ignore_case = !op.case_sensitive});
  if (!compiled) return std::nullopt;
  return compiled->replace(text, *replacement);
}

Value add(Evaluator& self, const Value& left, const Value& right, const Text& separator) {
  if (left.is_list()) {
    Values sum;
    self.add_flattened(left, sum);
    self.add_flattened(right, sum);
    return self.make_array(std::move(sum));
  }
  if (auto* text = left.text()) {
    auto more = to_text(right, separator);
    if (!more) return Reason::kUnsupported;
    std::size_t size = text->size() + more->size();
    if (size > limits::kPowershellStringMax) return self.note_limit("bytes"), Reason::kLimit;
    return self.charge(size * 2) ? Value(*text + *more) : Value(Reason::kLimit);
  }
  if (auto* c = left.as<Char>(); c != nullptr && right.text()) {
    // The language tries to read the text as a number first.
    Value number = number_of_text(*right.text());
    if (number.known() && !right.text()->empty()) return Reason::kUnsupported;
    return Text(1, c->unit) + *right.text();
  }
  if (left.as<Char>() && right.as<Char>()) return Text{left.as<Char>()->unit, right.as<Char>()->unit};
  if (left.is_null()) return right;
  if (left.shared<Table>() || left.shared<Object>() || left.as<Block>()) return Reason::kUnsupported;
  return right.is_list() ? Value(Reason::kError) : arithmetic(Operator::kAdd, left, right);
}

Value multiply(Evaluator& self, const Value& left, const Value& right) {
  auto* text = left.text();
  if (text == nullptr && !left.is_list()) return arithmetic(Operator::kMultiply, left, right);
  auto number = right.is_list() ? std::nullopt : to_integer(right, 0, kIntMax);
  if (!number) return Reason::kError;
  auto times = static_cast<std::size_t>(*number);
  std::size_t size = text ? text->size() : list_size(left);
  std::size_t most = text ? limits::kPowershellStringMax : limits::kPowershellArrayMax;
  if (size != 0 && times > most / size) return self.note_limit("bytes"), Reason::kLimit;
  if (!self.charge(size * times * (text ? 2 : sizeof(Value)))) return Reason::kLimit;
  Text repeated;
  Values items;
  for (std::size_t i = 0; i < times && size != 0; ++i) {
    if (text) repeated += *text;
    else self.add_flattened(left, items);
  }
  return text ? Value(std::move(repeated)) : self.make_array(std::move(items));
}

Value range(Evaluator& self, const Value& left, const Value& right) {
  auto from = to_integer(left, kIntMin, kIntMax), to = to_integer(right, kIntMin, kIntMax);
  if (!from || !to || left.as<Char>() || right.as<Char>()) return Reason::kUnsupported;
  std::size_t count = static_cast<std::size_t>(std::abs(*to - *from)) + 1;
  if (count > limits::kPowershellArrayMax || !self.charge(count * sizeof(Value)))
    return self.note_limit("array"), Reason::kLimit;
  Values items;
  items.reserve(count);
  std::int64_t step = *to >= *from ? 1 : -1;
  for (std::size_t i = 0; i < count; ++i)
    items.emplace_back(static_cast<std::int32_t>(*from + step * static_cast<std::int64_t>(i)));
  return self.make_array(std::move(items), Element::kInt);
}

Value replace(Evaluator& self, Op op, const Value& left, const Value& right, const Text& separator) {
  self.note_transform("replace");
  Values out;
  for (std::size_t i = 0; i < (left.is_list() ? list_size(left) : 1); ++i) {
    auto text = to_text(left.is_list() ? list_item(left, i) : left, separator);
    auto done = text ? replaced(op, *text, right, separator) : std::nullopt;
    if (!done || !self.charge(done->size() * 2)) return Reason::kUnsupported;
    out.emplace_back(std::move(*done));
  }
  return left.is_list() ? self.make_array(std::move(out)) : out[0];
}

Value contains(Op op, const Value& list, const Value& wanted) {
  bool found = false;
  for (std::size_t i = 0; i < list_size(list); ++i) {
    auto equal = equal_values(list_item(list, i), wanted, op.case_sensitive);
    if (!equal) return Reason::kUnsupported;
    found |= *equal;
  }
  return found == (op.kind == Operator::kContains || op.kind == Operator::kIn);
}

}  // namespace

Value Evaluator::binary(Op op, const Value& left, const Value& right) {
  if (op.kind == Operator::kIs || op.kind == Operator::kIsNot) {
    auto* type = right.shared<TypeName>();
    std::string actual = left.known() ? canonical_type(type_of(left)) : "";
    if (type == nullptr || actual.empty()) return Reason::kUnsupported;
    return (actual == type->name || type->name == "object") == (op.kind == Operator::kIs);
  }
  if (!left.known()) return left;
  if (!right.known()) return right;
  Text ofs = separator();
  switch (op.kind) {
    case Operator::kXor: {
      auto a = to_bool(left), b = to_bool(right);
      return a && b ? Value(*a != *b) : Value(Reason::kUnsupported);
    }
    case Operator::kBitAnd:
    case Operator::kBitOr:
    case Operator::kBitXor:
    case Operator::kShiftLeft:
    case Operator::kShiftRight:
      if (op.kind == Operator::kBitXor) note_transform("xor");
      return left.is_list() || right.is_list() ? Value(Reason::kUnsupported) : bitwise(op.kind, left, right);
    case Operator::kAdd: return add(*this, left, right, ofs);
    case Operator::kMultiply: return multiply(*this, left, right);
    case Operator::kSubtract:
    case Operator::kDivide:
    case Operator::kRemainder:
      return left.is_list() || right.is_list() ? Value(Reason::kError) : arithmetic(op.kind, left, right);
    case Operator::kFormat: {
      note_transform("format");
      return format_text(*this, left, right);
    }
    case Operator::kRange: return range(*this, left, right);
    case Operator::kJoin: {
      auto glue = to_text(right, ofs);
      if (!glue) return Reason::kUnsupported;
      auto joined = left.is_list() ? to_text(left, *glue) : to_text(left, ofs);
      if (!joined || !charge(joined->size() * 2)) return Reason::kUnsupported;
      note_transform("join");
      return *joined;
    }
    case Operator::kSplit: return split(op, left, right);
    case Operator::kReplace: return replace(*this, op, left, right, ofs);
    case Operator::kAs:
      return right.shared<TypeName>() ? cast(right.shared<TypeName>()->name, left)
             : right.text()           ? cast(narrow(*right.text()), left)
                                      : Value(Reason::kUnsupported);
    case Operator::kContains:
    case Operator::kNotContains: return contains(op, left, right);
    case Operator::kIn:
    case Operator::kNotIn: return contains(op, right, left);
    default: break;
  }
  if (is_comparison(op.kind) || is_matching(op.kind)) return filter(op, left, right);
  return Reason::kUnsupported;
}

// Comparisons give a truth, or of a list those elements that hold.
Value Evaluator::filter(Op op, const Value& left, const Value& right) {
  auto holds = [&](const Value& item) -> std::optional<bool> {
    if (is_comparison(op.kind)) return compare(op, item, right);
    auto text = text_of(item), pattern = text_of(right);
    if (!text || !pattern || right.is_list()) return std::nullopt;
    return match_text(op, *text, *pattern);
  };
  if (!left.is_list()) {
    auto truth = holds(left);
    if (op.kind == Operator::kMatch && truth.value_or(true)) assign_variable("matches", Reason::kUnsupported);
    return truth ? Value(*truth) : Value(Reason::kUnsupported);
  }
  Values kept;
  for (std::size_t i = 0; i < list_size(left); ++i) {
    auto truth = holds(list_item(left, i));
    if (!truth) return Reason::kUnsupported;
    if (*truth) kept.push_back(list_item(left, i));
  }
  return make_array(std::move(kept));
}

Value Evaluator::split(Op op, const Value& left, const Value& right) {
  note_transform("split");
  if (right.as<Block>()) return Reason::kUnsupported;
  Value separator_value = right.is_list() ? (list_size(right) ? list_item(right, 0) : Value()) : right;
  std::size_t most = 0;
  bool simple = false;
  if (right.is_list() && list_size(right) > 1) {
    auto count = to_integer(list_item(right, 1), 0, kIntMax);
    if (!count) return Reason::kUnsupported;
    most = static_cast<std::size_t>(*count);
  }
  if (right.is_list() && list_size(right) > 2) {
    auto options = text_of(list_item(right, 2));
    if (!options) return Reason::kUnsupported;
    simple = lower_text(*options).find(u"simplematch") != Text::npos;
    if (!simple) return Reason::kUnsupported;
  }
  auto pattern_text = text_of(separator_value);
  if (!pattern_text) return Reason::kUnsupported;
  auto pattern = Pattern::compile(simple ? escape_pattern(*pattern_text) : *pattern_text,
                                  {.ignore_case = !op.case_sensitive});
  if (!pattern) return Reason::kUnsupported;
  Values out;
  for (std::size_t i = 0; i < (left.is_list() ? list_size(left) : 1); ++i) {
    const Value item = left.is_list() ? list_item(left, i) : left;
    const auto made = item.text() ? std::nullopt : text_of(item);
    const Text* text = made ? &*made : item.text();
    // What holds no separator stays as it is, without a copy.
    auto parts = !text                                    ? std::nullopt
                 : !made && pattern->lacks_literal(*text) ? std::optional<Values>({item})
                                                          : pattern->split(*text, most);
    if (!parts || !charge(parts->size() * sizeof(Value) + text->size() * 2)) return Reason::kUnsupported;
    if (out.empty()) out = std::move(*parts);
    else
      out.insert(out.end(), std::make_move_iterator(parts->begin()), std::make_move_iterator(parts->end()));
    if (out.size() > limits::kPowershellArrayMax) return note_limit("array"), Reason::kLimit;
  }
  return make_array(std::move(out), Element::kString);
}

Value Evaluator::index(const Value& self, const Value& at) {
  if (!self.known()) return self;
  if (!at.known()) return at;
  if (auto* table = self.shared<Table>()) {
    if (table->uncertain) return Reason::kBranch;
    for (auto& [key, value] : table->entries) {
      auto equal = equal_values(key, at, false);
      if (!equal) return Reason::kUnsupported;
      if (*equal) return value;
    }
    return Value();
  }
  if (!self.text() && !self.is_list()) {
    return Reason::kUnsupported;
  }
  std::size_t size = self.text() ? self.text()->size() : list_size(self);
  auto one = [&](const Value& position) -> Value {
    auto number = to_integer(position, kIntMin, kIntMax);
    if (!number) return Reason::kError;
    std::int64_t i = *number < 0 ? *number + static_cast<std::int64_t>(size) : *number;
    if (i < 0 || i >= static_cast<std::int64_t>(size)) return Value();
    if (auto* text = self.text()) return Char{(*text)[static_cast<std::size_t>(i)]};
    return list_item(self, static_cast<std::size_t>(i));
  };
  if (!at.is_list()) return one(at);
  Values picked;
  for (std::size_t i = 0; i < list_size(at); ++i) {
    Value item = one(list_item(at, i));
    if (!item.known()) return item;
    if (!item.is_null()) picked.push_back(std::move(item));
  }
  return make_array(std::move(picked));
}

}  // namespace bartizan::powershell
