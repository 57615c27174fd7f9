// SPDX-License-Identifier: Apache-2.0
#include "normalise/logsource.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace bartizan {
namespace {

std::vector<std::string> texts(const YamlNode& node) {
  if (!node.is_sequence()) return {node.text};
  std::vector<std::string> out;
  for (const YamlNode& item : node.items) out.push_back(item.text);
  return out;
}
std::string text_of(const YamlNode& map, std::string_view key) {
  const YamlNode* node = map.find(key);
  return node ? node->text : std::string();
}
LogsourceName logsource_of(const YamlNode& node) {
  return {text_of(node, "category"), text_of(node, "product"), text_of(node, "service")};
}
std::vector<std::pair<std::string, std::string>> pairs_of(const YamlNode* node) {
  std::vector<std::pair<std::string, std::string>> out;
  if (node)
    for (const auto& [key, value] : node->entries) out.emplace_back(key.text, value.text);
  return out;
}

FieldMapping mapping_of(const YamlNode& node) {
  FieldMapping mapping;
  if (node.is_null()) return mapping;
  if (node.is_scalar()) return mapping.from = {node.text}, mapping;
  if (const YamlNode* from = node.find("from")) mapping.from = {from->text};
  if (const YamlNode* join = node.find("join")) mapping.from = texts(*join);
  if (const YamlNode* any = node.find("any")) mapping.from = texts(*any), mapping.each = true;
  mapping.with = text_of(node, "with");
  mapping.decimal = text_of(node, "as") == "decimal";
  mapping.values = pairs_of(node.find("values"));
  mapping.prefixes = pairs_of(node.find("prefix"));
  std::stable_sort(mapping.prefixes.begin(), mapping.prefixes.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  return mapping;
}

EventPlace place_of(const YamlNode& node) {
  EventPlace place;
  place.name = text_of(node, "name");
  if (const YamlNode* channel = node.find("channel")) place.channels = texts(*channel);
  if (const YamlNode* ids = node.find("event_id"))
    for (const std::string& id : texts(*ids)) {
      std::uint32_t value = 0;
      std::from_chars(id.data(), id.data() + id.size(), value);
      place.event_ids.push_back(value);
    }
  if (const YamlNode* declared = node.find("logsource")) place.declared = logsource_of(*declared);
  if (const YamlNode* where = node.find("where"))
    for (const auto& [key, value] : where->entries) place.where.emplace_back(key.text, texts(value));
  if (const YamlNode* fields = node.find("fields"))
    for (const auto& [key, value] : fields->entries) place.fields[key.text] = mapping_of(value);
  return place;
}

bool channel_fits(std::string_view pattern, std::string_view channel) {
  if (pattern.ends_with('*')) {
    pattern.remove_suffix(1);
    return !channel.empty() && channel.size() >= pattern.size() &&
           equals_ignoring_ascii_case(channel.substr(0, pattern.size()), pattern);
  }
  return equals_ignoring_ascii_case(channel, pattern);
}

// 0x1f4
bool parse_hexadecimal(std::string_view text, std::uint64_t& number) {
  if (!text.starts_with("0x")) return false;
  auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), number, 16);
  return error == std::errc{} && end == text.data() + text.size();
}

// Views of `value`, of the mapping or of a text put into `made`.
std::string_view converted(const FieldMapping& mapping, std::string_view value,
                           std::deque<std::string>& made) {
  if (mapping.decimal) {
    std::uint64_t number = 0;
    if (parse_hexadecimal(value, number)) value = made.emplace_back(std::to_string(number));
  }
  for (const auto& [from, to] : mapping.values)
    if (equals_ignoring_ascii_case(from, value)) return to;
  for (const auto& [from, to] : mapping.prefixes)
    if (equals_ignoring_ascii_case(value.substr(0, from.size()), from))
      return made.emplace_back(to).append(value.substr(from.size()));
  return value;
}

}  // namespace

bool EventPlace::may_hold(const EventKind& kind) const {
  if (!channels.empty() && std::none_of(channels.begin(), channels.end(), [&](const std::string& channel) {
        return channel_fits(channel, kind.channel);
      }))
    return false;
  if (channels.empty() && declared && !declares(kind, *declared)) return false;
  return event_ids.empty() || std::find(event_ids.begin(), event_ids.end(), kind.event_id) != event_ids.end();
}

bool EventPlace::accepts(const Event& event) const {
  return std::all_of(where.begin(), where.end(), [&](const auto& condition) {
    const std::string_view* value = event.find(condition.first);
    return value &&
           std::any_of(condition.second.begin(), condition.second.end(),
                       [&](const std::string& wanted) { return equals_ignoring_ascii_case(*value, wanted); });
  });
}

void LogsourceTable::load(const std::string& text, const std::string& file,
                          std::vector<Diagnostic>& diagnostics) {
  auto documents = parse_yaml(text, file);
  if (!documents) return diagnostics.push_back(documents.error());
  for (const YamlNode& document : *documents)
    for (const YamlNode& entry : document.items) {
      const YamlNode* name = entry.find("logsource");
      const YamlNode* sources = entry.find("sources");
      if (!name || !sources) continue;
      std::vector<EventPlace>& places = places_[logsource_of(*name)];
      for (const YamlNode& source : sources->items) {
        places.push_back(place_of(source));
        places.back().table = file.substr(file.find_last_of('/') + 1);
      }
    }
}

const std::vector<EventPlace>* LogsourceTable::places(const LogsourceName& name) const {
  auto found = places_.find(name);
  return found == places_.end() ? nullptr : &found->second;
}

bool declares(const EventKind& kind, const LogsourceName& wanted) {
  auto fits = [](std::string_view given, const std::string& asked) {
    return asked.empty() || equals_ignoring_ascii_case(given, asked);
  };
  return fits(kind.category, wanted.category) && fits(kind.product, wanted.product) &&
         fits(kind.service, wanted.service);
}

std::string text_of(const LogsourceName& name) {
  std::string out;
  for (const std::string* part : {&name.product, &name.category, &name.service})
    if (!part->empty()) out += (out.empty() ? "" : "/") + *part;
  return out;
}

void append_mapped(const Event& event, const FieldMapping& mapping, std::deque<std::string>& made,
                   std::vector<std::string_view>& out) {
  if (mapping.each || mapping.from.size() == 1) {
    for (const std::string& name : mapping.from)
      if (const std::string_view* part = event.find(name)) out.push_back(converted(mapping, *part, made));
    return;
  }
  if (mapping.from.empty()) return;
  std::string joined;
  for (std::size_t i = 0; i < mapping.from.size(); ++i) {
    const std::string_view* part = event.find(mapping.from[i]);
    if (!part) return;
    if (i) joined += mapping.with;
    joined += *part;
  }
  made.push_back(std::move(joined));
  out.push_back(converted(mapping, made.back(), made));
}

}  // namespace bartizan
