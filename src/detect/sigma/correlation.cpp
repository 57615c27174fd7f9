// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/correlation.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/limits.h"
#include "base/yaml.h"
#include "detect/sigma/condition.h"

namespace bartizan::sigma {
namespace {

template <typename T>
struct Word {
  std::string_view text;
  T value;
};

constexpr Word<CorrelationType> kTypes[] = {{"event_count", CorrelationType::kEventCount},
                                            {"value_count", CorrelationType::kValueCount},
                                            {"value_sum", CorrelationType::kValueSum},
                                            {"value_avg", CorrelationType::kValueAverage},
                                            {"value_percentile", CorrelationType::kValuePercentile},
                                            {"value_median", CorrelationType::kValueMedian},
                                            {"temporal", CorrelationType::kTemporal},
                                            {"temporal_ordered", CorrelationType::kTemporalOrdered}};

constexpr Word<Comparison> kComparisons[] = {
    {"gt", Comparison::kGreater},      {"gte", Comparison::kGreaterOrEqual}, {"lt", Comparison::kLess},
    {"lte", Comparison::kLessOrEqual}, {"eq", Comparison::kEqual},           {"neq", Comparison::kNotEqual}};

// Months and years are the mean Gregorian ones, as pySigma has them.
constexpr Word<std::int64_t> kUnits[] = {{"s", 1},       {"m", 60},        {"h", 3600},      {"d", 86'400},
                                         {"w", 604'800}, {"M", 2'629'746}, {"y", 31'556'952}};

template <typename T, std::size_t N>
const T* value_of(const Word<T> (&words)[N], std::string_view text) {
  for (const Word<T>& word : words)
    if (word.text == text) return &word.value;
  return nullptr;
}

template <typename T>
bool parse_number(std::string_view text, T& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

bool is_temporal(CorrelationType type) {
  return type == CorrelationType::kTemporal || type == CorrelationType::kTemporalOrdered;
}

bool is_identifier_character(char c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The rule names in a condition, in the order of their first mention.
std::vector<std::string> names_in(std::string_view condition) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < condition.size();) {
    std::size_t end = i;
    while (end < condition.size() && is_identifier_character(condition[end])) ++end;
    const std::string word(condition.substr(i, end - i));
    if (!word.empty() && word != "and" && word != "or" && word != "not" &&
        names.size() <= limits::kSigmaTermsMax && std::ranges::find(names, word) == names.end())
      names.push_back(word);
    i = std::max(end, i + 1);
  }
  return names;
}

class CorrelationLoader {
 public:
  CorrelationLoader(const YamlNode& document, const YamlNode& body, std::string_view file,
                    std::vector<Diagnostic>& diagnostics)
      : document_(document), body_(body), file_(file), diagnostics_(diagnostics) {}

  bool load(Correlation& out) {
    const std::size_t before = diagnostics_.size();
    out_ = &out;
    out.file = file_;
    out.line = document_.line;
    out.column = document_.column;
    if (!body_.is_map()) return bad(body_, "'correlation' must be a map");
    read_metadata();
    const YamlNode* type = body_.find("type");
    const CorrelationType* known = type && type->is_scalar() ? value_of(kTypes, type->text) : nullptr;
    if (!known)
      return bad(type ? *type : body_, "the correlation has no known type",
                 "one of: event_count value_count value_sum value_avg value_percentile value_median temporal "
                 "temporal_ordered");
    out.type = *known;
    read_names(body_, "rules", out.rules);
    read_names(body_, "group-by", out.group_by);
    read_timespan();
    read_aliases();
    read_condition();
    if (out.rules.empty()) bad(body_, "the correlation names no rules");
    if (out.rules.size() > limits::kSigmaTermsMax) bad(body_, "the correlation names too many rules");
    return diagnostics_.size() == before;
  }

 private:
  bool bad(const YamlNode& node, std::string message, std::string hint = {}) {
    diagnostics_.push_back(
        {"sigma.correlation", file_, node.line, node.column, std::move(message), std::move(hint)});
    return false;
  }

  void read_text(std::string_view key, std::string& out) {
    const YamlNode* node = document_.find(key);
    if (!node || node->is_null()) return;
    if (node->is_scalar()) out = node->text;
    else bad(*node, "'" + std::string(key) + "' must be text");
  }

  // One text or a list of texts.
  void read_names(const YamlNode& map, std::string_view key, std::vector<std::string>& out) {
    const YamlNode* node = map.find(key);
    if (!node || node->is_null()) return;
    if (node->is_map()) return void(bad(*node, "'" + std::string(key) + "' must be a list"));
    if (node->is_scalar()) return out.push_back(node->text);
    for (const YamlNode& item : node->items) {
      if (!item.is_scalar() || item.is_null() || item.text.empty())
        bad(item, "'" + std::string(key) + "' can hold only names");
      else if (std::ranges::find(out, item.text) != out.end() && key == "rules")
        bad(item, "'" + item.text + "' is named twice");
      else out.push_back(item.text);
    }
  }

  void read_metadata() {
    Correlation& out = *out_;
    const std::pair<const char*, std::string*> texts[] = {
        {"id", &out.id},         {"title", &out.title}, {"name", &out.name},
        {"status", &out.status}, {"level", &out.level}, {"description", &out.description},
        {"author", &out.author}};
    for (const auto& [key, text] : texts) read_text(key, *text);
    read_names(document_, "tags", out.tags);
    read_names(document_, "references", out.references);
    read_names(document_, "falsepositives", out.false_positives);
    if (out.title.empty()) bad(document_, "the correlation has no title");
    constexpr std::string_view kLevels[] = {"", "informational", "low", "medium", "high", "critical"};
    if (std::ranges::find(kLevels, out.level) == std::end(kLevels))
      bad(*document_.find("level"), "'" + out.level + "' is no known level");
    // The schema has it beside `correlation`, pySigma inside.
    const YamlNode* generate = document_.find("generate");
    if (!generate) generate = body_.find("generate");
    if (!generate) return;
    out.generate = generate->text == "true";
    if (!out.generate && generate->text != "false") bad(*generate, "'generate' must be true or false");
  }

  void read_timespan() {
    const YamlNode* node = body_.find("timespan");
    if (!node || !node->is_scalar() || node->text.empty())
      return void(bad(node ? *node : body_, "the correlation has no timespan", "such as 5m"));
    const std::string_view text = node->text;
    const std::int64_t* unit = value_of(kUnits, text.substr(text.size() - 1));
    std::int64_t count = 0, seconds = 0;
    if (!unit || !parse_number(text.substr(0, text.size() - 1), count) || count <= 0)
      return void(bad(*node, "'" + node->text + "' is no timespan",
                      "a whole number and one of s m h d w M y, such as 90m"));
    if (__builtin_mul_overflow(count, *unit, &seconds) ||
        __builtin_mul_overflow(seconds, kTicksPerSecond, &out_->timespan_ticks))
      bad(*node, "the timespan is too long");
  }

  void read_aliases() {
    const YamlNode* node = body_.find("aliases");
    if (!node || node->is_null()) return;
    if (!node->is_map()) return void(bad(*node, "'aliases' must be a map"));
    for (const auto& [name, fields] : node->entries) {
      Alias alias{name.text, {}};
      if (!fields.is_map()) bad(fields, "an alias must be a map from rules to their fields");
      for (const auto& [rule, field] : fields.entries) {
        if (!field.is_scalar() || field.is_null()) bad(field, "the field of an alias must be a name");
        else alias.fields.emplace_back(rule.text, field.text);
      }
      out_->aliases.push_back(std::move(alias));
    }
  }

  void read_condition() {
    const YamlNode* node = body_.find("condition");
    if (!node || node->is_null()) {
      if (!is_temporal(out_->type)) bad(body_, "the correlation has no condition");
    } else if (node->is_map()) {
      read_thresholds(*node);
    } else if (node->is_scalar() && is_temporal(out_->type)) {
      read_expression(*node);
      return;
    } else {
      bad(*node, "the condition must be a map");
    }
    if (is_temporal(out_->type) && out_->thresholds.empty())
      out_->thresholds.push_back({Comparison::kGreaterOrEqual, static_cast<double>(out_->rules.size())});
  }

  void read_thresholds(const YamlNode& map) {
    const bool counts_values = !is_temporal(out_->type) && out_->type != CorrelationType::kEventCount;
    bool has_percentile = false;
    for (const auto& [key, value] : map.entries) {
      const Comparison* comparison = value_of(kComparisons, key.text);
      double number = 0;
      if (key.text == "field") {
        read_names(map, "field", out_->fields);
      } else if (!comparison && key.text != "percentile") {
        bad(key, "'" + key.text + "' is no known condition", "one of: gt gte lt lte eq neq field percentile");
      } else if (!value.is_scalar() || !parse_number(value.text, number) || !std::isfinite(number)) {
        bad(value, "'" + key.text + "' needs a number");
      } else if (comparison) {
        out_->thresholds.push_back({*comparison, number});
      } else {
        has_percentile = true;
        out_->percentile = number;
        if (number < 0 || number > 100) bad(value, "a percentile is between 0 and 100");
      }
    }
    if (out_->thresholds.empty() || out_->thresholds.size() > 2)
      bad(map, "the condition needs one comparison, or two for a range");
    if (counts_values && out_->fields.empty()) bad(map, "this type of correlation needs a 'field'");
    if (out_->fields.size() > 1 && out_->type != CorrelationType::kValueCount)
      bad(map, "only value_count can take several fields");
    if (out_->type == CorrelationType::kValuePercentile && !has_percentile)
      bad(map, "value_percentile needs a 'percentile'", "such as percentile: 95");
  }

  void read_expression(const YamlNode& node) {
    const std::vector<std::string> names = names_in(node.text);
    if (out_->rules.empty()) out_->rules = names;
    std::vector<Search> searches;
    for (const std::string& rule : out_->rules) {
      searches.push_back({rule, {}});
      if (std::ranges::find(names, rule) == names.end())
        bad(node, "the condition does not mention '" + rule + "'");
    }
    auto parsed = parse_condition(node.text, searches);
    if (!parsed) bad(node, parsed.error().message, parsed.error().hint);
    else out_->expression = std::move(*parsed);
  }

  const YamlNode& document_;
  const YamlNode& body_;
  std::string file_;
  std::vector<Diagnostic>& diagnostics_;
  Correlation* out_ = nullptr;
};

}  // namespace

void load_correlations(std::span<const YamlNode> documents, std::string_view file,
                       std::vector<Correlation>& correlations, std::vector<Diagnostic>& diagnostics) {
  for (const YamlNode& document : documents) {
    const YamlNode* body = document.is_map() ? document.find("correlation") : nullptr;
    Correlation correlation;
    if (body && CorrelationLoader(document, *body, file, diagnostics).load(correlation))
      correlations.push_back(std::move(correlation));
  }
}

}  // namespace bartizan::sigma
