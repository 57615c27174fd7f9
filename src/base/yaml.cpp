// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>

#include "base/limits.h"

namespace bartizan {
namespace {

struct Parser {
  yaml_parser_t raw;
  Parser() { yaml_parser_initialize(&raw); }
  ~Parser() { yaml_parser_delete(&raw); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
};

struct RawEvent {
  yaml_event_t raw{};
  ~RawEvent() { yaml_event_delete(&raw); }
  RawEvent() = default;
  RawEvent(const RawEvent&) = delete;
  RawEvent& operator=(const RawEvent&) = delete;
};

struct Size {
  std::size_t nodes = 0, bytes = 0, height = 0;
};

void measure(const YamlNode& node, std::size_t height, Size& size) {
  ++size.nodes;
  size.bytes += node.text.size();
  size.height = std::max(size.height, height);
  for (const YamlNode& item : node.items) measure(item, height + 1, size);
  for (const auto& [key, value] : node.entries) {
    measure(key, height + 1, size);
    measure(value, height + 1, size);
  }
}

struct Anchored {
  YamlNode node;
  Size size;
};

std::string text_of(const yaml_char_t* text) { return text ? reinterpret_cast<const char*>(text) : ""; }

class Builder {
 public:
  Builder(std::string_view text, std::string_view file) : file_(file) {
    yaml_parser_set_input_string(&parser_.raw, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }

  std::expected<std::vector<YamlNode>, Diagnostic> documents() {
    std::vector<YamlNode> all;
    for (;;) {
      RawEvent event;
      if (!next(event)) return std::unexpected(std::move(*problem_));
      if (event.raw.type == YAML_STREAM_END_EVENT) return all;
      if (event.raw.type == YAML_DOCUMENT_START_EVENT) {
        anchors_.clear();
        RawEvent first;
        YamlNode root;
        if (!next(first) || !build(first.raw, root, 0)) return std::unexpected(std::move(*problem_));
        all.push_back(std::move(root));
      }
    }
  }

 private:
  bool next(RawEvent& event) {
    if (yaml_parser_parse(&parser_.raw, &event.raw)) return true;
    const char* problem = parser_.raw.problem ? parser_.raw.problem : "out of memory";
    return fail_at(parser_.raw.problem_mark, "yaml.syntax", problem);
  }

  bool fail_at(yaml_mark_t mark, const char* code, std::string message, std::string hint = {}) {
    problem_ = Diagnostic{code,
                          file_,
                          static_cast<int>(mark.line) + 1,
                          static_cast<int>(mark.column) + 1,
                          std::move(message),
                          std::move(hint)};
    return false;
  }

  bool build(const yaml_event_t& event, YamlNode& node, std::size_t depth) {
    node.line = static_cast<int>(event.start_mark.line) + 1;
    node.column = static_cast<int>(event.start_mark.column) + 1;
    if (depth > limits::kYamlDepthMax) return fail_at(event.start_mark, "yaml.limit", "nested too deeply");
    if (++nodes_ > limits::kYamlNodesMax) return fail_at(event.start_mark, "yaml.limit", "too many nodes");
    switch (event.type) {
      case YAML_SCALAR_EVENT: {
        const auto& scalar = event.data.scalar;
        node.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
        node.quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE || text_of(scalar.tag) == YAML_STR_TAG;
        return remember(scalar.anchor, node, event.start_mark);
      }
      case YAML_SEQUENCE_START_EVENT:
        return build_sequence(node, depth) &&
               remember(event.data.sequence_start.anchor, node, event.start_mark);
      case YAML_MAPPING_START_EVENT:
        return build_map(node, depth) && remember(event.data.mapping_start.anchor, node, event.start_mark);
      case YAML_ALIAS_EVENT: return build_alias(event, node, depth);
      default: return fail_at(event.start_mark, "yaml.syntax", "a value was expected");
    }
  }

  bool build_sequence(YamlNode& node, std::size_t depth) {
    node.kind = YamlNode::Kind::kSequence;
    for (;;) {
      RawEvent event;
      if (!next(event)) return false;
      if (event.raw.type == YAML_SEQUENCE_END_EVENT) return true;
      if (!build(event.raw, node.items.emplace_back(), depth + 1)) return false;
    }
  }

  bool build_map(YamlNode& node, std::size_t depth) {
    node.kind = YamlNode::Kind::kMap;
    std::unordered_set<std::string> seen;
    for (;;) {
      RawEvent event;
      if (!next(event)) return false;
      if (event.raw.type == YAML_MAPPING_END_EVENT) return true;
      auto& [key, value] = node.entries.emplace_back();
      if (!build(event.raw, key, depth + 1)) return false;
      const yaml_mark_t mark = event.raw.start_mark;
      if (!key.is_scalar()) return fail_at(mark, "yaml.key", "a key must be plain text");
      if (!key.quoted && key.text == "<<") return fail_at(mark, "yaml.key", "merge keys are not supported");
      if (!seen.insert(key.text).second)
        return fail_at(mark, "yaml.duplicate_key", "the key '" + key.text + "' occurs twice in one map",
                       "merge the two entries or rename one");
      RawEvent value_event;
      if (!next(value_event) || !build(value_event.raw, value, depth + 1)) return false;
    }
  }

  // An anchor keeps a copy, which counts like any other node.
  bool remember(const yaml_char_t* anchor, const YamlNode& node, yaml_mark_t mark) {
    if (!anchor) return true;
    Anchored anchored{{}, {}};
    measure(node, 0, anchored.size);
    if (!afford(anchored.size, mark)) return false;
    anchored.node = node;
    anchors_.insert_or_assign(text_of(anchor), std::move(anchored));
    return true;
  }

  bool build_alias(const yaml_event_t& event, YamlNode& node, std::size_t depth) {
    const std::string name = text_of(event.data.alias.anchor);
    const auto found = anchors_.find(name);
    if (found == anchors_.end())
      return fail_at(event.start_mark, "yaml.alias",
                     "the alias '*" + name + "' names nothing written before it");
    if (depth + found->second.size.height > limits::kYamlDepthMax)
      return fail_at(event.start_mark, "yaml.limit", "nested too deeply");
    if (!afford(found->second.size, event.start_mark)) return false;
    node = found->second.node;
    return true;
  }

  bool afford(const Size& size, yaml_mark_t mark) {
    nodes_ += size.nodes;
    alias_bytes_ += size.bytes;
    if (nodes_ <= limits::kYamlNodesMax && alias_bytes_ <= limits::kYamlAliasBytesMax) return true;
    return fail_at(mark, "yaml.limit", "aliases expand to too much");
  }

  Parser parser_;
  std::string file_;
  std::map<std::string, Anchored> anchors_;
  std::size_t nodes_ = 0, alias_bytes_ = 0;
  std::optional<Diagnostic> problem_;
};

}  // namespace

YamlNode::YamlNode() = default;
YamlNode::YamlNode(const YamlNode&) = default;
YamlNode::YamlNode(YamlNode&&) noexcept = default;
YamlNode& YamlNode::operator=(const YamlNode&) = default;
YamlNode& YamlNode::operator=(YamlNode&&) noexcept = default;
YamlNode::~YamlNode() = default;

bool YamlNode::is_null() const {
  return is_scalar() && !quoted &&
         (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name.text == key) return &value;
  return nullptr;
}

std::expected<std::vector<YamlNode>, Diagnostic> parse_yaml(std::string_view text, std::string_view file) {
  if (text.size() > limits::kRuleFileBytesMax)
    return std::unexpected(Diagnostic{"yaml.limit", std::string(file), 0, 0, "the file is too large", {}});
  return Builder(text, file).documents();
}

}  // namespace bartizan
