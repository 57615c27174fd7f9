// SPDX-License-Identifier: Apache-2.0
// Properties and methods of values. Whatever is not in the tables is Unknown.
#include <algorithm>
#include <limits>
#include <optional>

#include "base/limits.h"
#include "detect/powershell/evaluate.h"
#include "detect/powershell/format.h"
#include "detect/powershell/objects.h"
#include "detect/powershell/pattern.h"

namespace bartizan::powershell {
namespace {

constexpr std::int64_t kIntMax = std::numeric_limits<std::int32_t>::max();

// A method of text: `self`, arguments. Reason::kUnsupported where the arguments are not those expected.
struct Call {
  Evaluator& evaluator;
  const Text& self;
  const Values& arguments;
  std::optional<Text> text(std::size_t i) const {
    if (i >= arguments.size()) return std::nullopt;
    return evaluator.text_of(arguments[i]);
  }
  std::optional<std::int64_t> number(std::size_t i, std::int64_t high) const {
    if (i >= arguments.size() || arguments[i].is_list()) return std::nullopt;
    return to_integer(arguments[i], 0, high);
  }
  std::int64_t size() const { return static_cast<std::int64_t>(self.size()); }
};
using TextMethod = Value (*)(const Call&);

Value text_replace(const Call& call) {
  auto from = call.text(0), to = call.text(1);
  if (!from || !to || from->empty() || call.arguments.size() != 2) return Reason::kUnsupported;
  call.evaluator.note_transform("replace");
  Text out;
  std::size_t at = 0;
  for (std::size_t found = call.self.find(*from); found != Text::npos; found = call.self.find(*from, at)) {
    out.append(call.self, at, found - at).append(*to);
    at = found + from->size();
    if (out.size() > limits::kPowershellStringMax) return call.evaluator.note_limit("bytes"), Reason::kLimit;
  }
  out.append(call.self, at, Text::npos);
  return call.evaluator.charge(out.size() * 2) ? Value(std::move(out)) : Value(Reason::kLimit);
}

Value text_split(const Call& call) {
  call.evaluator.note_transform("split");
  // .NET Framework (PowerShell 5.1): the separators are characters, whatever the length of the text given.
  Text separators;
  bool skip_empty = false;
  for (std::size_t i = 0; i < call.arguments.size(); ++i) {
    const Value& argument = call.arguments[i];
    auto text = to_text(argument, u"");
    if (!text || argument.is_number() || argument.as<bool>()) return Reason::kUnsupported;
    if (i > 0 && lower_text(*text) == u"removeemptyentries") skip_empty = true;
    else if (i > 0 && lower_text(*text) == u"none") continue;
    else separators += *text;
    bool whole_texts =
        argument.is_list() && i == 0 && call.arguments.size() > 1 && text->size() > list_size(argument);
    if (whole_texts) return Reason::kUnsupported;
  }
  if (separators.size() > 1 && call.arguments.size() == 1 && call.arguments[0].text())
    call.evaluator.note_assumption("powershell_5");
  if (separators.empty()) separators = u" \t\n\r\v\f\u00A0\u0085";
  Values parts;
  std::size_t from = 0;
  if (!call.evaluator.charge(call.self.size() * 2)) return Reason::kLimit;
  bool wanted[128] = {};
  bool wide = false;
  for (char16_t unit : separators) unit < 128 ? void(wanted[unit] = true) : void(wide = true);
  for (std::size_t i = 0; i <= call.self.size(); ++i) {
    char16_t unit = i < call.self.size() ? call.self[i] : u'\0';
    bool splits =
        i == call.self.size() || (unit < 128 ? wanted[unit] : wide && separators.find(unit) != Text::npos);
    if (!splits) continue;
    if (!skip_empty || i > from) parts.emplace_back(call.self.substr(from, i - from));
    from = i + 1;
  }
  return call.evaluator.make_array(std::move(parts), Element::kString);
}

Value text_substring(const Call& call) {
  auto from = call.number(0, call.size());
  if (!from) return Reason::kError;
  auto count = call.arguments.size() > 1 ? call.number(1, call.size() - *from)
                                         : std::optional<std::int64_t>(call.size() - *from);
  if (!count) return Reason::kError;
  call.evaluator.note_transform("substring");
  return call.self.substr(static_cast<std::size_t>(*from), static_cast<std::size_t>(*count));
}

Value text_remove(const Call& call) {
  auto from = call.number(0, call.size());
  if (!from) return Reason::kError;
  auto count = call.arguments.size() > 1 ? call.number(1, call.size() - *from)
                                         : std::optional<std::int64_t>(call.size() - *from);
  if (!count) return Reason::kError;
  Text out = call.self;
  return out.erase(static_cast<std::size_t>(*from), static_cast<std::size_t>(*count));
}

Value text_insert(const Call& call) {
  auto at = call.number(0, call.size());
  auto piece = call.text(1);
  if (!at || !piece) return Reason::kError;
  Text out = call.self;
  out.insert(static_cast<std::size_t>(*at), *piece);
  return call.evaluator.charge(out.size() * 2) ? Value(std::move(out)) : Value(Reason::kLimit);
}

Value pad(const Call& call, bool left) {
  auto width = call.number(0, kIntMax);
  auto fill = call.arguments.size() > 1 ? call.text(1) : std::optional<Text>(u" ");
  if (!width || !fill || fill->size() != 1) return Reason::kError;
  auto wanted = static_cast<std::size_t>(*width);
  if (wanted > limits::kPowershellStringMax || !call.evaluator.charge(wanted * 2))
    return call.evaluator.note_limit("bytes"), Reason::kLimit;
  Text out = call.self;
  if (out.size() < wanted) out.insert(left ? 0 : out.size(), wanted - out.size(), (*fill)[0]);
  return out;
}
Value text_pad_left(const Call& call) { return pad(call, true); }
Value text_pad_right(const Call& call) { return pad(call, false); }

Value trim(const Call& call, bool start, bool end) {
  Text set = u" \t\n\r\v\f\u00A0\u0085\u2028\u2029\u3000";
  if (!call.arguments.empty()) {
    set.clear();
    for (const Value& argument : call.arguments) {
      auto text = to_text(argument, u"");
      if (!text) return Reason::kUnsupported;
      set += *text;
    }
  }
  std::size_t from = start ? call.self.find_first_not_of(set) : 0;
  if (from == Text::npos) return Text();
  std::size_t last = end ? call.self.find_last_not_of(set) : call.self.size() - 1;
  if (call.self.empty() || last == Text::npos) return Text();
  return call.self.substr(from, last - from + 1);
}
Value text_trim(const Call& call) { return trim(call, true, true); }
Value text_trim_start(const Call& call) { return trim(call, true, false); }
Value text_trim_end(const Call& call) { return trim(call, false, true); }

Value text_to_char_array(const Call& call) {
  if (!call.arguments.empty()) return Reason::kUnsupported;
  return call.evaluator.cast("char[]", call.self);
}
Value text_upper(const Call& call) {
  Text out = call.self;
  for (char16_t& unit : out) {
    if (unit > 0xFF) return Reason::kUnsupported;
    unit = upper_unit(unit);
  }
  return out;
}
Value text_lower(const Call& call) { return lower_text(call.self); }
Value text_itself(const Call& call) {
  return call.arguments.empty() ? Value(call.self) : Value(Reason::kUnsupported);
}
Value text_index_of(const Call& call) {
  auto wanted = call.text(0);
  if (!wanted || call.arguments.size() != 1) return Reason::kUnsupported;
  std::size_t at = call.self.find(*wanted);
  return at == Text::npos ? std::int32_t{-1} : static_cast<std::int32_t>(at);
}
Value text_last_index_of(const Call& call) {
  auto wanted = call.text(0);
  if (!wanted || wanted->empty() || call.arguments.size() != 1) return Reason::kUnsupported;
  std::size_t at = call.self.rfind(*wanted);
  return at == Text::npos ? std::int32_t{-1} : static_cast<std::int32_t>(at);
}
Value text_starts_with(const Call& call) {
  auto piece = call.text(0);
  return piece && call.arguments.size() == 1 ? Value(call.self.starts_with(*piece))
                                             : Value(Reason::kUnsupported);
}
Value text_ends_with(const Call& call) {
  auto piece = call.text(0);
  return piece && call.arguments.size() == 1 ? Value(call.self.ends_with(*piece))
                                             : Value(Reason::kUnsupported);
}
Value text_contains(const Call& call) {
  auto piece = call.text(0);
  return piece && call.arguments.size() == 1 ? Value(call.self.find(*piece) != Text::npos)
                                             : Value(Reason::kUnsupported);
}
Value text_chars(const Call& call) {
  auto at = call.number(0, call.size() - 1);
  return at ? Value(Char{call.self[static_cast<std::size_t>(*at)]}) : Value(Reason::kError);
}
Value text_equals(const Call& call) {
  auto other = call.text(0);
  return other && call.arguments.size() == 1 ? Value(*other == call.self) : Value(Reason::kUnsupported);
}

constexpr std::pair<std::string_view, TextMethod> kTextMethods[] = {{"replace", text_replace},
                                                                    {"split", text_split},
                                                                    {"substring", text_substring},
                                                                    {"remove", text_remove},
                                                                    {"insert", text_insert},
                                                                    {"padleft", text_pad_left},
                                                                    {"padright", text_pad_right},
                                                                    {"trim", text_trim},
                                                                    {"trimstart", text_trim_start},
                                                                    {"trimend", text_trim_end},
                                                                    {"tochararray", text_to_char_array},
                                                                    {"toupper", text_upper},
                                                                    {"toupperinvariant", text_upper},
                                                                    {"tolower", text_lower},
                                                                    {"tolowerinvariant", text_lower},
                                                                    {"tostring", text_itself},
                                                                    {"normalize", text_itself},
                                                                    {"clone", text_itself},
                                                                    {"indexof", text_index_of},
                                                                    {"lastindexof", text_last_index_of},
                                                                    {"startswith", text_starts_with},
                                                                    {"endswith", text_ends_with},
                                                                    {"contains", text_contains},
                                                                    {"chars", text_chars},
                                                                    {"get_chars", text_chars},
                                                                    {"equals", text_equals}};

// What a method of System.String shows as text in .NET Framework; obfuscators slice letters out of it.
constexpr std::pair<std::string_view, std::string_view> kTextSignatures[] = {
    {"insert", "string Insert(int startIndex, string value)"},
    {"normalize", "string Normalize(), string Normalize(System.Text.NormalizationForm normalizationForm)"},
    {"chars", "char Chars(int index) {get;}"},
    {"substring", "string Substring(int startIndex), string Substring(int startIndex, int length)"},
    {"remove", "string Remove(int startIndex, int count), string Remove(int startIndex)"},
    {"isnormalized",
     "bool IsNormalized(), bool IsNormalized(System.Text.NormalizationForm normalizationForm)"},
    {"indexofany",
     "int IndexOfAny(char[] anyOf), int IndexOfAny(char[] anyOf, int startIndex), int IndexOfAny(char[] "
     "anyOf, int startIndex, int count)"},
    {"lastindexofany",
     "int LastIndexOfAny(char[] anyOf), int LastIndexOfAny(char[] anyOf, int startIndex), int "
     "LastIndexOfAny(char[] anyOf, int startIndex, int count)"},
    {"indexof",
     "int IndexOf(char value), int IndexOf(char value, int startIndex), int IndexOf(char value, int "
     "startIndex, int count), "
     "int IndexOf(string value), int IndexOf(string value, int startIndex), int IndexOf(string value, int "
     "startIndex, int count), "
     "int IndexOf(string value, System.StringComparison comparisonType), int IndexOf(string value, int "
     "startIndex, System.StringComparison comparisonType), "
     "int IndexOf(string value, int startIndex, int count, System.StringComparison comparisonType)"},
    {"lastindexof",
     "int LastIndexOf(char value), int LastIndexOf(char value, int startIndex), int LastIndexOf(char value, "
     "int startIndex, int count), "
     "int LastIndexOf(string value), int LastIndexOf(string value, int startIndex), int LastIndexOf(string "
     "value, int startIndex, int count), "
     "int LastIndexOf(string value, System.StringComparison comparisonType), int LastIndexOf(string value, "
     "int startIndex, System.StringComparison comparisonType), "
     "int LastIndexOf(string value, int startIndex, int count, System.StringComparison comparisonType)"},
    {"trim", "string Trim(Params char[] trimChars), string Trim()"},
    {"tolower", "string ToLower(), string ToLower(cultureinfo culture)"},
    {"toupper", "string ToUpper(), string ToUpper(cultureinfo culture)"},
    {"padleft", "string PadLeft(int totalWidth), string PadLeft(int totalWidth, char paddingChar)"},
    {"padright", "string PadRight(int totalWidth), string PadRight(int totalWidth, char paddingChar)"},
    {"tochararray", "char[] ToCharArray(), char[] ToCharArray(int startIndex, int length)"},
};

// Stacks and queues; nullopt for another method. A stack has its top first, as it is listed; moving the others
// has its price.
std::optional<Value> stack_method(Evaluator& evaluator, Array& array, const std::string& name,
                                  const Values& arguments) {
  const bool takes = name == "pop" || name == "dequeue" || name == "peek";
  const bool gives = name == "push" || name == "enqueue";
  if (takes ? !arguments.empty() || array.items.empty() : !gives || arguments.size() != 1)
    return std::nullopt;
  if (array.uncertain) return Value(Reason::kBranch);
  evaluator.mutate(array);
  if (array.items.size() >= limits::kPowershellArrayMax ||
      !evaluator.charge((array.items.size() + 1) * sizeof(Value)))
    return Value(Reason::kLimit);
  if (name == "peek") return array.items.front();
  if (gives) {
    array.items.insert(name == "push" ? array.items.begin() : array.items.end(),
                       Evaluator::held_by(array, arguments[0]));
    return Value();
  }
  Value front = std::move(array.items.front());
  array.items.erase(array.items.begin());
  return front;
}

Value list_method(Evaluator& evaluator, const Value& self, const std::string& name, const Values& arguments) {
  if (name == "clone" || name == "toarray" || name == "getenumerator" || name == "tolist") {
    if (auto* bytes = self.shared<ByteArray>()) return evaluator.make_bytes(bytes->bytes);
    return evaluator.make_array(self.shared<Array>()->items, self.shared<Array>()->element);
  }
  if (name == "foreach" || name == "where") {
    auto* block = arguments.empty() ? nullptr : arguments[0].as<Block>();
    if (block == nullptr) return Reason::kUnsupported;
    Values out;
    for (std::size_t i = 0; i < list_size(self); ++i) {
      Value item = list_item(self, i);
      Values produced;
      if (!evaluator.run_block_item(*block->node, item, produced)) break;
      if (name == "foreach") {
        out.insert(out.end(), produced.begin(), produced.end());
        continue;
      }
      auto keep = produced.size() == 1 ? to_bool(produced[0])
                  : produced.empty()   ? std::optional<bool>(false)
                                       : std::nullopt;
      if (!keep) return Reason::kUnsupported;
      if (*keep) out.push_back(std::move(item));
    }
    for (const Value& item : out)
      if (!item.known()) return item;
    return evaluator.make_array(std::move(out));
  }
  if (name == "getvalue" || name == "get" || name == "item" || name == "get_item")
    return arguments.size() == 1 ? evaluator.index(self, arguments[0]) : Value(Reason::kUnsupported);
  auto* array = self.shared<Array>();
  if (array == nullptr) return Reason::kUnsupported;
  if (name == "add" && arguments.size() == 1 && array->element == Element::kAny) {
    evaluator.mutate(*array);
    if (array->items.size() >= limits::kPowershellArrayMax || !evaluator.charge(sizeof(Value)))
      return Reason::kLimit;
    array->items.push_back(Evaluator::held_by(*array, arguments[0]));
    return Value();
  }
  if (name == "addrange" && arguments.size() == 1 && arguments[0].is_list()) {
    evaluator.mutate(*array);
    if (array->items.size() + list_size(arguments[0]) > limits::kPowershellArrayMax) return Reason::kLimit;
    Value source = arguments[0];
    for (std::size_t i = 0, count = list_size(source); i < count; ++i)
      array->items.push_back(Evaluator::held_by(*array, list_item(source, i)));
    return Value();
  }
  if (std::optional<Value> moved = stack_method(evaluator, *array, name, arguments)) return std::move(*moved);
  if (name == "reverse" && arguments.empty()) {
    evaluator.mutate(*array);
    std::reverse(array->items.begin(), array->items.end());
    return Value();
  }
  evaluator.mutate(*array);  // a method we do not know may change it
  if (name != "indexof" && name != "contains" && name != "getlength" && name != "copyto" && name != "gettype")
    array->uncertain = true;
  return Reason::kUnsupported;
}

Value table_method(Evaluator& evaluator, Table& table, const Value& self, const std::string& name,
                   const Values& arguments) {
  if (name == "add" && arguments.size() == 2) {
    evaluator.mutate(table);
    if (!arguments[0].known()) table.uncertain = true;
    table.entries.emplace_back(Evaluator::held_by(table, arguments[0]),
                               Evaluator::held_by(table, arguments[1]));
    return Value();
  }
  if ((name == "item" || name == "get_item") && arguments.size() == 1)
    return evaluator.index(self, arguments[0]);
  if ((name == "containskey" || name == "contains") && arguments.size() == 1) {
    Value found = evaluator.index(self, arguments[0]);
    return found.known() ? Value(!found.is_null()) : found;
  }
  evaluator.mutate(table);
  table.uncertain = true;
  return Reason::kUnsupported;
}

}  // namespace

Value Evaluator::call_method(const Value& self, const std::string& name, const Values& arguments,
                             const Node& span) {
  if (!self.known()) return self;
  if (auto* block = self.as<Block>()) {
    if (name == "invoke" || name == "invokereturnasis") return invoke_block(*block, arguments, nullptr);
    if (name == "getnewclosure" || name == "clone") return self;
    if (name == "tostring") return block_text(*block);
    return Reason::kUnsupported;
  }
  if (auto* object = self.shared<Object>()) return call_object(*this, self, *object, name, arguments, span);
  if (name == "tostring" && (arguments.empty() || self.is_number())) {
    if (self.is_list()) return Reason::kUnsupported;
    if (!arguments.empty()) {
      auto form = text_of(arguments[0]);
      auto shown = form ? format_number(self, *form) : std::nullopt;
      return shown ? Value(*shown) : Value(Reason::kUnsupported);
    }
    auto text = text_of(self);
    return text ? Value(*text) : Value(Reason::kUnsupported);
  }
  if (name == "gettype" && arguments.empty()) {
    std::string type = type_of(self);
    return type.empty() ? Value(Reason::kUnsupported) : Value(TypeName{canonical_type(type)});
  }
  if (name == "equals" && arguments.size() == 1 && !self.text()) {
    auto equal = equal_values(self, arguments[0], true);
    return equal ? Value(*equal) : Value(Reason::kUnsupported);
  }
  if (self.text() || self.as<Char>()) {
    Text text = self.text() ? *self.text() : Text(1, self.as<Char>()->unit);
    for (const Value& argument : arguments)
      if (!argument.known()) return argument;
    for (auto& [known, method] : kTextMethods)
      if (known == name) return method(Call{*this, text, arguments});
    return Reason::kUnsupported;
  }
  if (auto* table = self.shared<Table>()) return table_method(*this, *table, self, name, arguments);
  if (self.is_list()) {
    // Methods of the elements: $strings.Replace(..)
    bool of_text = list_size(self) != 0 && std::any_of(std::begin(kTextMethods), std::end(kTextMethods),
                                                       [&](auto& m) { return m.first == name; });
    for (std::size_t i = 0; of_text && i < list_size(self); ++i)
      of_text = list_item(self, i).text() != nullptr;
    if (!of_text || name == "clone" || name == "contains" || name == "equals" || name == "indexof")
      return list_method(*this, self, name, arguments);
    Values out;
    for (std::size_t i = 0; i < list_size(self); ++i)
      add_flattened(call_method(list_item(self, i), name, arguments, span), out);
    for (const Value& item : out)
      if (!item.known()) return item;
    return make_array(std::move(out));
  }
  if (auto* type = self.shared<TypeName>()) return call_type_method(*this, *type, name, arguments);
  return Reason::kUnsupported;
}

Value Evaluator::member(const Value& self, const std::string& name) {
  if (!self.known()) return self;
  if (name == "length" || name == "count" || name == "longlength") {
    if (auto* text = self.text())
      return name == "count" ? Value(std::int32_t{1}) : Value(static_cast<std::int32_t>(text->size()));
    if (self.is_list()) return static_cast<std::int32_t>(list_size(self));
    if (auto* table = self.shared<Table>())
      return name == "count" && !table->uncertain ? Value(static_cast<std::int32_t>(table->entries.size()))
                                                  : Value(std::int32_t{1});
    if (self.is_number() || self.as<Char>() || self.as<bool>()) return std::int32_t{1};
    if (self.is_null()) return name == "count" || name == "length" ? Value(std::int32_t{0}) : Value();
  }
  if (self.text()) {
    for (auto& [known, signature] : kTextSignatures) {
      if (known != name) continue;
      Value group = make_object("methodgroup");
      group.shared<Object>()->text = widen(signature);
      add_member(*group.shared<Object>(), "self", self);
      add_member(*group.shared<Object>(), "name", text_value(name));
      note_assumption("dotnet_framework");
      return group;
    }
  }
  if (auto* table = self.shared<Table>()) {
    if (name == "keys" || name == "values") {
      Values out;
      if (!table->ordered && table->entries.size() > 1) return Reason::kUnsupported;  // in no order we know
      for (auto& [key, value] : table->entries) out.push_back(name == "keys" ? key : value);
      return make_array(std::move(out));
    }
    return index(self, text_value(name));
  }
  if (auto* object = self.shared<Object>()) return object_member(*this, self, *object, name);
  if (self.is_list()) {
    Values out;
    for (std::size_t i = 0; i < list_size(self); ++i) {
      Value item = list_item(self, i);
      Value value = item.is_list() ? Value(Reason::kUnsupported) : member(item, name);
      if (!value.known()) return value;
      add_flattened(std::move(value), out);
    }
    return gathered(std::move(out), *this);
  }
  if (auto* type = self.shared<TypeName>()) return type_member(*this, *type, name);
  // A method that is named and called later: ("x").("Replace").Invoke(..)
  bool has_methods = self.text() || self.as<Char>() || self.as<Block>();
  if (!has_methods) return Reason::kUnsupported;
  Value group = make_object("methodgroup");
  group.shared<Object>()->text = u"";
  add_member(*group.shared<Object>(), "self", self);
  add_member(*group.shared<Object>(), "name", text_value(name));
  return group;
}

}  // namespace bartizan::powershell
