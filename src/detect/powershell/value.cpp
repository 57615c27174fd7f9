// SPDX-License-Identifier: Apache-2.0
#include "detect/powershell/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "detect/powershell/lexer.h"

namespace bartizan::powershell {

std::string_view reason_name(Reason reason) {
  constexpr std::string_view kNames[] = {"unsupported", "variable", "command", "network", "file",
                                         "registry",    "process",  "clock",   "random",  "environment",
                                         "error",       "limit",    "branch"};
  return kNames[static_cast<std::size_t>(reason)];
}

void Value::destroy() {
  switch (tag_) {
    case Tag::kText: delete static_cast<Counting<Text>*>(held_.counted); return;
    case Tag::kBytes: delete static_cast<Counting<ByteArray>*>(held_.counted); return;
    case Tag::kArray: delete static_cast<Counting<Array>*>(held_.counted); return;
    case Tag::kTable: delete static_cast<Counting<Table>*>(held_.counted); return;
    case Tag::kType: delete static_cast<Counting<TypeName>*>(held_.counted); return;
    case Tag::kObject: delete static_cast<Counting<Object>*>(held_.counted); return;
    default: return;
  }
}

Text widen(std::string_view utf8) {
  Text out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    if (static_cast<unsigned char>(utf8[at]) < 0x80) {
      out += static_cast<char16_t>(utf8[at++]);
      continue;
    }
    char32_t code = next_code_point(utf8, at);
    if (code > 0xFFFF) {
      out += static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10));
      out += static_cast<char16_t>(0xDC00 + ((code - 0x10000) & 0x3FF));
    } else {
      out += static_cast<char16_t>(code);
    }
  }
  return out;
}

std::string narrow(std::u16string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char16_t unit = text[i];
    if (unit < 0x80) {
      out += static_cast<char>(unit);
      continue;
    }
    char32_t code = unit;
    bool pair = unit >= 0xD800 && unit < 0xDC00 && i + 1 < text.size() && text[i + 1] >= 0xDC00 &&
                text[i + 1] < 0xE000;
    if (pair) code = 0x10000 + ((code - 0xD800) << 10) + (text[++i] - 0xDC00u);
    append_code_point(code, out);
  }
  return out;
}

unsigned rank_of(const Value& value) {
  if (auto* array = value.shared<Array>()) return array->rank;
  if (auto* table = value.shared<Table>()) return table->rank;
  if (auto* object = value.shared<Object>()) return object->rank;
  return value.shared<ByteArray>() ? 1 : 0;
}

std::size_t list_size(const Value& value) {
  if (auto* array = value.shared<Array>()) return array->items.size();
  if (auto* bytes = value.shared<ByteArray>()) return bytes->bytes.size();
  return value.is_null() ? 0 : 1;
}

Value list_item(const Value& value, std::size_t index) {
  if (auto* array = value.shared<Array>())
    return array->uncertain ? Value(Reason::kBranch) : array->items[index];
  if (auto* bytes = value.shared<ByteArray>())
    return bytes->uncertain ? Value(Reason::kBranch) : Value(static_cast<std::int32_t>(bytes->bytes[index]));
  return value;
}

std::string double_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  // .NET Framework shows 15 significant digits.
  char digits[64];
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, number, std::chars_format::general, 15);
  std::string shown(digits, end);
  std::size_t exponent = shown.find('e');
  if (exponent == std::string::npos) return shown;
  std::string mantissa = shown.substr(0, exponent), power = shown.substr(exponent + 1);
  return mantissa + "E" + power;
}

namespace {

std::optional<Text> list_text(const Value& value, const Text& separator) {
  Text joined;
  for (std::size_t i = 0; i < list_size(value); ++i) {
    Value item = list_item(value, i);
    // An array inside an array shows its type.
    auto piece = item.is_list()
                     ? std::optional<Text>(item.shared<ByteArray>() ? u"System.Byte[]" : u"System.Object[]")
                     : to_text(item, separator);
    if (!piece) return std::nullopt;
    if (i != 0) joined += separator;
    joined += *piece;
  }
  return joined;
}

std::optional<Text> object_text(const Object& object) {
  if (object.uncertain) return std::nullopt;
  const std::string& type = object.type;
  if (type == "methodgroup" && object.text.empty()) return std::nullopt;
  if (type == "methodgroup" || type == "text.stringbuilder" || type == "regex" || type == "match" ||
      type == "uri" || type == "group" || type == "version")
    return object.text;
  if (type == "security.securestring") return u"System.Security.SecureString";
  if (type == "io.memorystream") return u"System.IO.MemoryStream";
  return std::nullopt;
}

}  // namespace

