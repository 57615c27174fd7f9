// SPDX-License-Identifier: Apache-2.0
// The bounded partial evaluator. It walks the tree of a layer as PowerShell would run it; values that cannot
// be known from the text are Unknown, and a branch whose condition is Unknown is walked for the layers in it,
// after which whatever it changed is Unknown. Text handed to an interpreter becomes a layer of its own.
// Values of expressions are noted in the nodes (Node::fold) for the views. One evaluator a script; one
// thread.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/limits.h"
#include "detect/powershell/ast.h"
#include "detect/powershell/codec.h"
#include "detect/powershell/commandline.h"
#include "detect/powershell/deobfuscate.h"
#include "detect/powershell/value.h"

namespace bartizan::powershell {

using Values = std::vector<Value>;

enum class Flow : std::uint8_t { kNext, kBreak, kContinue, kReturn, kExit };

struct Fold {
  Value value;           // text, a char, a number or a type
  bool differs = false;  // other values were seen: not to be shown
  bool text() const { return value.text() != nullptr || value.as<Char>() != nullptr; }
  std::string plain() const;  // without quotes
  std::string shown() const;  // as PowerShell would write it
};

// A command's arguments after evaluation.
struct Arguments {
  Values positional;
  std::vector<std::pair<std::string, Value>> in_order;  // as written: a name with its dash, a value, or both
  std::vector<std::pair<std::string, Value>> named;     // lower case, without dash; a switch has true
  bool splatted = false;                                // more arguments than can be seen
  const Value* find(std::string_view name, std::size_t shortest = 1) const;  // by unambiguous prefix
};

class Evaluator;
using CommandFunction = Flow (*)(Evaluator&, Arguments&, const Values* input, Values& out, const Node& span);
CommandFunction find_command(std::string_view lower_name);  // a cmdlet we know, or null

class Evaluator {
 public:
  Evaluator(Layers& out, std::size_t steps_max) : out_(out), steps_max_(steps_max) { scopes_.emplace_back(); }

  // Evaluates layer `index` of the output as a program of its own.
  void run_script(std::size_t index, const PeeledInputs& inputs);
  void run_peeled(const std::vector<Peeled>& found, std::size_t parent, std::uint32_t begin,
                  std::uint32_t end, unsigned depth);
  const Tree& tree(std::size_t layer) const { return layer < trees_.size() ? trees_[layer] : no_tree_; }
  const Fold* fold_of(const Node& node) const { return node.fold == kNoFold ? nullptr : &folds_[node.fold]; }
  std::uint64_t steps() const { return steps_; }

  // For commands, members and statics.
  Value evaluate(const Node& node);
  void collect(const Node& statement_node, Values& out);
  Value invoke_text(const Value& text, std::string_view sink, const Node& span);
  Value invoke_block(const Block& block, const Values& arguments, const Value* item, Values* out = nullptr);
  bool run_block_item(const Node& block, const Value& item,
                      Values& out);  // as ForEach-Object does; false: stop
  bool charge(std::size_t bytes);
  void note_transform(std::string_view name);
  void note_assumption(std::string_view name);
  void note_limit(std::string_view name);
  Text separator();
  std::optional<Text> text_of(const Value& value) {
    return to_text(value, value.is_list() ? separator() : Text());
  }
  Value make_array(Values items, Element element = Element::kAny);
  Value make_bytes(Bytes8 bytes);
  // What may be put into a container: `value`, or Unknown where it would nest too deep or in a circle.
  static Value held_by(const Container& holder, Value value) {
    return rank_of(value) < holder.rank ? std::move(value) : Value(Reason::kLimit);
  }
  // Gives a new object a member.
  static void add_member(Object& object, std::string name, Value value) {
    if (rank_of(value) >= object.rank && rank_of(value) < kRankMax) object.rank = rank_of(value) + 1;
    Value kept = held_by(object, std::move(value));
    object.members.emplace_back(std::move(name), std::move(kept));
  }
  Value make_object(std::string type);
  template <class C>
  void mutate(C& container) {
    ++writes_;
    if (branches_ > 0 && container.birth <= branch_birth_) container.uncertain = true;
  }
  Value read_variable(const std::string& name);
  void assign_variable(const std::string& name, Value value);
  bool variable_set(const std::string& name) const;
  Value cast(const std::string& type, const Value& value);
  Value call_method(const Value& self, const std::string& name, const Values& arguments, const Node& span);
  Value call_static(const std::string& type, const std::string& name, const Values& arguments,
                    const Node& span);
  Value member(const Value& self, const std::string& name);
  Value binary(Op op, const Value& left, const Value& right);
  Value new_object(const std::string& type, const Values& arguments);
  Value index(const Value& self, const Value& at);
  Value filter(Op op, const Value& left, const Value& right);
  Value split(Op op, const Value& left, const Value& right);
  Flow run_command(const Node& node, const Values* input, Values& out, const Node& pipeline, bool last);
  static std::string command_name(const Value& value);
  static bool match_wildcard_text(std::u16string_view pattern, std::u16string_view text);
  std::string resolve_alias(std::string name);
  std::vector<std::pair<std::string, Value>> variables_like(std::u16string_view pattern);
  void add_plain_layer(LayerKind kind, std::string_view sink, std::string text, const Node& span);
  void add_binary_layer(const Bytes8& bytes, std::string_view sink, const Node& span);
  void launch(const std::string& program, const Arguments& arguments, const Values* input, const Node& span);
  Value block_text(const Block& block);
  Value clipboard() const;
  Value commands_like(const Values& patterns);
  static Value gathered(Values items, Evaluator& self);
  void add_flattened(Value value, Values& out);
  void run_child(const std::string& command_line, const Node& span);
  // Arguments of something we do not know that read like the command line of a shell: most likely started.
  void start_lines(const Arguments& arguments, const Node& span);
  void start_lines(const Values& arguments, const Node& span);
  Value expand_text(const Text& text);  // as a double-quoted string
  Values input_items;                   // $input of the innermost command

