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
  // How the fields of events become cells: one for each list of names that events of like mappings bear. Names are looked
  // up when the plan is made, not for every event.
  struct Target {
    std::size_t column = 0;  // 0: the rest, under `name`
    std::string_view name;
  };
  struct Copy {
    std::size_t column = 0;
    const FieldMapping* mapping = nullptr;
    std::vector<std::uint32_t> fields;  // that serve when the mapping gives nothing, most telling first
  };
  struct Plan {
    const Mappings* mappings = nullptr;
    std::vector<std::string> names;
    std::vector<Target> targets;  // by field
    std::vector<Copy> copies;     // into columns that may be empty, by column
    std::deque<std::string> numbered_names;
    bool repeats = false;

    bool is_for(const Event& event, const Mappings& those) const;
  };

  const Mappings& mappings_of(const Event& event);
  const Plan& plan_of(const Event& event);
  Plan make_plan(const Event& event, const Mappings& mappings) const;
  void place_fields(const Event& event, const Plan& plan);
  void add_copies(const Event& event, const Plan& plan);
  std::string_view mapped(const Event& event, const FieldMapping* mapping);
  bool add_copy(std::size_t column, std::string_view value);
  const LogsourceTable& table_;
  std::unordered_map<std::string, Kind> kinds_;
  std::unordered_map<std::uint64_t, Plan> plans_;    // by the hash of mappings and names
  std::size_t names_ = 0;                            // in all plans
  std::vector<std::vector<std::string>> otherwise_;  // by column
  std::vector<store::Cell> cells_;
  std::vector<store::NamedText> rest_;
  std::deque<std::string> made_;
  std::vector<std::string_view> mapped_;
  std::string key_, hashed_;
};

// By which a store knows the event. `scratch` is the caller's.
std::uint64_t event_row_id(const Event& event, std::string& scratch);

}  // namespace bartizan
