// SPDX-License-Identifier: Apache-2.0
// YAML as a tree of nodes that keep the raw text of every scalar and whether it was quoted: which type a plain scalar
// has is for the reader to decide (YAML 1.1 and 1.2 differ on 00000429, and null must stay apart from ''). Aliases are
// copied. Nodes own their text. parse_yaml fails with one Diagnostic on bad syntax, duplicate keys, an unknown alias,
// a merge key, or more depth, nodes or text than base/limits.h allows. Pure, any thread.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.h"

namespace bartizan {

struct YamlNode {
  enum class Kind { kScalar, kSequence, kMap };
  Kind kind = Kind::kScalar;
  std::string text;     // of a scalar
  bool quoted = false;  // a scalar in quotation marks, a block scalar, or one tagged !!str
  int line = 0, column = 0;
  std::vector<YamlNode> items;                         // of a sequence
  std::vector<std::pair<YamlNode, YamlNode>> entries;  // of a map, in the order written

  // Defined where the node is complete: a map holds nodes by value.
  YamlNode();
  YamlNode(const YamlNode&);
  YamlNode(YamlNode&&) noexcept;
  YamlNode& operator=(const YamlNode&);
  YamlNode& operator=(YamlNode&&) noexcept;
  ~YamlNode();

  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_map() const { return kind == Kind::kMap; }
  bool is_null() const;
  const YamlNode* find(std::string_view key) const;
};

// Every document of the stream; an empty stream has none.
std::expected<std::vector<YamlNode>, Diagnostic> parse_yaml(std::string_view text, std::string_view file);

}  // namespace bartizan
