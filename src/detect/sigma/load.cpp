// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/load.h"

#include <algorithm>
#include <span>

#include "base/limits.h"
#include "base/yaml.h"
#include "detect/sigma/condition.h"
#include "detect/sigma/leaf.h"
#include "detect/sigma/modifiers.h"

namespace bartizan::sigma {
namespace {

constexpr std::string_view kStatuses[] = {"stable", "test", "experimental", "deprecated", "unsupported"};
constexpr std::string_view kLevels[] = {"informational", "low", "medium", "high", "critical"};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == text.npos) return parts;
    text.remove_prefix(at + 1);
  }
}

class RuleLoader {
 public:
  RuleLoader(const YamlNode& document, std::string_view file, const Placeholders* placeholders,
             std::vector<Diagnostic>& diagnostics)
      : document_(document), file_(file), placeholders_(placeholders), diagnostics_(diagnostics) {}

  // True when the document gave a rule.
  bool load(Rule& rule) {
    if (!document_.is_map()) return bad(document_, "sigma.document", "a rule must be a map");
    if (document_.find("correlation")) return false;  // read by load_correlations
    if (document_.find("filter")) return false;       // read by load_filters
    if (const YamlNode* node = document_.find("action"))
      return bad(*node, "sigma.action_unsupported", "'action' belongs to an older version of the language",
                 "write every rule out in full");
    rule_ = &rule;
    rule.file = file_;
    rule.line = document_.line;
    read_metadata();
    read_logsource();
    read_detection();
    return !has_error_;
  }

 private:
  bool bad(const YamlNode& node, std::string code, std::string message, std::string hint = {}) {
    diagnostics_.push_back(
        {std::move(code), file_, node.line, node.column, std::move(message), std::move(hint)});
    has_error_ = true;
    return false;
  }
  bool bad(const YamlNode& node, Problem problem) {
    return bad(node, std::move(problem.code), std::move(problem.message), std::move(problem.hint));
  }

  void read_text(std::string_view key, std::string& out) {
    const YamlNode* node = document_.find(key);
    if (!node || node->is_null()) return;
    if (!node->is_scalar()) bad(*node, "sigma.metadata", "'" + std::string(key) + "' must be text");
    else out = node->text;
  }

  void read_list(std::string_view key, std::vector<std::string>& out) {
    const YamlNode* node = document_.find(key);
    if (!node || node->is_null()) return;
    if (node->is_scalar()) return out.push_back(node->text);
    for (const YamlNode& item : node->items)
      if (item.is_scalar()) out.push_back(item.text);
    if (!node->is_sequence()) bad(*node, "sigma.metadata", "'" + std::string(key) + "' must be a list");
  }

  void check_word(std::string_view key, const std::string& value, std::span<const std::string_view> allowed) {
    if (value.empty() || std::ranges::find(allowed, value) != allowed.end()) return;
    std::string hint = "one of:";
    for (std::string_view word : allowed) hint += " " + std::string(word);
    const YamlNode& node = *document_.find(key);
    diagnostics_.push_back({"sigma.metadata", file_, node.line, node.column,
                            "'" + value + "' is no known " + std::string(key), std::move(hint),
                            Severity::kWarning});
  }

  void read_metadata() {
    Rule& rule = *rule_;
    read_text("id", rule.id);
    read_text("title", rule.title);
    read_text("name", rule.name);
    read_text("status", rule.status);
    read_text("level", rule.level);
    read_text("description", rule.description);
    read_text("author", rule.author);
    read_text("date", rule.date);
    read_text("modified", rule.modified);
    read_list("tags", rule.tags);
    read_list("references", rule.references);
    read_list("falsepositives", rule.false_positives);
    read_list("fields", rule.fields);
    if (rule.title.empty()) bad(document_, "sigma.missing", "the rule has no title");
    check_word("status", rule.status, kStatuses);
    check_word("level", rule.level, kLevels);
    std::string taxonomy;
    read_text("taxonomy", taxonomy);
    if (!taxonomy.empty() && taxonomy != "sigma")
      bad(*document_.find("taxonomy"), "sigma.taxonomy", "the taxonomy '" + taxonomy + "' is not known");
  }

  void read_logsource() {
    const YamlNode* source = document_.find("logsource");
    if (!source || !source->is_map())
      return void(bad(source ? *source : document_, "sigma.missing", "the rule has no logsource map"));
    LogSource& out = rule_->logsource;
    const std::pair<const char*, std::string*> parts[] = {
        {"category", &out.category}, {"product", &out.product}, {"service", &out.service}};
    for (const auto& [key, text] : parts) {
      const YamlNode* node = source->find(key);
      if (!node || node->is_null()) continue;
      if (node->is_scalar()) *text = node->text;
      else bad(*node, "sigma.logsource", std::string(key) + " must be text");
    }
    if (out.category.empty() && out.product.empty() && out.service.empty())
      bad(*source, "sigma.logsource", "the logsource names no category, product or service");
  }

