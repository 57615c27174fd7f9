// SPDX-License-Identifier: Apache-2.0
// The layer format is described in the ATT&CK Navigator repository, layers/spec/v4.5/layerformat.md.
#include <algorithm>
#include <map>
#include <set>

#include "base/json.h"
#include "sink/report.h"

namespace bartizan {
namespace {

struct Score {
  std::int64_t count = 0;
  std::set<std::string, std::less<>> titles;
};

// T1059 or T1059.001; Navigator rejects a layer with anything else.
bool is_technique_id(std::string_view id) {
  if (id.size() != 5 && id.size() != 9) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool ok = i == 0 ? id[i] == 'T' : i == 5 ? id[i] == '.' : id[i] >= '0' && id[i] <= '9';
    if (!ok) return false;
  }
  return true;
}

void write_technique(const std::string& id, const Score& technique, JsonWriter& json) {
  std::string comment;
  for (const std::string_view title : technique.titles) {
    if (!comment.empty()) comment += "; ";
    comment += title;
  }
  json.begin_object();
  json.member("techniqueID", id);
  json.key("score"), json.number(technique.count);
  json.member("comment", comment);
  json.key("enabled"), json.raw("true");
  json.key("showSubtechniques"), json.raw(id.size() == 5 ? "true" : "false");
  json.end_object();
}

}  // namespace

std::string render_navigator(const Findings& findings, std::string_view name) {
  std::map<std::string, Score> techniques;
  std::int64_t most = 1;
  findings.for_each([&](const Finding& finding) {
    const std::set<std::string> ids(finding.attack.begin(), finding.attack.end());
    for (const std::string& id : ids) {
      if (!is_technique_id(id)) continue;
      Score& technique = techniques[id];
      most = std::max(most, ++technique.count);
      if (!technique.titles.contains(finding.rule_title)) technique.titles.insert(finding.rule_title);
    }
  });
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("name", name.empty() ? "Bartizan findings" : name);
  json.key("versions"), json.raw(R"({"layer":"4.5","navigator":"5.0.0"})");
  json.member("domain", "enterprise-attack");
  json.member("description", "Score: number of findings. Comment: the rules that fired.");
  json.key("sorting"), json.number(3);  // by descending score
  json.key("hideDisabled"), json.raw("false");
  json.key("gradient"), json.begin_object();
  json.key("colors"), json.raw(R"(["#ffffffff","#e69f00ff","#d55e00ff"])");
  json.key("minValue"), json.number(0);
  json.key("maxValue"), json.number(most);
  json.end_object();
  json.key("techniques"), json.begin_array();
  for (const auto& [id, technique] : techniques) write_technique(id, technique, json);
  json.end_array();
  json.end_object();
  out += '\n';
  return out;
}

}  // namespace bartizan
