// SPDX-License-Identifier: Apache-2.0
// Finding: what was seen, where, and why. Its id is a hash of rule, file and record, so that a repeated run over the same
// evidence gives the same ids. Values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace bartizan {

enum class Level { kInformational, kLow, kMedium, kHigh, kCritical };
const char* level_name(Level level);
// Informational for anything unknown: the rule loader has complained about it by then.
Level parse_level(std::string_view name);

struct FindingReason {
  std::string field;  // empty: a keyword, looked for in every field
  std::string
      predicate;  // the test in words, e.g. `ends with`; `includes`: a record that a correlation counted
  std::string pattern;  // what the rule asked for, as written
  std::string value;    // what the record holds
};

struct Entity {
  std::string type;  // host, account, process, address, file
  std::string value;
  bool operator==(const Entity&) const = default;
};

// One text on the way from what a record holds to what a rule matched.
struct ViewStep {
  std::uint32_t layer = 0;              // 0: what the record holds
  std::string sink;                     // what would run it
  std::vector<std::string> transforms;  // how it was made of the step before
  std::string text;                     // cut at limits::kViewStepBytesMax
};

// Which view of a record matched, when it was not the record as logged.
struct FindingView {
  std::string view;  // raw, normalised or merged
  std::uint32_t layer = 0;
  std::string field;               // of the record, in which the text stands
  bool from_command_line = false;  // the rule is about script blocks, the record holds a command line
  bool is_verified = false;        // PowerShell logged this very layer
  bool is_joined = false;          // of several records that hold parts of one script block
  bool is_partial = false;         // some of them are missing
  std::uint32_t score = 0;         // how obfuscated the record's text looks, 0 to 100
  std::vector<std::string> assumptions, limits;
  std::vector<ViewStep> chain;  // the last is the layer
  std::string text;             // what the rule looked at, around what it asked for
  bool is_cut = false;
};

struct Finding {
  std::string id;
  Instant time;
  std::string rule_id, rule_title;
  Level level = Level::kInformational;
  std::string file;       // as given on the command line
  std::string record_id;  // the log's own record number
  std::string channel;
  std::uint32_t event_id = 0;
  std::string host;
  std::vector<std::string> attack;    // T1059.001 …
  std::vector<std::string> advisory;  // D6 …
  std::vector<FindingReason> why;
  std::vector<Entity> entities;
  std::string
      record;  // the whole record as one JSON object, as `bartizan decode` prints it; empty when it was not kept
  std::optional<FindingView> view;
};

}  // namespace bartizan