 private:
  struct Scope {
    std::unordered_map<std::string, Value> variables;
    bool isolated = false;  // names below are not seen: a process of its own
  };
  struct Change {
    std::size_t scope;
    std::string name;
    std::optional<Value> before;
  };
  // A ForEach-Object or Where-Object of a pipeline.
  struct Stage {
    bool filters = false;
    std::vector<const Node*> begin, process, end;
  };
  // What the name of a command stands for, as far as the script has not changed it.
  struct Command {
    std::string written, name, program;  // lower case; aliases resolved; without folder and ending
    CommandFunction function = nullptr;
    bool starts_shell = false, silent = false;
    std::uint64_t alias_writes = 0;  // made when so many aliases had been set
    Reason reason = Reason::kCommand;
  };
  Command make_command(std::string written);
  Flow run_named(const Command& command, const Node& node, const Values* input, Values& out,
                 const Node& span);
  const Command& named_command(const Node& word);  // of a word or plain string
  static Stage make_stage(const Node& node);
  static bool gives_constant(const Stage& stage);
  class Branch;
  friend class Branch;

  bool step();
  bool exhausted() const { return stopped_; }

  // evaluate.cpp: statements
  Flow statements(const Node& block, Values& out);
  Flow statement(const Node& node, Values& out);
  Flow assignment(const Node& node, Values& out);
  Flow if_statement(const Node& node, Values& out);
  Flow loop(const Node& node, Values& out);
  Flow for_each(const Node& node, Values& out);
  Flow switch_statement(const Node& node, Values& out);
  Flow try_statement(const Node& node, Values& out);
  Flow pipeline(const Node& node, Values& out);
  Flow loop_body(const Node& body, Values& out, bool& stop);
  void unknown_loop(const Node& node, const Node& body, Values& out);
  void forget_assigned(const Node& node);
  void forget(const std::set<std::pair<std::size_t, std::string>>& changed);
  void set_in_scope(std::size_t scope, const std::string& name, Value value);
  Value fixed_variable(const std::string& name);
  void walk_unvisited(const Node& node);
  Scope settled_variables() const;
  Value statement_value(const Node& node);
  bool turn();

  // evaluate_expression.cpp
  Value evaluate_kind(const Node& node);
  Value expandable(const Node& node);
  Value chain(const Node& node);
  Value unary(const Node& node);
  Value postfix(const Node& node);
  Value hash(const Node& node);
  Value increment(const Node& target, Operator op, bool after);
  void assign(const Node& target, Value value);
  void assign_place(const Node& target, Value value);
  void note_fold(const Node& node, const Value& value);
  const Value& constant(const Node& node);
  void begin_empty(const Node& target);
  std::optional<std::string> member_word(const Node& suffix);

  // commands.cpp
  Arguments bind(const Node& node, const Node* parameters);
  // How many things must go one way for the place at hand to be reached, of which nobody knows which way they go.
  unsigned doubt() const { return branches_ + may_have_returned_ + (maybe_returned_ ? 1 : 0); }
  bool calls_itself_undecided(const Node& body) const;
  Flow call_function(const Node& block, const Node* parameters, Arguments arguments, const Values* input,
                     Values& out, bool new_scope);
  void bind_parameters(const Node& parameters, Arguments& arguments, bool piped);
  bool stream_items(const std::vector<Stage>& stages, std::size_t at, const Value& item, Values& out);
  bool is_stream_stage(const Node& node);
  std::size_t run_stream(const Node& node, std::size_t at, const Values& items, Values& out);

  Layers& out_;
  std::size_t steps_max_;
  std::uint64_t steps_ = 0, turns_ = 0;
  std::size_t bytes_ = 0, fold_bytes_ = 0, layer_bytes_ = 0;
  bool stopped_ = false, typed_variables_ = false, maybe_left_loop_ = false, maybe_returned_ = false;
  std::set<std::string> begun_empty_;  // variables taken to be empty because the script adds to them first
  bool own_separator_ = false, own_functions_ = false;  // set by the script
  std::deque<Tree> trees_, expanded_trees_;
  const Tree no_tree_;
  std::vector<Fold> folds_;
  std::deque<Value> constants_;
  std::deque<Command> commands_;
  std::vector<Scope> scopes_;
  std::vector<Change> changes_;
  std::unordered_map<std::string, unsigned> set_counts_;  // how often each name was set, anywhere
  struct Running {
    const Node* body;
    unsigned doubt;  // of the call
  };
  std::vector<Running> running_;  // functions and blocks that are called, innermost last
  unsigned branches_ = 0, calls_ = 0;
  unsigned may_have_returned_ = 0;  // functions around the one at hand that may have ended before
  std::uint64_t births_ = 0, branch_birth_ = 0, writes_ = 0;
  std::uint64_t alias_writes_ = 0;
  std::uint64_t outside_ = 0;  // commands seen that depend on the world
  std::size_t layer_ = 0;
  std::vector<std::string> transforms_, assumptions_;
  PeeledInputs inputs_;
};

}  // namespace bartizan::powershell
