// SPDX-License-Identifier: Apache-2.0
// Commands: what a name stands for, arguments, functions, and the stages of a pipeline.
#include <algorithm>

#include "base/text.h"
#include "detect/powershell/branch.h"
#include "detect/powershell/lexer.h"
#include "detect/powershell/names.h"

namespace bartizan::powershell {
namespace {

// Switches take no value. Those of all commands known here; prefixes of at least three letters count.
constexpr std::string_view kSwitches[] = {
    "valueonly",     "asplaintext", "force",      "stream",   "noprofile", "noninteractive",  "nologo",
    "noexit",        "sta",         "mta",        "passthru", "nonewline", "usebasicparsing", "recurse",
    "raw",           "asjob",       "nop",        "noni",     "noe",       "unique",          "descending",
    "casesensitive", "simplematch", "allmatches", "leaf",     "parent",    "strict",          "wait",
    "whatif",        "verbose",     "append",     "hidden",   "nowait",    "nonewwindow"};

bool is_switch(std::string_view name, const Node* parameters) {
  if (name.empty()) return false;
  if (parameters != nullptr) {
    for (const Node* parameter : parameters->kids)
      if (parameter->text.starts_with(name) && parameter->kids[0]->kind == Kind::kType) {
        std::string type = lower_ascii(parameter->kids[0]->text);
        return type == "switch" || type.ends_with("switchparameter");
      }
    return false;
  }
  if (name == "value" || name == "process") return false;  // parameters of their own, not cut switches
  for (std::string_view known : kSwitches)
    if (known[0] == name[0] && (known == name || (name.size() >= 3 && known.starts_with(name)))) return true;
  return false;
}

// Commands that put nothing into the pipeline.
constexpr std::string_view kSilent[] = {"write-host",
                                        "write-verbose",
                                        "write-warning",
                                        "write-debug",
                                        "write-error",
                                        "write-progress",
                                        "write-information",
                                        "out-host",
                                        "start-sleep",
                                        "set-content",
                                        "add-content",
                                        "out-file",
                                        "remove-item",
                                        "import-module",
                                        "set-location",
                                        "set-strictmode",
                                        "set-executionpolicy",
                                        "stop-process",
                                        "clear-host",
                                        "set-itemproperty",
                                        "remove-variable",
                                        "set-mppreference",
                                        "add-mppreference",
                                        "copy-item",
                                        "move-item",
                                        "set-alias",
                                        "new-alias",
                                        "clear-variable",
                                        "add-type"};

struct Cause {
  std::string_view name;
  Reason reason;
};
constexpr Cause kCauses[] = {{"invoke-webrequest", Reason::kNetwork},
                             {"invoke-restmethod", Reason::kNetwork},
                             {"start-bitstransfer", Reason::kNetwork},
                             {"curl", Reason::kNetwork},
                             {"certutil", Reason::kNetwork},
                             {"bitsadmin", Reason::kNetwork},
                             {"get-content", Reason::kFile},
                             {"get-itemproperty", Reason::kRegistry},
                             {"get-itempropertyvalue", Reason::kRegistry},
                             {"get-date", Reason::kClock},
                             {"get-random", Reason::kRandom},
                             {"get-wmiobject", Reason::kProcess},
                             {"get-ciminstance", Reason::kProcess},
                             {"get-process", Reason::kProcess},
                             {"get-clipboard", Reason::kProcess}};

constexpr std::string_view kShells[] = {"powershell", "pwsh",    "cmd",      "wmic", "mshta",    "rundll32",
                                        "cscript",    "wscript", "schtasks", "sc",   "forfiles", "conhost"};

}  // namespace

const Value* Arguments::find(std::string_view name, std::size_t shortest) const {
  for (auto& [given, value] : named)
    if (given.size() >= shortest && name.starts_with(given)) return &value;
  return nullptr;
}

Arguments Evaluator::bind(const Node& node, const Node* parameters) {
  Arguments bound;
  for (std::size_t i = 1; i < node.kids.size(); ++i) {
    const Node& kid = *node.kids[i];
    kid.visited = true;
    if (kid.kind == Kind::kRedirection) continue;
    if (kid.kind == Kind::kSplat) {
      Value held = read_variable(kid.text);
      auto* table = held.shared<Table>();
      if (table == nullptr && !held.is_list()) bound.splatted = true;
      for (std::size_t k = 0; table != nullptr && k < table->entries.size(); ++k) {
        auto name = text_of(table->entries[k].first);
        if (name) bound.named.emplace_back(narrow(lower_text(*name)), table->entries[k].second);
        else bound.splatted = true;
      }
      for (std::size_t k = 0; held.is_list() && k < list_size(held); ++k)
        bound.positional.push_back(list_item(held, k));
      continue;
    }
    if (kid.kind != Kind::kParameter) {
      Value value = evaluate(kid);
      bound.positional.push_back(value);
      bound.in_order.emplace_back("", std::move(value));
      continue;
    }
    std::string name = lower_ascii(std::string_view(kid.text).substr(1));
    if (!kid.kids.empty()) {
      Value value = evaluate(*kid.kids[0]);
      bound.named.emplace_back(name, value);
      bound.in_order.emplace_back(kid.text, std::move(value));
      continue;
    }
    bool takes_value = !is_switch(name, parameters) && i + 1 < node.kids.size() &&
                       node.kids[i + 1]->kind != Kind::kParameter &&
                       node.kids[i + 1]->kind != Kind::kRedirection && node.kids[i + 1]->kind != Kind::kSplat;
    if (!takes_value) {
      bound.named.emplace_back(name, Value(true));
      bound.in_order.emplace_back(kid.text, Value());
      continue;
    }
    Value value = evaluate(*node.kids[++i]);
    bound.named.emplace_back(name, value);
    bound.in_order.emplace_back(kid.text, std::move(value));
  }
  return bound;
}

std::string Evaluator::resolve_alias(std::string name) {
  for (int hops = 0; alias_writes_ > 0 && hops < 4; ++hops) {
    Value alias = read_variable("alias:" + name);
    if (!alias.text()) break;
    name = narrow(lower_text(*alias.text()));
  }
  if (std::size_t slash = name.rfind('\\');
      slash != std::string::npos && name.starts_with("microsoft.powershell."))
    name.erase(0, slash + 1);
  if (std::string_view target = alias_target(name); !target.empty()) return lower_ascii(target);
  return name;
}

Value Evaluator::commands_like(const Values& patterns) {
  auto pattern = patterns.empty() ? std::nullopt : text_of(patterns[0]);
  if (!pattern) return Reason::kUnsupported;
  Values found;
  if (std::string alias = narrow(lower_text(*pattern)); !alias_target(alias).empty() && alias.size() > 1) {
    Value command = make_object("commandinfo");
    command.shared<Object>()->members = {{"name", text_value(alias)}};
    return command;
  }
  for (std::string_view name : known_commands()) {
    if (name.find('-') == std::string_view::npos || !match_wildcard_text(*pattern, widen(name))) continue;
    Value command = make_object("commandinfo");
    command.shared<Object>()->members = {{"name", text_value(name)}};
    found.push_back(std::move(command));
  }
  if (found.empty()) return Reason::kCommand;
  if (found.size() > 1) note_assumption("command_table");
  return gathered(std::move(found), *this);
}

std::string Evaluator::command_name(const Value& value) {
  if (auto* object = value.shared<Object>();
      object != nullptr && (object->type == "commandinfo" || object->type == "aliasinfo")) {
    for (auto& [name, held] : object->members)
      if (name == "name" && held.text()) return narrow(lower_text(*held.text()));
  }
  auto text = value.known() && !value.is_list() ? to_text(value, u" ") : std::nullopt;
  if (!text && value.is_list() && list_size(value) == 1) return command_name(list_item(value, 0));
  if (!text) return {};
  return narrow(lower_text(*text));
}

Evaluator::Command Evaluator::make_command(std::string written) {
  Command made;
  made.alias_writes = alias_writes_;
  made.name = resolve_alias(written);
  made.function = find_command(made.name);
  made.program = program_name(written);
  made.starts_shell = std::find(std::begin(kShells), std::end(kShells), made.program) != std::end(kShells);
  made.silent = std::find(std::begin(kSilent), std::end(kSilent), made.name) != std::end(kSilent);
  for (const Cause& cause : kCauses)
    if (cause.name == made.name) made.reason = cause.reason;
  made.written = std::move(written);
  return made;
}

const Evaluator::Command& Evaluator::named_command(const Node& word) {
  if (word.known == kNoFold || commands_[word.known].alias_writes != alias_writes_) {
    word.known = static_cast<std::uint32_t>(commands_.size());
    commands_.push_back(make_command(lower_ascii(word.text)));
    charge(sizeof(Command));
  }
  return commands_[word.known];
}

Flow Evaluator::run_command(const Node& node, const Values* input, Values& out, const Node& pipeline,
                            bool last) {
  const Node& name_node = *node.kids[0];
  const Node& span = last ? pipeline : node;
  if (name_node.kind == Kind::kWord || name_node.kind == Kind::kString) {
    name_node.visited = true;
    if (!step()) return Flow::kExit;
    return run_named(named_command(name_node), node, input, out, span);
  }
  Value name_value = evaluate(name_node);
  if (auto* block = name_value.as<Block>()) {
    Arguments arguments = bind(node, nullptr);
    call_function(*block->node->kids[0], nullptr, std::move(arguments), input, out, node.text == "&");
    return Flow::kNext;
  }
  if (auto* object = name_value.shared<Object>(); object != nullptr && object->type == "scripttext") {
    add_flattened(invoke_text(name_value, "[scriptblock]::Create", span), out);
    return Flow::kNext;
  }
  const Command command = make_command(command_name(name_value));
  if (!command.name.empty()) return run_named(command, node, input, out, span);
  bind(node, nullptr);
  out.emplace_back(name_value.known() ? Reason::kCommand : name_value.reason());
  return Flow::kNext;
}

Flow Evaluator::run_named(const Command& command, const Node& node, const Values* input, Values& out,
                          const Node& span) {
  Value function = own_functions_ ? read_variable("function:" + command.name) : Value();
  if (own_functions_ && !function.as<Block>()) function = read_variable("function:" + command.written);
  if (auto* block = function.as<Block>()) {
    const Node& definition = *block->node;
    bool is_function = definition.kind == Kind::kFunction;
    const Node& body = *definition.kids[is_function ? 1 : 0];
    const Node* parameters =
        is_function && definition.kids[0]->kind == Kind::kParams ? definition.kids[0] : nullptr;
    for (const Node* kid : body.kids)
      if (kid->kind == Kind::kParams) parameters = kid;
    Arguments arguments = bind(node, parameters);
    call_function(body, parameters, std::move(arguments), input, out, node.text != ".");
    return Flow::kNext;
  }
  Arguments arguments = bind(node, nullptr);
  if (command.function != nullptr) return command.function(*this, arguments, input, out, span);
  if (command.starts_shell) {
    launch(command.program, arguments, input, span);
    out.emplace_back(Reason::kProcess);
    return Flow::kNext;
  }
  if (!command.name.starts_with("write-")) start_lines(arguments, span);
  if (command.silent) return Flow::kNext;
  ++outside_;
  out.emplace_back(command.reason);
  return Flow::kNext;
}

void Evaluator::bind_parameters(const Node& parameters, Arguments& arguments, bool piped) {
  std::size_t next = 0;
  std::vector<std::pair<std::string, Value>> named = std::move(arguments.named);
  arguments.named.clear();
  for (const Node* parameter : parameters.kids) {
    const Node& type = *parameter->kids[0];
    auto given = std::find_if(named.begin(), named.end(), [&](auto& n) {
      return !n.first.empty() && parameter->text.starts_with(n.first);
    });
    Value value;
    bool is_switch_type = type.kind == Kind::kType && canonical_type(type.text) == "switch";
    bool typed = type.kind == Kind::kType;
    if (given != named.end()) {
      value = given->second;
      named.erase(given);
    } else if (!is_switch_type && next < arguments.positional.size()) {
      value = arguments.positional[next++];
    } else if (arguments.splatted || piped) {
      value = Reason::kVariable;
    } else if (parameter->kids.size() > 1) {
      value = evaluate(*parameter->kids[1]);
    } else if (is_switch_type) {
      value = false;
    }
    if (typed && value.known() && !is_switch_type && canonical_type(type.text) != "object") {
      value = value.is_null() && canonical_type(type.text) != "string" && canonical_type(type.text) != "int"
                  ? value
                  : cast(type.text, value);
    }
    set_in_scope(scopes_.size() - 1, parameter->text, std::move(value));
  }
  arguments.positional.erase(arguments.positional.begin(),
                             arguments.positional.begin() + static_cast<std::ptrdiff_t>(next));
}

// Whether a function has called itself, under conditions that nobody knows, so often that one call more tells nothing.
bool Evaluator::calls_itself_undecided(const Node& body) const {
  const auto undecided = [&](const Running& call) { return call.body == &body && call.doubt < doubt(); };
  return static_cast<std::size_t>(std::count_if(running_.begin(), running_.end(), undecided)) >=
         limits::kPowershellUndecidedCallsMax;
}

Flow Evaluator::call_function(const Node& body, const Node* parameters, Arguments arguments,
                              const Values* input, Values& out, bool new_scope) {
  if (calls_ >= limits::kPowershellCallsMax) {
    note_limit("depth");
    out.emplace_back(Reason::kLimit);
    return Flow::kNext;
  }
  if (calls_itself_undecided(body)) {
    out.emplace_back(Reason::kBranch);
    return Flow::kNext;
  }
  for (const Node* kid : body.kids)
    if (kid->kind == Kind::kParams) parameters = kid, kid->visited = true;
  ++calls_;
  running_.push_back({&body, doubt()});
  body.visited = true;
  if (new_scope) scopes_.emplace_back();
  bool outer_returned = std::exchange(maybe_returned_, false);
  may_have_returned_ += outer_returned;
  Values outer_items = std::exchange(input_items, input != nullptr ? *input : Values());
  if (parameters != nullptr) bind_parameters(*parameters, arguments, input != nullptr);
  set_in_scope(scopes_.size() - 1, "args",
               arguments.splatted ? Value(Reason::kVariable) : make_array(arguments.positional));
  if (input != nullptr) set_in_scope(scopes_.size() - 1, "input", make_array(*input));
  Values produced;
  Flow flow = Flow::kNext;
  for (const Node* kid : body.kids) {
    if (kid == parameters || flow != Flow::kNext || stopped_) continue;
    if (kid->kind != Kind::kNamedBlock || kid->text != "process" || input == nullptr) {
      if (input != nullptr && input->size() == 1) set_in_scope(scopes_.size() - 1, "_", (*input)[0]);
      flow = statement(*kid, produced);
      continue;
    }
    kid->visited = true;
    for (const Value& item : *input) {
      if (!turn()) break;
      set_in_scope(scopes_.size() - 1, "_", item);
      statements(*kid->kids[0], produced);
    }
  }
  if (maybe_returned_) {
    produced.clear();
    produced.emplace_back(Reason::kBranch);
  }
  maybe_returned_ = outer_returned;
  may_have_returned_ -= outer_returned;
  input_items = std::move(outer_items);
  if (new_scope) scopes_.pop_back();
  running_.pop_back();
  --calls_;
  out.insert(out.end(), produced.begin(), produced.end());
  return flow == Flow::kExit ? Flow::kExit : Flow::kNext;
}

// ForEach-Object and Where-Object take one item after the other through all such stages that follow each
// other.
bool Evaluator::is_stream_stage(const Node& node) {
  const Node& name = *node.kids[0];
  if (name.kind != Kind::kWord && name.kind != Kind::kString) return false;
  const std::string& resolved = named_command(name).name;
  if (resolved != "foreach-object" && resolved != "where-object") return false;
  if (own_functions_ && read_variable("function:" + resolved).as<Block>()) return false;
  for (std::size_t i = 1; i < node.kids.size(); ++i)
    if (node.kids[i]->kind == Kind::kScriptBlock) return true;
  return false;
}

Evaluator::Stage Evaluator::make_stage(const Node& node) {
  Stage stage;
  std::vector<const Node*> plain;
  for (std::size_t i = 1; i < node.kids.size(); ++i) {
    const Node& kid = *node.kids[i];
    bool named = node.kids[i - 1]->kind == Kind::kParameter;
    std::string name = named ? lower_ascii(node.kids[i - 1]->text) : "";
    if (kid.kind != Kind::kScriptBlock) continue;
    if (name.starts_with("-b")) stage.begin.push_back(&kid);
    else if (name.starts_with("-e")) stage.end.push_back(&kid);
    else if (name.starts_with("-")) stage.process.push_back(&kid);
    else plain.push_back(&kid);
  }
  // Two blocks are begin and process; of three and more the last is end.
  std::size_t from = 0, to = plain.size();
  if (plain.size() > 1 && stage.begin.empty()) stage.begin.push_back(plain[from++]);
  if (plain.size() > 2 && stage.end.empty()) stage.end.push_back(plain[--to]);
  for (; from < to; ++from) stage.process.push_back(plain[from]);
  return stage;
}

bool Evaluator::stream_items(const std::vector<Stage>& stages, std::size_t at, const Value& item,
                             Values& out) {
  if (at == stages.size()) {
    out.push_back(item);
    return true;
  }
  bool going = true;
  if (at + 1 == stages.size() && !stages[at].filters) {
    for (const Node* block : stages[at].process) going &= run_block_item(*block, item, out);
    return going;
  }
  Values produced;
  for (const Node* block : stages[at].process) going &= run_block_item(*block, item, produced);
  if (stages[at].filters) {
    auto keep = produced.empty()       ? std::optional<bool>(false)
                : produced.size() == 1 ? to_bool(produced[0])
                                       : std::optional<bool>(true);
    if (!keep) return stream_items(stages, at + 1, Reason::kBranch, out) && going;
    return (*keep ? stream_items(stages, at + 1, item, out) : true) && going;
  }
  for (const Value& value : produced)
    if (!stream_items(stages, at + 1, value, out)) return false;
  return going;
}

// `0..65535 | % {0}` makes a buffer: every turn gives what the first one gave.
bool Evaluator::gives_constant(const Stage& stage) {
  if (stage.filters || stage.process.size() != 1) return false;
  const Node* node = stage.process[0]->kids[0];
  while ((node->kind == Kind::kBlock || node->kind == Kind::kPipeline) && node->kids.size() == 1)
    node = node->kids[0];
  return node->kind == Kind::kNumber || node->kind == Kind::kString;
}

std::size_t Evaluator::run_stream(const Node& node, std::size_t at, const Values& items, Values& out) {
  std::vector<Stage> stages;
  std::size_t first = at;
  for (; at < node.kids.size() && node.kids[at]->kind == Kind::kCommand && is_stream_stage(*node.kids[at]);
       ++at) {
    node.kids[at]->visited = true;
    stages.push_back(make_stage(*node.kids[at]));
    stages.back().filters = named_command(*node.kids[at]->kids[0]).name == "where-object";
  }
  Values ignored;
  for (const Stage& stage : stages)
    for (const Node* block : stage.begin) run_block_item(*block, Value(), stages.size() == 1 ? out : ignored);
  bool unknown_count =
      std::any_of(items.begin(), items.end(), [](const Value& item) { return !item.known(); });
  if (unknown_count) {
    std::set<std::pair<std::size_t, std::string>> changed;
    for (std::size_t i = first; i < at; ++i) forget_assigned(*node.kids[i]);
    {
      Branch branch(*this);
      stream_items(stages, 0, Reason::kBranch, ignored);
      branch.roll_back(&changed);
    }
    forget(changed);
    out.emplace_back(Reason::kBranch);
  } else if (items.size() > 1 && stages.size() == 1 && gives_constant(stages[0])) {
    Values once;
    if (stream_items(stages, 0, items[0], once) && once.size() == 1 && charge(items.size() * sizeof(Value)))
      out.insert(out.end(), items.size(), once[0]);
    else out.emplace_back(Reason::kLimit);
  } else {
    for (const Value& item : items)
      if (!stream_items(stages, 0, item, out)) break;
  }
  for (const Stage& stage : stages)
    for (const Node* block : stage.end) run_block_item(*block, Value(), out);
  return at;
}

}  // namespace bartizan::powershell
