// SPDX-License-Identifier: Apache-2.0
// MISP (misp-standard.org, draft-dulaunoy-misp-core-format): events and their attributes, and warning lists.
#include <algorithm>

#include "base/limits.h"
#include "intel/import_objects.h"

namespace bartizan::intel {
namespace {

// Which part of a value `a|b` counts: the hash of filename|md5, the address of ip-dst|port.
enum class Part : std::uint8_t { kWhole, kFirst, kSecond };
struct MispType {
  std::string_view name;
  Kind kind;
  Part part = Part::kWhole;
};

constexpr MispType kTypes[] = {{"ip-src", Kind::kNetwork},
                               {"ip-dst", Kind::kNetwork},
                               {"ip-src|port", Kind::kNetwork, Part::kFirst},
                               {"ip-dst|port", Kind::kNetwork, Part::kFirst},
                               {"domain", Kind::kDomain},
                               {"hostname", Kind::kDomain},
                               {"hostname|port", Kind::kDomain, Part::kFirst},
                               {"domain|ip", Kind::kDomain, Part::kFirst},
                               {"url", Kind::kUrl},
                               {"md5", Kind::kMd5},
                               {"sha1", Kind::kSha1},
                               {"sha256", Kind::kSha256},
                               {"imphash", Kind::kImphash},
                               {"filename", Kind::kFileName},
                               {"filename|md5", Kind::kMd5, Part::kSecond},
                               {"filename|sha1", Kind::kSha1, Part::kSecond},
                               {"filename|sha256", Kind::kSha256, Part::kSecond},
                               {"filename|imphash", Kind::kImphash, Part::kSecond},
                               {"malware-sample", Kind::kMd5, Part::kSecond},
                               {"email", Kind::kEmail},
                               {"email-src", Kind::kEmail},
                               {"email-dst", Kind::kEmail},
                               {"email-reply-to", Kind::kEmail},
                               {"ja3-fingerprint-md5", Kind::kJa3},
                               {"ja4-plus", Kind::kJa4},
                               {"mutex", Kind::kMutex},
                               {"regkey", Kind::kRegistryKey},
                               {"regkey|value", Kind::kRegistryKey, Part::kFirst},
                               {"user-agent", Kind::kUserAgent},
                               {"http-user-agent", Kind::kUserAgent}};

std::string_view part_of(std::string_view value, Part part) {
  const std::size_t bar = value.find('|');
  if (part == Part::kWhole || bar == value.npos) return value;
  return part == Part::kFirst ? value.substr(0, bar) : value.substr(bar + 1);
}

// The taxonomies that grade what is said: the estimative language of analysts, and MISP's own.
int confidence_of_tag(std::string_view tag) {
  constexpr std::pair<std::string_view, int> kGrades[] = {
      {"misp:confidence-level=\"completely-confident\"", 95},
      {"misp:confidence-level=\"usually-confident\"", 75},
      {"misp:confidence-level=\"fairly-confident\"", 50},
      {"misp:confidence-level=\"rarely-confident\"", 25},
      {"misp:confidence-level=\"unconfident\"", 5},
      {"estimative-language:confidence-in-analytic-judgment=\"high\"", 90},
      {"estimative-language:confidence-in-analytic-judgment=\"moderate\"", 60},
      {"estimative-language:confidence-in-analytic-judgment=\"low\"", 25}};
  for (const auto& [name, grade] : kGrades)
    if (name == tag) return grade;
  return -1;
}

void take_tags(const JsonValue& object, Statement& statement) {
  const JsonValue* tags = object.find("Tag");
  if (!tags) return;
  for (const JsonValue& tag : tags->items) {
    const std::string_view name = tag.text_of("name");
    if (const int grade = confidence_of_tag(name); grade >= 0) statement.confidence = grade;
    if (name.find("mitre-") != name.npos || name.find("attack") != name.npos)
      add_technique(name, statement.attack);
  }
}

void take_attributes(const Import& import, const JsonValue& holder, const Statement& event,
                     const std::string& path) {
  const JsonValue* list = holder.find("Attribute");
  if (!list) return;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const std::string own = path + "Attribute[" + std::to_string(i) + "]";
    take_misp_attribute(import, list->items[i], event, {own, list->items[i].place});
  }
}

}  // namespace

