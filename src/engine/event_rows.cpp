// SPDX-License-Identifier: Apache-2.0
#include "engine/event_rows.h"

#include <algorithm>
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
  ++event_;
  repeats_ = false;
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
  const Mappings& mappings = mappings_of(event);
  count_names(event);
  place_fields(event, mappings);
  add_copies(event, mappings);
  if (repeats_) cells_[store::kRepeats] = Cell(std::int64_t{1});
  return {event.time, id_of(event), cells_, rest_};
}

const EventRows::Mappings& EventRows::mappings_of(const Event& event) {
  key_.clear();
  const EventKind kind = kind_of(event);
  append_kind_key(kind, key_);
  if (kinds_.size() >= limits::kKindsMax) kinds_.clear();
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

EventRows::Name& EventRows::name_of(std::string_view name) {
  if (const auto known = names_.find(name); known != names_.end()) return known->second;
  if (names_.size() >= limits::kStoreNamesMax) names_.clear(), name_texts_.clear(), names_here_.clear();
  Name& made = names_[name_texts_.emplace_back(name)];
  made.column = store::find_sigma_column(name).value_or(0);
  return made;
}

void EventRows::count_names(const Event& event) {
  // Room for all names of this event, so that none goes while it is at hand.
  if (names_.size() + event.fields.size() > limits::kStoreNamesMax) names_.clear(), name_texts_.clear();
  names_here_.clear();
  for (std::uint32_t i = 0; i < event.fields.size(); ++i) {
    Name& name = name_of(event.fields[i].name);
    if (name.event != event_) name.event = event_, name.count = 0, name.first = i;
    if (++name.count > 1) repeats_ = true;
    names_here_.push_back(&name);
  }
}

void EventRows::place_fields(const Event& event, const Mappings& mappings) {
  for (std::size_t i = 0; i < event.fields.size(); ++i) {
    const Field& field = event.fields[i];
    Name& name = *names_here_[i];
    if (name.column && name.count == 1 && !mappings[name.column] && !field.is_null)
      cells_[name.column] = Cell(cut(field.value));
    else if (!repeats_) add_rest(field, 1);
    else
      add_rest(field,
               static_cast<std::uint32_t>(std::ranges::count(std::span(names_here_).first(i + 1), &name)));
  }
}

void EventRows::add_rest(const Field& field, std::uint32_t occurrence) {
  std::string_view name = field.name;
  if (occurrence > 1) name = made_.emplace_back(std::string(name) + "#" + std::to_string(occurrence));
  rest_.push_back({name, cut(field.value), field.is_null});
}

void EventRows::add_copies(const Event& event, const Mappings& mappings) {
  const auto columns = store::event_columns();
  std::int64_t copied = 0;
  for (std::size_t i = store::kFirstField; i < columns.size(); ++i) {
    if (!cells_[i].is_null) continue;
    std::string_view value;
    if (mappings[i]) {
      mapped_.clear();
      append_mapped(event, *mappings[i], made_, mapped_);
      if (!mapped_.empty()) value = mapped_.front();
    }
    if (says_nothing(value)) value = otherwise(event, i);
    if (!says_nothing(value) && add_copy(i, value)) copied |= std::int64_t{1} << (i - store::kFirstField);
  }
  cells_[store::kCopied].number = copied;
}

bool EventRows::add_copy(std::size_t column, std::string_view value) {
  if (store::event_columns()[column].type == ColumnType::kText)
    return cells_[column] = Cell(cut(value)), true;
  const auto number =
      store::event_columns()[column].name == "duration_ms" ? milliseconds_in(value) : number_in(value);
  if (number) cells_[column] = Cell(*number);
  return number.has_value();
}

// The Sigma field itself when it occurs several times, else what the table of columns names.
std::string_view EventRows::otherwise(const Event& event, std::size_t column) {
  const auto here = [&](std::string_view name) -> std::string_view {
    const auto known = names_.find(name);
    if (known == names_.end() || known->second.event != event_) return {};
    return event.fields[known->second.first].value;
  };
  if (const std::string_view value = here(store::event_columns()[column].sigma); !says_nothing(value))
    return value;
  for (const std::string& name : otherwise_[column])
    if (const std::string_view value = here(name); !says_nothing(value)) return value;
  return {};
}

// A Windows event is known by its content, record number included, wherever it stands: collected twice, it is one. Other
// records are known by their content and their place in the log.
std::uint64_t EventRows::id_of(const Event& event) {
  hashed_.clear();
  const auto add = [&](std::string_view text) { hashed_.append(text), hashed_.push_back('\0'); };
  add(std::to_string(event.time.ticks));
  for (const std::string_view text : {event.channel, event.provider, event.record_id, event.host,
                                      event.product, event.category, event.service})
    add(text);
  add(std::to_string(event.event_id));
  if (event.channel.empty() || event.record_id.empty()) add(std::to_string(event.offset));
  for (const Field& field : event.fields) {
    add(field.name);
    add(field.value);
    if (field.is_null) hashed_.push_back('\1');
  }
  return store::content_hash(hashed_);
}

}  // namespace bartizan
