// SPDX-License-Identifier: Apache-2.0
// Which events a rule's log source means, and under which names a source keeps the fields rules ask for. Read from the
// tables in content/mapping/ (format: the head of windows.yml). A rule field that a source renames lies over the
// record's own fields; the others keep their names. Loaded once, then const: any thread.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/yaml.h"
#include "model/event.h"
#include "model/projection.h"

namespace bartizan {

struct LogsourceName {
  std::string category, product, service;
  auto operator<=>(const LogsourceName&) const = default;
};

// How a rule field is made from fields of the record; of a field that occurs several times, from the first.
struct FieldMapping {
  std::vector<std::string> from;  // several: joined by `with`; empty: the source cannot give this field
  std::string with;
  bool each = false;     // not joined: each field that is there gives a value
  bool decimal = false;  // 0x1f4 -> 500
  std::vector<std::pair<std::string, std::string>> values;    // whole value -> value
  std::vector<std::pair<std::string, std::string>> prefixes;  // longest first
};

struct EventPlace {
  std::string name;   // shown to the analyst, e.g. `Security 4688`
  std::string table;  // the file it is from, without its folder
  std::vector<std::string> channels;
  std::vector<std::uint32_t> event_ids;   // empty: any
  std::optional<LogsourceName> declared;  // instead of a channel: what the decoder declares
  std::vector<std::pair<std::string, std::vector<std::string>>> where;
  std::map<std::string, FieldMapping, std::less<>> fields;

  // Whether events of this kind (channel, event id, declared log source) can stand here at all.
  bool may_hold(const EventKind& kind) const;
  // The `where` conditions hold for this very event.
  bool accepts(const Event& event) const;
};

class LogsourceTable {
 public:
  // Adds the entries of one table file; complaints go to `diagnostics`.
  void load(const std::string& text, const std::string& file, std::vector<Diagnostic>& diagnostics);

  // The places of a rule's log source, most faithful first; nothing when the tables do not list it.
  const std::vector<EventPlace>* places(const LogsourceName& name) const;
  // Every log source the tables list, with its places.
  const std::map<LogsourceName, std::vector<EventPlace>>& all() const { return places_; }

 private:
  std::map<LogsourceName, std::vector<EventPlace>> places_;
};

// An unlisted log source means events whose decoder declares the same; an attribute not given is unconstrained.
bool declares(const EventKind& kind, const LogsourceName& wanted);
// `linux/process_creation/sudo`: product, category and service, those that are given.
std::string text_of(const LogsourceName& name);

// Appends the values a mapped rule field has in `event`, none when a part of it is absent: views of the event, of the mapping
// or of texts put into `made`.
void append_mapped(const Event& event, const FieldMapping& mapping, std::deque<std::string>& made,
                   std::vector<std::string_view>& out);

}  // namespace bartizan
