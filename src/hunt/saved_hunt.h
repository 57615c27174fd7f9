// SPDX-License-Identifier: Apache-2.0
// SavedHunt: a question that is asked regularly, as a file has it (docs/user/hunt.md, content/hunts/). What is wrong in a file is a
// Diagnostic with line and hint, and the hunt is not used. Values and pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/time.h"
#include "hunt/search_sql.h"

namespace bartizan::hunt {

// Shows that a hunt can find what it looks for: a log, as text, hunted up to a time.
struct HuntExample {
  std::string log;
  Instant until;
  std::vector<std::string> finds, leaves;  // texts some row must have, or none may
};

struct SavedHunt {
  enum class Asks { kSearch, kSql, kStack, kFirstSeen, kBeacons, kLongConnections, kSessions };

  std::string id;  // the name of its file without .yml
  std::string title, hypothesis, on_hit;
  Asks asks = Asks::kSearch;
  std::string query;              // a search line, SQL, or the field of stack and first-seen
  std::string of;                 // only events that this search finds; empty: all
  std::string keep;               // only rows for which this SQL holds; empty: all
  std::vector<std::string> logs;  // it needs one of them to see anything; `zeek/*` is any of zeek
  std::vector<std::string> attack, advisory, references;
  std::int64_t every_seconds = 0, covers_seconds = 0;
  std::optional<HuntExample> example;

  std::string file;
  int query_line = 0;
  std::string content;  // hash of the file
};

// Nothing when the file has errors.
std::optional<SavedHunt> parse_hunt(std::string_view text, std::string_view file,
                                    std::vector<Diagnostic>& diagnostics);

// Hunts in SQL see `events` and `findings` of the range, and `history`: events before it. They are written in DuckDB's SQL, and
// another engine cannot be asked them.
bool can_ask(const SavedHunt& hunt, store::Engine engine);
std::string sql_of_hunt(const SavedHunt& hunt, const TimeRange& range,
                        store::Engine engine = store::Engine::kDuckDb);

// The range a run at that time covers.
TimeRange range_at(const SavedHunt& hunt, Instant now);

// 90 s is "90s", a week "7d".
std::string format_span(std::int64_t seconds);

}  // namespace bartizan::hunt
