// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/modifiers.h"

#include <algorithm>

#include "base/limits.h"

namespace bartizan::sigma {
namespace {

using Outcome = std::optional<Problem>;
using Kind = Value::Kind;

Problem bad_value(const Item& item, std::string_view expected) {
  return {"sigma.modifier_value",
          "the modifier '" + item.modifiers.back() + "' takes " + std::string(expected),
          {}};
}

// Calls `change(value)` for every value; all must be of `kind`.
template <class Change>
Outcome each(Item& item, Kind kind, std::string_view expected, Change change) {
  for (ValueGroup& group : item.groups)
    for (Value& value : group.variants) {
      if (value.kind != kind) return bad_value(item, expected);
      if (Outcome problem = change(value)) return problem;
    }
  return {};
}

// Replaces every text by the texts `vary(pattern)` gives.
template <class Vary>
Outcome each_varied(Item& item, Vary vary) {
  std::size_t total = 0;
  for (ValueGroup& group : item.groups) {
    std::vector<Value> variants;
    for (const Value& value : group.variants) {
      if (value.kind != Kind::kText) return bad_value(item, "text");
      std::vector<Pattern> patterns = vary(value.pattern);
      total += patterns.size();
      if (patterns.empty() || variants.size() + patterns.size() > limits::kSigmaVariantsMax ||
          total > limits::kSigmaLeavesMax)
        return Problem{"sigma.limit", "the value '" + group.source + "' expands to too many variants", {}};
      for (Pattern& pattern : patterns) variants.push_back({Kind::kText, value.raw, std::move(pattern), {}});
    }
    group.variants = std::move(variants);
  }
  return {};
}

Outcome open(Item& item, bool start, bool end) {
  for (ValueGroup& group : item.groups)
    for (Value& value : group.variants) {
      if (value.kind == Kind::kField) {
        value.starts_open |= start, value.ends_open |= end;
      } else if (value.kind == Kind::kText) {
        if (start) open_start(value.pattern);
        if (end) open_end(value.pattern);
      } else if (value.kind != Kind::kRegex || !start || !end) {  // a regular expression contains anyway
        return bad_value(item, "text");
      }
    }
  return {};
}

Outcome contains(Item& item) { return open(item, true, true); }
Outcome starts_with(Item& item) { return open(item, false, true); }
Outcome ends_with(Item& item) { return open(item, true, false); }

Outcome all(Item& item) {
  item.all = true;
  if (item.groups.size() < 2)
    return Problem{"sigma.modifier_value", "the modifier 'all' needs a list of at least two values",
                   "leave 'all' out"};
  return {};
}

Outcome exists(Item& item) {
  item.exists = true;
  if (item.modifiers_total != 1)
    return Problem{"sigma.modifier_order", "the modifier 'exists' cannot be combined with others", {}};
  if (item.field.empty()) return Problem{"sigma.modifier_value", "the modifier 'exists' needs a field", {}};
  if (item.groups.size() != 1) return bad_value(item, "one value, true or false");
  return each(item, Kind::kBool, "true or false", [](Value&) { return Outcome{}; });
}

Outcome cased(Item& item) {
  item.cased = true;
  return each(item, Kind::kText, "text", [](Value&) { return Outcome{}; });
}

Outcome not_equal(Item& item) {
  item.negated = true;
  if (item.field.empty()) return Problem{"sigma.modifier_value", "the modifier 'neq' needs a field", {}};
  return {};
}

Outcome must_be_first(const Item& item) {
  if (item.modifiers.size() == 1) return {};
  return Problem{
      "sigma.modifier_order", "the modifier '" + item.modifiers.back() + "' must be the first", {}};
}

Outcome regex(Item& item) {
  if (Outcome problem = must_be_first(item)) return problem;
  return each(item, Kind::kText, "text", [](Value& value) {
    value.kind = Kind::kRegex;
    return Outcome{};
  });
}

template <bool Item::* flag>
Outcome regex_flag(Item& item) {
  item.*flag = true;
  return each(item, Kind::kRegex, "a regular expression", [](Value&) { return Outcome{}; });
}

Outcome network(Item& item) {
  if (Outcome problem = must_be_first(item)) return problem;
  if (item.field.empty()) return Problem{"sigma.modifier_value", "the modifier 'cidr' needs a field", {}};
  return each(item, Kind::kText, "a network such as 10.0.0.0/8", [](Value& value) -> Outcome {
    const std::optional<Network> parsed = parse_network(value.raw);
    if (!parsed)
      return Problem{"sigma.network", "'" + value.raw + "' is not a network",
                     "bits beyond the prefix must be zero"};
    value.kind = Kind::kNetwork;
    value.network = *parsed;
    return {};
  });
}

Outcome any_dash(Item& item) { return each_varied(item, dash_variants); }

Outcome no_wildcards(const Item& item) {
  for (const ValueGroup& group : item.groups)
    for (const Value& value : group.variants)
      if (has_wildcards(value.pattern))
        return Problem{"sigma.modifier_value",
                       "the modifier '" + item.modifiers.back() + "' takes no wildcards",
                       "put it before contains, startswith and endswith"};
  return {};
}

Outcome as_base64(Item& item) {
  if (Outcome problem = no_wildcards(item)) return problem;
  return each(item, Kind::kText, "text", [](Value& value) {
    value.pattern = literal_pattern(base64(literal_text(value.pattern)));
    return Outcome{};
  });
}

Outcome as_base64_offsets(Item& item) {
  if (Outcome problem = no_wildcards(item)) return problem;
  return each_varied(item, [](const Pattern& pattern) {
    std::vector<Pattern> variants;
    // A text of one or two bytes leaves nothing certain at some offsets; an empty variant would match everything.
    for (std::string& text : base64_offsets(literal_text(pattern)))
      if (!text.empty()) variants.push_back(literal_pattern(std::move(text)));
    return variants;
  });
}

template <bool big_endian, bool mark>
Outcome as_utf16(Item& item) {
  return each(item, Kind::kText, "text", [](Value& value) {
    for (Token& token : value.pattern)
      if (token.kind == Token::Kind::kLiteral) token.text = utf16_bytes(token.text, big_endian);
    if (mark) {
      const std::string_view bytes("\xff\xfe", 2);
      if (!value.pattern.empty() && value.pattern[0].kind == Token::Kind::kLiteral)
        value.pattern[0].text.insert(0, bytes);
      else value.pattern.insert(value.pattern.begin(), Token{Token::Kind::kLiteral, std::string(bytes)});
    }
    return Outcome{};
  });
}

template <LeafOp op>
Outcome compare(Item& item) {
  if (item.comparison) return Problem{"sigma.modifier_order", "only one comparison is possible", {}};
  if (item.field.empty()) return Problem{"sigma.modifier_value", "a comparison needs a field", {}};
  item.comparison = op;
  return each(item, Kind::kNumber, "a number", [](Value&) { return Outcome{}; });
}

template <TimePart part>
Outcome time_part(Item& item) {
  if (item.part != TimePart::kNone)
    return Problem{"sigma.modifier_order", "only one part of a time is possible", {}};
  if (item.field.empty()) return Problem{"sigma.modifier_value", "a part of a time needs a field", {}};
  item.part = part;
  return each(item, Kind::kNumber, "a number", [](Value&) { return Outcome{}; });
}

// `text` with each placeholder replaced by each of its values, in the order written. Values are not looked into again.
std::expected<std::vector<std::string>, Problem> expand_text(const Item& item, std::string_view text) {
  std::vector<std::string> out{""};
  for (;;) {
    const std::string_view found = placeholder_in(text);
    const std::size_t before =
        found.empty() ? text.size() : static_cast<std::size_t>(found.data() - text.data());
    for (std::string& variant : out) variant += text.substr(0, before);
    if (found.empty()) return out;
    text.remove_prefix(before + found.size());
    const std::vector<std::string>* values = nullptr;
    if (item.placeholders)
      if (auto known = item.placeholders->find(found.substr(1, found.size() - 2));
          known != item.placeholders->end())
        values = &known->second;
    if (!values)
      return std::unexpected(Problem{"sigma.placeholder",
                                     "the placeholder " + std::string(found) + " has no configured meaning",
                                     "give it values in a file named by --placeholders"});
    if (out.size() * values->size() > limits::kSigmaVariantsMax)
      return std::unexpected(
          Problem{"sigma.limit", "the placeholder " + std::string(found) + " gives too many variants", {}});
    std::vector<std::string> longer;
    for (const std::string& variant : out)
      for (const std::string& value : *values) longer.push_back(variant + value);
    out = std::move(longer);
  }
}

// `\%` becomes `%`; other escapes stay for parse_pattern.
std::string without_escaped_percent(std::string_view raw) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool escapes = raw[i] == '\\' && i + 1 < raw.size();
    if (escapes && raw[i + 1] == '\\') out += raw[i++];
    else if (escapes && raw[i + 1] == '%') ++i;
    out += raw[i];
  }
  return out;
}

