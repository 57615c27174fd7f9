// SPDX-License-Identifier: Apache-2.0
// Report: findings and what was read, as text for people and for other programs. Values in, text out, no files and no
// clock. Forms that hold every finding are written piece by piece, so that their memory does not grow with the findings.
// Log values are hostile; each form escapes them in its own way, and none can leave its cell, string or line. Any
// thread. Nothing fails; bounds are in base/limits.h and say so in the output.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/findings.h"
#include "sink/actors.h"
#include "sink/attack.h"

namespace bartizan {

// A log source that loaded rules ask for. None of its events in the evidence: it is missing.
struct LogSourceUse {
  std::string name;  // `windows / process_creation`
  std::size_t rules = 0;
  std::uint64_t events = 0;
};

// A protection of a host or domain, and the record that says so.
struct PostureFact {
  std::string host, control;
  bool in_force = false;
  std::string evidence;  // in words
  std::string file, record_id;
  Instant time;
  std::string next_step;  // empty: nothing to do, or it is plain
};

struct ScanSummary {
  std::uint64_t files_read = 0, events = 0, bytes = 0;
  std::vector<std::string> not_recognised;  // `path: reason`
  std::vector<std::string> unreadable;      // `path: reason`
  std::vector<std::string> tuned;           // what entries of a tuning file left out or changed, a line each
  std::uint64_t oddities = 0;
  std::size_t rules_loaded = 0, rules_unusable = 0;
  std::map<std::string, std::uint64_t> events_by_channel;
  std::size_t rules_applicable = 0;       // loaded rules whose log source the evidence has; 0: not known
  std::vector<LogSourceUse> log_sources;  // empty: not known
  std::vector<std::string>
      missing_sources;  // names of those without events, for when log_sources is not known
  std::vector<std::string> techniques_covered;  // ATT&CK ids of the applicable rules; empty: not known
  bool interrupted = false;
  // Script text hidden in records: layers found by reading it, and those of them that PowerShell logged itself; script
  // blocks put together from parts, and those of them that lack some.
  std::uint64_t script_layers_predicted = 0, script_layers_verified = 0;
  std::uint64_t script_blocks_joined = 0, script_blocks_partial = 0;
  std::vector<PostureFact> posture;  // by host and protection; nothing: the evidence does not say
};

// What a report is explained with; read from content/. Without it the matrix has no names and no group is
// compared.
struct ReportContent {
  AttackTable attack;
  std::vector<Actor> actors;
};

// Takes the next piece of a text.
using WriteText = std::function<void(std::string_view)>;

// A ranked summary for a terminal of `width` columns (0: not known, 100 is taken).
std::string render_terminal(const Findings& findings, const ScanSummary& summary, bool colour,
                            std::size_t width, const ReportContent& content = {});

// RFC 4180 with a header row, one row a finding, in the order given. A cell that a spreadsheet would take for
// a formula begins with an apostrophe.
void write_csv(const Findings& findings, const WriteText& write);
// The same for Timesketch: `message`, `datetime`, `timestamp_desc` and further columns.
void write_timesketch(const Findings& findings, const WriteText& write);

// One JSON object a line, in the order given.
void write_jsonl(const Findings& findings, const WriteText& write);

// An ATT&CK Navigator layer (layer format 4.5): score = number of findings, comment = rule titles.
std::string render_navigator(const Findings& findings, std::string_view name);

// One self-contained page that loads nothing. `case_name` may be empty.
std::string render_html(const Findings& findings, const ScanSummary& summary, std::string_view case_name,
                        const ReportContent& content = {});

}  // namespace bartizan
