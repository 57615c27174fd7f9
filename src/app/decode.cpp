// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "app/verbs.h"
#include "engine/read_events.h"
#include "model/jsonl.h"
#include "source/evidence.h"

namespace bartizan::app {
namespace {

constexpr const char* kHelp = R"(bartizan decode [--strict] PATH…: the records of a log, one JSON object a line

  --strict    reject EVTX chunks whose checksum is wrong (default: warn and decode)

Examples
  bartizan decode Security.evtx
  bartizan decode evidence/ | jq 'select(.event_id == 4624)'
)";

// Writes a batch; false when nobody reads any more.
bool write_events(const EventBatch& batch, const std::string& path, std::string& line) {
  for (const Event& event : batch.events()) {
    line.clear();
    append_event_json(event, path, line);
    line += '\n';
    if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size()) return false;
  }
  return true;
}

bool decode_file(const std::string& path, const DecodeOptions& options) {
  std::string line;
  auto report = read_events(path, options, [&](const EventBatch& batch, const std::string& file) {
    return write_events(batch, file, line);
  });
  if (!report.has_value()) {
    std::fprintf(stderr, "bartizan: cannot read %s\n", report.error().text().c_str());
    return false;
  }
  for (const std::string& file : report->not_recognised) std::fprintf(stderr, "bartizan: not read: %s\n", file.c_str());
  for (const std::string& error : report->errors) std::fprintf(stderr, "bartizan: cannot read %s\n", error.c_str());
  for (const std::string& oddity : report->oddities) std::fprintf(stderr, "bartizan: %s\n", oddity.c_str());
  return report->not_recognised.empty() && report->errors.empty();
}

}  // namespace

int run_decode(const Arguments& arguments) {
  DecodeOptions options;
  Arguments paths;
  for (const std::string& argument : arguments) {
    if (argument == "--help" || argument == "-h") return std::fputs(kHelp, stdout), kExitClean;
    if (argument == "--strict") options.strict = true;
    else if (argument.starts_with("--")) {
      std::fprintf(stderr, "bartizan decode: unknown option %s; see bartizan decode --help\n", argument.c_str());
      return kExitUsage;
    } else paths.push_back(argument);
  }
  if (paths.empty()) return std::fputs(kHelp, stderr), kExitUsage;
  bool all_read = true;
  for (const std::string& path : paths) {
    std::vector<Error> unreadable;
    for (const std::string& file : list_evidence(path, unreadable)) all_read &= decode_file(file, options);
    for (const Error& error : unreadable) {
      std::fprintf(stderr, "bartizan: cannot read %s\n", error.text().c_str());
      all_read = false;
    }
  }
  return all_read ? kExitClean : kExitUnreadable;
}

}  // namespace bartizan::app