// The value with another text. Nothing when a modifier has encoded the old one: the placeholder is lost in it.
std::optional<Value> with_text(const Value& value, std::string text) {
  Value out = value;
  out.raw = std::move(text);
  if (value.kind == Kind::kRegex) return out;
  for (const auto& [start, end] : {std::pair{false, false}, {true, true}, {false, true}, {true, false}}) {
    Pattern before = parse_pattern(value.raw);
    out.pattern = parse_pattern(without_escaped_percent(out.raw));
    if (start) open_start(before), open_start(out.pattern);
    if (end) open_end(before), open_end(out.pattern);
    if (before == value.pattern) return out;
  }
  return {};
}

Outcome expand(Item& item) {
  for (ValueGroup& group : item.groups) {
    std::vector<Value> variants;
    for (const Value& value : group.variants) {
      if (value.kind != Kind::kText && value.kind != Kind::kRegex) return bad_value(item, "text");
      auto texts = expand_text(item, value.raw);
      if (!texts) return std::move(texts.error());
      for (std::string& text : *texts) {
        std::optional<Value> variant = with_text(value, std::move(text));
        if (!variant)
          return Problem{
              "sigma.modifier_order", "the modifier 'expand' must come before those that encode", {}};
        variants.push_back(std::move(*variant));
        if (variants.size() > limits::kSigmaVariantsMax)
          return Problem{"sigma.limit", "the value '" + group.source + "' expands to too many variants", {}};
      }
    }
    group.variants = std::move(variants);
  }
  return {};
}

