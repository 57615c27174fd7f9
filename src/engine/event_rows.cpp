// SPDX-License-Identifier: Apache-2.0
#include "engine/event_rows.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "base/limits.h"
#include "base/text.h"
#include "engine/kind_rules.h"
#include "store/content_hash.h"

namespace bartizan {
namespace {

using store::Cell;
using store::ColumnType;

// 443, 0x1f4, 12.5; what is none of these has no number.
std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  if (text.starts_with("0x")) {
    const auto [at, error] = std::from_chars(text.data() + 2, end, number, 16);
    if (error == std::errc() && at == end) return number;
    return std::nullopt;
  }
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && at == end) return number;
  double real = 0;
  const auto [real_at, real_error] = std::from_chars(text.data(), end, real);
  if (real_error == std::errc() && real_at == end && std::abs(real) < 9e15)
    return static_cast<std::int64_t>(real);
  return std::nullopt;
}

// `duration` of connection logs is in seconds with a fraction.
std::optional<std::int64_t> milliseconds_in(std::string_view text) {
  double seconds = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || at != text.data() + text.size() || !(std::abs(seconds) < 9e12))
    return std::nullopt;
  return static_cast<std::int64_t>(seconds * 1000);
}

bool says_nothing(std::string_view value) { return value.empty() || value == "-" || value == "(empty)"; }

std::string_view cut(std::string_view text) { return text.substr(0, limits::kStoreTextBytesMax); }

void set(Cell& cell, std::string_view value) { cell = value.empty() ? Cell() : Cell(cut(value)); }

}  // namespace

EventRows::EventRows(const LogsourceTable& table) : table_(table) {
  const auto columns = store::event_columns();
  cells_.resize(columns.size());
  otherwise_.resize(columns.size());
  for (std::size_t i = store::kFirstField; i < columns.size(); ++i) {
    std::string_view left = columns[i].otherwise;
    while (!left.empty()) {
      const std::size_t end = std::min(left.find(' '), left.size());
      otherwise_[i].emplace_back(left.substr(0, end));
      left.remove_prefix(std::min(left.size(), end + 1));
    }
  }
}

store::Row EventRows::make(const Event& event, std::string_view file) {
  made_.clear();
  rest_.clear();
  std::fill(cells_.begin(), cells_.end(), Cell());
  set(cells_[store::kHost], event.host);
  set(cells_[store::kProduct], event.product);
  set(cells_[store::kCategory], event.category);
  set(cells_[store::kService], event.service);
  set(cells_[store::kChannel], event.channel);
  set(cells_[store::kProvider], event.provider);
  if (!event.channel.empty() || event.event_id) cells_[store::kEventId] = Cell(std::int64_t{event.event_id});
  set(cells_[store::kRecordId], event.record_id);
  set(cells_[store::kEvidence], file);
  cells_[store::kPosition] = Cell(static_cast<std::int64_t>(event.offset));
  cells_[store::kCopied] = Cell(std::int64_t{0});
  const Plan& plan = plan_of(event);
  place_fields(event, plan);
  add_copies(event, plan);
  if (plan.repeats) cells_[store::kRepeats] = Cell(std::int64_t{1});
  return {event.time, event_row_id(event, hashed_), cells_, rest_};
}

const EventRows::Mappings& EventRows::mappings_of(const Event& event) {
  key_.clear();
  const EventKind kind = kind_of(event);
  append_kind_key(kind, key_);
  if (kinds_.size() >= limits::kKindsMax) kinds_.clear(), plans_.clear(), names_ = 0;
  const auto [known, is_new] = kinds_.try_emplace(key_);
  Kind& here = known->second;
  if (is_new)
    for (const auto& [name, places] : table_.all()) {
      Source source;
      for (const EventPlace& place : places)
        if (place.may_hold(kind)) {
          source.places.push_back(&place);
          if (!place.where.empty() && here.conditional.size() < 64) here.conditional.push_back(&place);
        }
      if (!source.places.empty()) here.sources.push_back(std::move(source));
    }
  std::uint64_t conditions = 0;
  for (std::size_t i = 0; i < here.conditional.size(); ++i)
    if (here.conditional[i]->accepts(event)) conditions |= std::uint64_t{1} << i;
  const auto [mappings, is_other] = here.by_conditions.try_emplace(conditions);
  if (!is_other) return mappings->second;
  mappings->second.resize(cells_.size());
  for (const Source& source : here.sources) {
    const auto place =
        std::ranges::find_if(source.places, [&](const EventPlace* one) { return one->accepts(event); });
    if (place == source.places.end()) continue;
    for (std::size_t i = store::kFirstField; i < cells_.size(); ++i) {
      const std::string_view sigma = store::event_columns()[i].sigma;
      if (sigma.empty() || mappings->second[i]) continue;
      if (const auto found = (*place)->fields.find(sigma); found != (*place)->fields.end())
        mappings->second[i] = &found->second;
    }
  }
  return mappings->second;
}

bool EventRows::Plan::is_for(const Event& event, const Mappings& those) const {
  return mappings == &those && std::ranges::equal(names, event.fields, {}, {}, &Field::name);
}

