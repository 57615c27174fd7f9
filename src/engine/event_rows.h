// SPDX-License-Identifier: Apache-2.0
// EventRows: events become rows of a store: every field once, in the column of its Sigma name or in the map of the rest, and
// copies under the names that the mapping tables give (store/event_columns.h). One a thread; keeps scratch space.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "normalise/logsource.h"
#include "store/event_columns.h"
#include "store/store.h"

namespace bartizan {

class EventRows {
 public:
  explicit EventRows(const LogsourceTable& table);

  // Views of the event, of `file` and of scratch space that lives until the next call.
  store::Row make(const Event& event, std::string_view file);

 private:
  // Which mapping gives a column its value, for events that the conditions of a kind's places judge alike.
  using Mappings = std::vector<const FieldMapping*>;
  struct Source {
    std::vector<const EventPlace*> places;  // of one log source, most faithful first
  };
  struct Kind {
    std::vector<Source> sources;
    std::vector<const EventPlace*> conditional;
    std::unordered_map<std::uint64_t, Mappings> by_conditions;
  };
  // A field name as met in events.
  struct Name {
    std::size_t column = 0;              // whose Sigma name it is; 0: none
    std::uint64_t event = 0;             // the last event it was in
    std::uint32_t count = 0, first = 0;  // in that event: how often, and where first
  };

  const Mappings& mappings_of(const Event& event);
  Name& name_of(std::string_view name);
  void count_names(const Event& event);
  void place_fields(const Event& event, const Mappings& mappings);
  void add_rest(const Field& field, std::uint32_t occurrence);
  void add_copies(const Event& event, const Mappings& mappings);
  bool add_copy(std::size_t column, std::string_view value);
  std::string_view otherwise(const Event& event, std::size_t column);
  std::uint64_t id_of(const Event& event);

  const LogsourceTable& table_;
  std::unordered_map<std::string, Kind> kinds_;
  std::deque<std::string> name_texts_;
  std::unordered_map<std::string_view, Name> names_;
  std::vector<std::vector<std::string>> otherwise_;  // by column
  std::uint64_t event_ = 0;                          // the number of the one at hand
  bool repeats_ = false;
  std::vector<Name*> names_here_;  // of the fields of the event at hand
  std::vector<store::Cell> cells_;
  std::vector<store::NamedText> rest_;
  std::deque<std::string> made_;
  std::vector<std::string_view> mapped_;
  std::string key_, hashed_;
};

}  // namespace bartizan