Outcome field_reference(Item& item) {
  if (item.field.empty()) return Problem{"sigma.modifier_value", "the modifier 'fieldref' needs a field", {}};
  if (Outcome problem = no_wildcards(item)) return problem;
  return each(item, Kind::kText, "the name of a field", [](Value& value) {
    value.kind = Kind::kField;
    return Outcome{};
  });
}

struct Modifier {
  std::string_view name;
  Outcome (*apply)(Item&);
};

constexpr Modifier kModifiers[] = {
    {"contains", contains},
    {"startswith", starts_with},
    {"endswith", ends_with},
    {"all", all},
    {"exists", exists},
    {"cased", cased},
    {"neq", not_equal},
    {"re", regex},
    {"i", regex_flag<&Item::ignore_case>},
    {"ignorecase", regex_flag<&Item::ignore_case>},
    {"m", regex_flag<&Item::multi_line>},
    {"multiline", regex_flag<&Item::multi_line>},
    {"s", regex_flag<&Item::dot_all>},
    {"dotall", regex_flag<&Item::dot_all>},
    {"cidr", network},
    {"windash", any_dash},
    {"base64", as_base64},
    {"base64offset", as_base64_offsets},
    {"wide", as_utf16<false, false>},
    {"utf16le", as_utf16<false, false>},
    {"utf16be", as_utf16<true, false>},
    {"utf16", as_utf16<false, true>},
    {"lt", compare<LeafOp::kLess>},
    {"lte", compare<LeafOp::kLessOrEqual>},
    {"gt", compare<LeafOp::kGreater>},
    {"gte", compare<LeafOp::kGreaterOrEqual>},
    {"minute", time_part<TimePart::kMinute>},
    {"hour", time_part<TimePart::kHour>},
    {"day", time_part<TimePart::kDay>},
    {"week", time_part<TimePart::kWeek>},
    {"month", time_part<TimePart::kMonth>},
    {"year", time_part<TimePart::kYear>},
    {"expand", expand},
    {"fieldref", field_reference},
};

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Only the canonical decimal is a number: 00000429 is text.
bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (!is_digits(whole) || (whole.size() > 1 && whole[0] == '0')) return false;
  return point == text.npos || is_digits(text.substr(point + 1));
}

}  // namespace

Value read_value(const YamlNode& scalar) {
  Value value;
  value.raw = scalar.text;
  value.pattern = parse_pattern(scalar.text);
  if (scalar.quoted) return value;
  const std::string& text = scalar.text;
  if (scalar.is_null()) value.kind = Kind::kNull;
  else if (text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" ||
           text == "FALSE")
    value.kind = Kind::kBool;
  else if (is_number(text)) value.kind = Kind::kNumber;
  return value;
}

std::optional<Problem> apply_modifiers(Item& item, const std::vector<std::string_view>& names,
                                       const Placeholders* placeholders) {
  item.modifiers_total = names.size();
  item.placeholders = placeholders;
  for (std::string_view name : names) {
    const Modifier* found = std::ranges::find(kModifiers, name, &Modifier::name);
    if (found == std::end(kModifiers))
      return Problem{"sigma.unknown_modifier", "unknown modifier '" + std::string(name) + "'", {}};
    item.modifiers.emplace_back(name);
    if (Outcome problem = found->apply(item)) return problem;
  }
  return {};
}

}  // namespace bartizan::sigma