std::optional<Text> to_text(const Value& value, const Text& separator) {
  if (value.is_null()) return Text();
  if (auto* text = value.text()) return *text;
  if (auto* c = value.as<Char>()) return Text(1, c->unit);
  if (auto* b = value.as<bool>()) return Text(*b ? u"True" : u"False");
  if (auto* i = value.as<std::int32_t>()) return widen(std::to_string(*i));
  if (auto* l = value.as<std::int64_t>()) return widen(std::to_string(*l));
  if (auto* d = value.as<double>()) return widen(double_text(*d));
  if (value.shared<Table>())
    return value.shared<Table>()->ordered ? Text(u"System.Collections.Specialized.OrderedDictionary")
                                          : Text(u"System.Collections.Hashtable");
  if (value.is_list()) return list_text(value, separator);
  if (auto* object = value.shared<Object>()) return object_text(*object);
  if (auto* type = value.shared<TypeName>()) {
    for (auto& [name, shown] : {std::pair<std::string_view, std::u16string_view>{"string", u"string"},
                                {"int", u"int"},
                                {"char", u"char"},
                                {"byte", u"byte"},
                                {"bool", u"bool"}})
      if (type->name == name) return Text(shown);
  }
  return std::nullopt;
}

Value integer_value(std::int64_t number) {
  if (number >= std::numeric_limits<std::int32_t>::min() &&
      number <= std::numeric_limits<std::int32_t>::max())
    return Value(static_cast<std::int32_t>(number));
  return Value(number);
}

Value number_literal(std::string_view written) {
  if (written.size() <= 9 && std::all_of(written.begin(), written.end(), is_digit) && !written.empty()) {
    std::int32_t plain = 0;
    for (char c : written) plain = plain * 10 + (c - '0');
    return plain;
  }
  double scale = 1;
  std::string_view digits = written;
  bool hex = written.starts_with("0x");
  constexpr std::pair<std::string_view, double> kUnits[] = {{"kb", 1024.0},
                                                            {"mb", 1048576.0},
                                                            {"gb", 1073741824.0},
                                                            {"tb", 1099511627776.0},
                                                            {"pb", 1125899906842624.0}};
  for (auto& [unit, factor] : kUnits)
    if (!hex && digits.ends_with(unit)) digits.remove_suffix(2), scale = factor;
  if (hex) {
    std::uint64_t bits = 0;
    digits.remove_prefix(2);
    bool is_long = digits.ends_with('l');
    if (is_long) digits.remove_suffix(1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) return Reason::kUnsupported;
    if (!is_long && digits.size() <= 8)
      return Value(static_cast<std::int32_t>(static_cast<std::uint32_t>(bits)));
    return Value(static_cast<std::int64_t>(bits));
  }
  bool is_long = digits.ends_with('l');
  if (is_long) digits.remove_suffix(1);
  std::int64_t whole = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
  if (error == std::errc() && end == digits.data() + digits.size()) {
    double scaled = static_cast<double>(whole) * scale;
    if (std::abs(scaled) > 9e15) return scale > 1 ? Value(Reason::kUnsupported) : Value(whole);
    std::int64_t number = scale > 1 ? static_cast<std::int64_t>(scaled) : whole;
    return is_long ? Value(number) : integer_value(number);
  }
  double real = 0;
  auto [real_end, real_error] = std::from_chars(digits.data(), digits.data() + digits.size(), real);
  bool trailing_dot = digits.ends_with('.') && real_end == digits.data() + digits.size() - 1;
  if (real_error != std::errc() || (real_end != digits.data() + digits.size() && !trailing_dot))
    return Reason::kUnsupported;  // decimals and others
  return Value(real * scale);
}

