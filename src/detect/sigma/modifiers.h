// SPDX-License-Identifier: Apache-2.0
// Item: one `field|modifier|...: values` entry of a detection while it is read, and the modifiers, which change it one
// after the other. A written value may become several variants (its group); variants are ORed even under `all`.
// apply_modifiers answers with a Problem for an unknown or misplaced modifier or a value it cannot take. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"
#include "detect/sigma/condition.h"
#include "detect/sigma/placeholders.h"
#include "detect/sigma/rule.h"

namespace bartizan::sigma {

struct Value {
  enum class Kind { kText, kNumber, kBool, kNull, kRegex, kNetwork, kField };
  Kind kind = Kind::kText;
  std::string raw;  // before escape processing
  Pattern pattern;  // of a text
  Network network;
  bool starts_open = false, ends_open = false;  // of a field reference
};

struct ValueGroup {
  std::string source;
  std::vector<Value> variants;
};

struct Item {
  std::string field;
  std::vector<std::string> modifiers;  // those applied so far
  std::size_t modifiers_total = 0;
  std::vector<ValueGroup> groups;
  bool all = false, negated = false, cased = false, exists = false;
  bool ignore_case = false, multi_line = false, dot_all = false;  // of regular expressions
  std::optional<LeafOp> comparison;
  TimePart part = TimePart::kNone;
  const Placeholders* placeholders = nullptr;  // of `expand`; null: none are configured
};

Value read_value(const YamlNode& scalar);
std::optional<Problem> apply_modifiers(Item& item, const std::vector<std::string_view>& names,
                                       const Placeholders* placeholders);

}  // namespace bartizan::sigma
