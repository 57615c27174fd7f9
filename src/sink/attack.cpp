// SPDX-License-Identifier: Apache-2.0
#include "sink/attack.h"

#include <algorithm>

#include "base/yaml.h"

namespace bartizan {
namespace {

constexpr std::string_view kElsewhere[] = {"TA0043", "TA0042"};  // reconnaissance, resource development

std::string text_of(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  return node && node->is_scalar() ? node->text : std::string();
}

Diagnostic bad(std::string_view file, const YamlNode& node, std::string message) {
  return {"content.attack", std::string(file),  node.line,
          node.column,      std::move(message), "tools/make_attack_tables.py writes this file"};
}

}  // namespace

std::expected<AttackTable, Diagnostic> AttackTable::parse(std::string_view text, std::string_view file) {
  auto documents = parse_yaml(text, file);
  if (!documents) return std::unexpected(documents.error());
  if (documents->size() != 1 || !documents->front().is_map())
    return std::unexpected(bad(file, {}, "not one table"));
  const YamlNode& root = documents->front();
  const YamlNode* tactics = root.find("tactics");
  const YamlNode* techniques = root.find("techniques");
  if (!tactics || !tactics->is_sequence() || !techniques || !techniques->is_map())
    return std::unexpected(bad(file, root, "needs a list `tactics` and a map `techniques`"));

  AttackTable table;
  std::map<std::string, std::size_t> places;  // by the short name that techniques use
  for (const YamlNode& node : tactics->items) {
    const std::string id = text_of(node, "id"), name = text_of(node, "name"),
                      short_name = text_of(node, "short");
    if (id.empty() || name.empty() || short_name.empty())
      return std::unexpected(bad(file, node, "a tactic needs id, short and name"));
    const auto known = std::find_if(table.tactics_.begin(), table.tactics_.end(),
                                    [&](const Tactic& tactic) { return tactic.id == id; });
    places[short_name] = static_cast<std::size_t>(known - table.tactics_.begin());
    if (known == table.tactics_.end()) table.tactics_.push_back({id, name});
    else known->name = name + " (" + known->name + " before)";
  }
  for (const auto& [key, value] : techniques->entries) {
    Technique technique{text_of(value, "name"), {}, text_of(value, "replaced_by")};
    const YamlNode* named = value.find("tactics");
    if (technique.name.empty() || !named || !named->is_sequence())
      return std::unexpected(bad(file, key, "a technique needs name and tactics"));
    for (const YamlNode& tactic : named->items) {
      const auto place = places.find(tactic.text);
      if (place == places.end())
        return std::unexpected(bad(file, tactic, "there is no tactic `" + tactic.text + "`"));
      technique.tactics.push_back(place->second);
    }
    std::sort(technique.tactics.begin(), technique.tactics.end());
    table.techniques_.emplace(key.text, std::move(technique));
  }
  return table;
}

const Technique* AttackTable::find(std::string_view id) const {
  const auto found = techniques_.find(id);
  return found == techniques_.end() ? nullptr : &found->second;
}

std::string_view AttackTable::current(std::string_view id) const {
  const Technique* technique = find(id);
  return technique && !technique->replaced_by.empty() ? std::string_view(technique->replaced_by) : id;
}

bool AttackTable::happens_elsewhere(std::string_view id) const {
  const Technique* technique = find(id);
  return technique && !technique->tactics.empty() &&
         std::all_of(technique->tactics.begin(), technique->tactics.end(), [&](std::size_t place) {
           return std::find(std::begin(kElsewhere), std::end(kElsewhere), tactics_[place].id) !=
                  std::end(kElsewhere);
         });
}

}  // namespace bartizan