Value number_of_text(std::u16string_view text) {
  if (!text.empty() && text.size() <= 9 &&
      std::all_of(text.begin(), text.end(), [](char16_t unit) { return unit >= '0' && unit <= '9'; })) {
    std::int32_t number = 0;
    for (char16_t unit : text) number = number * 10 + (unit - '0');
    return number;
  }
  std::string plain;
  for (char16_t unit : text) {
    if (unit > 0x7E) return Reason::kError;
    plain += static_cast<char>(unit);
  }
  std::size_t from = plain.find_first_not_of(" \t\r\n");
  if (from == std::string::npos) return std::int32_t{0};
  plain = plain.substr(from, plain.find_last_not_of(" \t\r\n") - from + 1);
  bool negative = plain.starts_with('-');
  if (negative || plain.starts_with('+')) plain.erase(0, 1);
  plain = lower_ascii(plain);
  if (plain.empty() || !(is_digit(plain[0]) || plain[0] == '.')) return Reason::kError;
  Value number = number_literal(plain);
  if (!negative) return number;
  if (auto* i = number.as<std::int32_t>()) return integer_value(-static_cast<std::int64_t>(*i));
  if (auto* l = number.as<std::int64_t>(); l && *l != std::numeric_limits<std::int64_t>::min())
    return Value(-*l);
  if (auto* d = number.as<double>()) return Value(-*d);
  return number;
}

std::optional<std::int64_t> to_integer(const Value& value, std::int64_t low, std::int64_t high) {
  std::int64_t number = 0;
  if (auto* i = value.as<std::int32_t>()) number = *i;
  else if (auto* l = value.as<std::int64_t>()) number = *l;
  else if (auto* c = value.as<Char>()) number = c->unit;
  else if (auto* b = value.as<bool>()) number = *b;
  else if (value.is_null()) number = 0;
  else if (auto* d = value.as<double>()) {
    if (!(std::abs(*d) < 9e15)) return std::nullopt;
    number = static_cast<std::int64_t>(std::nearbyint(*d));  // to even, as the language does
  } else if (auto* text = value.text()) {
    Value parsed = number_of_text(*text);
    if (!parsed.known() || !parsed.is_number()) return std::nullopt;
    return to_integer(parsed, low, high);
  } else if (value.is_list() && list_size(value) == 1) {
    Value only = list_item(value, 0);
    if (only.is_list()) return std::nullopt;
    return to_integer(only, low, high);
  } else {
    return std::nullopt;
  }
  if (number < low || number > high) return std::nullopt;
  return number;
}

std::optional<double> to_double(const Value& value) {
  if (auto* d = value.as<double>()) return *d;
  if (auto* text = value.text()) {
    Value parsed = number_of_text(*text);
    return parsed.known() && !parsed.text() ? to_double(parsed) : std::nullopt;
  }
  auto whole =
      to_integer(value, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
  if (!whole) return std::nullopt;
  return static_cast<double>(*whole);
}

std::optional<bool> to_bool(const Value& value) {
  if (!value.known()) return std::nullopt;
  if (value.is_null()) return false;
  if (auto* b = value.as<bool>()) return *b;
  if (auto* i = value.as<std::int32_t>()) return *i != 0;
  if (auto* l = value.as<std::int64_t>()) return *l != 0;
  if (auto* d = value.as<double>()) return *d != 0;
  if (auto* c = value.as<Char>()) return c->unit != 0;
  if (auto* text = value.text()) return !text->empty();
  if (value.is_list()) {
    if (list_size(value) == 0) return false;
    if (list_size(value) > 1) return true;
    Value only = list_item(value, 0);
    return only.is_list() ? std::optional<bool>(true) : to_bool(only);
  }
  return true;
}

std::optional<Bytes8> to_bytes(const Value& value) {
  if (auto* bytes = value.shared<ByteArray>()) {
    if (bytes->uncertain) return std::nullopt;
    return bytes->bytes;
  }
  Bytes8 out;
  for (std::size_t i = 0; i < list_size(value); ++i) {
    auto byte = to_integer(list_item(value, i), 0, 255);
    if (!byte) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(*byte));
  }
  return out;
}

char16_t lower_beyond_ascii(char16_t unit) {
  if (unit >= 0xD800 && unit < 0xE000) return unit;
  char32_t folded = fold_code_point(unit);
  return folded < 0x10000 ? static_cast<char16_t>(folded) : unit;
}

char16_t upper_unit(char16_t unit) {
  if (unit >= 'a' && unit <= 'z') return static_cast<char16_t>(unit & ~0x20);
  if (unit >= 0xE0 && unit <= 0xFE && unit != 0xF7) return static_cast<char16_t>(unit - 0x20);
  return unit;
}

Text lower_text(std::u16string_view text) {
  Text out(text);
  for (char16_t& unit : out) unit = lower_unit(unit);
  return out;
}

