// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/modifiers.h"

#include <algorithm>

#include "base/limits.h"

namespace bartizan::sigma {
namespace {

using Outcome = std::optional<Problem>;
using Kind = Value::Kind;

Problem bad_value(const Item& item, std::string_view expected) {
  return {"sigma.modifier_value", "the modifier '" + item.modifiers.back() + "' takes " + std::string(expected), {}};
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
      if (patterns.empty() || variants.size() + patterns.size() > limits::kSigmaVariantsMax || total > limits::kSigmaLeavesMax)
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
    return Problem{"sigma.modifier_value", "the modifier 'all' needs a list of at least two values", "leave 'all' out"};
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
  return Problem{"sigma.modifier_order", "the modifier '" + item.modifiers.back() + "' must be the first", {}};
}

Outcome regex(Item& item) {
  if (Outcome problem = must_be_first(item)) return problem;
  return each(item, Kind::kText, "text", [](Value& value) {
    value.kind = Kind::kRegex;
    return Outcome{};
  });
}

template <bool Item::*flag>
Outcome regex_flag(Item& item) {
  item.*flag = true;
  return each(item, Kind::kRegex, "a regular expression", [](Value&) { return Outcome{}; });
}

Outcome network(Item& item) {
  if (Outcome problem = must_be_first(item)) return problem;
  if (item.field.empty()) return Problem{"sigma.modifier_value", "the modifier 'cidr' needs a field", {}};
  return each(item, Kind::kText, "a network such as 10.0.0.0/8", [](Value& value) -> Outcome {
    const std::optional<Network> parsed = parse_network(value.raw);
    if (!parsed) return Problem{"sigma.network", "'" + value.raw + "' is not a network", "bits beyond the prefix must be zero"};
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
        return Problem{"sigma.modifier_value", "the modifier '" + item.modifiers.back() + "' takes no wildcards",
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
      if (!value.pattern.empty() && value.pattern[0].kind == Token::Kind::kLiteral) value.pattern[0].text.insert(0, bytes);
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
  if (item.part != TimePart::kNone) return Problem{"sigma.modifier_order", "only one part of a time is possible", {}};
  if (item.field.empty()) return Problem{"sigma.modifier_value", "a part of a time needs a field", {}};
  item.part = part;
  return each(item, Kind::kNumber, "a number", [](Value&) { return Outcome{}; });
}

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || c == '_' || c == '-' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// The first %name% of `text`, or nothing. `\%` is a plain percent sign.
std::string_view placeholder_in(std::string_view text) {
  for (std::size_t at = text.find('%'); at != text.npos; at = text.find('%', at + 1)) {
    if (at > 0 && text[at - 1] == '\\') continue;
    std::size_t end = at + 1;
    while (end < text.size() && is_name_character(text[end])) ++end;
    if (end > at + 1 && end < text.size() && text[end] == '%') return text.substr(at, end + 1 - at);
  }
  return {};
}

Outcome expand(Item& item) {
  for (ValueGroup& group : item.groups)
    for (Value& value : group.variants) {
      if (value.kind != Kind::kText && value.kind != Kind::kRegex) return bad_value(item, "text");
      if (const std::string_view name = placeholder_in(value.raw); !name.empty())
        return Problem{"sigma.placeholder", "the placeholder " + std::string(name) + " has no configured meaning",
                       "the rule is not used until the placeholder is given values"};
      for (Token& token : value.pattern)
        for (std::size_t at = token.text.find("\\%"); at != std::string::npos; at = token.text.find("\\%", at + 1))
          token.text.erase(at, 1);
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
  else if (text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" || text == "FALSE")
    value.kind = Kind::kBool;
  else if (is_number(text)) value.kind = Kind::kNumber;
  return value;
}

std::optional<Problem> apply_modifiers(Item& item, const std::vector<std::string_view>& names) {
  item.modifiers_total = names.size();
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
