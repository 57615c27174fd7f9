// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/metadata.h"

#include <algorithm>

#include "base/text.h"
#include "base/time.h"

namespace bartizan::sigma {
namespace {

// The namespaces of the specification's tag appendix, and ours.
constexpr std::string_view kNamespaces[] = {"attack",    "car", "cve", "d3fend",
                                            "detection", "stp", "tlp", "advisory"};

// The tactics of ATT&CK Enterprise as tags; stealth and defense-impairment replace defense-evasion from
// version 19 on.
constexpr std::string_view kTactics[] = {
    "reconnaissance",     "resource-development", "initial-access",  "execution",
    "persistence",        "privilege-escalation", "defense-evasion", "stealth",
    "defense-impairment", "credential-access",    "discovery",       "lateral-movement",
    "collection",         "command-and-control",  "exfiltration",    "impact"};

bool is_digits(std::string_view text, std::size_t size) {
  return text.size() == size && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = fold_ascii(text[i]);
    const bool is_hexadecimal = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (i == 8 || i == 13 || i == 18 || i == 23 ? c != '-' : !is_hexadecimal) return false;
  }
  return true;
}

// T1059, T1059.001, G0001, S0001; a tactic otherwise.
bool is_attack_tag(std::string_view tag) {
  if (tag.size() >= 5 && std::string_view("tgsm").find(tag[0]) != tag.npos && is_digits(tag.substr(1, 4), 4))
    return tag.size() == 5 || (tag[0] == 't' && tag[5] == '.' && is_digits(tag.substr(6), 3));
  return std::ranges::find(kTactics, tag) != std::end(kTactics);
}

// cve.2021-44228
bool is_cve_tag(std::string_view tag) {
  return tag.size() >= 9 && is_digits(tag.substr(0, 4), 4) && tag[4] == '-' &&
         is_digits(tag.substr(5), tag.size() - 5);
}

// What is wrong with a tag; empty when nothing is.
std::string complaint_about(std::string_view tag) {
  const std::size_t dot = tag.find('.');
  const std::string_view space = tag.substr(0, dot);
  if (dot == tag.npos || std::ranges::find(kNamespaces, space) == std::end(kNamespaces))
    return "the tag '" + std::string(tag) + "' is in no known namespace";
  const std::string_view name = tag.substr(dot + 1);
  if ((space == "attack" && !is_attack_tag(name)) || (space == "cve" && !is_cve_tag(name)))
    return "the tag '" + std::string(tag) + "' has not the form its namespace asks for";
  return {};
}

void warn(const YamlNode& node, std::string_view file, std::string code, std::string message,
          std::string hint, std::vector<Diagnostic>& diagnostics) {
  diagnostics.push_back({std::move(code), std::string(file), node.line, node.column, std::move(message),
                         std::move(hint), Severity::kWarning});
}

void check_dates(const YamlNode& document, std::string_view file, std::vector<Diagnostic>& diagnostics) {
  for (const char* key : {"date", "modified"}) {
    const YamlNode* node = document.find(key);
    if (node && node->is_scalar() && !parse_date(node->text))
      warn(*node, file, "sigma.date", "'" + node->text + "' is no date", "YYYY-MM-DD", diagnostics);
  }
}

void check_tags(const YamlNode& document, std::string_view file, std::vector<Diagnostic>& diagnostics) {
  const YamlNode* tags = document.find("tags");
  if (!tags) return;
  for (const YamlNode& tag : tags->items) {
    if (!tag.is_scalar()) continue;
    if (std::string complaint = complaint_about(tag.text); !complaint.empty())
      warn(tag, file, "sigma.tag", std::move(complaint),
           "such as attack.t1059.001, attack.execution, cve.2021-44228", diagnostics);
  }
}

}  // namespace

void MetadataCheck::check_id(const YamlNode& document, std::string_view file,
                             std::vector<Diagnostic>& diagnostics) {
  const YamlNode* id = document.find("id");
  if (!id || !id->is_scalar()) {
    // Documents that others refer to by name need none.
    if (!document.find("name"))
      warn(document, file, "sigma.id", "the rule has no id", "a random UUID, such as uuidgen prints",
           diagnostics);
    return;
  }
  if (!is_uuid(id->text))
    return warn(*id, file, "sigma.id", "the id '" + id->text + "' is no UUID", "uuidgen prints one",
                diagnostics);
  const std::string place = std::string(file) + ":" + std::to_string(id->line);
  const auto [known, is_new] = places_.emplace(folded(id->text), place);
  if (!is_new)
    warn(*id, file, "sigma.duplicate_id", "the id is used already at " + known->second,
         "every rule needs its own", diagnostics);
}

void MetadataCheck::look_at(const YamlNode& document, std::string_view file,
                            std::vector<Diagnostic>& diagnostics) {
  if (!document.is_map()) return;  // the loader has complained
  check_id(document, file, diagnostics);
  check_dates(document, file, diagnostics);
  check_tags(document, file, diagnostics);
  if (const YamlNode* related = document.find("related"))
    for (const YamlNode& item : related->items) {
      const YamlNode* id = item.find("id");
      if (id && id->is_scalar() && !is_uuid(id->text))
        warn(*id, file, "sigma.id", "the related id '" + id->text + "' is no UUID", {}, diagnostics);
    }
  if (!document.find("filter") && !document.find("level"))
    warn(document, file, "sigma.level", "the rule has no level", "without one it counts as informational",
         diagnostics);
}

}  // namespace bartizan::sigma
