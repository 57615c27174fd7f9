// SPDX-License-Identifier: Apache-2.0
// STIX 2.0 and 2.1 objects (OASIS STIX Version 2.1: 3.2, 4.7, 5.1, 5.2).
#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/limits.h"
#include "intel/import_objects.h"
#include "intel/pattern.h"

namespace bartizan::intel {
namespace {

bool says(const JsonValue& object, std::string_view member, std::string_view word) {
  const JsonValue* list = object.find(member);
  return list && std::any_of(list->items.begin(), list->items.end(),
                             [&](const JsonValue& item) { return item.text == word; });
}

// Line and column of byte `at` of a text that begins after a quotation mark on one line.
TextPlace place_in(TextPlace begin, std::size_t at) {
  begin.column += static_cast<std::uint32_t>(at) + 1;
  return begin;
}

}  // namespace

// Times of the years 1 to 9999; others are as good as none.
Instant instant_of(std::string_view text) {
  constexpr std::int64_t kFirst = -621'355'968'000'000'000, kLast = 2'534'023'008'000'000'000;
  const Instant instant = parse_instant(text).value_or(Instant{});
  return instant.ticks < kFirst || instant.ticks > kLast ? Instant{} : instant;
}

int percent_of(std::string_view text) {
  double value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 100)) return -1;
  return static_cast<int>(std::lround(value));
}

void add_technique(std::string_view text, std::vector<std::string>& attack) {
  while (!text.empty() && (text.back() == '"' || text.back() == ' ')) text.remove_suffix(1);
  const std::size_t begin = text.find_last_of(" \".:=");
  std::string_view last = text;
  if (begin != text.npos) {
    last = text.substr(begin + 1);
    if (last.size() == 3 && begin >= 5) last = text.substr(begin - 5);  // the part of a sub-technique
  }
  if (last.size() != 5 && last.size() != 9) return;
  std::string id(last);
  if (id[0] == 't') id[0] = 'T';
  if (id.size() == 9 && id[5] == '_') id[5] = '.';
  const bool is_id = id[0] == 'T' &&
                     id.find_first_not_of("0123456789", 1) == (id.size() == 5 ? id.npos : 5) &&
                     (id.size() == 5 || (id[5] == '.' && id.find_first_not_of("0123456789", 6) == id.npos));
  if (is_id && std::find(attack.begin(), attack.end(), id) == attack.end()) attack.push_back(std::move(id));
}

void Import::mistake(const ObjectPlace& at, std::string_view member, std::string code,
                     std::string message) const {
  std::string path = at.path;
  if (!member.empty()) path.append(path.empty() ? "" : ".").append(member);
  report.mistake(options, at.place, std::move(code), path.empty() ? message : path + ": " + message);
}

void StixObjects::take(const JsonValue& object, const ObjectPlace& at) {
  if (object.type != JsonValue::Type::kObject)
    return import_.mistake(at, {}, "stix.no_object", "is no object");
  const std::string_view type = object.text_of("type"), id = object.text_of("id");
  if (type.empty()) return import_.mistake(at, "type", "stix.no_type", "is missing");
  if (type == "indicator") return take_indicator(object, at);
  if (type == "sighting") return take_sighting(object);
  if (type == "attack-pattern") {
    std::vector<std::string> ids;
    if (const JsonValue* references = object.find("external_references"))
      for (const JsonValue& reference : references->items)
        add_technique(reference.text_of("external_id"), ids);
    if (!ids.empty() && techniques_.size() < limits::kIntelObjectsKept) techniques_[std::string(id)] = ids[0];
    return;
  }
  if (type == "relationship") {
    const std::string_view target = object.text_of("target_ref");
    if (target.starts_with("attack-pattern--") && indicates_.size() < limits::kIntelObjectsKept)
      indicates_.emplace_back(object.text_of("source_ref"), target);
    return;
  }
  import_.report.leave_out("objects that are no indicators");
}

void StixObjects::take_indicator(const JsonValue& object, const ObjectPlace& at) {
  Statement statement;
  statement.reference = object.text_of("id");
  if (statement.reference.empty()) return import_.mistake(at, "id", "stix.no_id", "is missing");
  if (object.is_true("revoked")) {
    import_.receiver.take_revocation(statement.reference);
    return import_.report.leave_out("revoked");
  }
  if (const std::string_view language = object.text_of("pattern_type");
      !language.empty() && language != "stix")
    return import_.report.leave_out("patterns in another language than STIX");
  if (says(object, "indicator_types", "benign") || says(object, "labels", "benign"))
    return import_.report.leave_out("called benign by their author");
  statement.title = object.text_of("name");
  statement.confidence = percent_of(object.text_of("confidence"));
  for (const auto& [member, target] :
       {std::pair{"valid_from", &statement.valid_from}, {"valid_until", &statement.valid_until}}) {
    const std::string_view text = object.text_of(member);
    *target = instant_of(text);
    if (!text.empty() && *target == Instant{})
      return import_.mistake(at, member, "stix.no_time", "'" + std::string(text) + "' is no time");
  }
  if (const JsonValue* labels = object.find("labels"))
    for (const JsonValue& label : labels->items) add_technique(label.text, statement.attack);
  if (const JsonValue* references = object.find("external_references"))
    for (const JsonValue& reference : references->items)
      if (reference.text_of("source_name").starts_with("mitre"))
        add_technique(reference.text_of("external_id"), statement.attack);
  const JsonValue* pattern = object.find("pattern");
  if (!pattern || pattern->type != JsonValue::Type::kText)
    return import_.mistake(at, "pattern", "stix.no_pattern", "is missing");
  const auto parsed = parse_pattern(pattern->text);
  if (!parsed)
    return import_.mistake(
        {at.path, place_in(pattern->place, parsed.error().at)}, "pattern", "stix.pattern",
        parsed.error().what + " (at character " + std::to_string(parsed.error().at + 1) + ")");
  auto values = values_of(*parsed);
  if (!values) return import_.mistake({at.path, pattern->place}, "pattern", "stix.value", values.error());
  if (!*values) {
    statement.indicator = {Kind::kPattern, pattern->text};
    return import_.take(statement);
  }
  for (Indicator& value : **values) {
    statement.indicator = std::move(value);
    import_.take(statement);
  }
}

void StixObjects::take_sighting(const JsonValue& object) {
  const std::string_view of = object.text_of("sighting_of_ref");
  if (!of.starts_with("indicator--"))
    return import_.report.leave_out("sightings of other things than indicators");
  std::uint64_t count = 1;
  const std::string_view text = object.text_of("count");
  std::from_chars(text.data(), text.data() + text.size(), count);
  ++import_.report.sightings;
  import_.receiver.take_sighting(of, instant_of(object.text_of("first_seen")),
                                 instant_of(object.text_of("last_seen")), count);
}

void StixObjects::finish() {
  std::sort(indicates_.begin(), indicates_.end());
  for (std::size_t i = 0; i < indicates_.size();) {
    const std::string& indicator = indicates_[i].first;
    std::vector<std::string> attack;
    std::size_t end = i;
    for (; end < indicates_.size() && indicates_[end].first == indicator; ++end)
      if (const auto known = techniques_.find(indicates_[end].second); known != techniques_.end())
        attack.push_back(known->second);
    if (!attack.empty()) import_.receiver.take_techniques(indicator, attack);
    i = end;
  }
}

}  // namespace bartizan::intel