std::optional<bool> equal_values(const Value& left, const Value& right, bool case_sensitive) {
  if (!left.known() || !right.known()) return std::nullopt;
  if (left.is_null() || right.is_null()) return left.is_null() && right.is_null();
  if (auto* a = left.as<bool>()) {
    auto b = to_bool(right);
    if (b) return *a == *b;
    return std::nullopt;
  }
  if (left.text() || left.as<Char>()) {
    auto a = to_text(left, u" "), b = to_text(right, u" ");
    if (!a || !b || right.is_list()) return std::nullopt;
    return case_sensitive ? *a == *b : lower_text(*a) == lower_text(*b);
  }
  auto order = compare_values(left, right, case_sensitive);
  if (!order) return left.is_number() && right.text() ? std::optional<bool>(false) : std::nullopt;
  return *order == 0;
}

std::optional<int> compare_values(const Value& left, const Value& right, bool case_sensitive) {
  if (!left.known() || !right.known()) return std::nullopt;
  auto order = [](auto a, auto b) { return a < b ? -1 : a > b ? 1 : 0; };
  if (left.is_number()) {
    auto a = to_double(left), b = to_double(right);
    if (!a || !b) return std::nullopt;
    return order(*a, *b);
  }
  if (left.as<Char>() && right.is_number())
    return order(static_cast<double>(left.as<Char>()->unit), *to_double(right));
  if (!left.text() && !left.as<Char>()) return std::nullopt;
  auto a = to_text(left, u" "), b = to_text(right, u" ");
  if (!a || !b) return std::nullopt;
  if (!case_sensitive) a = lower_text(*a), b = lower_text(*b);
  if (*a == *b) return 0;
  // Order of unequal text follows a culture; only letters and digits of ASCII are the same in all we care
  // for.
  auto plain = [](const Text& text) {
    return std::all_of(text.begin(), text.end(), [](char16_t u) {
      return u < 0x80 && (is_letter(static_cast<char>(u)) || is_digit(static_cast<char>(u)));
    });
  };
  if (!plain(*a) || !plain(*b)) return std::nullopt;
  return order(lower_text(*a), lower_text(*b));
}

std::string type_of(const Value& value) {
  if (value.text()) return "System.String";
  if (value.as<Char>()) return "System.Char";
  if (value.as<bool>()) return "System.Boolean";
  if (value.as<std::int32_t>()) return "System.Int32";
  if (value.as<std::int64_t>()) return "System.Int64";
  if (value.as<double>()) return "System.Double";
  if (value.shared<ByteArray>()) return "System.Byte[]";
  if (value.shared<Table>()) return "System.Collections.Hashtable";
  if (value.as<Block>()) return "System.Management.Automation.ScriptBlock";
  if (auto* array = value.shared<Array>()) {
    constexpr std::string_view kNames[] = {"System.Object[]", "System.Char[]", "System.Byte[]",
                                           "System.Int32[]", "System.String[]"};
    return std::string(kNames[static_cast<std::size_t>(array->element)]);
  }
  return {};
}

std::string canonical_type(std::string_view written) {
  std::string name = lower_ascii(written);
  if (name.starts_with("system.")) name.erase(0, 7);
  // [Text.Encoding, mscorlib] names the assembly, too; a comma within brackets is an array's or a generic type's.
  if (const std::size_t at = name.find_first_of(",["); at != name.npos && name[at] == ',') name.resize(at);
  if (name.size() < 5) return name;  // shorter than all that follow
  constexpr std::pair<std::string_view, std::string_view> kSame[] = {
      {"int32", "int"},
      {"int64", "long"},
      {"boolean", "bool"},
      {"single", "float"},
      {"int32[]", "int[]"},
      {"text.regularexpressions.regex", "regex"},
      {"management.automation.scriptblock", "scriptblock"},
      {"collections.hashtable", "hashtable"},
      {"net.webutility", "net.webutility"},
      {"int16", "short"},
      {"uint16", "ushort"},
      {"uint32", "uint"},
      {"uint64", "ulong"},
      {"management.automation.psobject", "psobject"},
      {"management.automation.pscredential", "pscredential"},
      {"collections.arraylist", "collections.arraylist"},
      {"runtime.interopservices.marshal", "marshal"},
      {"io.compression.compressionmode", "compressionmode"}};
  for (auto& [from, to] : kSame)
    if (name == from) return std::string(to);
  return name;
}

}  // namespace bartizan::powershell
