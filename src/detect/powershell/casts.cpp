// SPDX-License-Identifier: Apache-2.0
// Casts ([type]value, -as, typed variables and parameters).
#include <limits>

#include "detect/powershell/evaluate.h"

namespace bartizan::powershell {
namespace {

struct IntegerType {
  std::string_view name;
  std::int64_t low, high;
};
constexpr IntegerType kIntegerTypes[] = {
    {"int", std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()},
    {"byte", 0, 255},
    {"sbyte", -128, 127},
    {"short", -32768, 32767},
    {"ushort", 0, 65535},
    {"uint", 0, 0xFFFFFFFF},
    {"long", std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()},
    {"ulong", 0, std::numeric_limits<std::int64_t>::max()}};

Value cast_char(const Value& value) {
  if (value.as<Char>()) return value;
  if (auto* text = value.text()) return text->size() == 1 ? Value(Char{(*text)[0]}) : Value(Reason::kError);
  auto code = value.is_list() || value.as<double>() ? std::nullopt : to_integer(value, 0, 0xFFFF);
  if (!code) return Reason::kError;
  return Char{static_cast<char16_t>(*code)};
}

std::optional<Element> element_of(std::string_view type) {
  if (type == "char[]") return Element::kChar;
  if (type == "int[]") return Element::kInt;
  if (type == "string[]") return Element::kString;
  if (type == "object[]" || type == "array" || type == "psobject[]") return Element::kAny;
  return std::nullopt;
}

Value cast_list(Evaluator& self, Element element, const Value& value) {
  Values items;
  if (element == Element::kChar && value.text()) {
    if (!self.charge(value.text()->size() * sizeof(Value))) return Reason::kLimit;
    for (char16_t unit : *value.text()) items.emplace_back(Char{unit});
    return self.make_array(std::move(items), Element::kChar);
  }
  constexpr std::string_view kTypes[] = {"", "char", "byte", "int", "string"};
  for (std::size_t i = 0; i < list_size(value); ++i) {
    Value item = list_item(value, i);
    if (element != Element::kAny)
      item = self.cast(std::string(kTypes[static_cast<std::size_t>(element)]), item);
    if (!item.known() && element != Element::kAny) return item;
    items.push_back(std::move(item));
  }
  return self.make_array(std::move(items), element);
}

bool is_plain_name(std::u16string_view text) {
  for (char16_t unit : text)
    if (unit >= 0x7F || unit <= ' ') return false;
  return !text.empty();
}

}  // namespace

Value Evaluator::cast(const std::string& written, const Value& value) {
  std::string type = canonical_type(written);
  if (!value.known()) return value;
  if (type == "string") {
    if (auto* made = value.shared<TypeName>(); made && !to_text(value, u" ")) return Reason::kUnsupported;
    auto text = text_of(value);
    if (!text || !charge(text->size() * 2)) return Reason::kUnsupported;
    return *text;
  }
  if (type == "char") return cast_char(value);
  for (const IntegerType& known : kIntegerTypes) {
    if (known.name != type) continue;
    if (value.is_list() && list_size(value) != 1) return Reason::kError;
    auto number = to_integer(value, known.low, known.high);
    if (!number) return Reason::kError;
    return type == "long" || type == "uint" || type == "ulong" ? Value(*number)
                                                               : Value(static_cast<std::int32_t>(*number));
  }
  if (type == "double" || type == "float") {
    auto number = value.is_list() ? std::nullopt : to_double(value);
    return number && type == "double" ? Value(*number) : Value(Reason::kUnsupported);
  }
  if (type == "bool" || type == "switch") {
    auto truth = to_bool(value);
    return truth ? Value(*truth) : Value(Reason::kUnsupported);
  }
  if (type == "byte[]") {
    if (value.text() || value.shared<Object>()) return Reason::kError;
    auto bytes = to_bytes(value);
    return bytes ? make_bytes(std::move(*bytes)) : Value(Reason::kError);
  }
  if (auto element = element_of(type)) return cast_list(*this, *element, value);
  if (type == "type") {
    auto name = value.text() ? std::optional<Text>(*value.text()) : std::nullopt;
    if (value.shared<TypeName>()) return value;
    if (!name || !is_plain_name(*name)) return Reason::kUnsupported;
    return TypeName{canonical_type(narrow(*name))};
  }
  if (type == "scriptblock")
    return value.as<Block>() ? value : call_static("scriptblock", "create", {value}, Node());
  if (type == "regex") return new_object("regex", {value});
  if (type == "io.memorystream") return new_object("io.memorystream", {value});
  if (type == "uri" || type == "version") {
    auto text = text_of(value);
    if (!text) return Reason::kUnsupported;
    Value made = make_object(type);
    made.shared<Object>()->text = *text;
    return made;
  }
  if (type == "hashtable" || type == "pscustomobject" || type == "psobject" || type == "object" ||
      type == "psvariable")
    return value;
  if (type == "ordered") {
    if (value.shared<Table>()) value.shared<Table>()->ordered = true;
    return value;
  }
  if (type == "compressionmode" || type == "text.regularexpressions.regexoptions" ||
      type == "stringsplitoptions")
    return value;
  if (type == "collections.arraylist" || type.starts_with("collections.generic.list[")) {
    Values items;
    add_flattened(value, items);
    return make_array(std::move(items));
  }
  return Reason::kUnsupported;
}

}  // namespace bartizan::powershell