  void read_detection() {
    const YamlNode* detection = document_.find("detection");
    if (!detection || !detection->is_map())
      return void(bad(detection ? *detection : document_, "sigma.missing", "the rule has no detection map"));
    const YamlNode* condition = nullptr;
    for (const auto& [key, value] : detection->entries) {
      if (key.text == "condition") {
        condition = &value;
      } else if (key.text == "timeframe") {
        bad(key, "sigma.timeframe", "'timeframe' belongs to an older version of the language",
            "write a correlation rule instead");
      } else if (rule_->searches.size() >= limits::kSigmaTermsMax) {
        return void(bad(key, "sigma.limit", "the rule has too many search identifiers"));
      } else {
        rule_->searches.push_back({key.text, {}});
        read_block(value, key.text, rule_->searches.back().expression);
      }
    }
    if (!condition) return void(bad(*detection, "sigma.missing", "the detection has no condition"));
    read_condition(*condition);
  }

  // Several conditions are several queries of the same rule.
  void read_condition(const YamlNode& node) {
    const std::vector<YamlNode> one = node.is_scalar() ? std::vector{node} : node.items;
    rule_->condition = {Expression::Kind::kOr, 0, {}};
    if (one.empty()) bad(node, "sigma.condition", "the condition must be text or a list of texts");
    for (const YamlNode& text : one) {
      if (!text.is_scalar()) {
        bad(text, "sigma.condition", "a condition must be text");
        continue;
      }
      auto parsed = parse_condition(text.text, rule_->searches);
      if (!parsed) {
        bad(text, std::move(parsed.error()));
        continue;
      }
      if (!rule_->condition_text.empty()) rule_->condition_text += " | ";
      rule_->condition_text += text.text;
      rule_->condition.children.push_back(std::move(*parsed));
    }
    if (rule_->condition.children.size() == 1) {
      Expression only = std::move(rule_->condition.children[0]);
      rule_->condition = std::move(only);
    }
  }

  // A map is an AND of items, a list an OR of blocks, a plain value a keyword.
  void read_block(const YamlNode& node, const std::string& identifier, Expression& out) {
    if (node.is_map()) {
      out.kind = Expression::Kind::kAnd;
      if (node.entries.empty()) bad(node, "sigma.detection", "'" + identifier + "' is empty");
      for (const auto& [key, value] : node.entries)
        read_item(key, value, identifier, out.children.emplace_back());
    } else if (node.is_sequence()) {
      out.kind = Expression::Kind::kOr;
      if (node.items.empty()) bad(node, "sigma.detection", "'" + identifier + "' is empty");
      for (const YamlNode& item : node.items) read_block(item, identifier, out.children.emplace_back());
    } else {
      Item item;
      item.groups.push_back({node.text, {read_value(node)}});
      finish_item(node, item, identifier, out);
    }
  }

  void read_item(const YamlNode& key, const YamlNode& node, const std::string& identifier, Expression& out) {
    std::vector<std::string_view> names = split(key.text, '|');
    Item item;
    item.field = names.front();
    names.erase(names.begin());
    const YamlNode absent;
    if (node.is_map())
      return void(bad(node, "sigma.value", "the value of '" + key.text + "' cannot be a map"));
    if (node.is_scalar()) item.groups.push_back({node.text, {read_value(node)}});
    if (node.is_sequence() && node.items.empty()) item.groups.push_back({"null", {read_value(absent)}});
    for (const YamlNode& value : node.items) {
      if (!value.is_scalar()) bad(value, "sigma.value", "a list of values can hold only plain values");
      else if (value.is_null())
        bad(value, "sigma.value", "null cannot be in a list", "write a second search identifier for null");
      else item.groups.push_back({value.text, {read_value(value)}});
    }
    if (item.groups.empty()) return;  // reported already
    if (auto problem = apply_modifiers(item, names, placeholders_))
      return void(bad(key, std::move(*problem)));
    finish_item(key, item, identifier, out);
  }

  void finish_item(const YamlNode& node, const Item& item, const std::string& identifier, Expression& out) {
    auto made = make_leaves(item, identifier, rule_->leaves);
    if (!made) bad(node, std::move(made.error()));
    else out = std::move(*made);
  }

  const YamlNode& document_;
  std::string file_;
  const Placeholders* placeholders_;
  std::vector<Diagnostic>& diagnostics_;
  bool has_error_ = false;
  Rule* rule_ = nullptr;
};

}  // namespace

bool load_rule(const YamlNode& document, std::string_view file, const Placeholders* placeholders, Rule& rule,
               std::vector<Diagnostic>& diagnostics) {
  return RuleLoader(document, file, placeholders, diagnostics).load(rule);
}

void load_rules(std::span<const YamlNode> documents, std::string_view file, const Placeholders* placeholders,
                std::vector<Rule>& rules, std::vector<Diagnostic>& diagnostics) {
  for (const YamlNode& document : documents) {
    if (document.is_null()) continue;  // a stray separator
    Rule rule;
    if (load_rule(document, file, placeholders, rule, diagnostics)) rules.push_back(std::move(rule));
  }
}

}  // namespace bartizan::sigma
