// SPDX-License-Identifier: Apache-2.0
// Statements, scopes and branches.
#include "detect/powershell/evaluate.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "detect/powershell/branch.h"
#include "detect/powershell/names.h"
#include "detect/powershell/parser.h"
#include "detect/powershell/pattern.h"

namespace bartizan::powershell {

bool Evaluator::step() {
  if (stopped_) return false;
  if (++steps_ <= steps_max_) return true;
  note_limit("steps");
  stopped_ = true;
  return false;
}

bool Evaluator::turn() {
  if (stopped_) return false;
  if (++turns_ <= limits::kPowershellLoopTurnsMax) return true;
  note_limit("loops");
  stopped_ = true;
  return false;
}

bool Evaluator::charge(std::size_t bytes) {
  bytes_ += bytes;
  if (bytes <= limits::kPowershellStringMax * sizeof(char16_t) && bytes_ <= limits::kPowershellBytesMax)
    return true;
  note_limit("bytes");
  if (bytes_ > limits::kPowershellBytesMax) stopped_ = true;
  return false;
}

namespace {
void add_once(std::vector<std::string>& list, std::string_view name) {
  if (std::find(list.begin(), list.end(), name) == list.end()) list.emplace_back(name);
}
}  // namespace

void Evaluator::note_transform(std::string_view name) { add_once(transforms_, name); }
void Evaluator::note_assumption(std::string_view name) { add_once(assumptions_, name); }
void Evaluator::note_limit(std::string_view name) {
  add_once(out_.limits, name);
  if (layer_ < out_.layers.size()) add_once(out_.layers[layer_].limits, name);
}

void Evaluator::run_script(std::size_t index, const PeeledInputs& inputs) {
  std::size_t outer_layer = layer_;
  layer_ = index;
  while (trees_.size() <= index) trees_.emplace_back();
  trees_[index] = parse_script(out_.layers[index].text);
  const Tree& parsed = trees_[index];
  if (parsed.limited) note_limit("nesting");
  PeeledInputs outer_inputs = std::exchange(inputs_, inputs);
  std::vector<std::string> outer_transforms = std::exchange(transforms_, {});
  std::vector<std::string> outer_assumptions = std::exchange(assumptions_, {});
  scopes_.emplace_back().isolated = true;
  Values outer_items = std::exchange(input_items, {});
  if (inputs.has_input) input_items.push_back(text_value(inputs.standard_input));
  Values out;
  statements(*parsed.root, out);
  walk_unvisited(*parsed.root);
  scopes_.pop_back();
  input_items = std::move(outer_items);
  inputs_ = std::move(outer_inputs);
  transforms_ = std::move(outer_transforms);
  assumptions_ = std::move(outer_assumptions);
  layer_ = outer_layer;
}

// Code that was not run (functions nobody called, blocks given to commands we do not know, what stands after
// an exit) is walked as well. Of the variables outside it knows those that were set once, and to something
// that cannot change.
void Evaluator::walk_unvisited(const Node& node) {
  if (stopped_) return;
  bool any = node.kind == Kind::kBlock && calls_ < limits::kPowershellCallsMax &&
             std::any_of(node.kids.begin(), node.kids.end(), [](const Node* kid) { return !kid->visited; });
  if (!any) {
    for (const Node* kid : node.kids) walk_unvisited(*kid);
    return;
  }
  ++calls_;
  Branch branch(*this);
  Scope fresh = settled_variables();
  scopes_.push_back(std::move(fresh));
  Values out;
  for (const Node* kid : node.kids)
    if (!kid->visited) statement(*kid, out);
  for (const Node* kid : node.kids) walk_unvisited(*kid);
  scopes_.pop_back();
  branch.roll_back();
  --calls_;
}

Evaluator::Scope Evaluator::settled_variables() const {
  Scope settled;
  settled.isolated = true;
  for (std::size_t scope = scopes_.size(); scope-- > 0;) {
    for (auto& [name, value] : scopes_[scope].variables) {
      bool fixed = value.text() || value.is_number() || value.as<Char>() || value.shared<TypeName>() ||
                   value.as<Block>() || value.as<bool>();
      auto sets = set_counts_.find(name);
      if (fixed && name != "_" && sets != set_counts_.end() && sets->second == 1)
        settled.variables.emplace(name, value);
    }
    if (scopes_[scope].isolated) break;
  }
  return settled;
}

Value Evaluator::make_array(Values items, Element element) {
  if (items.size() > limits::kPowershellArrayMax || !charge(items.size() * sizeof(Value)))
    return note_limit("array"), Reason::kLimit;
  Value made = Value::make<Array>();
  Array* array = made.shared<Array>();
  array->rank = items.empty() ? kRankEmpty : 1;
  for (const Value& item : items) array->rank = std::max(array->rank, rank_of(item) + 1);
  if (array->rank > kRankMax) return note_limit("nesting"), Reason::kLimit;
  array->items = std::move(items);
  array->element = element;
  array->birth = ++births_;
  return made;
}

Value Evaluator::make_bytes(Bytes8 bytes) {
  if (!charge(bytes.size())) return Reason::kLimit;
  Value made = Value::make<ByteArray>();
  made.shared<ByteArray>()->bytes = std::move(bytes);
  made.shared<ByteArray>()->birth = ++births_;
  return made;
}

Value Evaluator::make_object(std::string type) {
  Value made = Value::make<Object>();
  Object& object = *made.shared<Object>();
  object.type = std::move(type);
  object.rank = kRankEmpty;
  object.birth = ++births_;
  return made;
}

Value Evaluator::gathered(Values items, Evaluator& self) {
  if (items.empty()) return Value();
  if (items.size() == 1) return std::move(items[0]);
  for (const Value& item : items)
    if (!item.known()) return item;
  return self.make_array(std::move(items));
}

void Evaluator::collect(const Node& node, Values& out) { statement(node, out); }

Value Evaluator::statement_value(const Node& node) {
  if (node.kind == Kind::kPipeline && node.kids.size() == 1 && node.kids[0]->kind != Kind::kCommand) {
    node.visited = true;
    return evaluate(*node.kids[0]);
  }
  Values out;
  statement(node, out);
  if (node.kind == Kind::kAssign && out.empty()) return evaluate(*node.kids[0]);
  return gathered(std::move(out), *this);
}

Flow Evaluator::statements(const Node& block, Values& out) {
  if (block.kind != Kind::kBlock) return statement(block, out);
  for (const Node* kid : block.kids) {
    Flow flow = statement(*kid, out);
    if (flow != Flow::kNext || stopped_) return flow;
  }
  return Flow::kNext;
}

Flow Evaluator::statement(const Node& node, Values& out) {
  node.visited = true;
  if (!step()) return Flow::kExit;
  switch (node.kind) {
    case Kind::kPipeline: return pipeline(node, out);
    case Kind::kAssign: return assignment(node, out);
    case Kind::kIf: return if_statement(node, out);
    case Kind::kWhile:
    case Kind::kDoWhile:
    case Kind::kDoUntil:
    case Kind::kFor: return loop(node, out);
    case Kind::kForEach: return for_each(node, out);
    case Kind::kSwitch: return switch_statement(node, out);
    case Kind::kTry: return try_statement(node, out);
    case Kind::kBlock: return statements(node, out);
    case Kind::kNamedBlock: return statements(*node.kids[0], out);
    case Kind::kFunction: {
      Block block{&node};
      assign_variable("function:" + node.text, block);
      return Flow::kNext;
    }
    case Kind::kParams:
      for (const Node* parameter : node.kids)
        if (!variable_set(parameter->text))
          assign_variable(parameter->text, parameter->kids.size() > 1 ? evaluate(*parameter->kids[1])
                                                                      : Value(Reason::kVariable));
      return Flow::kNext;
    case Kind::kFlow: {
      if (!node.kids.empty()) {
        Values thrown;
        statement(*node.kids[0], node.text == "return" ? out : thrown);
      }
      return node.text == "break"      ? Flow::kBreak
             : node.text == "continue" ? Flow::kContinue
             : node.text == "return"   ? Flow::kReturn
                                       : Flow::kExit;
    }
    case Kind::kTrap:
    case Kind::kOpaque:
    case Kind::kEmpty: return Flow::kNext;
    default: add_flattened(evaluate(node), out); return Flow::kNext;
  }
}

namespace {
bool reads(const Node& node, const std::string& name) {
  if (node.kind == Kind::kVariable && node.text == name) return true;
  return std::any_of(node.kids.begin(), node.kids.end(), [&](const Node* kid) { return reads(*kid, name); });
}
// $x = .. $x ..; looked at once a statement.
bool reads_itself(const Node& node) {
  if (node.op.kind != Operator::kAssign) return false;
  if (node.known == kNoFold) node.known = reads(*node.kids[1], node.kids[0]->text) ? 1 : 0;
  return node.known == 1;
}
}  // namespace

// A variable that nothing has set and that the script adds to begins as $null. It could have been set in the
// session before, so that is an assumption.
void Evaluator::begin_empty(const Node& target) {
  const std::string& name = target.text;
  if (name == "_" || name.find(':') != std::string::npos) return;
  if (set_counts_.contains(name) && !begun_empty_.contains(name)) return;
  for (std::size_t scope = scopes_.size(); scope-- > 0;) {
    if (scopes_[scope].variables.contains(name)) return;
    if (scopes_[scope].isolated) break;
  }
  if (fixed_variable_text(name).data() != nullptr) return;
  note_assumption("unset_is_empty");
  begun_empty_.insert(name);
  set_in_scope(scopes_.size() - 1, name, Value());
}

Flow Evaluator::assignment(const Node& node, Values&) {
  const Node& target = *node.kids[0];
  if (target.kind == Kind::kVariable && (node.op.kind == Operator::kAdd || reads_itself(node)))
    begin_empty(target);
  if (node.op.kind == Operator::kAssign) {
    assign(target, statement_value(*node.kids[1]));
    return Flow::kNext;
  }
  Value right = statement_value(*node.kids[1]);
  if (target.kind == Kind::kVariable && node.op.kind == Operator::kAdd && branches_ == 0) {
    auto found = scopes_.back().variables.find(target.text);
    if (found != scopes_.back().variables.end()) {
      Text* text = found->second.sole<Text>();
      auto more = text != nullptr ? text_of(right) : std::nullopt;
      if (more && text->size() + more->size() <= limits::kPowershellStringMax && charge(more->size() * 2)) {
        text->append(*more);
        ++writes_, ++set_counts_[target.text];
        return Flow::kNext;
      }
      Array* array = found->second.sole<Array>();
      if (array != nullptr && array->element == Element::kAny && rank_of(right) == 0 && right.known() &&
          array->items.size() < limits::kPowershellArrayMax && charge(sizeof(Value))) {
        array->items.push_back(right);
        ++writes_;
        return Flow::kNext;
      }
    }
  }
  Value left = evaluate(target);
  if (node.op.kind == Operator::kCoalesce)
    assign(target, !left.known() ? left : left.is_null() ? right : left);
  else assign(target, binary(node.op, left, right));
  return Flow::kNext;
}

Flow Evaluator::if_statement(const Node& node, Values& out) {
  std::size_t i = 0;
  for (; i + 1 < node.kids.size(); i += 2) {
    auto condition = to_bool(statement_value(*node.kids[i]));
    if (condition && !*condition) continue;
    if (condition) return statements(*node.kids[i + 1], out);
    break;
  }
  if (i + 1 >= node.kids.size()) return i < node.kids.size() ? statements(*node.kids[i], out) : Flow::kNext;
  std::set<std::pair<std::size_t, std::string>> changed;
  for (std::size_t k = i; k < node.kids.size(); ++k) {
    bool is_condition = (k - i) % 2 == 0 && k + 1 < node.kids.size();
    if (is_condition) {
      if (k != i) statement_value(*node.kids[k]);
      continue;
    }
    Branch branch(*this);
    branch.run(*node.kids[k], out);
    branch.roll_back(&changed);
  }
  forget(changed);
  return Flow::kNext;
}

void Evaluator::forget(const std::set<std::pair<std::size_t, std::string>>& changed) {
  for (auto& [scope, name] : changed) set_in_scope(scope, name, Reason::kBranch);
}

Flow Evaluator::loop_body(const Node& body, Values& out, bool& stop) {
  bool outer = std::exchange(maybe_left_loop_, false);
  Flow flow = statements(body, out);
  bool maybe = std::exchange(maybe_left_loop_, outer);
  stop = flow == Flow::kBreak || flow == Flow::kReturn || flow == Flow::kExit || maybe || stopped_;
  if (maybe) forget_assigned(body);
  return flow == Flow::kReturn || flow == Flow::kExit ? flow : Flow::kNext;
}

Flow Evaluator::loop(const Node& node, Values& out) {
  bool counted = node.kind == Kind::kFor, first_test = counted || node.kind == Kind::kWhile;
  const Node* condition = counted ? node.kids[1] : node.kids[first_test ? 0 : 1];
  const Node& body = *node.kids[counted ? 3 : first_test ? 1 : 0];
  if (counted && node.kids[0]->kind != Kind::kEmpty) statement(*node.kids[0], out);
  std::size_t outside_turns = 0;
  for (bool first = true;; first = false) {
    if (!first || first_test) {
      auto holds =
          condition->kind == Kind::kEmpty ? std::optional<bool>(true) : to_bool(statement_value(*condition));
      if (!holds) {
        unknown_loop(node, body, out);
        return Flow::kNext;
      }
      if (*holds == (node.kind == Kind::kDoUntil)) return Flow::kNext;
    }
    if (!turn()) return Flow::kExit;
    bool stop = false;
    std::uint64_t writes = writes_, outside = outside_;
    Flow flow = loop_body(body, out, stop);
    if (flow != Flow::kNext) return flow;
    if (stop) return Flow::kNext;
    // A loop that talks to the world in every turn runs as long as the world wants; one that counts ends.
    outside_turns += outside != outside_ && !counted;
    if (outside_turns > limits::kPowershellOutsideTurnsMax) {
      unknown_loop(node, body, out);
      return Flow::kNext;
    }
    if (counted && node.kids[2]->kind != Kind::kEmpty) {
      Values none;
      statement(*node.kids[2], none);
    }
    if (writes == writes_) return Flow::kNext;  // nothing changes: it waits for the world, or for ever
  }
}

// A loop of which nobody knows how often it runs: its body once, with everything it changes unknown.
void Evaluator::unknown_loop(const Node& node, const Node& body, Values& out) {
  forget_assigned(node);
  std::set<std::pair<std::size_t, std::string>> changed;
  {
    Branch branch(*this);
    branch.run(body, out);
    branch.roll_back(&changed);
  }
  forget(changed);
}

void Evaluator::forget_assigned(const Node& node) {
  const Node* target = nullptr;
  if (node.kind == Kind::kAssign || node.kind == Kind::kForEach || node.kind == Kind::kPostfix ||
      node.kind == Kind::kCast)
    target = node.kids[0];
  if (node.kind == Kind::kUnary &&
      (node.op.kind == Operator::kIncrement || node.op.kind == Operator::kDecrement))
    target = node.kids[0];
  while (target != nullptr && target->kind != Kind::kVariable && !target->kids.empty()) {
    if (target->kind == Kind::kArray)
      for (const Node* kid : target->kids)
        if (kid->kind == Kind::kVariable) assign_variable(kid->text, Reason::kBranch);
    target = target->kids[0];
  }
  bool changes = node.kind != Kind::kPostfix || node.kids.back()->kind == Kind::kCall ||
                 node.kids.back()->kind == Kind::kIncrement;
  if (target != nullptr && target->kind == Kind::kVariable && changes && node.kind != Kind::kCast) {
    bool increments = node.kind != Kind::kPostfix || node.kids.back()->kind == Kind::kIncrement;
    Value held = increments ? Value() : read_variable(target->text);
    if (increments || held.shared<Object>() || held.is_list() || held.shared<Table>())
      assign_variable(target->text, Reason::kBranch);
  }
  for (const Node* kid : node.kids) forget_assigned(*kid);
}

Flow Evaluator::for_each(const Node& node, Values& out) {
  Value items = statement_value(*node.kids[1]);
  const Node& variable = *node.kids[0];
  if (!items.known() || (items.shared<Object>() != nullptr)) {
    assign(variable, items.known() ? Value(Reason::kUnsupported) : items);
    unknown_loop(node, *node.kids[2], out);
    return Flow::kNext;
  }
  std::size_t count = list_size(items);
  for (std::size_t i = 0; i < count && i < list_size(items); ++i) {
    if (!turn()) return Flow::kExit;
    assign(variable, list_item(items, i));
    bool stop = false;
    Flow flow = loop_body(*node.kids[2], out, stop);
    if (flow != Flow::kNext) return flow;
    if (stop) break;
  }
  return Flow::kNext;
}

Flow Evaluator::switch_statement(const Node& node, Values& out) {
  Value subject = statement_value(*node.kids[0]);
  bool wildcard = node.text.find(" wild") != std::string::npos,
       regex = node.text.find(" reg") != std::string::npos;
  bool cased = node.text.find(" case") != std::string::npos;
  bool certain = subject.known() && !subject.shared<Object>() && node.text.find(" fi") == std::string::npos;
  std::set<std::pair<std::size_t, std::string>> changed;
  for (std::size_t element = 0; element < (certain && subject.is_list() ? list_size(subject) : 1);
       ++element) {
    Value item = certain && subject.is_list() ? list_item(subject, element) : subject;
    bool matched = false;
    for (std::size_t i = 1; i + 1 < node.kids.size(); i += 2) {
      const Node& pattern = *node.kids[i];
      bool is_default = pattern.kind == Kind::kWord && lower_ascii(pattern.text) == "default";
      std::optional<bool> holds;
      if (pattern.kind == Kind::kScriptBlock) {
        Value answer = certain ? invoke_block(Block{&pattern}, {}, &item) : Value(Reason::kBranch);
        holds = to_bool(answer);
      } else if (is_default) {
        holds = certain ? std::optional<bool>(!matched) : std::nullopt;
      } else if (certain) {
        Op op{wildcard ? Operator::kLike : regex ? Operator::kMatch : Operator::kEqual, cased};
        Value wanted = evaluate(pattern);
        holds = to_bool(wildcard || regex ? binary(op, item, wanted) : binary(op, wanted, item));
      }
      if (holds && !*holds) continue;
      if (!holds) {
        certain = false;
        Branch branch(*this);
        branch.run(*node.kids[i + 1], out);
        branch.roll_back(&changed);
        continue;
      }
      matched = true;
      assign_variable("_", item);
      Flow flow = statements(*node.kids[i + 1], out);
      if (flow == Flow::kReturn || flow == Flow::kExit) return flow;
      if (flow == Flow::kBreak) return forget(changed), Flow::kNext;
      if (flow == Flow::kContinue) break;
    }
  }
  forget(changed);
  return Flow::kNext;
}

Flow Evaluator::try_statement(const Node& node, Values& out) {
  Flow flow = statements(*node.kids[0], out);
  std::set<std::pair<std::size_t, std::string>> changed;
  for (std::size_t i = 1; i < node.kids.size(); ++i) {
    const Node& clause = *node.kids[i];
    clause.visited = true;
    if (clause.kind == Kind::kFinally) {
      statements(*clause.kids[0], out);
      continue;
    }
    Branch branch(*this);
    branch.run(*clause.kids[0], out);
    branch.roll_back(&changed);
  }
  forget(changed);
  return flow == Flow::kExit && !stopped_ ? Flow::kNext : flow;
}

Flow Evaluator::pipeline(const Node& node, Values& out) {
  const Node& first = *node.kids[0];
  if (node.kids.size() == 1 && first.kind != Kind::kCommand) {
    Value value = evaluate(first);
    bool silent = (first.kind == Kind::kPostfix && first.kids.back()->kind == Kind::kIncrement) ||
                  (first.kind == Kind::kUnary &&
                   (first.op.kind == Operator::kIncrement || first.op.kind == Operator::kDecrement)) ||
                  (first.kind == Kind::kCast && first.text == "void");
    if (!silent) add_flattened(std::move(value), out);
    return Flow::kNext;
  }
  Values items;
  std::size_t at = 0;
  if (first.kind != Kind::kCommand) {
    add_flattened(evaluate(first), items);
    at = 1;
  }
  for (; at < node.kids.size() && !stopped_;) {
    const Node& element = *node.kids[at];
    bool last = at + 1 == node.kids.size();
    Values produced;
    if (element.kind != Kind::kCommand) {
      add_flattened(evaluate(element), produced);
      ++at;
    } else if (at > 0 && is_stream_stage(element)) {
      at = run_stream(node, at, items, produced);
    } else {
      Flow flow = run_command(element, at > 0 ? &items : nullptr, produced, node, last);
      if (flow != Flow::kNext && node.kids.size() == 1) {
        out.insert(out.end(), produced.begin(), produced.end());
        return flow;
      }
      ++at;
    }
    items = std::move(produced);
  }
  if (out.empty()) out = std::move(items);
  else out.insert(out.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
  return Flow::kNext;
}

void Evaluator::set_in_scope(std::size_t scope, const std::string& name, Value value) {
  if (scope >= scopes_.size()) return;
  ++writes_;
  ++set_counts_[name];
  own_separator_ |= name == "ofs";
  alias_writes_ += name.starts_with("alias:");
  own_functions_ |= name.starts_with("function:");
  auto& variables = scopes_[scope].variables;
  auto found = variables.find(name);
  if (branches_ > 0)
    changes_.push_back(
        {scope, name, found == variables.end() ? std::nullopt : std::optional<Value>(found->second)});
  if (found != variables.end()) found->second = std::move(value);
  else variables.emplace(name, std::move(value));
}

void Evaluator::assign_variable(const std::string& written, Value value) {
  std::size_t scope = scopes_.size() - 1;
  if (!typed_variables_ && written.find(':') == std::string::npos)
    return set_in_scope(scope, written, std::move(value));
  std::string name = written;
  bool global = name.starts_with("global:"), script = name.starts_with("script:");
  if (global || script) {
    name.erase(0, 7);
    while (scope > 0 && !scopes_[scope].isolated) --scope;
  } else if (name.starts_with("local:") || name.starts_with("private:") || name.starts_with("variable:")) {
    name.erase(0, name.find(':') + 1);
  }
  auto& variables = scopes_[scope].variables;
  if (typed_variables_ && value.known()) {
    auto constraint = variables.find("type:" + name);
    if (constraint != variables.end()) {
      auto type = constraint->second.shared<TypeName>();
      value = type == nullptr ? Value(Reason::kBranch) : cast(type->name, value);
    }
  }
  typed_variables_ |= name.starts_with("type:");
  set_in_scope(scope, name, std::move(value));
}

bool Evaluator::variable_set(const std::string& name) const {
  return scopes_.back().variables.contains(name);
}

Value Evaluator::read_variable(const std::string& written) {
  std::string stripped;
  if (std::size_t colon = written.find(':'); colon != std::string::npos) {
    std::string_view scope = std::string_view(written).substr(0, colon);
    bool named = scope == "global" || scope == "script" || scope == "local" || scope == "private" ||
                 scope == "variable";
    if (named) stripped = written.substr(colon + 1);
  }
  const std::string& name = stripped.empty() ? written : stripped;
  for (std::size_t scope = scopes_.size(); scope-- > 0;) {
    auto found = scopes_[scope].variables.find(name);
    if (found != scopes_[scope].variables.end()) {
      const Value& value = found->second;
      auto uncertain = [](const auto* container) { return container != nullptr && container->uncertain; };
      if (uncertain(value.shared<Array>()) || uncertain(value.shared<ByteArray>()) ||
          uncertain(value.shared<Table>()) || uncertain(value.shared<Object>()))
        return Reason::kBranch;
      return value;
    }
    if (scopes_[scope].isolated) break;
  }
  return fixed_variable(name);
}

}  // namespace bartizan::powershell
