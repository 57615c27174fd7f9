// SPDX-License-Identifier: Apache-2.0
// Expressions: operands, suffixes, places that can be assigned, and the notes for the views.
#include <algorithm>

#include "base/text.h"
#include "detect/powershell/evaluate.h"
#include "detect/powershell/lexer.h"

namespace bartizan::powershell {
namespace {

std::string quoted(std::string_view plain) {
  std::string shown = "'";
  for (char c : plain) {
    if (c == '\'') shown += '\'';
    shown += c;
  }
  return shown + "'";
}

}  // namespace

Text Evaluator::separator() {
  if (!own_separator_) return u" ";
  for (std::size_t scope = scopes_.size(); scope-- > 0;) {
    auto found = scopes_[scope].variables.find("ofs");
    if (found != scopes_[scope].variables.end()) return to_text(found->second, u" ").value_or(u" ");
    if (scopes_[scope].isolated) break;
  }
  return u" ";
}

void Evaluator::add_flattened(Value value, Values& out) {
  if (value.is_null()) return;
  if (!value.is_list()) {
    out.push_back(std::move(value));
    return;
  }
  std::size_t count = list_size(value);
  if (!charge(count * sizeof(Value))) {
    out.emplace_back(Reason::kLimit);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) out.push_back(list_item(value, i));
}

Value Evaluator::evaluate(const Node& node) {
  node.visited = true;
  if (!step()) return Reason::kLimit;
  Value value = evaluate_kind(node);
  switch (node.kind) {
    case Kind::kChain:
    case Kind::kCast:
    case Kind::kUnary:
    case Kind::kExpandable:
    case Kind::kPostfix:
    case Kind::kParen:
    case Kind::kSub: note_fold(node, value); break;
    default: break;
  }
  return value;
}

std::string Fold::plain() const {
  std::string out;
  if (value.shared<TypeName>() != nullptr) return "[" + value.shared<TypeName>()->name + "]";
  append_valid_utf8(narrow(to_text(value, u" ").value_or(Text())), out);
  return out;
}
std::string Fold::shown() const { return text() ? quoted(plain()) : plain(); }

namespace {
bool is_shown(const Node& node, const Value& value) {
  return value.text() != nullptr || value.as<Char>() != nullptr || value.is_number() ||
         (value.shared<TypeName>() != nullptr && node.kind == Kind::kCast);
}

// What Get-Command or Get-Alias found, as it is called.
std::string command_name_of(const Value& value) {
  const Object* object = value.shared<Object>();
  if (object == nullptr || (object->type != "commandinfo" && object->type != "aliasinfo")) return {};
  for (auto& [name, held] : object->members)
    if (name == "name" && held.text() != nullptr) return narrow(*held.text());
  return {};
}

bool is_same(const Value& one, const Value& other) {
  if (one.text() != nullptr)
    return other.text() == one.text() || (other.text() != nullptr && *other.text() == *one.text());
  auto same = [&]<class T>(const T* held) {
    return held != nullptr && other.as<T>() && *other.as<T>() == *held;
  };
  if (one.as<Char>() != nullptr) return other.as<Char>() && other.as<Char>()->unit == one.as<Char>()->unit;
  if (one.shared<TypeName>() != nullptr)
    return other.shared<TypeName>() && other.shared<TypeName>()->name == one.shared<TypeName>()->name;
  return same(one.as<std::int32_t>()) || same(one.as<std::int64_t>()) || same(one.as<double>());
}
}  // namespace

void Evaluator::note_fold(const Node& node, const Value& value) {
  if (node.fold != kNoFold) {
    Fold& noted = folds_[node.fold];
    noted.differs = noted.differs || !is_same(noted.value, value);
    return;
  }
  if (node.kind == Kind::kParen && !command_name_of(value).empty())  // &(gcm *w-O*)
    return note_fold(node, text_value(command_name_of(value)));
  if (!is_shown(node, value)) return;
  const std::size_t size = value.text() != nullptr ? value.text()->size() : 0;
  if (fold_bytes_ + size > limits::kPowershellFoldMax) return;
  fold_bytes_ += size;
  node.fold = static_cast<std::uint32_t>(folds_.size());
  folds_.push_back({value, false});
}

// What stands in the text is made into a value once, however often it is evaluated.
const Value& Evaluator::constant(const Node& node) {
  if (node.known == kNoFold) {
    node.known = static_cast<std::uint32_t>(constants_.size());
    constants_.push_back(node.kind == Kind::kNumber ? number_literal(node.text)
                         : node.kind == Kind::kType ? Value(TypeName{canonical_type(node.text)})
                                                    : text_value(node.text));
  }
  return constants_[node.known];
}

Value Evaluator::evaluate_kind(const Node& node) {
  switch (node.kind) {
    case Kind::kString:
    case Kind::kWord:
    case Kind::kType:
    case Kind::kNumber: return constant(node);
    case Kind::kExpandable: return expandable(node);
    case Kind::kVariable: return read_variable(node.text);
    case Kind::kCast: {
      Value operand = evaluate(*node.kids[0]);
      if (node.text == "void") return Value();
      return cast(node.text, operand);
    }
    case Kind::kUnary: return unary(node);
    case Kind::kChain: return chain(node);
    case Kind::kArray: {
      Values items;
      for (const Node* kid : node.kids) items.push_back(evaluate(*kid));
      return make_array(std::move(items));
    }
    case Kind::kTernary: {
      auto holds = to_bool(evaluate(*node.kids[0]));
      if (holds) return evaluate(*node.kids[*holds ? 1 : 2]);
      evaluate(*node.kids[1]);
      evaluate(*node.kids[2]);
      return Reason::kBranch;
    }
    case Kind::kPostfix: return postfix(node);
    case Kind::kParen: return statement_value(*node.kids[0]);
    case Kind::kSub:
    case Kind::kArraySub: {
      Values out;
      for (const Node* kid : node.kids)
        if (statement(*kid, out) != Flow::kNext) break;
      if (node.kind == Kind::kSub) return gathered(std::move(out), *this);
      for (const Value& item : out)
        if (!item.known() && out.size() == 1 && node.kids[0]->kind != Kind::kPipeline) return item;
      return make_array(std::move(out));
    }
    case Kind::kHash: return hash(node);
    case Kind::kScriptBlock: return Block{&node};
    case Kind::kPipeline:
    case Kind::kAssign: return statement_value(node);
    default: return Reason::kUnsupported;
  }
}

Value Evaluator::expandable(const Node& node) {
  Text whole;
  Value unknown;
  for (const Node* kid : node.kids) {
    Value part = kid->kind == Kind::kString ? constant(*kid) : evaluate(*kid);
    if (part.text() != nullptr) {
      whole += *part.text();
      continue;
    }
    auto text = text_of(part);
    if (text) whole += *text;
    else if (unknown.is_null()) unknown = part.known() ? Value(Reason::kUnsupported) : part;
  }
  if (!unknown.is_null()) return unknown;
  if (!charge(whole.size() * 2)) return Reason::kLimit;
  return whole;
}

Value Evaluator::chain(const Node& node) {
  Value left = evaluate(*node.kids[0]);
  for (std::size_t i = 1; i < node.kids.size(); ++i) {
    const Node& next = *node.kids[i];
    Operator op = next.before.kind;
    if (op == Operator::kAnd || op == Operator::kOr) {
      auto known = to_bool(left);
      if (known && *known == (op == Operator::kOr)) {
        left = *known;  // the right side does not run
        continue;
      }
      auto right = to_bool(evaluate(next));
      if (right && *right == (op == Operator::kOr)) left = *right;
      else if (known && right) left = op == Operator::kOr ? *known || *right : *known && *right;
      else left = Reason::kBranch;
      continue;
    }
    if (op == Operator::kCoalesce) {
      if (left.is_null()) left = evaluate(next);
      continue;
    }
    Value right = evaluate(next);
    if (stopped_) return Reason::kLimit;
    // Long sums of text grow in place: nobody else holds the left side.
    Text* held = left.sole<Text>();
    if (op == Operator::kAdd && held != nullptr) {
      auto more = text_of(right);
      if (more && held->size() + more->size() <= limits::kPowershellStringMax && charge(more->size() * 2)) {
        held->append(*more);
        continue;
      }
    }
    left = binary(next.before, left, right);
  }
  return left;
}

Value Evaluator::unary(const Node& node) {
  Operator op = node.op.kind;
  if (op == Operator::kIncrement || op == Operator::kDecrement) return increment(*node.kids[0], op, false);
  Value operand = evaluate(*node.kids[0]);
  if (op == Operator::kComma) {
    Values one;
    one.push_back(std::move(operand));
    return make_array(std::move(one));
  }
  if (!operand.known()) return operand;
  switch (op) {
    case Operator::kNot: {
      auto truth = to_bool(operand);
      return truth ? Value(!*truth) : Value(Reason::kUnsupported);
    }
    case Operator::kBitNot: {
      if (auto* i = operand.as<std::int32_t>()) return ~*i;
      if (auto* l = operand.as<std::int64_t>()) return ~*l;
      return Reason::kUnsupported;
    }
    case Operator::kAdd: return binary({Operator::kAdd}, std::int32_t{0}, operand);
    case Operator::kSubtract: return binary({Operator::kSubtract}, std::int32_t{0}, operand);
    case Operator::kJoin: {
      auto joined = to_text(operand, u"");
      if (!joined || !charge(joined->size() * 2)) return Reason::kUnsupported;
      note_transform("join");
      return *joined;
    }
    case Operator::kSplit: {
      auto text = text_of(operand);
      if (!text) return Reason::kUnsupported;
      Values words;
      Text word;
      for (char16_t unit : *text + u" ") {
        bool blank = unit == ' ' || (unit >= 9 && unit <= 13) || unit == 0xA0;
        if (!blank) word += unit;
        else if (!word.empty()) words.emplace_back(std::exchange(word, {}));
      }
      note_transform("split");
      return make_array(std::move(words), Element::kString);
    }
    default: return Reason::kUnsupported;
  }
}

std::optional<std::string> Evaluator::member_word(const Node& suffix) {
  const Node& name = *suffix.kids[0];
  if (name.kind == Kind::kWord || name.kind == Kind::kString) return lower_ascii(name.text);
  Value value = evaluate(name);
  if (auto* object = value.shared<Object>(); object && object->type == "methodgroup")
    return narrow(lower_text(object->text.substr(0, object->text.find(u'('))));
  // Which member stands at an index of GetMembers() is not fixed; loaders only ever take this one.
  if (auto* object = value.shared<Object>(); object && object->type == "anymember")
    return note_assumption("assumed_member"), "ptrtostringauto";
  auto text = value.known() && !value.is_list() ? text_of(value) : std::nullopt;
  if (!text) return std::nullopt;
  return narrow(lower_text(*text));
}

Value Evaluator::postfix(const Node& node) {
  Value current = evaluate(*node.kids[0]);
  for (std::size_t i = 1; i < node.kids.size(); ++i) {
    const Node& suffix = *node.kids[i];
    suffix.visited = true;
    if (suffix.kind == Kind::kIndex) {
      Value at = evaluate(*suffix.kids[0]);
      current = index(current, at);
      continue;
    }
    if (suffix.kind == Kind::kIncrement) return increment(*node.kids[0], suffix.op.kind, true);
    if (suffix.kind != Kind::kMember && suffix.kind != Kind::kStatic) return Reason::kUnsupported;
    auto name = member_word(suffix);
    bool call = i + 1 < node.kids.size() && node.kids[i + 1]->kind == Kind::kCall;
    Values arguments;
    if (call)
      for (const Node* argument : node.kids[++i]->kids) arguments.push_back(evaluate(*argument));
    if (call && !current.known()) start_lines(arguments, node);
    if (!name) {
      current = current.known() ? Value(Reason::kUnsupported) : current;
      continue;
    }
    auto* type = current.shared<TypeName>();
    if (suffix.kind == Kind::kStatic) {
      if (type == nullptr) {  // ("type" -as [type])::x, or an unknown one
        current = current.known() ? Value(Reason::kUnsupported) : current;
        continue;
      }
      std::string type_name = type->name;
      if (!call) {
        current = call_static(type_name, "." + *name, {}, node);
        if (!current.known()) {
          current = make_object("staticgroup");
          current.shared<Object>()->text = widen(*name);
          current.shared<Object>()->members.emplace_back("type", text_value(type_name));
        }
      } else {
        current = call_static(type_name, *name, arguments, node);
      }
    } else {
      current = call ? call_method(current, *name, arguments, node) : member(current, *name);
    }
  }
  if (auto* object = current.shared<Object>(); object && object->type == "staticgroup")
    return Reason::kUnsupported;
  return current;
}

Value Evaluator::hash(const Node& node) {
  Value made = Value::make<Table>();
  Table* table = made.shared<Table>();
  table->birth = ++births_;
  table->rank = kRankEmpty;
  for (std::size_t i = 0; i + 1 < node.kids.size(); i += 2) {
    const Node& key = *node.kids[i];
    Value name = key.kind == Kind::kWord ? text_value(key.text) : evaluate(key);
    Value value = statement_value(*node.kids[i + 1]);
    if (!name.known()) table->uncertain = true;
    if (rank_of(value) >= table->rank && rank_of(value) < kRankMax) table->rank = rank_of(value) + 1;
    Value kept = held_by(*table, std::move(value));
    table->entries.emplace_back(std::move(name), std::move(kept));
  }
  return made;
}

Value Evaluator::increment(const Node& target, Operator op, bool after) {
  if (target.kind == Kind::kVariable) begin_empty(target);
  Value before = evaluate(target);
  if (before.is_null()) before = std::int32_t{0};
  Value changed = before.is_number()
                      ? binary({op == Operator::kIncrement ? Operator::kAdd : Operator::kSubtract}, before,
                               std::int32_t{1})
                  : before.known() ? Value(Reason::kError)
                                   : before;
  assign(target, changed);
  return after ? before : changed;
}

void Evaluator::assign(const Node& target, Value value) {
  target.visited = true;
  switch (target.kind) {
    case Kind::kVariable: assign_variable(target.text, std::move(value)); return;
    case Kind::kParen:
      if (target.kids[0]->kind == Kind::kPipeline && target.kids[0]->kids.size() == 1)
        assign(*target.kids[0]->kids[0], std::move(value));
      return;
    case Kind::kCast: {
      const Node* inner = target.kids[0];
      while (inner->kind == Kind::kCast) inner = inner->kids[0];
      std::string type = canonical_type(target.text);
      if (inner->kind == Kind::kVariable && type != "ref" && type != "object") {
        assign_variable("type:" + inner->text, TypeName{type});
        if (!value.known()) assign_variable(inner->text, std::move(value));
        else assign(*inner, std::move(value));
        return;
      }
      assign(*inner, value.known() ? cast(target.text, value) : value);
      return;
    }
    case Kind::kArray: {
      for (std::size_t i = 0; i < target.kids.size(); ++i) {
        bool last = i + 1 == target.kids.size();
        if (!value.known()) {
          assign(*target.kids[i], value);
        } else if (last && list_size(value) > i + 1) {
          Values rest;
          for (std::size_t k = i; k < list_size(value); ++k) rest.push_back(list_item(value, k));
          assign(*target.kids[i], make_array(std::move(rest)));
        } else {
          assign(*target.kids[i], i < list_size(value) ? list_item(value, i) : Value());
        }
      }
      return;
    }
    case Kind::kPostfix: assign_place(target, std::move(value)); return;
    default: return;
  }
}

// $a[i] = v, $t.name = v, $t['name'] = v; one suffix, or suffixes that lead to a container.
void Evaluator::assign_place(const Node& target, Value value) {
  Node head = target;
  const Node& last = *target.kids.back();
  head.kids.pop_back();
  head.fold = kNoFold;
  Value holder = head.kids.size() == 1 ? evaluate(*head.kids[0]) : postfix(head);
  Value key;
  if (last.kind == Kind::kIndex) key = evaluate(*last.kids[0]);
  else if (last.kind == Kind::kMember) {
    auto name = member_word(last);
    key = name ? text_value(*name) : Value(Reason::kUnsupported);
  }
  if (auto* table = holder.shared<Table>()) {
    mutate(*table);
    if (!key.known()) table->uncertain = true;
    for (auto& [name, held] : table->entries)
      if (equal_values(name, key, false).value_or(false)) {
        held = held_by(*table, std::move(value));
        return;
      }
    Value kept = held_by(*table, std::move(value));
    if (charge(sizeof(Value) * 2))
      table->entries.emplace_back(held_by(*table, std::move(key)), std::move(kept));
    return;
  }
  if (auto* object = holder.shared<Object>()) {
    mutate(*object);
    auto name = text_of(key);
    if (!name) return;
    for (auto& [known, held] : object->members)
      if (known == narrow(*name)) {
        held = held_by(*object, std::move(value));
        return;
      }
    object->members.emplace_back(narrow(*name), held_by(*object, std::move(value)));
    return;
  }
  std::optional<std::int64_t> number;
  if (key.known()) number = to_integer(key, -1'000'000'000, 1'000'000'000);
  auto place = [&](auto& container, std::size_t size) -> std::optional<std::size_t> {
    mutate(container);
    if (!number) return container.uncertain = true, std::nullopt;
    std::int64_t at = *number < 0 ? *number + static_cast<std::int64_t>(size) : *number;
    if (at < 0 || at >= static_cast<std::int64_t>(size)) return std::nullopt;
    return static_cast<std::size_t>(at);
  };
  if (auto* array = holder.shared<Array>()) {
    auto at = place(*array, array->items.size());
    constexpr std::string_view kTypes[] = {"", "char", "byte", "int", "string"};
    if (at)
      array->items[*at] = array->element == Element::kAny
                              ? held_by(*array, value)
                              : cast(std::string(kTypes[static_cast<std::size_t>(array->element)]), value);
  } else if (auto* bytes = holder.shared<ByteArray>()) {
    auto at = place(*bytes, bytes->bytes.size());
    auto byte = value.known() ? to_integer(value, 0, 255) : std::nullopt;
    if (at && byte) bytes->bytes[*at] = static_cast<std::uint8_t>(*byte);
    else bytes->uncertain = true;
  }
}

}  // namespace bartizan::powershell