void take_misp_attribute(const Import& import, const JsonValue& attribute, const Statement& event,
                         const ObjectPlace& at) {
  if (attribute.type != JsonValue::Type::kObject)
    return import.mistake(at, {}, "misp.no_object", "is no object");
  const std::string_view type = attribute.text_of("type"), value = attribute.text_of("value");
  if (type.empty()) return import.mistake(at, "type", "misp.no_type", "is missing");
  if (attribute.is_true("deleted")) return import.report.leave_out("deleted");
  const MispType* known = std::find_if(std::begin(kTypes), std::end(kTypes),
                                       [&](const MispType& one) { return one.name == type; });
  if (known == std::end(kTypes)) return import.report.leave_out("attributes of kinds that are not looked up");
  if (!import.options.with_context && !attribute.is_true("to_ids"))
    return import.report.leave_out("attributes that are not meant for detection (to_ids)");
  Reading reading = read_indicator(known->kind, part_of(value, known->part));
  if (!reading)
    return import.mistake(at, "value", "misp.value", "'" + std::string(value) + "' " + reading.error());
  Statement statement = event;
  statement.indicator = std::move(*reading);
  statement.reference = attribute.text_of("uuid");
  if (const Instant seen = instant_of(attribute.text_of("last_seen")); seen != Instant{})
    statement.valid_from = seen;
  else if (const Instant changed = instant_of(attribute.text_of("timestamp")); changed != Instant{})
    statement.valid_from = changed;
  if (const std::string_view comment = attribute.text_of("comment"); !comment.empty())
    statement.title += (statement.title.empty() ? "" : ": ") + std::string(comment);
  take_tags(attribute, statement);
  import.take(statement);
  if (const JsonValue* sightings = attribute.find("Sighting"))
    for (const JsonValue& sighting : sightings->items) {
      const Instant time = instant_of(sighting.text_of("date_sighting"));
      ++import.report.sightings;
      if (sighting.text_of("type") != "1") import.receiver.take_sighting(statement.reference, time, time, 1);
      else import.report.leave_out("sightings that call a value a false positive");
    }
}

void take_misp_event(const Import& import, const JsonValue& event, const ObjectPlace& at) {
  if (event.type != JsonValue::Type::kObject) return import.mistake(at, {}, "misp.no_object", "is no object");
  Statement common;
  common.title = event.text_of("info");
  common.valid_from = instant_of(event.text_of("date"));
  take_tags(event, common);
  take_attributes(import, event, common, at.path + ".");
  const JsonValue* objects = event.find("Object");
  if (!objects) return;
  for (std::size_t i = 0; i < objects->items.size(); ++i)
    take_attributes(import, objects->items[i], common, at.path + ".Object[" + std::to_string(i) + "].");
}

void take_warning_list(const Import& import, const JsonValue& list, const ObjectPlace& at) {
  using Match = Harmless::Match;
  const std::string_view type = list.text_of("type");
  const JsonValue* values = list.find("list");
  if (!values) return import.mistake(at, "list", "misp.no_list", "is missing");
  for (std::size_t i = 0; i < values->items.size(); ++i) {
    const std::string& text = values->items[i].text;
    Harmless harmless;
    if (type == "substring" || type == "regex") {
      harmless.match = type == "regex" ? Match::kRegex : Match::kSubstring;
      harmless.key = text;
    } else {
      const std::string_view bare = std::string_view(text).substr(text.starts_with('.') ? 1 : 0);
      Reading reading = type == "hostname" ? read_indicator(Kind::kDomain, bare)
                        : type == "cidr"   ? read_indicator(Kind::kNetwork, text)
                                           : guess_indicator(text);
      // A list of strings may hold anything; what is no indicator can hide none. Networks too large are still harmless.
      if (!reading && type == "string") continue;
      if (!reading && type == "hostname") continue;  // a top-level domain
      if (!reading)
        return import.mistake({at.path, values->items[i].place}, "list[" + std::to_string(i) + "]",
                              "misp.value", "'" + text + "' " + reading.error());
      harmless.kind = reading->kind, harmless.key = std::move(reading->key);
      const bool is_below = type == "hostname" || harmless.kind == Kind::kNetwork;
      harmless.match = is_below ? Match::kBelow : Match::kValue;
    }
    ++import.report.harmless;
    import.receiver.take_harmless(list.text_of("name"), harmless);
  }
}

void take_exported(const Import& import, const JsonValue& object, const ObjectPlace& at) {
  const std::optional<Kind> kind = kind_of_name(object.text_of("kind"));
  if (!kind)
    return import.mistake(at, "kind", "intel.kind",
                          "'" + std::string(object.text_of("kind")) + "' is no kind of indicator");
  Reading reading = read_indicator(*kind, object.text_of("value"));
  if (!reading)
    return import.mistake(at, "value", "intel.value",
                          "'" + std::string(object.text_of("value")) + "' " + reading.error());
  Statement statement;
  statement.indicator = std::move(*reading);
  statement.confidence = percent_of(object.text_of("confidence"));
  statement.valid_from = instant_of(object.text_of("valid_from"));
  statement.valid_until = instant_of(object.text_of("valid_until"));
  statement.title = object.text_of("title");
  statement.reference = object.text_of("reference");
  if (const JsonValue* attack = object.find("attack"))
    for (const JsonValue& technique : attack->items) add_technique(technique.text, statement.attack);
  import.take(statement);
}

}  // namespace bartizan::intel
