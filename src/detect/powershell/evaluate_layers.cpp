// SPDX-License-Identifier: Apache-2.0
// Text that is run: layers, blocks, and programs started.
#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "detect/powershell/branch.h"
#include "detect/powershell/names.h"
#include "detect/powershell/parser.h"

namespace bartizan::powershell {
namespace {

std::vector<std::string> techniques_of(std::string_view sink, const std::vector<std::string>& transforms) {
  std::vector<std::string> ids = {sink.starts_with("cmd") ? "T1059.003" : "T1059.001"};
  bool encoded = false, shaped = false;
  for (const std::string& name : transforms) {
    encoded |= name == "base64" || name == "inflate" || name == "aes" || name == "securestring" ||
               name == "xor" || name == "hex" || name == "octal" || name == "binary" || name == "decimal";
    shaped |= name == "replace" || name == "format" || name == "reverse" || name == "join" ||
              name == "split" || name == "carets";
  }
  if (encoded) ids.emplace_back("T1140");
  if (encoded || shaped) ids.emplace_back("T1027.010");
  return ids;
}

unsigned depth_of(const Layers& layers, std::size_t index) {
  unsigned depth = 0;
  for (std::uint32_t at = static_cast<std::uint32_t>(index); layers.layers[at].parent != kNoParent;
       at = layers.layers[at].parent)
    ++depth;
  return depth;
}

}  // namespace

Value Evaluator::fixed_variable(const std::string& name) {
  if (name.starts_with("alias:") || name.starts_with("function:")) return Reason::kVariable;
  if (name == "true" || name == "?") return true;
  if (name == "false") return false;
  if (name == "null") return Value();
  if (name == "ofs") return Value();
  if (name == "input" || name == "stdin") {
    if (!inputs_.has_input && input_items.empty()) return Reason::kVariable;
    return gathered(input_items, *this);
  }
  if (name == "executioncontext") return make_object("executioncontext");
  if (name.starts_with("env:")) {
    for (auto& [known, text] : inputs_.environment)
      if ("env:" + known == name) return text_value(text);
  }
  std::string_view text = fixed_variable_text(name);
  if (text.data() != nullptr) {
    note_assumption("env_assumed");
    return text_value(text);
  }
  if (name.starts_with("env:")) return Reason::kEnvironment;
  return Reason::kVariable;
}

Value Evaluator::clipboard() const {
  return inputs_.has_clipboard ? text_value(inputs_.clipboard) : Value(Reason::kProcess);
}

Value Evaluator::block_text(const Block& block) {
  for (std::size_t i = 0; i < trees_.size(); ++i) {
    // The block's text is in the layer whose tree it belongs to; nodes do not say which, so only the current
    // one is looked at.
    if (i != layer_) continue;
    const Node& body = *block.node->kids[0];
    const std::string& text = out_.layers[i].text;
    if (body.end <= text.size() && block.node->end <= text.size() &&
        block.node->begin + 1 <= block.node->end - 1 && text[block.node->begin] == '{' &&
        text[block.node->end - 1] == '}')
      return text_value(text.substr(block.node->begin + 1, block.node->end - block.node->begin - 2));
  }
  return Reason::kUnsupported;
}

Value Evaluator::invoke_text(const Value& given, std::string_view sink, const Node& span) {
  if (auto* block = given.as<Block>()) return invoke_block(*block, {}, nullptr);
  auto* object = given.shared<Object>();
  auto text = object && object->type == "scripttext" ? std::optional<Text>(object->text)
              : given.known()                        ? text_of(given)
                                                     : std::nullopt;
  if (!text) {
    Reason reason = given.known() ? Reason::kUnsupported : given.reason();
    std::string_view name = reason_name(reason);
    if (std::find(out_.unknowns.begin(), out_.unknowns.end(), name) == out_.unknowns.end())
      out_.unknowns.emplace_back(name);
    return reason;
  }
  if (text->find_first_not_of(u" \t\r\n") == Text::npos) return Value();
  std::string utf8;
  append_valid_utf8(narrow(*text), utf8);
  std::size_t parent = layer_;
  std::size_t index = out_.layers.size();
  for (std::size_t at = parent;; at = out_.layers[at].parent) {
    if (out_.layers[at].text == utf8) return note_limit("repeats"), Reason::kLimit;
    if (out_.layers[at].parent == kNoParent) break;
  }
  for (std::size_t i = parent + 1; i < out_.layers.size(); ++i)
    if (out_.layers[i].parent == parent && out_.layers[i].text == utf8) index = i;
  if (index == out_.layers.size()) {
    add_plain_layer(LayerKind::kScript, sink, utf8, span);
    if (index == out_.layers.size()) return Reason::kLimit;
  }
  if (calls_ >= limits::kPowershellCallsMax || depth_of(out_, index) >= limits::kPowershellDepthMax)
    return note_limit("depth"), Reason::kLimit;
  while (trees_.size() <= index) trees_.emplace_back();
  if (trees_[index].root == nullptr) trees_[index] = parse_script(out_.layers[index].text);
  if (trees_[index].limited) note_limit("nesting");
  ++calls_;
  layer_ = index;
  std::vector<std::string> outer = std::exchange(transforms_, {});
  Values out;
  statements(*trees_[index].root, out);
  walk_unvisited(*trees_[index].root);
  transforms_ = std::move(outer);
  layer_ = parent;
  --calls_;
  return gathered(std::move(out), *this);
}

void Evaluator::add_plain_layer(LayerKind kind, std::string_view sink, std::string text, const Node& span) {
  for (const Layer& known : out_.layers)
    if (known.parent == layer_ && known.text == text && known.begin == span.begin) return;
  layer_bytes_ += text.size();
  if (out_.layers.size() >= limits::kPowershellLayersMax || layer_bytes_ > limits::kPowershellOutputMax) {
    note_limit("layers");
    return;
  }
  Layer made;
  made.parent = static_cast<std::uint32_t>(layer_);
  made.kind = kind;
  made.sink = sink;
  made.begin = span.begin;
  made.end = span.end;
  made.transforms = transforms_;
  made.assumptions = assumptions_;
  made.techniques = techniques_of(sink, transforms_);
  append_valid_utf8(text, made.text);
  out_.layers.push_back(std::move(made));
}

void Evaluator::add_binary_layer(const Bytes8& bytes, std::string_view sink, const Node& span) {
  add_plain_layer(LayerKind::kBinary, sink, "", span);
  Layer& made = out_.layers.back();
  if (made.kind != LayerKind::kBinary) return;
  made.binary_sha256 =
      sha256_hex(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  if (bytes.size() > 1 && bytes[0] == 'M' && bytes[1] == 'Z') made.transforms.emplace_back("mz");
}

Value Evaluator::invoke_block(const Block& block, const Values& arguments, const Value* item, Values* out) {
  if (calls_ >= limits::kPowershellCallsMax) return note_limit("depth"), Reason::kLimit;
  Arguments given;
  given.positional = arguments;
  Values produced;
  Values input;
  if (item != nullptr) input.push_back(*item);
  call_function(*block.node->kids[0], nullptr, std::move(given), item != nullptr ? &input : nullptr, produced,
                true);
  if (out != nullptr) {
    out->insert(out->end(), produced.begin(), produced.end());
    return Value();
  }
  return gathered(std::move(produced), *this);
}

// ForEach-Object's blocks run in the caller's scope with $_.
bool Evaluator::run_block_item(const Node& block, const Value& item, Values& out) {
  if (!turn()) return false;
  if (calls_ >= limits::kPowershellCallsMax) return note_limit("depth"), false;
  ++calls_;
  const std::size_t scope = scopes_.size() - 1;
  auto [held, fresh] = scopes_[scope].variables.try_emplace("_", Reason::kVariable);
  Value& place = held->second;  // stays where it is: only a branch that began before this could take it out
  Value outer = place;
  if (branches_ > 0) set_in_scope(scope, "_", item);
  else ++writes_, place = item;
  Flow flow = statements(*block.kids[0], out);
  if (branches_ > 0) set_in_scope(scope, "_", std::move(outer));
  else place = std::move(outer);
  --calls_;
  return flow != Flow::kBreak && flow != Flow::kExit && !stopped_;
}

// A child process starts with nothing but what it inherits.
void Evaluator::run_peeled(const std::vector<Peeled>& found, std::size_t parent, std::uint32_t begin,
                           std::uint32_t end, unsigned depth) {
  for (const Peeled& peeled : found) {
    std::size_t outer = std::exchange(layer_, parent);
    Node span;
    span.begin = begin;
    span.end = end;
    std::size_t index = out_.layers.size();
    bool repeats = false;
    for (std::size_t at = parent;; at = out_.layers[at].parent) {
      repeats |= out_.layers[at].text == peeled.text;
      if (out_.layers[at].parent == kNoParent) break;
    }
    if (!repeats) add_plain_layer(peeled.kind, peeled.sink, peeled.text, span);
    layer_ = outer;
    if (index == out_.layers.size()) continue;
    Layer& made = out_.layers[index];
    made.transforms = peeled.transforms;
    made.assumptions = peeled.assumptions;
    made.techniques = techniques_of(peeled.sink, peeled.transforms);
    if (made.kind != LayerKind::kScript) continue;
    if (depth >= limits::kPowershellDepthMax || calls_ >= limits::kPowershellCallsMax) {
      note_limit("depth");
      continue;
    }
    ++calls_;
    run_script(index, peeled.inputs);
    --calls_;
  }
}

void Evaluator::launch(const std::string& program, const Arguments& arguments, const Values* input,
                       const Node& span) {
  std::vector<std::string> words;
  bool has_input = input != nullptr;
  PeeledInputs inputs;
  inputs.environment = inputs_.environment;
  if (has_input) {
    auto piped = text_of(input->size() == 1 ? (*input)[0] : make_array(*input));
    if (!piped) has_input = false;
    else inputs.standard_input = narrow(*piped);
  }
  inputs.has_input = has_input;
  for (const auto& [name, value] : arguments.in_order) {
    if (!name.empty()) words.push_back(name);
    if (name.empty() || !value.is_null()) {
      if (auto* block = value.as<Block>()) {
        invoke_block(*block, {}, nullptr);
        return;
      }
      auto text = value.known() ? text_of(value) : std::nullopt;
      if (!text) return;
      words.push_back(narrow(*text));
    }
  }
  if (program == "powershell" || program == "pwsh")
    return run_peeled(peel_powershell(words, inputs), layer_, span.begin, span.end,
                      depth_of(out_, layer_) + 1);
  std::string line = program;
  for (const std::string& word : words)
    line += word.find(' ') == std::string::npos ? " " + word : " \"" + word + "\"";
  run_child(line, span);
}

void Evaluator::start_lines(const Arguments& arguments, const Node& span) {
  Values given = arguments.positional;
  for (auto& [name, value] : arguments.named) given.push_back(value);
  start_lines(given, span);
}

void Evaluator::start_lines(const Values& arguments, const Node& span) {
  const Text* first = arguments.empty() ? nullptr : arguments[0].text();
  const Text* second = arguments.size() > 1 ? arguments[1].text() : nullptr;
  auto start = [&](const std::string& line) {
    if (looks_like_command_line(line) && line.find_first_of("-/", line.find(' ')) != std::string::npos)
      run_child(line, span);
  };
  if (first != nullptr && second != nullptr && first->find(u' ') == Text::npos)
    start(narrow(*first + u" " + *second));
  for (const Value& argument : arguments) {
    if (argument.text() != nullptr) start(narrow(*argument.text()));
    if (auto* table = argument.shared<Table>())
      for (auto& [key, value] : table->entries)
        if (value.text() != nullptr) start(narrow(*value.text()));
  }
}

Value Evaluator::expand_text(const Text& text) {
  if (expanded_trees_.size() >= limits::kPowershellLayersMax) return Reason::kLimit;
  expanded_trees_.push_back(parse_script("@\"\n" + narrow(text) + "\n\"@"));
  const Tree& tree = expanded_trees_.back();
  if (tree.errors > 0 || tree.root->kids.size() != 1) return Reason::kUnsupported;
  return statement_value(*tree.root->kids[0]);
}

void Evaluator::run_child(const std::string& command_line, const Node& span) {
  run_peeled(peel(command_line), layer_, span.begin, span.end, depth_of(out_, layer_) + 1);
}

}  // namespace bartizan::powershell
