// SPDX-License-Identifier: Apache-2.0
#include "sink/actors.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "base/yaml.h"

namespace bartizan {
namespace {

using Techniques = std::set<std::string, std::less<>>;

std::string text_of(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  return node && node->is_scalar() ? node->text : std::string();
}

Techniques used_by(const Actor& actor, const AttackTable& attack) {
  Techniques out;
  for (const std::string& id : actor.techniques)
    if (!attack.happens_elsewhere(id)) out.emplace(attack.current(id));
  return out;
}

Techniques seen_in(const Findings& findings, const AttackTable& attack) {
  Techniques out;
  findings.for_each([&](const Finding& finding) {
    if (finding.level < kActorLevelLeast) return;
    for (const std::string& id : finding.attack)
      if (const std::string_view current = attack.current(id); !out.contains(current)) out.emplace(current);
  });
  return out;
}

// Mean and variance of the weight of `drawn` techniques taken without putting back, for a group with these
// weights.
struct Chance {
  double mean = 0, deviation = 0;
};
Chance chance_of(double sum, double sum_of_squares, std::size_t all, std::size_t drawn) {
  if (all < 2) return {};
  const double n = static_cast<double>(all), k = static_cast<double>(drawn), mean = sum / n;
  const double variance = sum_of_squares / n - mean * mean;
  return {k * mean, std::sqrt(std::max(0.0, k * variance * (n - k) / (n - 1)))};
}

ActorMatch compare(const Actor& actor, const Techniques& own, const Techniques& seen,
                   const std::map<std::string, std::size_t, std::less<>>& users, std::size_t drawn) {
  ActorMatch match;
  match.actor = &actor;
  double sum = 0, squares = 0;
  for (const std::string& id : own) {
    const std::size_t count = users.find(id)->second;
    const double weight = 1.0 / static_cast<double>(count);
    sum += weight, squares += weight * weight;
    const bool is_seen = seen.contains(id);
    (is_seen ? match.seen : match.not_seen).push_back({id, count});
    if (!is_seen) continue;
    match.weight += weight;
    if (count <= kDistinctiveUsers) ++match.distinctive;
  }
  const auto rarer = [](const ActorTechnique& a, const ActorTechnique& b) {
    return std::tie(a.used_by, a.id) < std::tie(b.used_by, b.id);
  };
  std::sort(match.seen.begin(), match.seen.end(), rarer);
  std::sort(match.not_seen.begin(), match.not_seen.end(), rarer);
  const Chance chance = chance_of(sum, squares, users.size(), drawn);
  match.chance = chance.mean;
  if (chance.deviation > 0) match.deviations = (match.weight - chance.mean) / chance.deviation;
  match.consistent = match.distinctive >= kDistinctiveLeast && match.deviations >= kDeviationsLeast;
  return match;
}

}  // namespace

std::expected<Actor, Diagnostic> parse_actor(std::string_view text, std::string_view file) {
  const auto bad = [&](std::string message) {
    return std::unexpected(Diagnostic{"content.actor", std::string(file), 0, 0, std::move(message),
                                      "content/actors/README.md has the format"});
  };
  auto documents = parse_yaml(text, file);
  if (!documents) return std::unexpected(documents.error());
  if (documents->size() != 1 || !documents->front().is_map()) return bad("not one table");
  const YamlNode& root = documents->front();
  Actor actor{text_of(root, "name"), text_of(root, "attack_id"), text_of(root, "summary"), {}, {}};
  const YamlNode* techniques = root.find("techniques");
  if (actor.name.empty() || !techniques || !techniques->is_sequence())
    return bad("needs `name` and a list `techniques`");
  for (const YamlNode& technique : techniques->items) {
    std::string id = text_of(technique, "id");
    if (id.empty()) return bad("a technique has no id");
    actor.techniques.push_back(std::move(id));
  }
  if (const YamlNode* aliases = root.find("aliases"))
    for (const YamlNode& alias : aliases->items) actor.aliases.push_back(alias.text);
  return actor;
}

std::vector<ActorMatch> match_actors(const Findings& findings, std::span<const Actor> actors,
                                     const AttackTable& attack) {
  std::vector<Techniques> own;
  std::map<std::string, std::size_t, std::less<>> users;
  for (const Actor& actor : actors) {
    own.push_back(used_by(actor, attack));
    for (const std::string& id : own.back()) ++users[id];
  }
  const Techniques seen = seen_in(findings, attack);
  const auto drawn = static_cast<std::size_t>(
      std::count_if(seen.begin(), seen.end(), [&](const std::string& id) { return users.contains(id); }));
  std::vector<ActorMatch> matches;
  for (std::size_t i = 0; i < actors.size(); ++i)
    matches.push_back(compare(actors[i], own[i], seen, users, drawn));
  std::sort(matches.begin(), matches.end(), [](const ActorMatch& a, const ActorMatch& b) {
    if (a.consistent != b.consistent) return a.consistent;
    if (a.deviations != b.deviations) return a.deviations > b.deviations;
    return std::tie(a.actor->name, a.actor->attack_id) < std::tie(b.actor->name, b.actor->attack_id);
  });
  return matches;
}

}  // namespace bartizan
