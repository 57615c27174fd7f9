// SPDX-License-Identifier: Apache-2.0
// The cmdlets loaders build on. A table of name and function; each reads its arguments and puts out values.
#include <algorithm>
#include <span>

#include "base/limits.h"
#include "detect/powershell/evaluate.h"
#include "detect/powershell/lexer.h"
#include "detect/powershell/names.h"
#include "detect/powershell/pattern.h"

namespace bartizan::powershell {
namespace {

// The first value given by name or by place.
const Value* argument(const Arguments& arguments, std::string_view name, std::size_t place) {
  if (const Value* named = arguments.find(name)) return named;
  return place < arguments.positional.size() ? &arguments.positional[place] : nullptr;
}

Value input_value(Evaluator& evaluator, const Values* input) {
  if (input == nullptr) return Value();
  return Evaluator::gathered(*input, evaluator);
}

Flow invoke_expression(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out,
                       const Node& span) {
  const Value* command = argument(arguments, "command", 0);
  if (command != nullptr) {
    evaluator.add_flattened(evaluator.invoke_text(*command, "Invoke-Expression", span), out);
    return Flow::kNext;
  }
  for (const Value& item : input ? *input : Values())
    evaluator.add_flattened(evaluator.invoke_text(item, "Invoke-Expression", span), out);
  return Flow::kNext;
}

Flow invoke_command(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out,
                    const Node& span) {
  const Value* block = arguments.find("scriptblock", 2);
  if (block == nullptr) block = arguments.find("filepath", 99);
  for (const Value& value : arguments.positional)
    if (block == nullptr && (value.as<Block>() || value.shared<Object>())) block = &value;
  Values given;
  if (const Value* list = arguments.find("argumentlist", 2)) evaluator.add_flattened(*list, given);
  if (block == nullptr) return out.emplace_back(Reason::kCommand), Flow::kNext;
  if (auto* code = block->as<Block>()) {
    Value item = input_value(evaluator, input);
    evaluator.invoke_block(*code, given, input != nullptr ? &item : nullptr, &out);
  } else {
    evaluator.add_flattened(evaluator.invoke_text(*block, "Invoke-Command", span), out);
  }
  return Flow::kNext;
}

Flow write_output(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out, const Node&) {
  for (const Value& value : arguments.positional) evaluator.add_flattened(value, out);
  if (const Value* named = arguments.find("inputobject")) evaluator.add_flattened(*named, out);
  if (input != nullptr && arguments.positional.empty()) out.insert(out.end(), input->begin(), input->end());
  return Flow::kNext;
}

Flow out_null(Evaluator&, Arguments&, const Values*, Values&, const Node&) { return Flow::kNext; }

Flow out_string(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out, const Node&) {
  Text whole;
  bool stream = arguments.find("stream", 2) != nullptr;
  for (const Value& item : input ? *input : Values()) {
    auto text = item.text() || item.as<Char>() || item.is_number() ? evaluator.text_of(item) : std::nullopt;
    if (!text) return out.emplace_back(Reason::kUnsupported), Flow::kNext;
    if (stream) out.emplace_back(*text);
    else whole += *text + u"\r\n";
  }
  if (!stream) out.emplace_back(std::move(whole));
  return Flow::kNext;
}

Flow new_object(Evaluator& evaluator, Arguments& arguments, const Values*, Values& out, const Node&) {
  const Value* type = argument(arguments, "typename", 0);
  if (arguments.find("comobject", 3)) {
    auto name = evaluator.text_of(*arguments.find("comobject", 3));
    bool network = name && lower_text(*name).find(u"http") != Text::npos;
    return out.emplace_back(network ? Reason::kNetwork : Reason::kProcess), Flow::kNext;
  }
  auto name = type != nullptr ? evaluator.text_of(*type) : std::nullopt;
  if (!name) return out.emplace_back(Reason::kUnsupported), Flow::kNext;
  Values given;
  const Value* list = argument(arguments, "argumentlist", 1);
  if (arguments.positional.size() > 2) return out.emplace_back(Reason::kUnsupported), Flow::kNext;
  // A list is the arguments; a list of one list, or bytes, is one argument.
  if (list != nullptr && list->shared<Array>()) given = list->shared<Array>()->items;
  else if (list != nullptr) given.push_back(*list);
  std::string wanted = canonical_type(narrow(*name));
  if (wanted == "io.memorystream" && given.size() > 1) given = {*list};
  if (const Value* properties = arguments.find("property");
      properties && properties->shared<Table>() && wanted.ends_with("object"))
    return out.push_back(*properties), Flow::kNext;
  Value made = evaluator.new_object(wanted, given);
  out.push_back(std::move(made));
  return Flow::kNext;
}

bool is_variable_path(std::u16string_view lower) { return lower.starts_with(u"variable:"); }

Flow set_variable(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out, const Node&) {
  const Value* name = argument(arguments, "name", 0);
  const Value* value = argument(arguments, "value", name != nullptr && arguments.find("name") ? 0 : 1);
  auto text = name != nullptr ? evaluator.text_of(*name) : std::nullopt;
  if (!text) return Flow::kNext;
  Value held = value != nullptr ? *value : input != nullptr ? input_value(evaluator, input) : Value();
  std::string variable = narrow(lower_text(*text));
  evaluator.assign_variable(variable, held);
  if (arguments.find("passthru")) {
    Value made = evaluator.make_object("psvariable");
    Evaluator::add_member(*made.shared<Object>(), "name", *text);
    Evaluator::add_member(*made.shared<Object>(), "value", held);
    out.push_back(std::move(made));
  }
  return Flow::kNext;
}

Flow set_item(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out,
              const Node& span) {
  const Value* path = argument(arguments, "path", 0);
  auto text = path != nullptr ? evaluator.text_of(*path) : std::nullopt;
  if (!text) return Flow::kNext;
  Text lower = lower_text(*text);
  const Value* value = argument(arguments, "value", arguments.find("path") ? 0 : 1);
  if (is_variable_path(lower)) {
    Arguments renamed = arguments;
    Text name = text->substr(9);
    while (name.starts_with(u'/') || name.starts_with(u'\\')) name.erase(0, 1);
    renamed.positional = {Value(name)};
    renamed.named.clear();
    if (value != nullptr) renamed.positional.push_back(*value);
    return set_variable(evaluator, renamed, input, out, span);
  }
  if (lower.starts_with(u"function:") && value != nullptr && value->as<Block>())
    evaluator.assign_variable(narrow(lower), *value);
  if (lower.starts_with(u"alias:") && value != nullptr) evaluator.assign_variable(narrow(lower), *value);
  if (lower.starts_with(u"env:") && value != nullptr) evaluator.assign_variable(narrow(lower), *value);
  return Flow::kNext;
}

Value variable_object(Evaluator& evaluator, const std::string& name, const Value& value) {
  Value made = evaluator.make_object("psvariable");
  Evaluator::add_member(*made.shared<Object>(), "name", text_value(name));
  Evaluator::add_member(*made.shared<Object>(), "value", value);
  return made;
}

// Get-Variable, and Get-Item or Get-ChildItem of variable: and env:. The usual case of a fixed name is part
// of its value.
Flow find_variables(Evaluator& evaluator, const Text& pattern, bool value_only, Values& out) {
  Values found;
  std::string lower = narrow(lower_text(pattern));
  bool wildcard = lower.find_first_of("*?[") != std::string::npos;
  if (!wildcard) {
    Value value = evaluator.read_variable(lower);
    if (!value.known()) return out.push_back(value), Flow::kNext;
    found.push_back(value_only ? value : variable_object(evaluator, lower, value));
  } else {
    for (auto& [name, value] : evaluator.variables_like(pattern))
      found.push_back(value_only ? value : variable_object(evaluator, name, value));
  }
  if (found.empty()) found.emplace_back(Reason::kVariable);
  out.insert(out.end(), found.begin(), found.end());
  return Flow::kNext;
}

Flow get_variable(Evaluator& evaluator, Arguments& arguments, const Values*, Values& out, const Node&) {
  const Value* name = argument(arguments, "name", 0);
  auto text = name != nullptr ? evaluator.text_of(*name) : std::nullopt;
  if (!text) return out.emplace_back(Reason::kVariable), Flow::kNext;
  return find_variables(evaluator, *text, arguments.find("valueonly") != nullptr, out);
}

// The one alias loaders look for by a wildcard: i*x, ie?.
Value expression_alias(Evaluator& evaluator) {
  Value made = evaluator.make_object("aliasinfo");
  made.shared<Object>()->members = {{"name", text_value("iex")},
                                    {"definition", text_value("Invoke-Expression")}};
  return made;
}

Flow get_item(Evaluator& evaluator, Arguments& arguments, const Values*, Values& out, const Node&) {
  const Value* path = argument(arguments, "path", 0);
  auto text = path != nullptr ? evaluator.text_of(*path) : std::nullopt;
  if (!text) return out.emplace_back(Reason::kFile), Flow::kNext;
  Text lower = lower_text(*text);
  auto tail = [&](std::size_t skipped) {
    Text name = text->substr(skipped);
    while (name.starts_with(u'/') || name.starts_with(u'\\')) name.erase(0, 1);
    return name;
  };
  if (is_variable_path(lower)) return find_variables(evaluator, tail(9), false, out);
  if (lower.starts_with(u"env:")) return find_variables(evaluator, u"env:" + tail(4), false, out);
  if (lower.starts_with(u"alias:")) {
    if (match_wildcard(tail(6), u"iex", false).value_or(false))
      return out.push_back(expression_alias(evaluator)), Flow::kNext;
    std::string target = evaluator.resolve_alias(narrow(lower.substr(6)));
    Value made = evaluator.make_object("aliasinfo");
    made.shared<Object>()->members = {{"definition", text_value(usual_command_case(target))},
                                      {"name", text->substr(6)}};
    return out.push_back(std::move(made)), Flow::kNext;
  }
  return out.emplace_back(lower.starts_with(u"hk") || lower.starts_with(u"registry") ? Reason::kRegistry
                                                                                     : Reason::kFile),
         Flow::kNext;
}

Flow get_alias(Evaluator& evaluator, Arguments& arguments, const Values*, Values& out, const Node&) {
  const Value* name = argument(arguments, "name", 0);
  if (const Value* definition = arguments.find("definition")) {
    auto wanted = evaluator.text_of(*definition);
    if (wanted && lower_text(*wanted) == u"invoke-expression")
      return out.push_back(expression_alias(evaluator)), Flow::kNext;
  }
  auto text = name != nullptr ? evaluator.text_of(*name) : std::nullopt;
  if (text && match_wildcard(*text, u"iex", false).value_or(false))
    return out.push_back(expression_alias(evaluator)), Flow::kNext;
  return out.emplace_back(Reason::kCommand), Flow::kNext;
}

Flow get_command(Evaluator& evaluator, Arguments& arguments, const Values*, Values& out, const Node&) {
  const Value* name = argument(arguments, "name", 0);
  if (name == nullptr || !name->known()) return out.emplace_back(Reason::kCommand), Flow::kNext;
  evaluator.add_flattened(evaluator.commands_like({*name}), out);
  return Flow::kNext;
}

Flow set_alias(Evaluator& evaluator, Arguments& arguments, const Values*, Values&, const Node&) {
  const Value* name = argument(arguments, "name", 0);
  const Value* target = argument(arguments, "value", arguments.find("name") ? 0 : 1);
  auto text = name != nullptr ? evaluator.text_of(*name) : std::nullopt;
  if (text && target != nullptr) evaluator.assign_variable("alias:" + narrow(lower_text(*text)), *target);
  return Flow::kNext;
}

Flow select_object(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out,
                   const Node&) {
  Values items = input ? *input : Values();
  for (const Value& item : items)
    if (!item.known()) return out.push_back(item), Flow::kNext;
  if (const Value* property = arguments.find("expandproperty", 3)) {
    auto name = evaluator.text_of(*property);
    if (!name) return out.emplace_back(Reason::kUnsupported), Flow::kNext;
    for (const Value& item : items)
      evaluator.add_flattened(evaluator.member(item, narrow(lower_text(*name))), out);
    return Flow::kNext;
  }
  if (!arguments.positional.empty() || arguments.find("property") || arguments.find("unique"))
    return out.emplace_back(Reason::kUnsupported), Flow::kNext;
  auto count = [&](std::string_view name) -> std::optional<std::size_t> {
    const Value* value = arguments.find(name, 2);
    auto number =
        value ? to_integer(*value, 0, static_cast<std::int64_t>(limits::kPowershellArrayMax)) : std::nullopt;
    if (!number) return std::nullopt;
    return static_cast<std::size_t>(*number);
  };
  std::size_t from = std::min(count("skip").value_or(0), items.size()), to = items.size();
  if (auto first = count("first")) to = std::min(to, from + *first);
  if (auto last = count("last")) from = items.size() - std::min(*last, items.size());
  if (const Value* places = arguments.find("index")) {
    Value list = evaluator.make_array(items);
    for (std::size_t i = 0; i < list_size(*places); ++i)
      evaluator.add_flattened(evaluator.index(list, list_item(*places, i)), out);
    return Flow::kNext;
  }
  out.insert(out.end(), items.begin() + static_cast<std::ptrdiff_t>(from),
             items.begin() + static_cast<std::ptrdiff_t>(to));
  return Flow::kNext;
}

Flow sort_object(Evaluator&, Arguments& arguments, const Values* input, Values& out, const Node&) {
  Values items = input ? *input : Values();
  bool numbers = arguments.positional.empty() &&
                 std::all_of(items.begin(), items.end(),
                             [](const Value& item) { return item.as<std::int32_t>() != nullptr; });
  bool plain = arguments.named.empty() || (arguments.named.size() == 1 && arguments.find("descending"));
  if (!numbers || !plain) return out.emplace_back(Reason::kUnsupported), Flow::kNext;
  std::sort(items.begin(), items.end(),
            [](const Value& a, const Value& b) { return *a.as<std::int32_t>() < *b.as<std::int32_t>(); });
  if (arguments.find("descending")) std::reverse(items.begin(), items.end());
  out.insert(out.end(), items.begin(), items.end());
  return Flow::kNext;
}

// ForEach-Object with the name of a member or method; with blocks it is a stage of the stream.
Flow for_each_object(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out,
                     const Node& span) {
  auto name = arguments.positional.empty() ? std::nullopt : evaluator.text_of(arguments.positional[0]);
  const Value* block = argument(arguments, "process", 0);
  for (const Value& item : input ? *input : Values()) {
    if (block != nullptr && block->as<Block>()) {
      if (!evaluator.run_block_item(*block->as<Block>()->node, item, out)) break;
      continue;
    }
    if (!name) return out.emplace_back(Reason::kUnsupported), Flow::kNext;
    std::string member = narrow(lower_text(*name));
    Values given(arguments.positional.begin() + 1, arguments.positional.end());
    Value value = item.shared<Object>() || member == "length" || member == "count"
                      ? evaluator.member(item, member)
                      : Value();
    bool method =
        value.is_null() || (value.shared<Object>() && value.shared<Object>()->type == "methodgroup");
    evaluator.add_flattened(method ? evaluator.call_method(item, member, given, span) : value, out);
  }
  return Flow::kNext;
}

// Where-Object Name -like 'a*'; with a block it is a stage of the stream.
Flow where_object(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out, const Node&) {
  constexpr std::pair<std::string_view, Operator> kTests[] = {
      {"eq", Operator::kEqual},    {"ne", Operator::kNotEqual},     {"like", Operator::kLike},
      {"ilike", Operator::kLike},  {"notlike", Operator::kNotLike}, {"match", Operator::kMatch},
      {"gt", Operator::kGreater},  {"ge", Operator::kGreaterEqual}, {"lt", Operator::kLess},
      {"le", Operator::kLessEqual}};
  auto property = arguments.positional.empty() ? std::nullopt : evaluator.text_of(arguments.positional[0]);
  const auto* test = arguments.named.size() != 1
                         ? std::end(kTests)
                         : std::find_if(std::begin(kTests), std::end(kTests),
                                        [&](auto& t) { return t.first == arguments.named[0].first; });
  if (!property || test == std::end(kTests)) return out.emplace_back(Reason::kUnsupported), Flow::kNext;
  for (const Value& item : input ? *input : Values()) {
    const Value held = evaluator.member(item, narrow(lower_text(*property)));
    const Value answer = evaluator.binary({test->second}, held, arguments.named[0].second);
    const auto keep = answer.known() ? to_bool(answer) : std::nullopt;
    if (!keep)
      return out.clear(), out.emplace_back(answer.known() ? Reason::kUnsupported : answer.reason()),
             Flow::kNext;
    if (*keep) out.push_back(item);
  }
  return Flow::kNext;
}

// $ExecutionContext | Get-Member: names in the order Windows PowerShell lists them; scripts take them by place.
Flow get_member(Evaluator& evaluator, Arguments&, const Values* input, Values& out, const Node&) {
  constexpr std::string_view kContext[] = {"Equals",        "GetHashCode",    "GetType",
                                           "ToString",      "Events",         "Host",
                                           "InvokeCommand", "InvokeProvider", "SessionState"};
  constexpr std::string_view kInvoke[] = {"Equals",
                                          "ExpandString",
                                          "GetCmdlet",
                                          "GetCmdletByTypeName",
                                          "GetCmdlets",
                                          "GetCommand",
                                          "GetCommandName",
                                          "GetCommands",
                                          "GetHashCode",
                                          "GetType",
                                          "InvokeScript",
                                          "NewScriptBlock",
                                          "ToString",
                                          "CommandNotFoundAction",
                                          "HasErrors",
                                          "LocationChangedAction",
                                          "PostCommandLookupAction",
                                          "PreCommandLookupAction"};
  const Object* object = input != nullptr && input->size() == 1 ? (*input)[0].shared<Object>() : nullptr;
  std::span<const std::string_view> names;
  if (object != nullptr && object->type == "executioncontext") names = kContext;
  if (object != nullptr && object->type == "executioncontext.invokecommand") names = kInvoke;
  if (names.empty()) return out.emplace_back(Reason::kUnsupported), Flow::kNext;
  for (std::string_view name : names) {
    Value made = evaluator.make_object("memberdefinition");
    made.shared<Object>()->members = {{"name", text_value(name)}};
    out.push_back(std::move(made));
  }
  return Flow::kNext;
}

// Add-Member NoteProperty name value, on an object made from nothing or from a table.
Flow add_member(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out, const Node&) {
  const Value* target = arguments.find("inputobject", 2);
  if (target == nullptr && input != nullptr && input->size() == 1) target = &(*input)[0];
  Table* table = target != nullptr ? target->shared<Table>() : nullptr;
  if (table == nullptr) return Flow::kNext;
  std::size_t place = arguments.find("membertype") ? 0 : 1;
  const Value* name = argument(arguments, "name", place);
  const Value* value = argument(arguments, "value", arguments.find("name") ? place : place + 1);
  auto text = name != nullptr ? evaluator.text_of(*name) : std::nullopt;
  evaluator.mutate(*table);
  if (!text || value == nullptr || !evaluator.charge(2 * sizeof(Value))) table->uncertain = true;
  else table->entries.emplace_back(Value(*text), Evaluator::held_by(*table, *value));
  if (arguments.find("passthru")) out.push_back(*target);
  return Flow::kNext;
}

Flow to_secure_string(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out,
                      const Node&) {
  const Value* given = argument(arguments, "string", 0);
  Value piped = input_value(evaluator, input);
  auto text = evaluator.text_of(given != nullptr ? *given : piped);
  if (!text || (given == nullptr && !piped.known()))
    return out.emplace_back(Reason::kUnsupported), Flow::kNext;
  Value made = evaluator.make_object("security.securestring");
  if (arguments.find("asplaintext")) {
    made.shared<Object>()->text = *text;
    return out.push_back(std::move(made)), Flow::kNext;
  }
  const Value* key = arguments.find("key");
  if (const Value* secure = arguments.find("securekey", 2)) key = secure;
  auto bytes = key != nullptr && key->known() ? to_bytes(*key) : std::nullopt;
  auto plain = bytes ? decrypt_secure_string(*text, *bytes) : std::nullopt;
  if (!plain || !evaluator.charge(plain->size() * 2))
    return out.emplace_back(Reason::kUnsupported), Flow::kNext;
  evaluator.note_transform("securestring");
  made.shared<Object>()->text = std::move(*plain);
  return out.push_back(std::move(made)), Flow::kNext;
}

Flow add_type(Evaluator& evaluator, Arguments& arguments, const Values*, Values& out, const Node& span) {
  const Value* code = arguments.find("typedefinition", 2);
  if (code == nullptr) code = arguments.find("memberdefinition");
  if (code == nullptr && !arguments.positional.empty()) code = &arguments.positional[0];
  auto text = code != nullptr && code->known() ? evaluator.text_of(*code) : std::nullopt;
  if (text && text->find(u'{') != Text::npos)
    evaluator.add_plain_layer(LayerKind::kCsharp, "Add-Type", narrow(*text), span);
  if (arguments.find("passthru")) out.emplace_back(Reason::kUnsupported);
  return Flow::kNext;
}

Flow start_process(Evaluator& evaluator, Arguments& arguments, const Values*, Values& out, const Node& span) {
  const Value* program = argument(arguments, "filepath", 0);
  const Value* list = argument(arguments, "argumentlist", arguments.find("filepath") ? 0 : 1);
  if (list == nullptr) list = arguments.find("args");
  auto name = program != nullptr && program->known() ? evaluator.text_of(*program) : std::nullopt;
  auto words = list != nullptr && list->known() ? to_text(*list, u" ") : std::optional<Text>(Text());
  if (name && words) {
    std::string line = narrow(*name) + " " + narrow(*words);
    evaluator.run_child(line, span);
  }
  (void)out;
  return Flow::kNext;
}

Flow start_job(Evaluator& evaluator, Arguments& arguments, const Values* input, Values& out,
               const Node& span) {
  Values ignored;
  invoke_command(evaluator, arguments, input, ignored, span);
  return out.emplace_back(Reason::kProcess), Flow::kNext;
}

Flow get_clipboard(Evaluator& evaluator, Arguments&, const Values*, Values& out, const Node&) {
  return out.push_back(evaluator.clipboard()), Flow::kNext;
}

// Commands that start what stands in one of their arguments.
Flow start_other(Evaluator& evaluator, Arguments& arguments, const Values*, Values& out, const Node& span) {
  if (const Value* program = arguments.find("execute")) {
    const Value* given = arguments.find("argument");
    auto line = evaluator.text_of(*program),
         rest = given ? evaluator.text_of(*given) : std::optional<Text>(Text());
    if (line && rest) evaluator.run_child(narrow(*line + u" " + *rest), span);
    return out.emplace_back(Reason::kProcess), Flow::kNext;
  }
  for (std::string_view name :
       {"action", "argument", "argumentlist", "binarypathname", "execute", "arguments"}) {
    const Value* value = arguments.find(name, 3);
    auto text =
        value != nullptr && value->known() && !value->as<Block>() ? to_text(*value, u" ") : std::nullopt;
    if (value != nullptr && value->as<Block>()) evaluator.invoke_block(*value->as<Block>(), {}, nullptr);
    if (text) evaluator.run_child(narrow(*text), span);
  }
  return out.emplace_back(Reason::kProcess), Flow::kNext;
}

constexpr std::pair<std::string_view, CommandFunction> kCommands[] = {
    {"invoke-expression", invoke_expression},
    {"invoke-command", invoke_command},
    {"write-output", write_output},
    {"out-null", out_null},
    {"out-default", out_null},
    {"out-string", out_string},
    {"new-object", new_object},
    {"set-variable", set_variable},
    {"new-variable", set_variable},
    {"set-item", set_item},
    {"new-item", set_item},
    {"get-variable", get_variable},
    {"variable", get_variable},
    {"get-item", get_item},
    {"get-childitem", get_item},
    {"item", get_item},
    {"childitem", get_item},
    {"get-alias", get_alias},
    {"alias", get_alias},
    {"get-command", get_command},
    {"command", get_command},
    {"set-alias", set_alias},
    {"new-alias", set_alias},
    {"select-object", select_object},
    {"sort-object", sort_object},
    {"foreach-object", for_each_object},
    {"where-object", where_object},
    {"convertto-securestring", to_secure_string},
    {"add-type", add_type},
    {"add-member", add_member},
    {"get-member", get_member},
    {"start-process", start_process},
    {"start-job", start_job},
    {"get-clipboard", get_clipboard},
    {"register-scheduledtask", start_other},
    {"new-scheduledtaskaction", start_other},
    {"register-wmievent", start_other},
    {"register-objectevent", start_other},
    {"new-service", start_other},
    {"set-service", start_other},
    {"invoke-wmimethod", start_other}};

}  // namespace

CommandFunction find_command(std::string_view lower_name) {
  for (auto& [name, function] : kCommands)
    if (name == lower_name) return function;
  return nullptr;
}

std::vector<std::pair<std::string, Value>> Evaluator::variables_like(std::u16string_view pattern) {
  std::vector<std::pair<std::string, Value>> found;
  // Fixed names as PowerShell shows them; their letters are what scripts slice.
  constexpr std::pair<std::string_view, std::string_view> kShown[] = {
      {"maximumdrivecount", "MaximumDriveCount"},
      {"verbosepreference", "VerbosePreference"},
      {"shellid", "ShellId"},
      {"pshome", "PSHOME"},
      {"executioncontext", "ExecutionContext"},
      {"maximumvariablecount", "MaximumVariableCount"},
      {"maximumaliascount", "MaximumAliasCount"},
      {"maximumfunctioncount", "MaximumFunctionCount"},
      {"maximumerrorcount", "MaximumErrorCount"},
      {"maximumhistorycount", "MaximumHistoryCount"},
      {"env:comspec", "ComSpec"},
      {"env:public", "PUBLIC"},
      {"env:windir", "windir"},
      {"env:systemroot", "SystemRoot"}};
  bool environment = lower_text(pattern).starts_with(u"env:");
  for (const NamedText& fixed : fixed_variables()) {
    if (fixed.name.starts_with("env:") != environment || !match_wildcard_text(pattern, widen(fixed.name)))
      continue;
    std::string shown(fixed.name);
    for (auto& [lower, usual] : kShown)
      if (lower == fixed.name) shown = usual;
    found.emplace_back(shown, text_value(fixed.text));
    note_assumption("env_assumed");
  }
  if (!environment && match_wildcard_text(pattern, u"executioncontext"))
    found.emplace_back("ExecutionContext", make_object("executioncontext"));
  for (std::size_t scope = scopes_.size(); scope-- > 0;) {
    std::vector<std::pair<std::string, Value>> here;
    for (auto& [name, value] : scopes_[scope].variables)
      if (name.find(':') == std::string::npos && match_wildcard_text(pattern, widen(name)))
        here.emplace_back(name, value);
    std::sort(here.begin(), here.end(), [](auto& a, auto& b) { return a.first < b.first; });
    for (auto& entry : here)
      if (std::none_of(found.begin(), found.end(),
                       [&](auto& known) { return lower_ascii(known.first) == entry.first; }))
        found.push_back(std::move(entry));
    if (scopes_[scope].isolated) break;
  }
  return found;
}

bool Evaluator::match_wildcard_text(std::u16string_view pattern, std::u16string_view text) {
  return match_wildcard(pattern, text, false).value_or(false);
}

}  // namespace bartizan::powershell
