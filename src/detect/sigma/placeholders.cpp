// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/placeholders.h"

#include <algorithm>

#include "base/yaml.h"

namespace bartizan::sigma {
namespace {

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || c == '_' || c == '-' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

}  // namespace

std::string_view placeholder_in(std::string_view text) {
  for (std::size_t at = text.find('%'); at != text.npos; at = text.find('%', at + 1)) {
    std::size_t backslashes = 0;
    while (backslashes < at && text[at - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 1) continue;
    std::size_t end = at + 1;
    while (end < text.size() && is_name_character(text[end])) ++end;
    if (end > at + 1 && end < text.size() && text[end] == '%') return text.substr(at, end + 1 - at);
  }
  return {};
}

void load_placeholders(std::string_view text, std::string_view file, Placeholders& placeholders,
                       std::vector<Diagnostic>& diagnostics) {
  const auto bad = [&](const YamlNode& node, std::string message, std::string hint = {}) {
    diagnostics.push_back({"sigma.placeholders", std::string(file), node.line, node.column,
                           std::move(message), std::move(hint)});
  };
  auto documents = parse_yaml(text, file);
  if (!documents) return diagnostics.push_back(std::move(documents.error()));
  for (const YamlNode& document : *documents) {
    if (document.is_null()) continue;
    if (!document.is_map()) bad(document, "a file of placeholders is a map", "such as: admins: [alice, bob]");
    for (const auto& [key, node] : document.entries) {
      if (key.text.empty() || !std::ranges::all_of(key.text, is_name_character)) {
        bad(key, "'" + key.text + "' is no name of a placeholder",
            "letters, digits, _ and -, without percent signs");
        continue;
      }
      std::vector<std::string> values;
      const std::vector<YamlNode> one = node.is_sequence() ? node.items : std::vector{node};
      for (const YamlNode& value : one) {
        if (!value.is_scalar() || value.is_null()) bad(value, "a value of '" + key.text + "' must be text");
        else if (!placeholder_in(value.text).empty()) bad(value, "a value cannot hold a placeholder itself");
        else values.push_back(value.text);
      }
      if (one.empty()) bad(node, "'" + key.text + "' has no values");
      else if (values.empty()) continue;
      else if (!placeholders.emplace(key.text, std::move(values)).second)
        bad(key, "'" + key.text + "' is given twice");
    }
  }
}

}  // namespace bartizan::sigma
