// SPDX-License-Identifier: Apache-2.0
// What the verbs about saved hunts have in common: our own hunts and those of --hunts, chosen by name. One thread.
#pragma once

#include <string>
#include <vector>

#include "app/options.h"
#include "base/time.h"
#include "hunt/hunt_runs.h"
#include "hunt/saved_hunt.h"

namespace bartizan::app {

inline constexpr Option kHuntsOption =
    option("Hunts", "--hunts", "DIR", "further hunts: a folder of files, or a file", Repeat::kMany);
inline constexpr Option kNoBuiltinHuntsOption =
    flag("Hunts", "--no-builtin-hunts", "only the hunts of --hunts, not those the program brings");

struct SavedHunts {
  std::vector<hunt::SavedHunt> hunts;  // by id
  bool has_mistakes = false;           // some file is wrong and was said so
};
SavedHunts load_hunts(const Arguments& arguments);
// Leaves those that the operands name; all of them when there are none. False after a usage error was said.
bool choose_named(const Arguments& arguments, SavedHunts& saved);

// A time as people read it: 2026-03-10T08:14Z.
inline std::string minutes(Instant time) { return format_instant(time).substr(0, 16) + "Z"; }
// Security of 4 hosts (dc1 fs1 …), and 3 more logs
std::string logs_text(const std::vector<hunt::LogHosts>& logs, bool with_names);
// --at, else now; false after a usage error was said.
bool read_at(const Arguments& arguments, Instant& at);
// --store, else BARTIZAN_STORE; empty after a usage error was said.
std::string named_store(const Arguments& arguments);

}  // namespace bartizan::app
