// SPDX-License-Identifier: Apache-2.0
#include "model/jsonl.h"

#include <unordered_map>

#include "base/json.h"

namespace bartizan {
namespace {

void write_value(const Field& field, JsonWriter& json) {
  if (field.is_null) json.raw("null");
  else if (field.is_number && !field.value.empty()) json.raw(field.value);
  else json.text(field.value);
}

// A name that occurs several times becomes one array in the place of its first occurrence.
void write_fields(std::span<const Field> fields, JsonWriter& json) {
  std::unordered_map<std::string_view, std::vector<const Field*>> by_name;
  for (const Field& field : fields) by_name[field.name].push_back(&field);
  json.begin_object();
  for (const Field& field : fields) {
    const auto& all = by_name[field.name];
    if (all.front() != &field) continue;
    json.key(field.name);
    if (all.size() == 1) {
      write_value(field, json);
      continue;
    }
    json.begin_array();
    for (const Field* one : all) write_value(*one, json);
    json.end_array();
  }
  json.end_object();
}

void write_texts(std::string_view name, const std::vector<std::string>& texts, JsonWriter& json) {
  json.key(name);
  json.begin_array();
  for (const std::string& text : texts) json.text(text);
  json.end_array();
}

void write_view(const FindingView& view, JsonWriter& json) {
  json.begin_object();
  json.member("view", view.view);
  json.key("layer"), json.number(view.layer);
  json.member("field", view.field);
  for (const auto& [name, is_so] : {std::pair{"from_command_line", view.from_command_line},
                                    {"verified", view.is_verified},
                                    {"joined", view.is_joined},
                                    {"partial", view.is_partial}})
    json.key(name), json.raw(is_so ? "true" : "false");
  json.key("score"), json.number(view.score);
  write_texts("assumptions", view.assumptions, json);
  write_texts("limits", view.limits, json);
  json.key("chain");
  json.begin_array();
  for (const ViewStep& step : view.chain) {
    json.begin_object();
    json.key("layer"), json.number(step.layer);
    json.member("sink", step.sink);
    write_texts("transforms", step.transforms, json);
    json.member("text", step.text);
    json.end_object();
  }
  json.end_array();
  json.member("text", view.text);
  json.key("cut"), json.raw(view.is_cut ? "true" : "false");
  json.end_object();
}

}  // namespace

void append_event_json(const Event& event, std::string_view file, std::string& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("file", file);
  json.member("record_id", event.record_id);
  json.member("time", format_instant(event.time));
  json.member("channel", event.channel);
  json.member("provider", event.provider);
  json.key("event_id"), json.number(event.event_id);
  json.member("host", event.host);
  if (event.channel.empty() && !(event.product.empty() && event.category.empty() && event.service.empty())) {
    json.key("logsource");
    json.begin_object();
    for (const auto& [name, text] :
         {std::pair{"product", event.product}, {"category", event.category}, {"service", event.service}})
      if (!text.empty()) json.member(name, text);
    json.end_object();
  }
  json.key("fields");
  write_fields(event.fields, json);
  json.end_object();
}

void append_finding_json(const Finding& finding, std::string& out) {
  JsonWriter json(out);
  json.begin_object();
  json.member("id", finding.id);
  json.member("time", format_instant(finding.time));
  json.member("rule_id", finding.rule_id);
  json.member("rule_title", finding.rule_title);
  json.member("level", level_name(finding.level));
  json.member("file", finding.file);
  json.member("record_id", finding.record_id);
  json.member("channel", finding.channel);
  json.key("event_id"), json.number(finding.event_id);
  json.member("host", finding.host);
  write_texts("attack", finding.attack, json);
  write_texts("advisory", finding.advisory, json);
  json.key("why");
  json.begin_array();
  for (const FindingReason& reason : finding.why) {
    json.begin_object();
    json.member("field", reason.field);
    json.member("predicate", reason.predicate);
    json.member("pattern", reason.pattern);
    json.member("value", reason.value);
    json.end_object();
  }
  json.end_array();
  json.key("entities");
  json.begin_array();
  for (const Entity& entity : finding.entities) {
    json.begin_object();
    json.member("type", entity.type);
    json.member("value", entity.value);
    json.end_object();
  }
  json.end_array();
  if (finding.view) json.key("view"), write_view(*finding.view, json);
  json.end_object();
}

}  // namespace bartizan