const EventRows::Plan& EventRows::plan_of(const Event& event) {
  const Mappings& mappings = mappings_of(event);
  std::uint64_t hash = reinterpret_cast<std::uintptr_t>(&mappings);
  for (const Field& field : event.fields)
    hash = std::rotl(hash, 23) * 0x9e3779b97f4a7c15u ^ store::content_hash(field.name);
  if (names_ + event.fields.size() > limits::kStoreNamesMax) plans_.clear(), names_ = 0;
  const auto [known, is_new] = plans_.try_emplace(hash);
  if (Plan& plan = known->second; is_new || !plan.is_for(event, mappings)) {
    names_ = names_ - plan.names.size() + event.fields.size();
    plan = make_plan(event, mappings);
  }
  return known->second;
}

EventRows::Plan EventRows::make_plan(const Event& event, const Mappings& mappings) const {
  struct Seen {
    std::uint32_t first = 0, count = 0;
  };
  std::unordered_map<std::string_view, Seen> seen;
  Plan plan;
  plan.mappings = &mappings;
  plan.names.reserve(event.fields.size());
  std::vector<std::uint32_t> occurrences;
  for (std::uint32_t i = 0; i < event.fields.size(); ++i) {
    Seen& name = seen.try_emplace(plan.names.emplace_back(event.fields[i].name), Seen{i, 0}).first->second;
    occurrences.push_back(++name.count);
    plan.repeats = plan.repeats || name.count > 1;
  }
  for (std::uint32_t i = 0; i < plan.names.size(); ++i) {
    const std::string& name = plan.names[i];
    const std::size_t column = store::find_sigma_column(name).value_or(0);
    if (column && seen[name].count == 1 && !mappings[column]) plan.targets.push_back({column, name});
    else if (occurrences[i] == 1) plan.targets.push_back({0, name});
    else
      plan.targets.push_back(
          {0, plan.numbered_names.emplace_back(name + "#" + std::to_string(occurrences[i]))});
  }
  const auto columns = store::event_columns();
  for (std::size_t i = store::kFirstField; i < columns.size(); ++i) {
    Copy copy{i, mappings[i], {}};
    const auto add = [&](std::string_view name) {
      if (const auto found = seen.find(name); found != seen.end()) copy.fields.push_back(found->second.first);
    };
    // The Sigma field itself comes first when it occurs several times.
    if (!columns[i].sigma.empty()) add(columns[i].sigma);
    for (const std::string& name : otherwise_[i]) add(name);
    if (copy.mapping || !copy.fields.empty()) plan.copies.push_back(std::move(copy));
  }
  return plan;
}

void EventRows::place_fields(const Event& event, const Plan& plan) {
  for (std::size_t i = 0; i < event.fields.size(); ++i) {
    const Field& field = event.fields[i];
    const Target& target = plan.targets[i];
    if (target.column && !field.is_null) cells_[target.column] = Cell(cut(field.value));
    else rest_.push_back({target.name, cut(field.value), field.is_null});
  }
}

void EventRows::add_copies(const Event& event, const Plan& plan) {
  std::int64_t copied = 0;
  for (const Copy& copy : plan.copies) {
    if (!cells_[copy.column].is_null) continue;
    std::string_view value = mapped(event, copy.mapping);
    for (std::size_t i = 0; says_nothing(value) && i < copy.fields.size(); ++i)
      value = event.fields[copy.fields[i]].value;
    if (!says_nothing(value) && add_copy(copy.column, value))
      copied |= std::int64_t{1} << (copy.column - store::kFirstField);
  }
  cells_[store::kCopied].number = copied;
}

std::string_view EventRows::mapped(const Event& event, const FieldMapping* mapping) {
  if (!mapping) return {};
  mapped_.clear();
  append_mapped(event, *mapping, made_, mapped_);
  return mapped_.empty() ? std::string_view() : mapped_.front();
}

bool EventRows::add_copy(std::size_t column, std::string_view value) {
  if (store::event_columns()[column].type == ColumnType::kText)
    return cells_[column] = Cell(cut(value)), true;
  const auto number =
      store::event_columns()[column].name == "duration_ms" ? milliseconds_in(value) : number_in(value);
  if (number) cells_[column] = Cell(*number);
  return number.has_value();
}

// A Windows event is known by its content, record number included, wherever it stands: collected twice, it is one. Other
// records are known by their content and their place in the log.
std::uint64_t event_row_id(const Event& event, std::string& scratch) {
  scratch.clear();
  const auto add = [&](std::string_view text) { scratch.append(text), scratch.push_back('\0'); };
  add(std::to_string(event.time.ticks));
  for (const std::string_view text : {event.channel, event.provider, event.record_id, event.host,
                                      event.product, event.category, event.service})
    add(text);
  add(std::to_string(event.event_id));
  if (event.channel.empty() || event.record_id.empty()) add(std::to_string(event.offset));
  for (const Field& field : event.fields) {
    add(field.name);
    add(field.value);
    if (field.is_null) scratch.push_back('\1');
  }
  return store::content_hash(scratch);
}

}  // namespace bartizan
